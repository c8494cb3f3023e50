/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * assets - what pages need beside them: styles, scripts, pictures, at addresses
 * with a part of their SHA-256, so that browsers may keep them for ever.
 *
 * Made once, before there are threads; then nobody changes them, and any may
 * read.
 */
#ifndef PAGES_ASSETS_H
#define PAGES_ASSETS_H

#include "base/block.h"
#include "pages/web.h"

#include <jansson.h>

#define ASSET_PATH_BYTES 96

struct asset {
	char path[ASSET_PATH_BYTES]; /* "/web/style.1f3a5b7c9d0e.css" */
	char name[ASSET_PATH_BYTES]; /* "style.css" */
	const char *type;
	struct block *body, *gzip; /* gzip: NULL when it is no smaller */
};

struct assets;

/* Of all files but templates and words. */
struct assets *assets_load(const struct web_file *, unsigned count);
void assets_free(struct assets *);
/* NULL: there is none. */
const struct asset *asset_find(const struct assets *, const char *path);
/* For templates: {"style-css": "/web/style.1f3a5b7c9d0e.css", ...} */
json_t *assets_json(const struct assets *);

#endif
