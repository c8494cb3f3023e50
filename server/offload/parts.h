/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * parts - sends the parts of an upload that are missing, a few at a time.
 *
 * Each part is read twice from the file: for its hashes, which the signature
 * needs first, and to be sent. Memory does not grow with its size. A part is
 * done when the store answered with an ETag that is its MD5, and took() has
 * made that durable; nothing is done twice. One thread at a time.
 */
#ifndef OFFLOAD_PARTS_H
#define OFFLOAD_PARTS_H

#include "base/check.h"
#include "offload/bucket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARTS_MD5_BYTES 33

struct parts {
	const struct settings *settings;
	struct wire *wire; /* with lanes for settings->parts_at_once */
	const char *key, *upload;
	int fd;
	uint64_t bytes, part_bytes;
	struct bucket_part *list; /* number 0: that part is not done */
	size_t count;
	bool (*took)(void *arg, const struct bucket_part *);
	bool (*go_on)(void *arg);
	void *arg;
	char why[WIRE_WHY_BYTES];
};

/* How large parts are when there are at most BUCKET_MOST_PARTS of them. */
uint64_t parts_size(const struct settings *, uint64_t bytes);
size_t parts_count(uint64_t bytes, uint64_t part_bytes);
/* Of the part with that number, from 1. */
uint64_t parts_length(uint64_t bytes, uint64_t part_bytes, size_t number);
/* False with errno when the file cannot be read. */
bool parts_md5(int fd, uint64_t offset, uint64_t length,
    char md5[PARTS_MD5_BYTES]) MUST_CHECK;

enum bucket_end parts_send(struct parts *) MUST_CHECK;

#endif
