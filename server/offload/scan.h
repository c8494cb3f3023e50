/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * scan - looks through data/archive for what is new or changed, and tells the
 * inventory. Only reads. The mover's thread.
 *
 * A recording counts when its sidecar says "done" and has bytes and sha256,
 * and the file is there with so many bytes. A sidecar is only read again when
 * its time or size changed.
 */
#ifndef OFFLOAD_SCAN_H
#define OFFLOAD_SCAN_H

#include "offload/inventory.h"
#include "offload/settings.h"

#define SCAN_STAMP_BYTES INVENTORY_STAMP_BYTES

/* What changes when the sidecar does; false: there is none. */
bool scan_stamp(
    int folder, const char *sidecar, char stamp[SCAN_STAMP_BYTES]) MUST_CHECK;
void scan_archive(const struct settings *, struct inventory *, int archive);

#endif
