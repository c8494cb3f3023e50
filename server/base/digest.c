/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

#define READ_BYTES (64 << 10)

static EVP_MD_CTX *
context(struct digest *digest)
{
	return (EVP_MD_CTX *)digest;
}

struct digest *
digest_new(void)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	CHECK(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	return (struct digest *)md;
}

void
digest_add(struct digest *digest, const void *bytes, size_t len)
{
	CHECK(EVP_DigestUpdate(context(digest), bytes, len) == 1);
}

void
digest_end(struct digest *digest, char hex[DIGEST_BYTES])
{
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned len;

	CHECK(EVP_DigestFinal_ex(context(digest), bytes, &len) == 1);
	CHECK(2 * len + 1 == DIGEST_BYTES);
	for (unsigned i = 0; i < len; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", bytes[i]);
	EVP_MD_CTX_free(context(digest));
}

bool
digest_file(int fd, uint64_t bytes, char hex[DIGEST_BYTES])
{
	struct digest *digest = digest_new();
	uint8_t buffer[READ_BYTES];
	uint64_t at = 0;
	ssize_t n = 1;

	while (at < bytes) {
		n = pread(fd, buffer,
		    bytes - at < READ_BYTES ? bytes - at : READ_BYTES,
		    (off_t)at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		digest_add(digest, buffer, (size_t)n);
		at += (uint64_t)n;
	}
	digest_end(digest, hex);
	if (n == 0)
		errno = EIO; /* shorter than it was a moment ago */
	return at == bytes;
}
