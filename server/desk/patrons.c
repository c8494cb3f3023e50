/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "base/text.h"
#include "desk/desk_priv.h"

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

/* A blocked member's mounts end; the key stays, unblocking restores all. */
static void
end_blocked(struct desk *desk)
{
	const struct patron *patron;
	struct desk_mount *mount, *next;

	for (mount = TAILQ_FIRST(&desk->mounts); mount != NULL; mount = next) {
		next = TAILQ_NEXT(mount, link);
		patron = patron_by_id(desk, mount->member);
		if (patron != NULL && patron->member.state == MEMBER_BLOCKED)
			registry_end(mount);
	}
}

void
patrons_set(struct desk *desk, const struct members_msg *members)
{
	for (unsigned i = 0; i < members->count; i++)
		put_patron(desk, &members->rows[i]);
	end_blocked(desk);
}

/* Bound to the member and its present hash, so a new key forgets the old. */
static void
digest_key(const struct desk *desk, const struct patron *patron,
    const char *key, uint8_t digest[SHA256_DIGEST_LENGTH])
{
	struct bytes text = { 0 };

	bytes_append(&text, desk->salt, sizeof(desk->salt));
	bytes_append(&text, patron->member.key_hash,
	    strlen(patron->member.key_hash) + 1);
	bytes_text(&text, key);
	SHA256(text.data, text.len, digest);
	explicit_bzero(text.data, text.len);
	bytes_free(&text);
}

bool
patron_knows_key(struct desk *desk, struct patron *patron, const char *key)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	digest_key(desk, patron, key, digest);
	return patron->has_verified &&
	    CRYPTO_memcmp(digest, patron->verified, sizeof(digest)) == 0;
}

void
patron_learn_key(struct desk *desk, struct patron *patron, const char *key)
{
	digest_key(desk, patron, key, patron->verified);
	patron->has_verified = true;
}

void
patrons_free(struct desk *desk)
{
	for (unsigned i = 0; i < desk->patron_count; i++)
		free(desk->patrons[i]);
	free(desk->patrons);
}
