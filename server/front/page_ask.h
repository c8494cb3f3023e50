/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * page_ask - what the porter has to know of a request. The worker's thread.
 */
#ifndef FRONT_PAGE_ASK_H
#define FRONT_PAGE_ASK_H

#include "front/visit.h"

/* The visit's form, if it has one, is whole. The caller owns it. */
struct page_ask_msg *page_ask_new(const struct visit *);

#endif
