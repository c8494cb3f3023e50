/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "weburl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
copy_part(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

static bool
has_odd_bytes(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text <= ' ' || *text == 0x7F)
			return true;
	}
	return false;
}

static const char *
parse_port(struct weburl *url, const char *text, const char *end)
{
	unsigned port = 0;

	if (text == end)
		return NULL;
	if (*text++ != ':')
		return "the URL is odd after the host";
	for (; text < end; text++) {
		if (*text < '0' || *text > '9' || port > 65535)
			return "the URL's port is not a number";
		port = port * 10 + (unsigned)(*text - '0');
	}
	if (port == 0 || port > 65535)
		return "the URL's port is not from 1 to 65535";
	url->port = port;
	return NULL;
}

static const char *
parse_host(struct weburl *url, const char *text, const char *end)
{
	const char *host = text, *host_end;

	if (text < end && *text == '[') {
		host++;
		host_end = memchr(host, ']', (size_t)(end - host));
		if (host_end == NULL)
			return "the URL's bracket is not closed";
		text = host_end + 1;
	} else {
		host_end = text + strcspn(text, ":");
		if (host_end > end)
			host_end = end;
		text = host_end;
	}
	if (host == host_end ||
	    !copy_part(
		url->host, sizeof(url->host), host, (size_t)(host_end - host)))
		return "the URL has no host";
	return parse_port(url, text, end);
}

const char *
weburl_parse(struct weburl *url, const char *text)
{
	const char *end, *at;

	memset(url, 0, sizeof(*url));
	if (has_odd_bytes(text))
		return "the URL has spaces or control characters in it";
	url->is_tls = strncasecmp(text, "https://", 8) == 0;
	if (!url->is_tls && strncasecmp(text, "http://", 7) != 0)
		return "the URL does not begin with http:// or https://";
	url->port = url->is_tls ? 443 : 80;
	text += url->is_tls ? 8 : 7;
	end = text + strcspn(text, "/?#");
	if (!copy_part(url->path, sizeof(url->path), *end == '/' ? end : "/",
		*end == '/' ? strcspn(end, "#") : 1))
		return "the URL's path is too long";
	at = memchr(text, '@', (size_t)(end - text));
	if (at != NULL) {
		if (memchr(text, ':', (size_t)(at - text)) != NULL)
			return "a key does not belong in a URL, where others "
			       "can see it";
		if (!copy_part(url->user, sizeof(url->user), text,
			(size_t)(at - text)))
			return "the URL's user is too long";
		text = at + 1;
	}
	return parse_host(url, text, end);
}
