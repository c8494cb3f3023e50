/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "conf/conf_priv.h"

#include "base/bytes.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static bool say(char wrong[CONF_WRONG_BYTES], const char *format, ...)
    PRINTF_LIKE(2, 3);

static bool
say(char wrong[CONF_WRONG_BYTES], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(wrong, CONF_WRONG_BYTES, format, args);
	va_end(args);
	return false;
}

/* Where the port begins, or NULL. *host is what is before, without []. */
static const char *
split_address(const char *title, char *host, size_t size)
{
	const char *colon = strrchr(title, ':');
	bool in_brackets = title[0] == '[';
	size_t len = colon == NULL ? 0 : (size_t)(colon - title);

	if (in_brackets) {
		if (len < 3 || title[len - 1] != ']')
			return NULL;
		title++;
		len -= 2;
	}
	if (len == 0 || len >= size)
		return NULL;
	memcpy(host, title, len);
	host[len] = '\0';
	/* An IPv6 address needs its brackets, and nothing else has any. */
	return (strchr(host, ':') != NULL) == in_brackets ? colon + 1 : NULL;
}

bool
conf_listen_title(
    struct conf_listen *listen, const char *title, char wrong[CONF_WRONG_BYTES])
{
	char host[256];
	const char *port = split_address(title, host, sizeof(host));
	size_t digits;

	if (port == NULL ||
	    (strcmp(host, "*") != 0 && conf_bad_host(host) != NULL))
		return say(wrong,
		    "listen \"%.80s\": write HOST:PORT, as in *:8000, "
		    "127.0.0.1:8000 or [::1]:8000",
		    title);
	digits = strspn(port, "0123456789");
	if (digits == 0 || digits > 5 || port[digits] != '\0' ||
	    atoi(port) > 65535)
		return say(wrong,
		    "listen \"%.80s\": the port is not from 0 to 65535", title);
	listen->address = mem_text(host);
	listen->port = (unsigned)atoi(port);
	return true;
}

static bool
is_same_address(const char *one, const char *other)
{
	struct in6_addr a, b;

	if (inet_pton(AF_INET6, one, &a) == 1 &&
	    inet_pton(AF_INET6, other, &b) == 1)
		return memcmp(&a, &b, sizeof(a)) == 0;
	return strcasecmp(one, other) == 0;
}

bool
conf_check_listen(const struct conf *conf, const struct conf_listen *listen,
    char wrong[CONF_WRONG_BYTES])
{
	const struct conf_listen *other = conf->listens;

	if ((listen->certificate == NULL) != (listen->key == NULL))
		return say(wrong, "tls has no %s",
		    listen->key == NULL ? "key" : "certificate");
	if (listen->is_tls_only && listen->key == NULL)
		return say(wrong, "tls-only needs a tls block");
	for (; other != listen; other++) {
		if (listen->port != 0 && other->port == listen->port &&
		    is_same_address(other->address, listen->address))
			return say(wrong, "listen \"%s:%u\" is given twice",
			    listen->address, listen->port);
	}
	return true;
}

bool
conf_check_mount(const struct conf_mount *mount, char wrong[CONF_WRONG_BYTES])
{
	const char *why = conf_bad_mount(mount->name);

	if (why != NULL)
		return say(wrong, "mount \"%.300s\" %s", mount->name, why);
	if (mount->burst_bytes > mount->ring_bytes)
		return say(wrong, "mount \"%s\": burst is more than ring",
		    mount->name);
	if (mount->burst_ms > mount->ring_ms)
		return say(wrong,
		    "mount \"%s\": burst-time is more than ring-time",
		    mount->name);
	return true;
}

/* Dates are days: a part of one has no meaning. */
static bool
check_days(const struct conf *conf, char wrong[CONF_WRONG_BYTES])
{
	const int64_t day_ms = 86400000;

	if (conf->block_after_ms % day_ms != 0)
		return say(wrong, "block-after is not in whole days, as 30d");
	if (conf->delete_after_ms % day_ms != 0)
		return say(wrong, "delete-after is not in whole days, as 60d");
	if (conf->delete_after_ms < conf->block_after_ms)
		return say(wrong, "delete-after is less than block-after");
	return true;
}

static bool
check_mail(const struct conf *conf, char wrong[CONF_WRONG_BYTES])
{
	if (conf->mail_server != NULL && conf->mail_from == NULL)
		return say(wrong, "mail-server needs mail-from");
	if ((conf->mail_user == NULL) != (conf->mail_password_file == NULL))
		return say(wrong,
		    "mail-user and mail-password-file are given together");
	return true;
}

bool
conf_check_whole(const struct conf *conf, char wrong[CONF_WRONG_BYTES])
{
	if (conf->data == NULL)
		return say(wrong,
		    "data is missing: the folder for everything "
		    "that is kept");
	if (conf->listen_count == 0)
		return say(wrong, "there is no listen block");
	if (conf->public_url != NULL && strpbrk(conf->public_url, "?#@"))
		return say(wrong,
		    "public-url has more than a host, a port and "
		    "a path");
	return check_days(conf, wrong) && check_mail(conf, wrong);
}

bool
conf_check_file(const char *path, char wrong[CONF_WRONG_BYTES])
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_file;

	if (fd == -1)
		return say(wrong, "%.300s: %s", path, strerror(errno));
	is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	close(fd);
	return is_file || say(wrong, "%.300s: Not a file", path);
}

void
conf_derive_url(struct conf *conf)
{
	const struct conf_listen *listen = &conf->listens[0];
	bool has_tls = listen->key != NULL;
	bool has_colon = strchr(conf->hostname, ':') != NULL;
	struct bytes url = { 0 };
	size_t len;

	if (conf->public_url == NULL) {
		bytes_format(&url, "http%s://%s%s%s", has_tls ? "s" : "",
		    has_colon ? "[" : "", conf->hostname, has_colon ? "]" : "");
		if (listen->port != 0 && listen->port != (has_tls ? 443 : 80))
			bytes_format(&url, ":%u", listen->port);
		bytes_append(&url, "", 1);
		conf->public_url = mem_text((const char *)url.data);
		bytes_free(&url);
	}
	len = strlen(conf->public_url);
	while (conf->public_url[len - 1] == '/')
		conf->public_url[--len] = '\0';
}
