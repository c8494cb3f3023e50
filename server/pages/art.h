/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * art - a picture for a name that has none: the same name, the same picture.
 * Pure.
 */
#ifndef PAGES_ART_H
#define PAGES_ART_H

#include "base/bytes.h"

/* As SVG, square, without a script or a letter. */
void art_svg(struct bytes *out, const char *name);

#endif
