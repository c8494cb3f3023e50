/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "cast_options.h"

#include "base/check.h"
#include "base/file.h"
#include "base/text.h"
#include "weburl.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OPTION_BITRATE = 256,
	OPTION_CA_FILE,
	OPTION_DESCRIPTION,
	OPTION_DURATION,
	OPTION_FAST,
	OPTION_GENRE,
	OPTION_HELP,
	OPTION_HOST,
	OPTION_LOOP,
	OPTION_MOUNT,
	OPTION_NAME,
	OPTION_PASSWORD,
	OPTION_PASSWORD_FILE,
	OPTION_PORT,
	OPTION_PROGRESS,
	OPTION_PROTOCOL,
	OPTION_PUBLIC,
	OPTION_RECONNECT,
	OPTION_TITLE,
	OPTION_TLS,
	OPTION_TYPE,
	OPTION_URL,
	OPTION_USER,
};

static const struct option table[] = {
	{ "bitrate", required_argument, NULL, OPTION_BITRATE },
	{ "ca-file", required_argument, NULL, OPTION_CA_FILE },
	{ "description", required_argument, NULL, OPTION_DESCRIPTION },
	{ "duration", required_argument, NULL, OPTION_DURATION },
	{ "fast", no_argument, NULL, OPTION_FAST },
	{ "genre", required_argument, NULL, OPTION_GENRE },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "host", required_argument, NULL, OPTION_HOST },
	{ "loop", no_argument, NULL, OPTION_LOOP },
	{ "mount", required_argument, NULL, OPTION_MOUNT },
	{ "name", required_argument, NULL, OPTION_NAME },
	{ "password", required_argument, NULL, OPTION_PASSWORD },
	{ "password-file", required_argument, NULL, OPTION_PASSWORD_FILE },
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "progress", no_argument, NULL, OPTION_PROGRESS },
	{ "protocol", required_argument, NULL, OPTION_PROTOCOL },
	{ "public", no_argument, NULL, OPTION_PUBLIC },
	{ "reconnect", required_argument, NULL, OPTION_RECONNECT },
	{ "title", required_argument, NULL, OPTION_TITLE },
	{ "tls", required_argument, NULL, OPTION_TLS },
	{ "type", required_argument, NULL, OPTION_TYPE },
	{ "url", required_argument, NULL, OPTION_URL },
	{ "user", required_argument, NULL, OPTION_USER },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
    "usage: all2all-cast --url URL [options] [FILE ...]\n"
    "       all2all-cast --host HOST --mount MOUNT [options] [FILE ...]\n"
    "  --url URL            http(s)://[user@]host[:port]/mount\n"
    "  --host --port --mount --user\n"
    "  --password-file FILE or $ALL2ALL_KEY; --password KEY can be seen\n"
    "  --protocol http|icy  --tls auto|yes|no  --ca-file FILE\n"
    "  --name --description --genre TEXT  --public\n"
    "  --title TEXT         --type MIME\n"
    "  --loop --fast        --duration SECS  --bitrate KBIT\n"
    "  --reconnect SECS     --progress\n"
    "No FILE, or -, is standard input.\n";

static _Noreturn void refuse(const char *format, ...) PRINTF_LIKE(1, 2);

static _Noreturn void
refuse(const char *format, ...)
{
	va_list args;

	fputs("all2all-cast: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(" (--help tells more)\n", stderr);
	exit(2);
}

static unsigned
read_number(const char *name, unsigned most)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(optarg, &end, 10);
	if (errno != 0 || end == optarg || *end != '\0' || *optarg == '-' ||
	    value < 1 || value > most)
		refuse("--%s wants a number from 1 to %u", name, most);
	return (unsigned)value;
}

static void
copy_option(char *to, size_t size, const char *name)
{
	if (*optarg == '\0' || strlen(optarg) >= size)
		refuse("--%s is empty or too long", name);
	text_copy(to, size, optarg);
}

static void
read_url(struct cast_options *options)
{
	struct weburl url;
	const char *why = weburl_parse(&url, optarg);

	if (why != NULL)
		refuse("%s", why);
	text_copy(options->host, sizeof(options->host), url.host);
	text_copy(options->mount, sizeof(options->mount), url.path);
	if (url.user[0] != '\0')
		text_copy(options->user, sizeof(options->user), url.user);
	options->port = url.port;
	if (url.is_tls)
		options->tls = CAST_TLS_YES;
}

/* The first line of it. */
static void
read_key_file(struct cast_options *options)
{
	size_t len;
	char *text = file_read_all(AT_FDCWD, optarg, 4096, &len);

	if (text == NULL)
		refuse(
		    "cannot read the key from %s: %s", optarg, strerror(errno));
	text[strcspn(text, "\r\n")] = '\0';
	if (text[0] == '\0' || strlen(text) >= sizeof(options->key))
		refuse("the first line of %s is no key", optarg);
	text_copy(options->key, sizeof(options->key), text);
	explicit_bzero(text, len);
	free(text);
}

static enum cast_tls
read_tls(void)
{
	if (strcmp(optarg, "auto") == 0)
		return CAST_TLS_AUTO;
	if (strcmp(optarg, "yes") == 0)
		return CAST_TLS_YES;
	if (strcmp(optarg, "no") != 0)
		refuse("--tls is auto, yes or no");
	return CAST_TLS_NO;
}

static bool
read_protocol(void)
{
	if (strcmp(optarg, "http") != 0 && strcmp(optarg, "icy") != 0)
		refuse("--protocol is http or icy");
	return strcmp(optarg, "icy") == 0;
}

/* False: not an option about the server. */
static bool
read_server(struct cast_options *options, int option)
{
	switch (option) {
	case OPTION_CA_FILE:
		options->ca_file = optarg;
		return true;
	case OPTION_HOST:
		copy_option(options->host, sizeof(options->host), "host");
		return true;
	case OPTION_MOUNT:
		copy_option(options->mount, sizeof(options->mount), "mount");
		return true;
	case OPTION_PASSWORD:
		copy_option(options->key, sizeof(options->key), "password");
		/* Hides it from later looks only; the manual says so. */
		explicit_bzero(optarg, strlen(optarg));
		return true;
	case OPTION_PASSWORD_FILE:
		read_key_file(options);
		return true;
	case OPTION_PORT:
		options->port = read_number("port", 65535);
		return true;
	case OPTION_PROTOCOL:
		options->is_icy = read_protocol();
		return true;
	case OPTION_TLS:
		options->tls = read_tls();
		return true;
	case OPTION_URL:
		read_url(options);
		return true;
	case OPTION_USER:
		copy_option(options->user, sizeof(options->user), "user");
		return true;
	default:
		return false;
	}
}

/* False: not an option about what the stream is called. */
static bool
read_name(struct cast_options *options, int option)
{
	switch (option) {
	case OPTION_DESCRIPTION:
		options->description = optarg;
		return true;
	case OPTION_GENRE:
		options->genre = optarg;
		return true;
	case OPTION_NAME:
		options->name = optarg;
		return true;
	case OPTION_PUBLIC:
		options->is_public = true;
		return true;
	case OPTION_TITLE:
		options->title = optarg;
		return true;
	case OPTION_TYPE:
		options->type = optarg;
		return true;
	default:
		return false;
	}
}

static void
read_way(struct cast_options *options, int option)
{
	switch (option) {
	case OPTION_BITRATE:
		options->bitrate_kbps = read_number("bitrate", 1000000);
		break;
	case OPTION_DURATION:
		options->duration_secs = read_number("duration", 31536000);
		break;
	case OPTION_FAST:
		options->is_fast = true;
		break;
	case OPTION_LOOP:
		options->is_loop = true;
		break;
	case OPTION_PROGRESS:
		options->has_progress = true;
		break;
	case OPTION_RECONNECT:
		options->reconnect_secs = read_number("reconnect", 86400);
		break;
	case OPTION_HELP:
		fputs(usage, stdout);
		exit(0);
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

/* Header lines are made of these texts: no line ends in them. */
static void
check_text(const char *name, const char *text)
{
	if (text == NULL)
		return;
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			refuse("--%s has control characters in it", name);
	}
}

static void
check_files(struct cast_options *options)
{
	static char dash[] = "-";
	static char *only_stdin[] = { dash, NULL };

	if (options->files[0] == NULL)
		options->files = only_stdin;
	for (char **file = options->files; *file != NULL; file++) {
		if (strcmp(*file, "-") != 0)
			continue;
		if (options->is_loop || options->files[1] != NULL)
			refuse("standard input can neither be looped nor be "
			       "one of several files");
		if (isatty(STDIN_FILENO))
			refuse("no file given, and standard input is a "
			       "terminal");
	}
}

static void
check_together(struct cast_options *options)
{
	const char *key = getenv("ALL2ALL_KEY");

	if (options->host[0] == '\0' || options->mount[0] == '\0' ||
	    strcmp(options->mount, "/") == 0)
		refuse("where to? --url, or --host and --mount");
	if (options->mount[0] != '/')
		refuse("the mount does not begin with a slash");
	if (options->key[0] == '\0' && key != NULL) {
		if (strlen(key) >= sizeof(options->key))
			refuse("the key in ALL2ALL_KEY is too long");
		text_copy(options->key, sizeof(options->key), key);
	}
	if (options->key[0] == '\0')
		refuse("no key: put it into ALL2ALL_KEY or --password-file");
	check_text("host", options->host);
	check_text("mount", options->mount);
	check_text("user", options->user);
	check_text("name", options->name);
	check_text("description", options->description);
	check_text("genre", options->genre);
	check_text("title", options->title);
	check_files(options);
}

void
cast_options_read(struct cast_options *options, int argc, char **argv)
{
	int option;

	memset(options, 0, sizeof(*options));
	options->port = 8000;
	text_copy(options->user, sizeof(options->user), "source");
	options->has_progress = isatty(STDERR_FILENO) != 0;
	while ((option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (!read_server(options, option) &&
		    !read_name(options, option))
			read_way(options, option == 'h' ? OPTION_HELP : option);
	}
	options->files = argv + optind;
	check_together(options);
}
