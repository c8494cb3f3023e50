/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * porter_priv - the porter's state, for the files of this room only.
 */
#ifndef FACES_PORTER_PRIV_H
#define FACES_PORTER_PRIV_H

#include "base/table.h"
#include "conf/conf.h"
#include "faces/errand.h"
#include "faces/porter.h"
#include "ledger/store.h"
#include "pages/template.h"

struct porter {
	struct loop *loop, *desk, *librarian;
	struct store *store; /* NULL: stopped */
	const struct conf *conf;
	struct sessions *sessions;
	const uint8_t *ticket_secret;
	unsigned plain_port, tls_port;
	struct templates *templates;
	json_t *web;          /* addresses of assets, for templates */
	struct table errands; /* number -> struct errand, waiting */
	int64_t started_ms;   /* wall */
	uint64_t last_errand;
	unsigned thread_no;
};

/* Waits for a RESULT or ANSWER that has its number. */
void porter_wait(struct errand *);

#endif
