/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "pages/assets.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/squeeze.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LETTERS 12

struct assets {
	struct asset *all;
	unsigned count;
};

static const char *const types[][2] = {
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain; charset=utf-8" },
};

/* NULL: it is no asset. */
static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (dot != NULL && strcmp(dot, types[i][0]) == 0)
			return types[i][1];
	}
	return NULL;
}

static void
make(struct asset *asset, const struct web_file *file)
{
	const char *dot = strrchr(file->name, '.');
	struct digest *digest = digest_new();
	struct bytes gzip = { 0 };
	char hash[DIGEST_BYTES];

	digest_add(digest, file->bytes, file->len);
	digest_end(digest, hash);
	text_copy(asset->name, sizeof(asset->name), file->name);
	snprintf(asset->path, sizeof(asset->path), "/web/%.*s.%.*s%s",
	    (int)(dot - file->name), file->name, HASH_LETTERS, hash, dot);
	asset->type = type_of(file->name);
	asset->body = block_new(file->bytes, file->len, 0);
	if (squeeze(file->bytes, file->len, &gzip) && gzip.len < file->len)
		asset->gzip = block_new(gzip.data, gzip.len, 0);
	bytes_free(&gzip);
}

struct assets *
assets_load(const struct web_file *files, unsigned count)
{
	struct assets *assets = mem_new(sizeof(*assets));

	assets->all = mem_new((count + 1) * sizeof(*assets->all));
	for (unsigned i = 0; i < count; i++) {
		if (type_of(files[i].name) != NULL)
			make(&assets->all[assets->count++], &files[i]);
	}
	return assets;
}

void
assets_free(struct assets *assets)
{
	if (assets == NULL)
		return;
	for (unsigned i = 0; i < assets->count; i++) {
		block_unref(assets->all[i].body);
		block_unref(assets->all[i].gzip);
	}
	free(assets->all);
	free(assets);
}

const struct asset *
asset_find(const struct assets *assets, const char *path)
{
	for (unsigned i = 0; i < assets->count; i++) {
		if (strcmp(assets->all[i].path, path) == 0)
			return &assets->all[i];
	}
	return NULL;
}

json_t *
assets_json(const struct assets *assets)
{
	json_t *json = json_object();
	char key[ASSET_PATH_BYTES];

	for (unsigned i = 0; i < assets->count; i++) {
		text_copy(key, sizeof(key), assets->all[i].name);
		for (char *at = key; *at != '\0'; at++) {
			if (*at == '.' || *at == '/')
				*at = '-';
		}
		json_object_set_new(
		    json, key, json_string(assets->all[i].path));
	}
	return json;
}
