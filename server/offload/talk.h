/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * talk - one conversation over the socket, in a thread of its own.
 */
#ifndef OFFLOAD_TALK_H
#define OFFLOAD_TALK_H

#include "offload/mover.h"
#include "offload/settings.h"

#include <stdatomic.h>
#include <stdint.h>

struct talk {
	const struct settings *settings;
	struct mover *mover;
	const atomic_bool *is_stopping;
	int64_t idle_ms; /* at most for a question, and to take an answer */
	int fd;          /* does not block; closed by whoever opened it */
};

/* Until the peer ends it, takes too long, or breaks the rules. */
void talk_run(struct talk *);

#endif
