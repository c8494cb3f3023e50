/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * routes - THE map of the product: method and path to what answers.
 */
#ifndef FRONT_ROUTES_H
#define FRONT_ROUTES_H

#include "front/visit.h"

/* Sends the visit's whole request where it belongs. */
void routes_follow(struct visit *);
/* A title update, its form read. */
void routes_title(struct visit *, const char *form);

#endif
