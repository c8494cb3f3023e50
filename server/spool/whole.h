/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * whole - up to where a file that was cut off makes sense.
 *
 * After a crash a recording ends anywhere: in the middle of a unit, or in bytes
 * that the file system promised but never wrote (zeros). The answer is the end
 * of the last unit a decoder takes whole:
 *
 *   ogg    page with a right checksum (RFC 3533 section 6)
 *   mp3    frame, ISO 11172-3 section 2.4.2.3; aac: ADTS frame, ISO 13818-7
 *   webm   block in its cluster (RFC 8794, RFC 9559)
 *   ts     packet (ISO 13818-1), without the last picture or frame begun
 *   flac   frame with right checksums (RFC 9639 section 9)
 *   others the whole file, nothing is known of them
 *
 * Bytes in the middle that make no sense are passed over, not cut: what comes
 * after them may be good. The file is read once, in order (flac and ts: only
 * its end), in pieces of 64 KiB, and never mapped: a disk that fails is an
 * error here, not a signal.
 */
#ifndef SPOOL_WHOLE_H
#define SPOOL_WHOLE_H

#include "base/check.h"

#include <stdint.h>

/* At most size; 0 when no whole unit is in it; -1 with errno when the file
 * cannot be read. */
int64_t whole_bytes(const char *extension, int fd, int64_t size) MUST_CHECK;

#endif
