/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * libconfuse accepts a text that ends inside a section, a quote or a comment,
 * lets the last of two values win in silence, and can end the process over a
 * file it cannot read. So the file is read here, a last line of our own must
 * arrive at the top level, and every value passes note_once(). */
#include "conf/conf_priv.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES  (1 << 20)
#define MOST_BLOCKS 10000
#define END_NAME    "all2alld-end-of-file"
#define END_LINE    END_NAME " = yes\n"
#define CUT_OFF     "the file ends too early: a value, a quote or a '}' is missing"

/* What libconfuse keeps for an option that was given. */
struct given {
	int line;
	int64_t number;
	char text[];
};

/* libconfuse's callbacks have no owner to hand on, and its lexer is global
 * anyway: one load at a time. */
static struct loading {
	const char *path;
	int line_count;
	bool wants_files;
	char *error; /* the first one */
	/* The section of each kind that is being read, and what it had. */
	const cfg_t *reading[SECTIONS];
	bool had[SECTIONS][CONF_MOST_OPTIONS];
} loading;

static void
fail(int line, const char *sentence)
{
	struct bytes text = { 0 };

	if (loading.error != NULL)
		return;
	if (line > loading.line_count)
		line = loading.line_count;
	bytes_format(
	    &text, "%s:%d: %s", loading.path, line < 1 ? 1 : line, sentence);
	bytes_append(&text, "", 1);
	loading.error = mem_text((const char *)text.data);
	bytes_free(&text);
	/* What is quoted in it may have line ends. */
	for (char *at = loading.error; *at != '\0'; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	}
}

static void report(cfg_t *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
report(cfg_t *cfg, const char *format, va_list args)
{
	char text[CONF_WRONG_BYTES];

	vsnprintf(text, sizeof(text), format, args);
	if (strstr(text, END_NAME) != NULL || cfg->line > loading.line_count)
		fail(cfg->line, CUT_OFF);
	else
		fail(cfg->line, text);
}

static unsigned
section_number(const cfg_t *cfg)
{
	unsigned number = 0;

	while (strcmp(conf_sections[number].name, cfg->name) != 0)
		CHECK(++number < SECTIONS);
	return number;
}

static bool
note_once(const cfg_t *cfg, unsigned section, unsigned option)
{
	bool *had = loading.had[section];

	if (loading.reading[section] != cfg) {
		loading.reading[section] = cfg;
		memset(had, 0, sizeof(loading.had[section]));
	}
	if (had[option])
		return false;
	return had[option] = true;
}

static int
take(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	unsigned number = section_number(cfg), at = 0;
	const struct conf_section *section = &conf_sections[number];
	char wrong[CONF_WRONG_BYTES];
	struct given *given;
	int64_t amount;

	while (strcmp(section->options[at].name, opt->name) != 0)
		CHECK(++at < section->count);
	if (strcmp(value, END_NAME) == 0) {
		fail(cfg->line, CUT_OFF);
		return -1;
	}
	if (!note_once(cfg, number, at)) {
		snprintf(wrong, sizeof(wrong), "%s is given twice", opt->name);
		fail(cfg->line, wrong);
		return -1;
	}
	if (!conf_value_read(&section->options[at], value, &amount, wrong)) {
		fail(cfg->line, wrong);
		return -1;
	}
	given = mem_new(sizeof(*given) + strlen(value) + 1);
	given->line = cfg->line;
	given->number = amount;
	memcpy(given->text, value, strlen(value));
	*(struct given **)result = given;
	return 0;
}

/* libconfuse's form of a section of ours; room for more follows. */
static unsigned
list_options(const struct conf_section *section, cfg_opt_t *opts)
{
	CHECK(section->count <= CONF_MOST_OPTIONS);
	for (unsigned i = 0; i < section->count; i++)
		opts[i] = (cfg_opt_t)CFG_PTR_CB(
		    section->options[i].name, NULL, CFGF_NODEFAULT, take, free);
	opts[section->count] = (cfg_opt_t)CFG_END();
	return section->count;
}

static cfg_t *
new_reader(void)
{
	static const cfg_flag_t titled = CFGF_MULTI | CFGF_TITLE |
	    CFGF_NO_TITLE_DUPES;
	cfg_opt_t tls[CONF_MOST_OPTIONS + 1];
	cfg_opt_t mount[CONF_MOST_OPTIONS + 1];
	cfg_opt_t listen[CONF_MOST_OPTIONS + 2];
	cfg_opt_t top[CONF_MOST_OPTIONS + 4];
	unsigned at;

	list_options(&conf_sections[SECTION_TLS], tls);
	list_options(&conf_sections[SECTION_MOUNT], mount);
	at = list_options(&conf_sections[SECTION_LISTEN], listen);
	listen[at++] = (cfg_opt_t)CFG_SEC("tls", tls, CFGF_MULTI);
	listen[at] = (cfg_opt_t)CFG_END();
	at = list_options(&conf_sections[SECTION_TOP], top);
	top[at++] = (cfg_opt_t)CFG_SEC("listen", listen, titled);
	top[at++] = (cfg_opt_t)CFG_SEC("mount", mount, titled);
	top[at++] = (cfg_opt_t)CFG_BOOL(END_NAME, cfg_false, CFGF_NONE);
	top[at] = (cfg_opt_t)CFG_END();
	return cfg_init(top, CFGF_NONE); /* copies them all */
}

static int
line_at(const char *text, const char *at)
{
	int line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static const struct given *
find_given(cfg_t *cfg, const char *name)
{
	cfg_opt_t *opt = cfg_getopt(cfg, name);

	return cfg_opt_size(opt) == 0 ? NULL : cfg_opt_getnptr(opt, 0);
}

static char *
beside(const char *path)
{
	const char *slash = strrchr(loading.path, '/');
	struct bytes whole = { 0 };
	char *text;

	if (path[0] != '/' && slash != NULL)
		bytes_append(
		    &whole, loading.path, (size_t)(slash + 1 - loading.path));
	bytes_append(&whole, path, strlen(path) + 1);
	text = mem_text((const char *)whole.data);
	bytes_free(&whole);
	return text;
}

static void
fill_path(const struct conf_option *option, void *to, const struct given *given,
    bool wants_file)
{
	char *path = beside(given->text);
	char wrong[CONF_WRONG_BYTES];

	conf_value_set(option, to, 0, path);
	if (wants_file && !conf_check_file(path, wrong))
		fail(given->line, wrong);
	free(path);
}

static void
fill(unsigned number, cfg_t *cfg, void *to)
{
	const struct conf_section *section = &conf_sections[number];
	const struct conf_option *option = section->options;
	const struct given *given;

	for (unsigned i = 0; i < section->count; i++, option++) {
		given = find_given(cfg, option->name);
		if (given == NULL)
			continue;
		if (option->kind == KIND_PATH || option->kind == KIND_FILE)
			fill_path(option, to, given,
			    option->kind == KIND_FILE && loading.wants_files);
		else
			conf_value_set(option, to, given->number, given->text);
	}
}

static void
fill_listen(struct conf *conf, cfg_t *cfg)
{
	struct conf_listen *listen = &conf->listens[conf->listen_count++];
	char wrong[CONF_WRONG_BYTES];

	conf_section_defaults(&conf_sections[SECTION_LISTEN], listen);
	if (!conf_listen_title(listen, cfg_title(cfg), wrong)) {
		fail(cfg->line, wrong);
		return;
	}
	fill(SECTION_LISTEN, cfg, listen);
	if (cfg_size(cfg, "tls") > 0) {
		fill(SECTION_TLS, cfg_getnsec(cfg, "tls", 0), listen);
		if (cfg_size(cfg, "tls") > 1)
			fail(cfg->line, "tls is given twice");
		else if (listen->certificate == NULL)
			fail(cfg->line, "tls has no certificate");
	}
	if (!conf_check_listen(conf, listen, wrong))
		fail(cfg->line, wrong);
}

static void
fill_mount(struct conf *conf, cfg_t *cfg)
{
	struct conf_mount *mount = &conf->mounts[conf->mount_count++];
	char wrong[CONF_WRONG_BYTES];

	conf_section_defaults(&conf_sections[SECTION_MOUNT], mount);
	mount->name = mem_text(cfg_title(cfg));
	fill(SECTION_MOUNT, cfg, mount);
	if (!conf_check_mount(mount, wrong))
		fail(cfg->line, wrong);
}

static void
fill_blocks(struct conf *conf, cfg_t *cfg)
{
	unsigned listens = cfg_size(cfg, "listen");
	unsigned mounts = cfg_size(cfg, "mount");

	if (listens > MOST_BLOCKS || mounts > MOST_BLOCKS) {
		fail(loading.line_count, "more than 10000 blocks");
		return;
	}
	conf->listens = mem_new((listens + 1) * sizeof(*conf->listens));
	conf->mounts = mem_new((mounts + 1) * sizeof(*conf->mounts));
	for (unsigned i = 0; i < listens && loading.error == NULL; i++)
		fill_listen(conf, cfg_getnsec(cfg, "listen", i));
	for (unsigned i = 0; i < mounts && loading.error == NULL; i++)
		fill_mount(conf, cfg_getnsec(cfg, "mount", i));
}

static struct conf *
fill_conf(cfg_t *cfg)
{
	struct conf *conf = mem_new(sizeof(*conf));
	char wrong[CONF_WRONG_BYTES];

	atomic_init(&conf->refs, 1);
	conf_section_defaults(&conf_sections[SECTION_TOP], conf);
	conf_section_defaults(&conf_sections[SECTION_MOUNT], &conf->any_mount);
	conf->any_mount.name = mem_text("*");
	fill(SECTION_TOP, cfg, conf);
	fill_blocks(conf, cfg);
	if (loading.error == NULL && !conf_check_whole(conf, wrong))
		fail(loading.line_count, wrong);
	if (loading.error != NULL) {
		conf_unref(conf);
		return NULL;
	}
	conf_derive_url(conf);
	return conf;
}

static bool
has_whole_lines(const char *text)
{
	const char *at = strstr(text, END_NAME);

	if (at != NULL) {
		fail(
		    line_at(text, at), "'" END_NAME "' is kept for the parser");
		return false;
	}
	/* A number that is cut off is still a number. */
	if (*text != '\0' && text[strlen(text) - 1] != '\n') {
		fail(loading.line_count,
		    "the last line has no end: is this the whole file?");
		return false;
	}
	return true;
}

/* False for what no parser needs to see. */
static bool
is_plain_text(const char *text)
{
	const char *at = text;
	size_t left = strlen(text), n;

	if (text[strspn(text, " \t\r\n")] == '<') {
		fail(1,
		    "this is an icecast.xml: all2alld has a format of its "
		    "own, see all2alld.conf(5)");
		return false;
	}
	for (; left > 0; at += n, left -= n) {
		n = text_char(at, left);
		if (n == 0) {
			fail(line_at(text, at), "this is not UTF-8");
			return false;
		}
		if (((unsigned char)*at < 0x20 && !strchr("\t\r\n", *at)) ||
		    *at == 0x7f) {
			fail(line_at(text, at), "a control character");
			return false;
		}
	}
	return has_whole_lines(text);
}

/* The first byte after what begins with a quote. */
static char *
skip_quoted(char *at)
{
	char quote = *at++;

	while (*at != '\0' && *at != quote) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (quote == '"' && at[0] == '$' && at[1] == '{' &&
		    strchr(at, '}') != NULL)
			at = strchr(at, '}');
		at++;
	}
	return *at == '\0' ? at : at + 1;
}

static char *
blank(char *at, const char *end)
{
	for (; at < end; at++) {
		if (*at != '\n')
			*at = ' ';
	}
	return at;
}

/* The end of the comment that begins here, or NULL: it is none, or is never
 * closed. */
static char *
comment_end(char *at, bool is_word)
{
	char *end;

	if (*at == '#' || (!is_word && at[0] == '/' && at[1] == '/'))
		return at + strcspn(at, "\n");
	if (is_word || at[0] != '/' || at[1] != '*')
		return NULL;
	end = strstr(at + 2, "*/");
	return end == NULL ? NULL : end + 2;
}

/* libconfuse 3.3 counts too many lines in comments, and takes one between '='
 * and the value for a value: it gets to see none. */
static void
blank_comments(char *text)
{
	bool is_word = false; /* within one without quotes: http://... */
	char *at = text, *end;

	while (*at != '\0') {
		end = comment_end(at, is_word);
		if (end != NULL) {
			at = blank(at, end);
			is_word = false;
		} else if (*at == '"' || *at == '\'') {
			at = skip_quoted(at);
			is_word = false;
		} else if (at[0] == '$' && at[1] == '{' &&
		    strchr(at, '}') != NULL) {
			at = strchr(at, '}') + 1;
			is_word = false;
		} else {
			is_word = strchr(" \t\r\n{}()=,+", *at) == NULL;
			at++;
		}
	}
}

/* A copy with Unix line ends, no comments, and our last line. */
static void
prepare(const char *text, struct bytes *whole)
{
	size_t len = strlen(text);

	bytes_append(whole, text, len);
	bytes_append(whole, END_LINE, sizeof(END_LINE));
	for (size_t i = 0; i + 1 < len; i++) {
		if (text[i] == '\r' && text[i + 1] == '\n')
			whole->data[i] = ' ';
	}
	blank_comments((char *)whole->data);
}

static struct conf *
parse(const char *text)
{
	cfg_t *cfg = new_reader();
	struct bytes whole = { 0 };
	struct conf *conf = NULL;

	CHECK(cfg != NULL);
	cfg_set_error_function(cfg, report);
	prepare(text, &whole);
	if (cfg_parse_buf(cfg, (const char *)whole.data) != CFG_SUCCESS)
		fail(cfg->line, "this cannot be read");
	else if (!cfg_getbool(cfg, END_NAME))
		fail(loading.line_count, CUT_OFF);
	if (loading.error == NULL)
		conf = fill_conf(cfg);
	cfg_free(cfg);
	bytes_free(&whole);
	return conf;
}

static struct conf *
load_text(const char *text, const char *path, bool wants_files, char **error)
{
	struct conf *conf = NULL;
	size_t len = strlen(text);

	memset(&loading, 0, sizeof(loading));
	loading.path = path;
	loading.wants_files = wants_files;
	loading.line_count = line_at(text, text + len);
	if (len > 0 && text[len - 1] == '\n')
		loading.line_count--;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	if (is_plain_text(text))
		conf = parse(text);
	*error = loading.error;
	loading.path = NULL;
	return conf;
}

static const char *
why_unread(int number)
{
	if (number == EINVAL)
		return "this is not a file";
	return number == EFBIG ? "the file is larger than 1 MiB"
			       : strerror(number);
}

static struct conf *
load_file(const char *path, bool wants_files, char **error)
{
	char *real = realpath(path, NULL), *text = NULL;
	struct conf *conf = NULL;
	size_t len = 0;

	memset(&loading, 0, sizeof(loading));
	loading.path = path;
	if (real != NULL)
		text = file_read_all(AT_FDCWD, real, MOST_BYTES, &len);
	if (text == NULL) {
		fail(1, why_unread(errno));
	} else if (strlen(text) != len) {
		loading.line_count = MOST_BYTES;
		fail(line_at(text, text + strlen(text)), "a zero byte");
	} else {
		conf = load_text(text, path, wants_files, error);
	}
	*error = loading.error;
	free(text);
	free(real);
	return conf;
}

struct conf *
conf_load(const char *path, char **error)
{
	return load_file(path, true, error);
}

struct conf *
conf_read(const char *path, char **error)
{
	return load_file(path, false, error);
}

struct conf *
conf_parse(const char *text, const char *path, char **error)
{
	return load_text(text, path, false, error);
}
