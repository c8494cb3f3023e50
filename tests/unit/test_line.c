/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "faces/line.h"
#include "faces/table.h"
#include "http/cookie.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *value;
} given[] = { { "member", "ana" }, { "title", "Nuit d'été {id}" },
	{ "empty", "" }, { "bad", "--force" }, { "dash", "-1" },
	{ "latin", "\xe9t\xe9" } };

static const char *
value_of(void *arg, const char *name)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (strcmp(given[i].name, name) == 0)
			return given[i].value;
	}
	return NULL;
}

static const struct {
	const char *line;
	const char *words; /* with '|' between, NULL: refused */
	const char *about;
} lines[] = {
	{ "member list --format json", "member|list|--format|json", NULL },
	{ "member show {member}", "member|show|ana", NULL },
	{ "edit [--title {title}] x", "edit|--title|Nuit d'été {id}|x", NULL },
	{ "edit [--title {none}] x", "edit|x", NULL },
	{ "edit [--title {empty}]", "edit", NULL },
	{ "edit {empty}", "edit|", NULL },
	{ "edit [{title} {none}]", "edit", NULL },
	{ "edit [{title} {member}]", "edit|Nuit d'été {id}|ana", NULL },
	{ "edit [--a {member}] [--b {dash}]", "edit|--a|ana|--b|-1", NULL },
	{ "show {none}", NULL, "none" },
	{ "show {bad}", NULL, "bad" },
	{ "show [--title {bad}]", NULL, "bad" },
	{ "show {latin}", NULL, "latin" },
	{ "", "", NULL },
};

static void
lines_are_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct run_msg *run = message_new(
		    MSG_RUN, sizeof(*run) + RUN_WORDS * sizeof(run->argv[0]));
		char name[64] = "", words[256] = "";
		const char *why = NULL;
		bool is_made = line_make(
		    run, lines[i].line, value_of, NULL, &why, name);

		assert_int_equal(is_made, lines[i].words != NULL);
		for (unsigned j = 0; is_made && j < run->argc; j++) {
			strcat(words, j > 0 ? "|" : "");
			strcat(words, run->argv[j]);
		}
		if (is_made)
			assert_string_equal(words, lines[i].words);
		else
			assert_string_equal(name, lines[i].about);
		message_free(&run->message);
	}
}

static const struct {
	const char *path;
	enum page_verb verb;
	const char *member; /* NULL: there is no such page */
	bool is_known;
} paths[] = {
	{ "/api/v1/members/ana", PAGE_GET, "ana", true },
	{ "/api/v1/members/ana", PAGE_HEAD, "ana", true },
	{ "/api/v1/members/ana", PAGE_POST, NULL, true },
	{ "/api/v1/members/ana/x", PAGE_GET, NULL, false },
	{ "/api/v1/members//recordings", PAGE_GET, NULL, false },
	{ "/api/v1/members/ana/recordings/x/publish", PAGE_POST, "ana", true },
	{ "/api/v1/members/ana/recordings/x/y/publish", PAGE_POST, NULL,
	    false },
	{ "/api/v1", PAGE_GET, NULL, false },
	{ "", PAGE_GET, NULL, false },
};

static void
rows_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct face_match match;
		bool is_known;
		bool is_found = table_find(
		    paths[i].path, paths[i].verb, &match, &is_known);

		assert_int_equal(is_found, paths[i].member != NULL);
		assert_int_equal(is_known, paths[i].is_known);
		if (!is_found)
			continue;
		assert_string_equal(match.names[0].name, "member");
		assert_string_equal(match.names[0].value, paths[i].member);
	}
}

/* What {names} of a row stand for is only known when they are of its address,
 * or given; whoever owns something is asked first. */
static void
rows_are_sound(void **state)
{
	const struct face *face;

	(void)state;
	for (size_t at = 0; (face = table_row(at)) != NULL; at++) {
		assert_true(face->path != NULL || face->api != NULL);
		assert_true(face->act != NULL || face->page != NULL ||
		    face->runs[0].line != NULL);
		assert_true(face->api == NULL || face->about != NULL);
		if (face->role == ROLE_MEMBER)
			assert_non_null(
			    strstr(face->api != NULL ? face->api : face->path,
				"{member}"));
		if (face->own == OWN_RECORDING)
			assert_non_null(
			    strstr(face->runs[0].line, "archive show {id}"));
		if (face->own == OWN_MOUNT)
			assert_non_null(strstr(face->runs[0].line, "mounts "));
		for (size_t i = 0; i < FACE_RUNS; i++) {
			const char *line = face->runs[i].line;

			if (line == NULL || face->role != ROLE_MEMBER)
				continue;
			assert_true(strstr(line, "{member}") != NULL ||
			    strstr(line, "{id}") == NULL ||
			    face->own == OWN_RECORDING);
			assert_true(strstr(line, "{mount}") == NULL ||
			    face->own == OWN_MOUNT);
		}
	}
}

static const struct {
	const char *header, *name;
	const char *value; /* NULL: none */
} cookies[] = {
	{ "a=1", "a", "1" },
	{ "a=1; b=2", "b", "2" },
	{ "a=1;b=2 ", "b", "2" },
	{ "aa=1; a=2", "a", "2" },
	{ "a=", "a", "" },
	{ "a", "a", NULL },
	{ "", "a", NULL },
	{ ";;;", "a", NULL },
	{ "b=a=1", "a", NULL },
	{ "a=1234567890123456", "a", NULL },
	{ "A=1", "a", NULL },
};

/* Whole, and cut at each byte: never more than is there. */
static void
cookies_are_read(void **state)
{
	char value[16], cut[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
		bool is_there = cookie_get(
		    cookies[i].header, cookies[i].name, value, sizeof(value));

		assert_int_equal(is_there, cookies[i].value != NULL);
		assert_string_equal(value, is_there ? cookies[i].value : "");
		for (size_t len = 0; len <= strlen(cookies[i].header); len++) {
			snprintf(cut, sizeof(cut), "%.*s", (int)len,
			    cookies[i].header);
			if (cookie_get(
				cut, cookies[i].name, value, sizeof(value)))
				assert_true(strlen(value) < len);
		}
	}
}

TEST_MAIN(TEST(lines_are_made), TEST(rows_are_found), TEST(rows_are_sound),
    TEST(cookies_are_read))
