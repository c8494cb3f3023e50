/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/random.h"

#include "base/check.h"

#include <errno.h>
#include <sys/random.h>

void
random_bytes(void *to, size_t len)
{
	uint8_t *at = to;
	ssize_t n;

	while (len > 0) {
		n = getrandom(at, len, 0);
		CHECK(n > 0 || (n == -1 && errno == EINTR));
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
}

uint64_t
random_u64(void)
{
	uint64_t value;

	random_bytes(&value, sizeof(value));
	return value;
}

void
random_word(char *to, size_t len)
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

	random_bytes(to, len);
	for (size_t i = 0; i < len; i++)
		to[i] = letters[(uint8_t)to[i] & 31];
	to[len] = '\0';
}
