/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * All of a new configuration or nothing of it. What was bound and opened at the
 * start (listen addresses, data, workers) stays as it was. */
#include "archive/archivist.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/zone.h"
#include "desk/desk_priv.h"
#include "faces/porter.h"

#include <stdlib.h>
#include <string.h>

static void
note_unchangeable(const struct conf *old, const struct conf *fresh)
{
	bool listens_differ = old->listen_count != fresh->listen_count;

	for (unsigned i = 0; !listens_differ && i < old->listen_count; i++)
		listens_differ = old->listens[i].port !=
			fresh->listens[i].port ||
		    strcmp(old->listens[i].address,
			fresh->listens[i].address) != 0;
	if (listens_differ)
		log_warn("reload: new listen addresses need a restart");
	if (strcmp(old->data, fresh->data) != 0)
		log_warn("reload: a new data folder needs a restart");
	if (old->workers != fresh->workers)
		log_warn("reload: another number of workers needs a restart");
}

struct life_rules
reload_life_rules(const struct conf *conf)
{
	return (struct life_rules){ .counts_from_sent = conf->renewal_anchor ==
		    ANCHOR_INVOICE,
		.is_automatic = conf->block == BLOCK_AUTO,
		.block_after_days = conf->block_after_ms / DAY_MS,
		.delete_after_days = conf->delete_after_ms / DAY_MS };
}

static void
tell_keepers(struct desk *desk)
{
	struct life_rules_msg *message = message_new(
	    MSG_LIFE_RULES, sizeof(*message));
	struct conf_msg *conf;

	message->rules = reload_life_rules(desk->conf);
	loop_post(clerk_loop(desk->clerk), &message->message);
	conf = message_new(MSG_CONF, sizeof(*conf));
	conf->conf = conf_ref(desk->conf);
	loop_post(archivist_loop(desk->archivist), &conf->message);
	conf = message_new(MSG_CONF, sizeof(*conf));
	conf->conf = conf_ref(desk->conf);
	loop_post(porter_loop(desk->porter), &conf->message);
}

static void
adopt(struct desk *desk, const struct conf *fresh)
{
	struct conf_msg *message;

	for (unsigned i = 0; i < desk->worker_count; i++) {
		message = message_new(MSG_CONF, sizeof(*message));
		message->conf = conf_ref(fresh);
		loop_post(desk->worker_loops[i], &message->message);
	}
	conf_unref(desk->conf);
	desk->conf = fresh;
	log_set_level((enum log_level)fresh->log_level);
	registry_new_conf(desk);
	accept_new_conf(desk);
	tell_keepers(desk);
}

char *
reload_conf(struct desk *desk)
{
	char *error = NULL, why[512] = "";
	const struct conf *fresh = conf_load(desk->conf_path, &error);

	if (fresh == NULL) {
		log_error("reload: the old configuration stays: %s", error);
		return error;
	}
	if (!accept_reload_tls(desk, fresh, why, sizeof(why))) {
		log_error("reload: the old configuration stays: %s", why);
		conf_unref(fresh);
		return mem_text(why);
	}
	note_unchangeable(desk->first_conf, fresh);
	if (desk->conf->send_buffer_bytes > 0 && fresh->send_buffer_bytes == 0)
		log_warn("reload: no send-buffer needs a restart");
	adopt(desk, fresh);
	log_info("reload: the configuration is read again");
	return NULL;
}
