/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "ledger/mandate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Each is below the member's own. */
static void
check_mounts(const struct mandate *mandate)
{
	const char *at = mandate->mounts;
	size_t slug_len = strlen(mandate->slug), len;

	if (strcmp(at, "*") == 0)
		return;
	for (;;) {
		len = strcspn(at, " ");
		CHECK(len > slug_len + 2 && len < MOUNT_BYTES);
		CHECK(at[0] == '/' && at[slug_len + 1] == '/');
		CHECK(memcmp(at + 1, mandate->slug, slug_len) == 0);
		if (at[len] == '\0')
			return;
		at += len + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *error = NULL;
	struct mandate mandate;

	memcpy(text, bytes, len);
	text[len] = '\0';
	if (mandate_read(text, &mandate, &error)) {
		CHECK(error == NULL && mandate.name[0] != '\0');
		CHECK(strchr(mandate.name, DELEGATE_KEY_SIGN) == NULL);
		CHECK(strlen(mandate.nonce) >= NONCE_LEAST);
		if (!mandate.is_revocation) {
			CHECK(mandate.from_ms < mandate.until_ms);
			check_mounts(&mandate);
		}
	} else {
		CHECK(error != NULL && error[0] != '\0');
	}
	free(error);
	free(text);
	return 0;
}
