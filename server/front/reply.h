/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * reply - answers that end a visit. Each sends, then finishes the conn.
 */
#ifndef FRONT_REPLY_H
#define FRONT_REPLY_H

#include "front/visit.h"

struct asset;

/* In words, as HTML for people and players, as plain text for encoders. */
void reply_error(
    struct visit *, unsigned status, const char *text, unsigned retry_secs);
void reply_text(struct visit *, unsigned status, const char *type,
    const void *body, size_t len);
/* Or 304, 412: as the request's conditions say. */
void reply_document(struct visit *, const struct document *, bool is_public);
/* For ever: its address changes when it does. */
void reply_asset(struct visit *, const struct asset *);
/* What the porter made. */
void reply_page(struct visit *, const struct page_msg *);
void reply_method(struct visit *); /* 405 or 501 */
void reply_options(struct visit *, bool stays_open);
/* What /admin/metadata answers (protocol of Icecast 2.4). */
void reply_title(struct visit *, unsigned status, const char *text);

#endif
