/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/world.h"

#include <string.h>

void
world_open(struct world *world, const struct options *options,
    unsigned url_index, struct totals *totals, uint8_t *scratch)
{
	world->options = options;
	world->totals = totals;
	world->scratch = scratch;
	wire_find(&world->target, &options->urls[url_index], options);
}

void
world_close(struct world *world)
{
	bytes_free(&world->request);
	wire_forget(&world->target);
}

void
world_path(struct bytes *path, const char *pattern, unsigned mount)
{
	const char *at;

	while ((at = strstr(pattern, OPTIONS_NUMBER)) != NULL) {
		bytes_append(path, pattern, (size_t)(at - pattern));
		bytes_format(path, "%u", mount);
		pattern = at + strlen(OPTIONS_NUMBER);
	}
	bytes_text(path, pattern);
}

const struct bytes *
world_request(struct world *world, unsigned mount)
{
	const struct weburl *url = world->target.url;
	struct bytes *request = &world->request;

	if (world->request_mount == mount)
		return request;
	world->request_mount = mount;
	bytes_eat(request, request->len);
	/* HTTP/1.0, so that the answer is never chunked. */
	bytes_text(request, "GET ");
	world_path(request, url->path, mount);
	bytes_format(request,
	    " HTTP/1.0\r\nHost: %s:%u\r\nUser-Agent: all2all-load\r\n%s\r\n",
	    url->host, url->port,
	    world->options->is_icy ? "Icy-MetaData: 1\r\n" : "");
	return request;
}
