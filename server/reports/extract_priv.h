/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * extract_priv - what the parts of an extract share, in this room only.
 *
 * A file of an archive needs its size in front: what is made here grows in a
 * part first, a file without a name, so that memory stays small.
 */
#ifndef REPORTS_EXTRACT_PRIV_H
#define REPORTS_EXTRACT_PRIV_H

#include "reports/extract.h"

#include <archive.h>
#include <openssl/evp.h>

struct extract {
	struct store *store;
	const struct extract_wish *wish;
	struct bytes *out; /* for people */
	struct archive *tar;
	EVP_MD_CTX *digest;
	int dir;
	int64_t now_ms;
	struct bytes sums;
	bool is_told; /* why it failed */
};

struct part {
	int fd;
	struct bytes text; /* not in the file yet */
	uint64_t bytes;    /* in the file */
	bool is_failed;
};

bool part_begin(struct extract *, struct part *) MUST_CHECK;
/* After anything was appended to its text. */
void part_grow(struct part *);
/* Puts it into the archive, and frees it. */
bool part_end(struct extract *, struct part *, const char *name) MUST_CHECK;
void part_drop(struct part *);

/* So many bytes from here on of an open file. False: the archive is spoilt, as
 * after all failures here, and it is told why. */
bool extract_copy(
    struct extract *, int fd, uint64_t bytes, const char *name) MUST_CHECK;
/* Tells the first reason; always false. */
bool extract_fail(struct extract *, const char *what, const char *why);

/* extract_tables.c */
bool extract_tables(struct extract *) MUST_CHECK;
bool extract_statements(struct extract *) MUST_CHECK;
/* extract_media.c: the list is read with the tables, the files after them. */
struct extract_media;
struct extract_media *extract_media_list(struct extract *);
bool extract_media(struct extract *, struct extract_media *) MUST_CHECK;
void extract_media_free(struct extract_media *);

#endif
