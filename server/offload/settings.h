/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * settings - the configuration of all2all-archived: its own small file.
 *
 * Lines "name = value", values with or without quotes, and comments after '#'.
 * Read once at start, then never changed; any thread may read. Errors are
 * sentences with file and line.
 */
#ifndef OFFLOAD_SETTINGS_H
#define OFFLOAD_SETTINGS_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SETTINGS_MOST_BYTES 65536

struct settings {
	char *data;     /* the relay's */
	char *socket;   /* of our own */
	char *endpoint; /* "https://s3.example.org" */
	char *region, *bucket, *prefix;
	bool is_path_style; /* HOST/BUCKET/KEY, else BUCKET.HOST/KEY */
	char *key_id, *secret_file;
	char *secret;     /* what is in the file */
	char *ca;         /* a file of authorities; NULL: the system's */
	bool is_insecure; /* http is allowed, to this machine only */
	int64_t part_bytes;
	int64_t parts_at_once;
	int64_t bytes_per_second; /* 0: no limit */
	int64_t every_ms;         /* between two looks at the archive */
	int64_t retry_ms;         /* the first wait after a failure */
	int64_t patience_ms;      /* a store that says nothing for so long */
	int64_t orphan_ms;        /* uploads nobody goes on with */
	int64_t log_level;
	char *user; /* whom root becomes; NULL: it must not be root */
};

/* NULL, and *error. */
struct settings *settings_load(const char *path, char **error) MUST_CHECK;
/* The same from text, without the secret's file; for tests. */
struct settings *settings_parse(
    const char *path, const char *text, char **error) MUST_CHECK;
void settings_free(struct settings *); /* NULL is fine */

#endif
