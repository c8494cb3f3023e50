/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "post/seal.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct seal {
	char *folder; /* of keys */
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
	free(seal->folder);
	free(seal);
}

bool
seal_letter(struct seal *seal, const struct mime_letter *letter,
    const char *fingerprint, struct bytes *out, char **error)
{
	const char *why;

	(void)seal;
	if (fingerprint[0] != '\0') {
		*error = mem_text("this server cannot encrypt letters");
		return false;
	}
	if (mime_build(letter, out, &why))
		return true;
	*error = mem_text(why);
	return false;
}
