/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "conf/conf_priv.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool
is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ||
	    inet_pton(AF_INET6, text, &address) == 1;
}

/* RFC 1123 section 2.1. A last label of digits is a mistyped address. */
const char *
conf_bad_host(const char *host)
{
	static const char wrong[] = "is neither a host name nor an address";
	const char *label = host;
	size_t len;

	if (is_address(host))
		return NULL;
	for (;;) {
		len = strspn(label, LOWER UPPER DIGITS "-");
		if (len == 0 || len > 63 || label[0] == '-' ||
		    label[len - 1] == '-')
			return wrong;
		if (label[len] != '.')
			break;
		label += len + 1;
	}
	if (label[len] != '\0' || strspn(label, DIGITS) == len)
		return wrong;
	return NULL;
}

const char *
conf_bad_url(const char *url)
{
	const char *host;

	if (!text_is_web_url(url))
		return "does not begin with http:// or https://";
	host = strstr(url, "://") + 3;
	if (*host == '\0' || strchr("/:?#@", *host) != NULL)
		return "has no host";
	for (const char *at = host; *at != '\0'; at++) {
		if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f ||
		    strchr("<>\"'\\^`{|}", *at) != NULL)
			return "has a character that a URL cannot have";
	}
	return NULL;
}

static bool
is_graphic(const char *text)
{
	while ((unsigned char)*text > 0x20 && (unsigned char)*text < 0x7f)
		text++;
	return *text == '\0';
}

const char *
conf_bad_mail(const char *address)
{
	const char *at = strchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL || !is_graphic(address) ||
	    strpbrk(address, "<>()[]\\,;:\"") != NULL)
		return "is no e-mail address";
	return NULL;
}

const char *
conf_bad_smtp(const char *url)
{
	const char *host;

	if (strncmp(url, "smtps://", 8) == 0)
		host = url + 8;
	else if (strncmp(url, "smtp://", 7) == 0)
		host = url + 7;
	else
		return "does not begin with smtps:// or smtp://";
	if (*host == '\0' || *host == ':')
		return "has no host";
	if (strpbrk(host, "/@?#") != NULL || !is_graphic(host))
		return "has more than a host and a port";
	return NULL;
}

const char *
conf_bad_user(const char *user)
{
	if (strspn(user, LOWER UPPER DIGITS "_-.") != strlen(user) ||
	    *user == '-' || *user == '.')
		return "is not a user's name";
	return NULL;
}

const char *
conf_bad_slug(const char *slug)
{
	if (strspn(slug, LOWER DIGITS "-") != strlen(slug) || *slug == '-')
		return "is not a slug, that is a-z, 0-9 and -";
	return NULL;
}

static const char *
bad_mount_part(const char *part, size_t len)
{
	if (len == 0)
		return "has an empty part";
	if (part[0] == '.' && (len == 1 || (len == 2 && part[1] == '.')))
		return "has a part of dots";
	return NULL;
}

const char *
conf_bad_mount(const char *name)
{
	size_t len = strlen(name), part = 1;
	const char *wrong = NULL;

	if (name[0] != '/')
		return "does not begin with /";
	if (len > 255)
		return "is longer than 255 bytes";
	for (size_t i = 1; i < len; i++) {
		if (name[i] == '*' && i != len - 1)
			return "has a * before its end";
		if ((unsigned char)name[i] <= 0x20 || name[i] == 0x7f ||
		    strchr("<>\"'`%?#;\\&|^{}[]", name[i]) != NULL)
			return "has a character that a mount cannot have";
	}
	for (size_t i = 1; i <= len && wrong == NULL; i++) {
		if (i < len && name[i] != '/')
			continue;
		wrong = bad_mount_part(name + part, i - part);
		part = i + 1;
	}
	return wrong;
}
