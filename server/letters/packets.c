/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "letters/packets.h"

#include "base/mem.h"
#include "base/sentence.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TAG(number) (UINT32_C(1) << (number))

struct kind {
	const char *begin, *end;
	uint32_t tags;
};

/* Signature 2, public key 6, trust 12, user 13, subkey 14, attribute 17. */
static const struct kind kinds[] = {
	[PACKETS_KEY] = { "-----BEGIN PGP PUBLIC KEY BLOCK-----",
	    "-----END PGP PUBLIC KEY BLOCK-----",
	    TAG(2) | TAG(6) | TAG(12) | TAG(13) | TAG(14) | TAG(17) },
	[PACKETS_SIGNATURE] = { "-----BEGIN PGP SIGNATURE-----",
	    "-----END PGP SIGNATURE-----", TAG(2) },
};

/* The line that begins so, or NULL. */
static const char *
find_line(const char *text, const char *start)
{
	const char *at = text;

	while ((at = strstr(at, start)) != NULL && at != text && at[-1] != '\n')
		at++;
	return at;
}

static const char *
next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

/* Behind the headers and the empty line after them. */
static const char *
skip_heads(const char *line)
{
	while (*line != '\0' && line[strspn(line, " \t\r")] != '\n')
		line = next_line(line);
	return next_line(line);
}

/* Up to the checksum or the end: gpg checks both. */
static bool
decode(const char *line, struct bytes *out)
{
	struct bytes digits = { 0 };
	size_t padding = 0;
	uint8_t *bytes;
	int len;

	for (; *line != '\0' && *line != '=' && *line != '-';
	     line = next_line(line))
		bytes_append(&digits, line, strcspn(line, " \t\r\n"));
	while (padding < digits.len && padding < 2 &&
	    digits.data[digits.len - 1 - padding] == '=')
		padding++;
	bytes = mem_new(digits.len + 1);
	len = digits.len == 0 || digits.len % 4 != 0
	    ? -1
	    : EVP_DecodeBlock(bytes, digits.data, (int)digits.len);
	if (len > 0)
		bytes_append(out, bytes, (size_t)len - padding);
	free(bytes);
	bytes_free(&digits);
	return len > 0;
}

static size_t
number_at(const uint8_t *bytes, size_t len)
{
	size_t number = 0;

	for (size_t i = 0; i < len; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* Of a packet's head: how many bytes its length has, after how many; 0 for
 * what has no length. */
static size_t
length_bytes(const uint8_t *head, size_t left)
{
	static const size_t old[] = { 1, 2, 4, 0 };

	if ((head[0] & 0x40) == 0)
		return old[head[0] & 3];
	if (left < 2 || head[1] < 192)
		return 1;
	if (head[1] < 224)
		return 2;
	return head[1] == 255 ? 5 : 0;
}

/* The whole packet, or 0 when it is none, or not whole. */
static size_t
packet_bytes(const uint8_t *head, size_t left)
{
	size_t width = left > 1 ? length_bytes(head, left) : 0, len;

	if (width == 0 || left < 1 + width)
		return 0;
	if ((head[0] & 0x40) == 0 || width == 1)
		len = number_at(head + 1, width);
	else if (width == 2)
		len = number_at(head + 1, 2) - (192 << 8) + 192;
	else
		len = number_at(head + 2, 4);
	return len <= left - 1 - width ? 1 + width + len : 0;
}

static bool
are_of(const struct kind *kind, const struct bytes *bytes, char **error)
{
	size_t at = 0, len;

	while (at < bytes->len) {
		const uint8_t *head = bytes->data + at;
		unsigned tag = (head[0] & 0x40) != 0 ? head[0] & 0x3f
						     : head[0] >> 2 & 0xf;

		len = packet_bytes(head, bytes->len - at);
		if ((head[0] & 0x80) == 0 || len == 0)
			return sentence(error, "the OpenPGP block is damaged");
		if (tag >= 32 || (kind->tags & TAG(tag)) == 0)
			return sentence(error,
			    "the OpenPGP block has what does not belong there "
			    "(packet %u)",
			    tag);
		at += len;
	}
	return true;
}

bool
packets_read(
    const char *text, enum packets_kind name, struct bytes *out, char **error)
{
	const struct kind *kind = &kinds[name];
	const char *begin = find_line(text, kind->begin);

	if (begin == NULL)
		return sentence(error, "there is no %.*s in it",
		    (int)strlen(kind->begin) - 10, kind->begin + 5);
	if (find_line(begin + 1, kind->begin) != NULL)
		return sentence(error, "there is more than one block in it");
	if (find_line(begin, kind->end) == NULL ||
	    !decode(skip_heads(next_line(begin)), out))
		return sentence(error, "the OpenPGP block is damaged");
	return are_of(kind, out, error);
}
