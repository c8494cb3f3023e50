/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/settings.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "offload/ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define K           INT64_C(1024)
#define M           (1024 * K)
#define S           INT64_C(1000)
#define MIN         (60 * S)
#define HOUR        (60 * MIN)
#define DAY         (24 * HOUR)
#define MOST_TEXT   1000
#define MOST_SECRET 1000

enum kind {
	TEXT,
	NAME, /* letters, digits and what no key or host has to escape */
	PATH, /* relative to the folder of the file */
	COUNT,
	SIZE,
	TIME,
	YES,
	LEVEL
};

struct option {
	const char *name;
	enum kind kind;
	size_t offset;
	int64_t usual, least, most;
	const char *usual_text; /* NULL: it must be given, or may be missing */
	bool is_needed;
};

#define AT(field) offsetof(struct settings, field)

/* Each is in man/all2all-archived.8 and conf/all2all-archived.conf. */
/* clang-format off */
static const struct option options[] = {
	{ "data", PATH, AT(data), 0, 0, 0, NULL, true },
	{ "socket", PATH, AT(socket), 0, 0, 0, NULL, false },
	{ "endpoint", TEXT, AT(endpoint), 0, 0, 0, NULL, true },
	{ "region", NAME, AT(region), 0, 0, 0, "us-east-1", false },
	{ "bucket", NAME, AT(bucket), 0, 0, 0, NULL, true },
	{ "prefix", NAME, AT(prefix), 0, 0, 0, "", false },
	{ "path-style", YES, AT(is_path_style), true, 0, 1, NULL, false },
	{ "key-id", TEXT, AT(key_id), 0, 0, 0, NULL, true },
	{ "secret-file", PATH, AT(secret_file), 0, 0, 0, NULL, true },
	{ "ca", PATH, AT(ca), 0, 0, 0, NULL, false },
	{ "insecure", YES, AT(is_insecure), false, 0, 1, NULL, false },
	{ "part-size", SIZE, AT(part_bytes), 16 * M, 5 * M, 1024 * M,
	    NULL, false },
	{ "parts-at-once", COUNT, AT(parts_at_once), 2, 1, 4, NULL, false },
	{ "bandwidth", SIZE, AT(bytes_per_second), 0, 64 * K, 1024 * 1024 * M,
	    NULL, false },
	{ "every", TIME, AT(every_ms), 1 * MIN, 1 * S, 1 * DAY, NULL, false },
	{ "retry", TIME, AT(retry_ms), 10 * S, 10, 1 * HOUR, NULL, false },
	{ "patience", TIME, AT(patience_ms), 30 * S, 1 * S, 10 * MIN,
	    NULL, false },
	{ "orphans-after", TIME, AT(orphan_ms), 1 * DAY, 1 * S, 30 * DAY,
	    NULL, false },
	{ "log-level", LEVEL, AT(log_level), LOG_INFO, 0, 0, NULL, false },
	{ "user", NAME, AT(user), 0, 0, 0, NULL, false },
};
/* clang-format on */

#define OPTIONS (sizeof(options) / sizeof(*options))

/* What is being read. */
struct reading {
	struct settings *settings;
	const char *path;
	int line;
	bool had[OPTIONS];
};

static bool
is_text(enum kind kind)
{
	return kind == TEXT || kind == NAME || kind == PATH;
}

static char **
text_of(struct settings *settings, const struct option *option)
{
	return (char **)((char *)settings + option->offset);
}

static void
set_number(
    struct settings *settings, const struct option *option, int64_t number)
{
	void *place = (char *)settings + option->offset;

	if (option->kind == YES)
		*(bool *)place = number != 0;
	else
		*(int64_t *)place = number;
}

static bool
read_amount(const struct option *option, const char *text, int64_t *number)
{
	static const struct {
		enum kind kind;
		const char *name;
		int64_t worth;
	} units[] = { { COUNT, "", 1 }, { SIZE, "", 1 }, { SIZE, "K", K },
		{ SIZE, "M", M }, { TIME, "ms", 1 }, { TIME, "s", S },
		{ TIME, "m", MIN }, { TIME, "h", HOUR }, { TIME, "d", DAY } };
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9)
		return false;
	for (unsigned i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (units[i].kind != option->kind ||
		    strcmp(units[i].name, text + digits) != 0)
			continue;
		*number = strtoll(text, NULL, 10) * units[i].worth;
		return *number >= option->least && *number <= option->most;
	}
	return false;
}

static bool
read_number(const struct option *option, const char *text, int64_t *number)
{
	enum log_level level;

	if (option->kind == YES) {
		*number = strcmp(text, "yes") == 0;
		return *number != 0 || strcmp(text, "no") == 0;
	}
	if (option->kind == LEVEL) {
		if (!log_level_named(text, &level))
			return false;
		*number = level;
		return true;
	}
	return read_amount(option, text, number);
}

static bool
is_name(const char *text)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._/";

	return text[strspn(text, fine)] == '\0' && text[0] != '/' &&
	    strstr(text, "..") == NULL && strstr(text, "//") == NULL;
}

static char *
beside(const char *conf, const char *path)
{
	const char *slash = strrchr(conf, '/');
	struct bytes whole = { 0 };
	char *text;

	if (path[0] != '/' && slash != NULL)
		bytes_append(&whole, conf, (size_t)(slash - conf) + 1);
	bytes_append(&whole, path, strlen(path) + 1);
	text = mem_text((const char *)whole.data);
	bytes_free(&whole);
	return text;
}

static bool
take_text(struct reading *reading, const struct option *option,
    const char *value, char **error)
{
	char **place = text_of(reading->settings, option);

	if (*value == '\0' || strlen(value) > MOST_TEXT)
		return sentence(error, "%s:%d: %s is empty or too long",
		    reading->path, reading->line, option->name);
	if (option->kind == NAME && !is_name(value))
		return sentence(error,
		    "%s:%d: %s has other signs than A-Z a-z 0-9 - . _ /",
		    reading->path, reading->line, option->name);
	free(*place);
	*place = option->kind == PATH ? beside(reading->path, value)
				      : mem_text(value);
	return true;
}

static bool
take_option(
    struct reading *reading, const char *name, const char *value, char **error)
{
	const struct option *option;
	unsigned at = 0;
	int64_t number;

	while (at < OPTIONS && strcmp(options[at].name, name) != 0)
		at++;
	if (at == OPTIONS)
		return sentence(error, "%s:%d: there is no option \"%s\"",
		    reading->path, reading->line, name);
	option = &options[at];
	if (reading->had[at])
		return sentence(error, "%s:%d: %s is given twice",
		    reading->path, reading->line, name);
	reading->had[at] = true;
	if (is_text(option->kind))
		return take_text(reading, option, value, error);
	if (!read_number(option, value, &number))
		return sentence(error,
		    "%s:%d: %s cannot be \"%s\": see all2all-archived(8)",
		    reading->path, reading->line, name, value);
	set_number(reading->settings, option, number);
	return true;
}

static void
cut_end(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
}

/* The value without its quotes, or up to a comment; false when what is there
 * is neither. */
static bool
unquote(char **value)
{
	char *end;

	if (**value != '"') {
		(*value)[strcspn(*value, "#")] = '\0';
		cut_end(*value);
		return strpbrk(*value, " \t\"") == NULL;
	}
	end = strchr(*value + 1, '"');
	if (end == NULL ||
	    (end[1 + strspn(end + 1, " \t\r")] != '\0' &&
		end[1 + strspn(end + 1, " \t\r")] != '#'))
		return false;
	*end = '\0';
	++*value;
	return true;
}

static bool
take_line(struct reading *reading, char *line, char **error)
{
	char *name = line + strspn(line, " \t"), *value;

	if (*name == '#' || name[strspn(name, " \t\r")] == '\0')
		return true;
	value = strchr(name, '=');
	if (value == NULL)
		return sentence(error, "%s:%d: this is not NAME = VALUE",
		    reading->path, reading->line);
	*value++ = '\0';
	value += strspn(value, " \t");
	cut_end(name);
	if (!unquote(&value))
		return sentence(error, "%s:%d: this value cannot be read",
		    reading->path, reading->line);
	return take_option(reading, name, value, error);
}

/* "http://" or "https://", a host, maybe a port, and nothing else. */
static bool
check_endpoint(const char *url, bool *is_plain)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-.:[]";
	size_t begin;

	*is_plain = strncmp(url, "http://", 7) == 0;
	begin = *is_plain ? 7 : 8;
	return (*is_plain || strncmp(url, "https://", 8) == 0) &&
	    url[begin] != '\0' && strlen(url) < 256 &&
	    url[begin + strspn(url + begin, fine)] == '\0';
}

/* Whether a host, with its port, is this machine: as a number, so that no
 * name server is asked. */
static bool
is_loopback(const char *host)
{
	struct in_addr address;
	char name[64];

	if (strncmp(host, "[::1]", 5) == 0)
		return host[5] == '\0' || host[5] == ':';
	text_copy(name, sizeof(name), host);
	name[strcspn(name, ":")] = '\0';
	return inet_pton(AF_INET, name, &address) == 1 &&
	    ntohl(address.s_addr) >> 24 == 127;
}

static bool
check(const struct settings *settings, const char *path, char **error)
{
	const char *prefix = settings->prefix;
	bool is_plain;

	if (!check_endpoint(settings->endpoint, &is_plain))
		return sentence(error,
		    "%s: endpoint is not https://HOST or https://HOST:PORT",
		    path);
	if (is_plain &&
	    (!settings->is_insecure || !is_loopback(settings->endpoint + 7)))
		return sentence(error,
		    "%s: endpoint is http: that needs insecure = yes, and an "
		    "address of this machine, as 127.0.0.1",
		    path);
	if (is_plain && !settings->is_path_style)
		return sentence(error,
		    "%s: endpoint is http: that needs path-style = yes, as "
		    "BUCKET.HOST may be anybody's",
		    path);
	if (strchr(settings->bucket, '/') != NULL ||
	    strchr(settings->region, '/') != NULL)
		return sentence(
		    error, "%s: bucket and region have no '/'", path);
	if (prefix[0] != '\0' && prefix[strlen(prefix) - 1] == '/')
		return sentence(error, "%s: prefix ends with '/'", path);
	return true;
}

static void
set_defaults(struct settings *settings)
{
	for (unsigned i = 0; i < OPTIONS; i++) {
		if (is_text(options[i].kind))
			*text_of(settings, &options[i]) = mem_text(
			    options[i].usual_text);
		else
			set_number(settings, &options[i], options[i].usual);
	}
}

static bool
complete(struct reading *reading, char **error)
{
	struct settings *settings = reading->settings;
	struct bytes path = { 0 };

	for (unsigned i = 0; i < OPTIONS; i++) {
		if (options[i].is_needed && !reading->had[i])
			return sentence(error, "%s: %s is missing",
			    reading->path, options[i].name);
	}
	if (settings->socket == NULL) {
		bytes_format(&path, "%s/" ASK_SOCKET, settings->data);
		bytes_append(&path, "", 1);
		settings->socket = mem_text((const char *)path.data);
		bytes_free(&path);
	}
	return check(settings, reading->path, error);
}

struct settings *
settings_parse(const char *path, const char *text, char **error)
{
	struct reading reading = { .path = path };
	char *copy = mem_text(text), *line = copy, *next;
	bool is_fine = true;

	reading.settings = mem_new(sizeof(*reading.settings));
	set_defaults(reading.settings);
	for (; is_fine && line != NULL; line = next) {
		reading.line++;
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		is_fine = take_line(&reading, line, error);
	}
	free(copy);
	if (is_fine && complete(&reading, error))
		return reading.settings;
	settings_free(reading.settings);
	return NULL;
}

/* Only its owner may read it, or it is no secret. */
static bool
read_secret(struct settings *settings, char **error)
{
	const char *path = settings->secret_file;
	struct stat facts;
	size_t len = 0;
	char *text;

	if (stat(path, &facts) == -1)
		return sentence(
		    error, "secret-file %s: %s", path, strerror(errno));
	if ((facts.st_mode & 077) != 0)
		return sentence(error,
		    "secret-file %s: others may read it: chmod 600 it", path);
	text = file_read_all(AT_FDCWD, path, MOST_SECRET, &len);
	if (text == NULL)
		return sentence(
		    error, "secret-file %s: %s", path, strerror(errno));
	text[strcspn(text, "\r\n")] = '\0';
	settings->secret = text;
	if (text[0] != '\0' && strlen(text) + 2 >= len)
		return true;
	return sentence(error, "secret-file %s: one line is wanted", path);
}

struct settings *
settings_load(const char *path, char **error)
{
	struct settings *settings = NULL;
	size_t len = 0;
	char *text = file_read_all(AT_FDCWD, path, SETTINGS_MOST_BYTES, &len);

	if (text == NULL)
		sentence(error, "%s: %s", path, strerror(errno));
	else if (strlen(text) != len || !text_is_utf8(text, len))
		sentence(error, "%s: this is not text", path);
	else
		settings = settings_parse(path, text, error);
	free(text);
	if (settings != NULL && !read_secret(settings, error)) {
		settings_free(settings);
		return NULL;
	}
	return settings;
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	for (unsigned i = 0; i < OPTIONS; i++) {
		if (is_text(options[i].kind))
			free(*text_of(settings, &options[i]));
	}
	if (settings->secret != NULL)
		OPENSSL_cleanse(settings->secret, strlen(settings->secret));
	free(settings->secret);
	free(settings);
}
