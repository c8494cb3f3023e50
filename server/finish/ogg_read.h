/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ogg_read - a recording of Ogg, page by page, and what is known of one that
 * cannot become one chain. Any thread; blocks on the disk.
 */
#ifndef FINISH_OGG_READ_H
#define FINISH_OGG_READ_H

#include "finish/finish_priv.h"

#include <ogg/ogg.h>

struct ogg_reader {
	/* A page with a right checksum, and where it is. False: enough. */
	bool (*take)(void *arg, ogg_page *, uint64_t byte);
	/* Bytes that are none. */
	void (*pass_over)(void *arg, uint64_t bytes);
	void *arg;
};

/* AS_IS: all was given, or it was enough; STOPPED or FAILED. */
enum finish_result ogg_read(const struct finish_job *, struct view *,
    const struct ogg_reader *) MUST_CHECK;

/* Facts of several streams beside each other, whatever they hold: as long as
 * their pages say, pictures first. AS_IS, STOPPED or FAILED. */
enum finish_result ogg_measure(
    const struct finish_job *, struct view *, struct finish_facts *) MUST_CHECK;

#endif
