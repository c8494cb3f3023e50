/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "conf/conf_priv.h"

#include "base/grid.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	int64_t worth;
};

/* The largest first: limits are written with the first that fits. */
static const struct unit sizes[] = { { "G", 1 << 30 }, { "M", 1 << 20 },
	{ "K", 1 << 10 }, { "", 1 }, { NULL, 0 } };
static const struct unit times[] = { { "d", 86400000 }, { "h", 3600000 },
	{ "m", 60000 }, { "s", 1000 }, { "ms", 1 }, { NULL, 0 } };
static const struct unit pieces[] = { { "", 1 }, { NULL, 0 } };

static bool
is_text(enum conf_kind kind)
{
	return kind <= KIND_SLUG;
}

static const struct unit *
units_of(enum conf_kind kind)
{
	return kind == KIND_SIZE ? sizes : kind == KIND_TIME ? times : pieces;
}

static bool
read_number(const char *text, const struct unit *unit, int64_t *number)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 12)
		return false;
	*number = strtoll(text, NULL, 10);
	text += digits;
	if (*number == 0 && *text == '\0')
		return true;
	while (unit->name != NULL && strcmp(unit->name, text) != 0)
		unit++;
	if (unit->name == NULL)
		return false;
	*number = *number > INT64_MAX / unit->worth ? INT64_MAX
						    : *number * unit->worth;
	return true;
}

static void
write_number(char *to, size_t size, const struct unit *unit, int64_t number)
{
	while (number % unit->worth != 0)
		unit++;
	if (number == 0)
		snprintf(to, size, "0");
	else
		snprintf(to, size, "%" PRId64 "%s", number / unit->worth,
		    unit->name);
}

static const char *
form_of(enum conf_kind kind)
{
	switch (kind) {
	case KIND_SIZE:
		return "not a size, write it as 512, 64K or 16M";
	case KIND_TIME:
		return "not a time, write it as 500ms, 5s, 2m, 12h, 30d or 0";
	case KIND_LIMIT:
		return "neither a number nor none";
	case KIND_YES:
		return "neither yes nor no";
	case KIND_SLOW:
		return "neither skip nor close";
	case KIND_ANCHOR:
		return "neither due nor invoice";
	case KIND_BLOCK:
		return "neither auto nor manual";
	case KIND_RECORD:
		return "none of yes, no and manual";
	case KIND_SPLIT:
		return "none of never, hourly and daily@06:00";
	case KIND_LEVEL:
		return "none of error, warn, info and debug";
	default:
		return "not a number";
	}
}

static bool
read_word(enum conf_kind kind, const char *text, int64_t *number)
{
	static const char *const pairs[][2] = {
		[KIND_YES] = { "no", "yes" },
		[KIND_SLOW] = { "skip", "close" },
		[KIND_ANCHOR] = { "due", "invoice" },
		[KIND_BLOCK] = { "auto", "manual" },
		[KIND_RECORD] = { "no", "yes" },
	};
	enum log_level level;

	if (kind == KIND_SPLIT)
		return grid_split_at(text, number);
	if (kind == KIND_RECORD && strcmp(text, "manual") == 0) {
		*number = RECORD_MANUAL;
		return true;
	}
	if (kind == KIND_LEVEL) {
		if (!log_level_named(text, &level))
			return false;
		*number = level;
		return true;
	}
	*number = strcmp(text, pairs[kind][0]) != 0;
	return *number == 0 || strcmp(text, pairs[kind][1]) == 0;
}

static bool
read_count(const struct conf_option *option, const char *text, int64_t *number,
    char wrong[CONF_WRONG_BYTES])
{
	const struct unit *units = units_of(option->kind);
	char least[32], most[32];

	if (option->kind == KIND_LIMIT && strcmp(text, "none") == 0) {
		*number = CONF_NO_LIMIT;
		return true;
	}
	if (!read_number(text, units, number)) {
		snprintf(wrong, CONF_WRONG_BYTES, "%s: '%.80s' is %s",
		    option->name, text, form_of(option->kind));
		return false;
	}
	if (*number >= option->least && *number <= option->most)
		return true;
	write_number(least, sizeof(least), units, option->least);
	write_number(most, sizeof(most), units, option->most);
	snprintf(wrong, CONF_WRONG_BYTES, "%s: %.80s is not from %s to %s",
	    option->name, text, least, most);
	return false;
}

/* Escapes in quotes can make what the file itself may not have. */
static const char *
bad_characters(const char *text, size_t len)
{
	for (const char *at = text; *at != '\0'; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return "has a control character";
	}
	return text_is_utf8(text, len) ? NULL : "is not UTF-8";
}

static const char *
bad_grid(const char *text)
{
	struct grid grid;

	return grid_parse(&grid, text);
}

static const char *
bad_form(enum conf_kind kind, const char *text)
{
	switch (kind) {
	case KIND_HOST:
		return conf_bad_host(text);
	case KIND_URL:
		return conf_bad_url(text);
	case KIND_USER:
		return conf_bad_user(text);
	case KIND_MAIL:
		return conf_bad_mail(text);
	case KIND_SMTP:
		return conf_bad_smtp(text);
	case KIND_SLUG:
		return conf_bad_slug(text);
	case KIND_GRID:
		return bad_grid(text);
	default:
		return NULL;
	}
}

static bool
read_text(const struct conf_option *option, const char *text,
    char wrong[CONF_WRONG_BYTES])
{
	size_t len = strlen(text);
	const char *why;

	if (len < (size_t)option->least) {
		snprintf(wrong, CONF_WRONG_BYTES, "%s is empty", option->name);
		return false;
	}
	if (len > (size_t)option->most) {
		snprintf(wrong, CONF_WRONG_BYTES,
		    "%s is longer than %" PRId64 " bytes", option->name,
		    option->most);
		return false;
	}
	why = bad_characters(text, len);
	if (why != NULL) {
		snprintf(wrong, CONF_WRONG_BYTES, "%s %s", option->name, why);
		return false;
	}
	why = bad_form(option->kind, text);
	if (why != NULL)
		snprintf(wrong, CONF_WRONG_BYTES, "%s: '%.250s' %s",
		    option->name, text, why);
	return why == NULL;
}

bool
conf_value_read(const struct conf_option *option, const char *text,
    int64_t *number, char wrong[CONF_WRONG_BYTES])
{
	*number = 0;
	if (is_text(option->kind))
		return read_text(option, text, wrong);
	if (option->kind < KIND_YES)
		return read_count(option, text, number, wrong);
	if (read_word(option->kind, text, number))
		return true;
	snprintf(wrong, CONF_WRONG_BYTES, "%s: '%.80s' is %s", option->name,
	    text, form_of(option->kind));
	return false;
}

void
conf_value_set(const struct conf_option *option, void *section, int64_t number,
    const char *text)
{
	void *place = (char *)section + option->offset;

	if (is_text(option->kind)) {
		free(*(char **)place);
		*(char **)place = mem_text(text);
	} else if (option->kind == KIND_YES) {
		*(bool *)place = number != 0;
	} else if (option->kind == KIND_SLOW) {
		*(enum slow_policy *)place = (enum slow_policy)number;
	} else if (option->kind == KIND_ANCHOR) {
		*(enum renewal_anchor *)place = (enum renewal_anchor)number;
	} else if (option->kind == KIND_RECORD) {
		*(enum record_rule *)place = (enum record_rule)number;
	} else if (option->kind == KIND_BLOCK) {
		*(enum block_policy *)place = (enum block_policy)number;
	} else {
		*(int64_t *)place = number;
	}
}

void
conf_section_defaults(const struct conf_section *section, void *to)
{
	const struct conf_option *option = section->options;

	for (unsigned i = 0; i < section->count; i++, option++)
		conf_value_set(option, to, option->usual, option->usual_text);
}

void
conf_section_free(const struct conf_section *section, void *from)
{
	for (unsigned i = 0; i < section->count; i++) {
		if (is_text(section->options[i].kind))
			conf_value_set(&section->options[i], from, 0, NULL);
	}
}
