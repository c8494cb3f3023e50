/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/ticket.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGN_BYTES 32

/* "1795451167526-" and 64 letters of hex. */
void
ticket_make(const uint8_t secret[TICKET_SECRET], const char *id,
    int64_t until_ms, char ticket[TICKET_BYTES])
{
	char text[128];
	uint8_t sign[SIGN_BYTES];
	int len = snprintf(text, sizeof(text), "%.64s %" PRId64, id, until_ms);

	CHECK(HMAC(EVP_sha256(), secret, TICKET_SECRET, (uint8_t *)text,
		  (size_t)len, sign, NULL) != NULL);
	len = snprintf(ticket, TICKET_BYTES, "%" PRId64 "-", until_ms);
	for (unsigned i = 0; i < SIGN_BYTES; i++)
		len += snprintf(
		    ticket + len, TICKET_BYTES - (size_t)len, "%02x", sign[i]);
}

bool
ticket_is_good(const uint8_t secret[TICKET_SECRET], const char *id,
    int64_t now_ms, const char *ticket)
{
	char wanted[TICKET_BYTES];
	int64_t until_ms = strtoll(ticket, NULL, 10);
	size_t len;

	if (until_ms <= now_ms || until_ms > now_ms + TICKET_MS)
		return false;
	ticket_make(secret, id, until_ms, wanted);
	len = strlen(wanted);
	return strlen(ticket) == len && CRYPTO_memcmp(ticket, wanted, len) == 0;
}
