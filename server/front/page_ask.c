/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "front/page_ask.h"

#include "base/mem.h"
#include "net/address.h"

#include <string.h>
#include <strings.h>

#define FORM_TYPE "application/x-www-form-urlencoded"
#define BEARER    "Bearer "

static char *
header(const struct visit *visit, const char *name)
{
	return mem_text(request_header(&visit->request, name));
}

/* A token: of "Bearer", or as the password of whatever user. */
static char *
bearer(const struct visit *visit)
{
	const char *value = request_header(&visit->request, "authorization");
	char user[SLUG_BYTES], password[KEY_BYTES];

	if (value == NULL)
		return NULL;
	if (request_basic(&visit->request, user, sizeof(user), password,
		sizeof(password)))
		return mem_text(password);
	if (strncasecmp(value, BEARER, strlen(BEARER)) != 0)
		return NULL;
	value += strlen(BEARER);
	return mem_text(value + strspn(value, " "));
}

static bool
is_form(const struct visit *visit)
{
	const char *type = request_header(&visit->request, "content-type");
	size_t len = strlen(FORM_TYPE);

	return type != NULL && strncasecmp(type, FORM_TYPE, len) == 0 &&
	    strchr("; \t", type[len]) != NULL;
}

static enum page_verb
verb(const struct visit *visit)
{
	switch (visit->request.method) {
	case METHOD_POST:
		return PAGE_POST;
	case METHOD_HEAD:
		return PAGE_HEAD;
	default:
		return PAGE_GET;
	}
}

struct page_ask_msg *
page_ask_new(const struct visit *visit)
{
	struct page_ask_msg *ask = message_new(MSG_PAGE_ASK, sizeof(*ask));

	ask->worker = visit->worker->loop;
	ask->conn_no = conn_number(visit->conn);
	ask->verb = verb(visit);
	ask->is_tls = conn_is_tls(visit->conn);
	ask->is_private = ask->is_tls || address_is_loopback(&visit->address);
	ask->takes_gzip = request_takes_gzip(&visit->request);
	ask->address = visit->address;
	ask->path = mem_text(visit->request.path);
	ask->query = mem_text(visit->request.query);
	if (visit->body.len > 0)
		ask->form = mem_text((const char *)visit->body.data);
	ask->is_form = is_form(visit);
	ask->cookie = header(visit, "cookie");
	ask->bearer = bearer(visit);
	ask->languages = header(visit, "accept-language");
	ask->host = header(visit, "host");
	ask->origin = header(visit, "origin");
	ask->site = header(visit, "sec-fetch-site");
	return ask;
}
