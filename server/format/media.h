/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * media - a stream of whatever format its first bytes show.
 *
 * Encoders often declare the wrong Content-Type (ffmpeg says audio/mpeg for
 * everything unless told), so the bytes decide: up to MEDIA_SNIFF_BYTES are
 * held until one format is certain; the declared type breaks ties, and decides
 * alone when no known format fits (format_raw under the declared type).
 *
 * After media_resume() the next bytes are sniffed again; the same format gets
 * resume(), another one is opened and its first unit is UNIT_CUT.
 */
#ifndef FORMAT_MEDIA_H
#define FORMAT_MEDIA_H

#include "format/format.h"

#define MEDIA_SNIFF_BYTES (16 << 10)

struct media;

/* declared_type may be NULL or "". */
struct media *media_open(const char *declared_type);
bool media_read(struct media *, const uint8_t *bytes, size_t len,
    const struct format_out *, const char **why) MUST_CHECK;
void media_resume(struct media *, const char *declared_type);
void media_finish(struct media *, const struct format_out *);
/* False while the format is not known yet. */
bool media_facts(const struct media *, struct media_facts *);
void media_close(struct media *);

/* Whether a file that begins with one head can go on with the other: a chain of
 * Ogg always can, WebM when its tracks are the same, others with equal ones. */
bool media_joins(const void *head, size_t len, const void *other,
    size_t other_len) MUST_CHECK;

/* Whether a source may declare this type at all ("" and unknown audio/video
 * and application/ogg and application/octet-stream types may). */
bool media_type_allowed(const char *declared_type);

#endif
