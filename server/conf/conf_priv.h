/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * conf_priv - what the files of this room share. Desk only.
 *
 *   text -> load.c (guards, libconfuse) -> value.c (one value by its row of
 *   schema.c) -> struct conf -> check.c (what values mean together)
 *
 * Numbers are kept as the struct wants them: bytes, milliseconds, pieces.
 */
#ifndef CONF_CONF_PRIV_H
#define CONF_CONF_PRIV_H

#include "conf/conf.h"

#define CONF_NO_LIMIT    (-1)
#define CONF_WRONG_BYTES 512

enum conf_kind {
	KIND_TEXT, /* anything a person reads; least and most in bytes */
	KIND_PATH, /* relative to the configuration's folder */
	KIND_FILE, /* the same of a file that must be there */
	KIND_HOST, /* a host name or an address */
	KIND_URL,  /* http or https */
	KIND_USER, /* a user of this system */
	KIND_MAIL, /* an e-mail address */
	KIND_SMTP, /* a mail server: smtps or smtp */
	KIND_GRID, /* shows of a week, base/grid.h */
	KIND_SLUG, /* a member; the last that is text */
	KIND_COUNT,
	KIND_LIMIT,  /* a count, or "none" */
	KIND_SIZE,   /* bytes: 512, 64K, 16M */
	KIND_TIME,   /* milliseconds: 500ms, 5s, 2m, 12h, 30d, 0 */
	KIND_YES,    /* yes or no */
	KIND_SLOW,   /* enum slow_policy */
	KIND_ANCHOR, /* enum renewal_anchor */
	KIND_BLOCK,  /* enum block_policy */
	KIND_RECORD, /* enum record_rule */
	KIND_LEVEL,  /* enum log_level */
	KIND_SPLIT,  /* never, hourly, daily@06:00 */
};

struct conf_option {
	const char *name;
	enum conf_kind kind;
	int64_t usual; /* the default of kinds that are numbers */
	int64_t least, most;
	size_t offset;          /* in the section's struct */
	const char *usual_text; /* the default of the others, or NULL */
};

struct conf_section {
	const char *name; /* as libconfuse has it; "root" is the top */
	const struct conf_option *options;
	unsigned count;
};

enum {
	SECTION_TOP,
	SECTION_LISTEN,
	SECTION_TLS,
	SECTION_MOUNT,
	SECTIONS
};

/* schema.c */
extern const struct conf_section conf_sections[SECTIONS];
#define CONF_MOST_OPTIONS 64 /* of one section */

/* value.c: false, and wrong says why, for what cannot be a value of the
 * option. *number is 0 for kinds that are not numbers. */
bool conf_value_read(const struct conf_option *, const char *text,
    int64_t *number, char wrong[CONF_WRONG_BYTES]) MUST_CHECK;
/* Puts it where it belongs; text is copied. */
void conf_value_set(const struct conf_option *, void *section, int64_t number,
    const char *text);
void conf_section_defaults(const struct conf_section *, void *to);
void conf_section_free(const struct conf_section *, void *from);

/* names.c: NULL, or what is wrong. */
const char *conf_bad_host(const char *);
const char *conf_bad_url(const char *);
const char *conf_bad_user(const char *);
const char *conf_bad_slug(const char *);
const char *conf_bad_mail(const char *);
const char *conf_bad_smtp(const char *);
const char *conf_bad_mount(const char *); /* a name, or a pattern */

/* check.c: false, and wrong says what. */
bool conf_listen_title(struct conf_listen *, const char *title,
    char wrong[CONF_WRONG_BYTES]) MUST_CHECK;
bool conf_check_listen(const struct conf *, const struct conf_listen *,
    char wrong[CONF_WRONG_BYTES]) MUST_CHECK;
bool conf_check_mount(
    const struct conf_mount *, char wrong[CONF_WRONG_BYTES]) MUST_CHECK;
bool conf_check_whole(
    const struct conf *, char wrong[CONF_WRONG_BYTES]) MUST_CHECK;
bool conf_check_file(const char *path, char wrong[CONF_WRONG_BYTES]) MUST_CHECK;
/* "https://radio.example.org:8443", from the host name and the first listen. */
void conf_derive_url(struct conf *);

#endif
