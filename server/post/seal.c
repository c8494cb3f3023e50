/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "post/seal.h"

#include "base/mem.h"
#include "letters/openpgp.h"

#include <stdio.h>
#include <stdlib.h>

struct seal {
	char *folder;         /* of keys */
	struct openpgp *keys; /* NULL: nobody asked for one yet */
};

struct seal *
seal_new(const char *data)
{
	struct seal *seal = mem_new(sizeof(*seal));

	CHECK(asprintf(&seal->folder, "%s/gnupg", data) > 0);
	return seal;
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	openpgp_close(seal->keys);
	free(seal->folder);
	free(seal);
}

static bool
refuse(const char *why, char **error)
{
	*error = mem_text(why);
	return false;
}

static bool
encrypt(struct seal *seal, const char *fingerprint, struct bytes *inner,
    struct bytes *armored, char **error)
{
	if (seal->keys == NULL)
		seal->keys = openpgp_open(seal->folder, error);
	bytes_append(inner, "", 1);
	return seal->keys != NULL &&
	    openpgp_encrypt(seal->keys, fingerprint, (const char *)inner->data,
		armored, error);
}

static bool
put_sealed(struct seal *seal, const struct mime_letter *letter,
    const char *fingerprint, struct bytes *out, char **error)
{
	struct bytes inner = { 0 }, armored = { 0 };
	bool is_done = false;
	const char *why;

	if (!mime_build_inner(letter, &inner, &why))
		refuse(why, error);
	else if (encrypt(seal, fingerprint, &inner, &armored, error))
		is_done = mime_build_sealed(letter, &armored, out, &why) ||
		    refuse(why, error);
	bytes_free(&inner);
	bytes_free(&armored);
	return is_done;
}

bool
seal_letter(struct seal *seal, const struct mime_letter *letter,
    const char *fingerprint, struct bytes *out, char **error)
{
	const char *why;

	if (fingerprint[0] != '\0')
		return put_sealed(seal, letter, fingerprint, out, error);
	return mime_build(letter, out, &why) || refuse(why, error);
}
