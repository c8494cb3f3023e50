/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk/desk_priv.h"
#include "ledger/life.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct patron *
patron_by_slug(struct desk *desk, const char *slug)
{
	for (unsigned i = 0; i < desk->patron_count; i++) {
		if (strcmp(desk->patrons[i]->member.slug, slug) == 0)
			return desk->patrons[i];
	}
	return NULL;
}

struct patron *
patron_by_id(struct desk *desk, int64_t id)
{
	for (unsigned i = 0; i < desk->patron_count; i++) {
		if (desk->patrons[i]->member.id == id)
			return desk->patrons[i];
	}
	return NULL;
}

struct patron *
patron_of_mount(struct desk *desk, const char *name)
{
	const char *slug = conf_mount(desk->conf, name)->member;
	char first[SLUG_BYTES];
	size_t len;

	if (slug != NULL)
		return patron_by_slug(desk, slug);
	if (name[0] != '/')
		return NULL;
	len = strcspn(name + 1, "/");
	if (len == 0 || len >= sizeof(first) || name[1 + len] != '/')
		return NULL;
	memcpy(first, name + 1, len);
	first[len] = '\0';
	return patron_by_slug(desk, first);
}

static void
put_patron(struct desk *desk, const struct member *member)
{
	struct patron *patron = patron_by_id(desk, member->id);

	if (patron == NULL) {
		patron = mem_new(sizeof(*patron));
		desk->patrons = mem_grow(
		    desk->patrons, (desk->patron_count + 1) * sizeof(patron));
		desk->patrons[desk->patron_count++] = patron;
	}
	patron->member = *member;
}

bool
patron_is_blocked(const struct patron *patron)
{
	return patron->member.state == MEMBER_BLOCKED ||
	    patron->member.state == MEMBER_DUE;
}

int64_t
patron_max_listeners(const struct desk *desk, const struct patron *patron)
{
	return patron->member.max_listeners >= 0
	    ? patron->member.max_listeners
	    : desk->conf->max_member_listeners;
}

int64_t
patron_max_mounts(const struct desk *desk, const struct patron *patron)
{
	return patron->member.max_mounts >= 0 ? patron->member.max_mounts
					      : desk->conf->max_member_sources;
}

/* A set that is on when its member is blocked for payment is not cut before
 * the grace is over; registry_feed_lost() ends it when its source leaves. */
static bool
may_go_on(const struct desk *desk, const struct patron *patron,
    const struct desk_mount *mount)
{
	if (life_is_open(patron->member.state))
		return true;
	return patron_is_blocked(patron) && !patron->member.is_cut &&
	    mount->source != 0 &&
	    clock_wall_ms() - patron->member.blocked_ms <
	    desk->conf->block_grace_live_ms;
}

/* The key stays, unblocking restores all. */
void
patrons_end_blocked(struct desk *desk)
{
	const struct patron *patron;
	struct desk_mount *mount, *next;

	for (mount = TAILQ_FIRST(&desk->mounts); mount != NULL; mount = next) {
		next = TAILQ_NEXT(mount, link);
		patron = patron_by_id(desk, mount->member);
		if (patron == NULL || may_go_on(desk, patron, mount) ||
		    (mount->state == MOUNT_LIVE && mount->is_cut))
			continue;
		if (mount->state == MOUNT_LIVE)
			log_info("mount %s ends, its member is blocked",
			    mount->name);
		registry_end(mount, "blocked");
	}
}

void
patrons_set(struct desk *desk, const struct members_msg *members)
{
	for (unsigned i = 0; i < members->count; i++)
		put_patron(desk, &members->rows[i]);
	patrons_end_blocked(desk);
}

const char *
patron_hash(struct desk *desk, struct patron *patron, const char *key)
{
	const struct deputy *deputy = deputy_of_key(desk, patron, key);

	return deputy != NULL ? deputy->delegate.key_hash
			      : patron->member.key_hash;
}

static struct seen_key *
seen_by(struct desk *desk, struct patron *patron, const char *key)
{
	struct deputy *deputy = deputy_of_key(desk, patron, key);

	return deputy != NULL ? &deputy->seen : &patron->seen;
}

/* Bound to the present hash, so a new key forgets the old. */
static void
digest_key(const struct desk *desk, const char *hash, const char *key,
    uint8_t digest[SHA256_DIGEST_LENGTH])
{
	struct bytes text = { 0 };

	bytes_append(&text, desk->salt, sizeof(desk->salt));
	bytes_append(&text, hash, strlen(hash) + 1);
	bytes_text(&text, key);
	SHA256(text.data, text.len, digest);
	explicit_bzero(text.data, text.len);
	bytes_free(&text);
}

bool
patron_knows_key(struct desk *desk, struct patron *patron, const char *key)
{
	const struct seen_key *seen = seen_by(desk, patron, key);
	uint8_t digest[SHA256_DIGEST_LENGTH];

	digest_key(desk, patron_hash(desk, patron, key), key, digest);
	return seen->is_seen &&
	    CRYPTO_memcmp(digest, seen->digest, sizeof(digest)) == 0;
}

void
patron_learn_key(struct desk *desk, struct patron *patron, const char *key)
{
	struct seen_key *seen = seen_by(desk, patron, key);

	digest_key(desk, patron_hash(desk, patron, key), key, seen->digest);
	seen->is_seen = true;
}

void
patrons_free(struct desk *desk)
{
	for (unsigned i = 0; i < desk->patron_count; i++)
		free(desk->patrons[i]);
	free(desk->patrons);
	free(desk->deputies);
}
