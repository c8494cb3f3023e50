/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * source - a conn that feeds a mount: takes the framing off and passes it on.
 */
#ifndef STREAM_SOURCE_H
#define STREAM_SOURCE_H

#include "loop/messages.h"
#include "net/conn.h"
#include "stream/worker.h"

struct feed;
struct request;

/* Takes over the conn and the answer's feed. The answer to the encoder, as its
 * request wants it, is sent from here. is_shoutcast: its answer was sent. */
void source_begin(struct worker *, struct conn *, const struct request *,
    struct answer_msg *, bool is_shoutcast);
/* The feed of a mount, when its source is in this worker. */
struct feed *source_feed(struct worker *, uint32_t mount_no);
void source_kick(struct worker *, uint32_t mount_no);
/* Counts what came in since last time. */
void source_meter(struct conn *);

#endif
