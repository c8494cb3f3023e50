/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/options.h"

#include "base/check.h"
#include "load/numbered.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CLIENTS 1000000
#define MOST_CHURN   100000
#define MOST_MOUNTS  10000

enum {
	OPTION_ABORT = 256,
	OPTION_BITRATE,
	OPTION_CA_FILE,
	OPTION_CHURN,
	OPTION_FORMAT,
	OPTION_FROM,
	OPTION_ICY,
	OPTION_INSECURE,
	OPTION_JSON,
	OPTION_LATE,
	OPTION_MOUNTS,
	OPTION_PASSWORD_ENV,
	OPTION_RAMP,
	OPTION_SAMPLE,
	OPTION_SETTLE,
	OPTION_SLOW,
	OPTION_SOURCE,
	OPTION_TLS,
	OPTION_URL,
	OPTION_USER,
	OPTION_WATCH,
};

static const struct option table[] = {
	{ "abort", no_argument, NULL, OPTION_ABORT },
	{ "bitrate", required_argument, NULL, OPTION_BITRATE },
	{ "ca-file", required_argument, NULL, OPTION_CA_FILE },
	{ "churn", required_argument, NULL, OPTION_CHURN },
	{ "clients", required_argument, NULL, 'n' },
	{ "duration", required_argument, NULL, 'd' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "help", no_argument, NULL, 'h' },
	{ "icy", no_argument, NULL, OPTION_ICY },
	{ "insecure", no_argument, NULL, OPTION_INSECURE },
	{ "json", required_argument, NULL, OPTION_JSON },
	{ "late", required_argument, NULL, OPTION_LATE },
	{ "mounts", required_argument, NULL, OPTION_MOUNTS },
	{ "password-env", required_argument, NULL, OPTION_PASSWORD_ENV },
	{ "ramp", required_argument, NULL, OPTION_RAMP },
	{ "sample", required_argument, NULL, OPTION_SAMPLE },
	{ "settle", required_argument, NULL, OPTION_SETTLE },
	{ "slow", required_argument, NULL, OPTION_SLOW },
	{ "source", required_argument, NULL, OPTION_SOURCE },
	{ "tls", no_argument, NULL, OPTION_TLS },
	{ "url", required_argument, NULL, OPTION_URL },
	{ "user", required_argument, NULL, OPTION_USER },
	{ "watch", required_argument, NULL, OPTION_WATCH },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
    "usage: all2all-load --url URL [--url URL ...] [options]\n"
    "  -n, --clients N       listeners (10)\n"
    "  -d, --duration SECS   how long (10)\n"
    "      --ramp N          new listeners per second (500)\n"
    "      --source MOUNT    send a stream that numbers itself\n"
    "      --mounts N        as many sources; {n} in paths is 1 to N (1)\n"
    "      --format FORMAT   of the source: mp3 or ts (mp3)\n"
    "      --user NAME       of the source (source)\n"
    "      --password-env V  where the source's key is (ALL2ALL_KEY)\n"
    "      --bitrate KBIT    of the source: 32 to 320, ts 100 to 50000 (128)\n"
    "      --sample K        only K listeners check what they get (all)\n"
    "      --slow N          N of the listeners never read\n"
    "      --churn N         N short connections a second beside them\n"
    "      --settle SECS     from all being in to the steady part (2)\n"
    "      --late MS         a longer gap makes a listener late (2000)\n"
    "      --watch PID       what that process uses\n"
    "      --icy             ask for titles woven into the stream\n"
    "      --abort           end with a reset instead of a clean close\n"
    "      --tls             TLS for http:// URLs too\n"
    "      --ca-file FILE    trust these certificates\n"
    "      --insecure        trust any certificate\n"
    "      --from A-B        come from these IPv4 addresses in turn\n"
    "      --json FILE       the report as JSON too; - is standard output\n";

static _Noreturn void refuse(const char *format, ...) PRINTF_LIKE(1, 2);

static _Noreturn void
refuse(const char *format, ...)
{
	va_list args;

	fputs("all2all-load: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(" (--help tells more)\n", stderr);
	exit(2);
}

static unsigned
read_number(const char *name, unsigned least, unsigned most)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(optarg, &end, 10);
	if (errno != 0 || end == optarg || *end != '\0' || *optarg == '-' ||
	    value < least || value > most)
		refuse("--%s wants a number from %u to %u", name, least, most);
	return (unsigned)value;
}

static void
add_url(struct options *options)
{
	const char *why;

	if (options->url_count == OPTIONS_URLS)
		refuse("more than %d URLs", OPTIONS_URLS);
	why = weburl_parse(&options->urls[options->url_count], optarg);
	if (why != NULL)
		refuse("%s", why);
	options->url_count++;
}

/* "127.0.0.1" or "127.0.0.1-127.0.0.9" */
static void
read_from(struct options *options)
{
	char first[INET_ADDRSTRLEN];
	const char *dash = strchr(optarg, '-');
	size_t len = dash != NULL ? (size_t)(dash - optarg) : strlen(optarg);
	struct in_addr last;

	if (len >= sizeof(first))
		refuse("--from wants IPv4 addresses");
	memcpy(first, optarg, len);
	first[len] = '\0';
	if (inet_pton(AF_INET, first, &options->from) != 1 ||
	    inet_pton(AF_INET, dash != NULL ? dash + 1 : first, &last) != 1)
		refuse("--from wants IPv4 addresses");
	if (ntohl(last.s_addr) < ntohl(options->from.s_addr) ||
	    ntohl(last.s_addr) - ntohl(options->from.s_addr) > 65535)
		refuse("--from wants the lower address first");
	options->from_count = ntohl(last.s_addr) - ntohl(options->from.s_addr) +
	    1;
}

static void
read_format(struct options *options)
{
	options->encoding = numbered_find(optarg);
	if (options->encoding == NULL)
		refuse("--format is mp3 or ts");
}

static void
check_bitrate(const struct options *options)
{
	if (options->encoding->knows(options->bitrate))
		return;
	if (options->encoding == &numbered_ts)
		refuse("--bitrate wants a number from 100 to 50000");
	refuse("--bitrate is none of MP3's: 32 40 48 56 64 80 96 112 "
	       "128 160 192 224 256 320");
}

static void
read_source(struct options *options)
{
	if (optarg[0] != '/' || strlen(optarg) >= sizeof(options->urls[0].path))
		refuse("--source wants a mount that begins with a slash");
	for (const char *text = optarg; *text != '\0'; text++) {
		if ((unsigned char)*text <= ' ')
			refuse("--source wants a mount without spaces");
	}
	options->source = optarg;
}

/* False: not an option about how many or how long. */
static bool
read_amount(struct options *options, int option)
{
	switch (option) {
	case 'n':
		options->clients = read_number("clients", 0, MOST_CLIENTS);
		return true;
	case 'd':
		options->duration_secs = read_number("duration", 1, 604800);
		return true;
	case OPTION_BITRATE:
		options->bitrate = read_number("bitrate", 32, 50000);
		return true;
	case OPTION_CHURN:
		options->churn = read_number("churn", 0, MOST_CHURN);
		return true;
	case OPTION_LATE:
		options->late_ms = read_number("late", 1, 604800000);
		return true;
	case OPTION_MOUNTS:
		options->mounts = read_number("mounts", 1, MOST_MOUNTS);
		return true;
	case OPTION_RAMP:
		options->ramp = read_number("ramp", 1, MOST_CLIENTS);
		return true;
	case OPTION_SAMPLE:
		options->sample = read_number("sample", 0, MOST_CLIENTS);
		return true;
	case OPTION_SETTLE:
		options->settle_secs = read_number("settle", 0, 604800);
		return true;
	case OPTION_SLOW:
		options->slow = read_number("slow", 0, MOST_CLIENTS);
		return true;
	case OPTION_WATCH:
		options->watch = (pid_t)read_number("watch", 1, INT_MAX);
		return true;
	default:
		return false;
	}
}

/* False: not an option that only sets a switch. */
static bool
read_switch(struct options *options, int option, bool *is_all_tls)
{
	switch (option) {
	case OPTION_ABORT:
		options->is_abort = true;
		return true;
	case OPTION_ICY:
		options->is_icy = true;
		return true;
	case OPTION_INSECURE:
		options->is_unverified = true;
		return true;
	case OPTION_TLS:
		*is_all_tls = true;
		return true;
	default:
		return false;
	}
}

static void
read_word(struct options *options, int option, const char **key_env)
{
	switch (option) {
	case OPTION_CA_FILE:
		options->ca_file = optarg;
		break;
	case OPTION_FORMAT:
		read_format(options);
		break;
	case OPTION_FROM:
		read_from(options);
		break;
	case OPTION_JSON:
		options->json = optarg;
		break;
	case OPTION_PASSWORD_ENV:
		*key_env = optarg;
		break;
	case OPTION_SOURCE:
		read_source(options);
		break;
	case OPTION_URL:
		add_url(options);
		break;
	case OPTION_USER:
		options->user = optarg;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

/* Or several sources would fight for one mount, and most stay unheard. */
static void
check_mounts(const struct options *options)
{
	if (options->mounts == 1)
		return;
	if (options->source != NULL &&
	    strstr(options->source, OPTIONS_NUMBER) == NULL)
		refuse("--mounts needs " OPTIONS_NUMBER " in --source");
	for (unsigned i = 0; i < options->url_count; i++) {
		if (strstr(options->urls[i].path, OPTIONS_NUMBER) == NULL)
			refuse("--mounts needs " OPTIONS_NUMBER " in --url");
	}
}

static void
check_together(struct options *options, const char *key_env, bool is_all_tls)
{
	if (options->url_count == 0)
		refuse("no --url given");
	if (options->slow > options->clients)
		refuse("--slow is more than --clients");
	if (options->sample > options->clients - options->slow)
		options->sample = options->clients - options->slow;
	for (unsigned i = 0; i < options->url_count; i++) {
		options->urls[i].is_tls |= is_all_tls;
		if (options->source != NULL &&
		    strcmp(options->urls[i].path, "/") == 0)
			snprintf(options->urls[i].path,
			    sizeof(options->urls[i].path), "%s",
			    options->source);
	}
	check_mounts(options);
	check_bitrate(options);
	if (options->source == NULL)
		return;
	if (options->user == NULL)
		options->user = options->urls[0].user[0] != '\0'
		    ? options->urls[0].user
		    : "source";
	options->key = getenv(key_env);
	if (options->key == NULL)
		refuse("--source needs its key in the environment variable %s",
		    key_env);
}

void
options_read(struct options *options, int argc, char **argv)
{
	const char *key_env = "ALL2ALL_KEY";
	bool is_all_tls = false;
	int option;

	*options = (struct options){ .clients = 10,
		.ramp = 500,
		.duration_secs = 10,
		.bitrate = 128,
		.mounts = 1,
		.settle_secs = 2,
		.late_ms = 2000,
		.encoding = &numbered_mp3,
		.sample = UINT_MAX };
	while ((option = getopt_long(argc, argv, "d:hn:", table, NULL)) != -1) {
		if (!read_amount(options, option) &&
		    !read_switch(options, option, &is_all_tls))
			read_word(options, option, &key_env);
	}
	if (optind < argc)
		refuse("\"%s\" is not an option", argv[optind]);
	check_together(options, key_env, is_all_tls);
}
