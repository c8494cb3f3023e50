/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/parts.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define READ_BYTES    65536
#define LEAST_SPEED   1024 /* bytes per second, for the deadline of a part */
#define BETWEEN_TRIES 4    /* of retry_ms */
#define MIB           (UINT64_C(1) << 20)

/* A part that is on its way, or waits to be tried again. */
struct sending {
	struct bucket_part part; /* number 0: none */
	char number[16], md5[PARTS_MD5_BYTES], sha256[DIGEST_BYTES];
	unsigned tries;
	int64_t not_before_ms; /* mono */
};

struct sender {
	struct parts *parts;
	struct sending lanes[WIRE_MOST_LANES];
	unsigned lane_count;
	size_t next; /* part, from 0 */
};

uint64_t
parts_size(const struct settings *settings, uint64_t bytes)
{
	uint64_t size = (uint64_t)settings->part_bytes;

	while (parts_count(bytes, size) > BUCKET_MOST_PARTS)
		size += MIB;
	return size;
}

size_t
parts_count(uint64_t bytes, uint64_t part_bytes)
{
	return (size_t)((bytes + part_bytes - 1) / part_bytes);
}

uint64_t
parts_length(uint64_t bytes, uint64_t part_bytes, size_t number)
{
	uint64_t offset = (number - 1) * part_bytes;

	return bytes - offset < part_bytes ? bytes - offset : part_bytes;
}

static void
to_hex(EVP_MD_CTX *md, char *hex)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	CHECK(EVP_DigestFinal_ex(md, hash, &len) == 1);
	for (unsigned i = 0; i < len; i++)
		sprintf(hex + (size_t)i * 2, "%02x", hash[i]);
}

/* sha256 may be NULL. */
static bool
hash_range(
    int fd, uint64_t offset, uint64_t length, char *md5_hex, char *sha256_hex)
{
	EVP_MD_CTX *md5 = EVP_MD_CTX_new(), *sha256 = EVP_MD_CTX_new();
	uint8_t bytes[READ_BYTES];
	ssize_t n = 1;

	CHECK(md5 != NULL && sha256 != NULL &&
	    EVP_DigestInit_ex(md5, EVP_md5(), NULL) == 1 &&
	    EVP_DigestInit_ex(sha256, EVP_sha256(), NULL) == 1);
	while (length > 0 && n > 0) {
		n = pread(fd, bytes,
		    length < READ_BYTES ? (size_t)length : READ_BYTES,
		    (off_t)offset);
		if (n <= 0)
			break;
		CHECK(EVP_DigestUpdate(md5, bytes, (size_t)n) == 1);
		if (sha256_hex != NULL)
			CHECK(EVP_DigestUpdate(sha256, bytes, (size_t)n) == 1);
		offset += (uint64_t)n;
		length -= (uint64_t)n;
	}
	if (n == 0)
		errno = EIO; /* shorter than it was */
	to_hex(md5, md5_hex);
	if (sha256_hex != NULL)
		to_hex(sha256, sha256_hex);
	EVP_MD_CTX_free(md5);
	EVP_MD_CTX_free(sha256);
	return length == 0;
}

bool
parts_md5(int fd, uint64_t offset, uint64_t length, char md5[PARTS_MD5_BYTES])
{
	return hash_range(fd, offset, length, md5, NULL);
}

static void
start(struct sender *sender, unsigned lane)
{
	const struct parts *parts = sender->parts;
	struct sending *sending = &sender->lanes[lane];
	struct wire_request request = { .method = "PUT",
		.key = parts->key,
		.query = { { "partNumber", sending->number },
		    { "uploadId", parts->upload } },
		.query_count = 2,
		.payload = sending->sha256,
		.fd = parts->fd,
		.offset = (sending->part.number - 1) * parts->part_bytes,
		.length = sending->part.bytes };

	request.bytes_per_second = parts->settings->bytes_per_second /
	    sender->lane_count;
	request.most_ms = 60000 +
	    (int64_t)(sending->part.bytes * 1000 / LEAST_SPEED);
	sending->tries++;
	wire_start(parts->wire, lane, &request);
}

/* The next part that is not done, on that lane; false: it cannot be read. */
static bool
take_next(struct sender *sender, unsigned lane)
{
	struct parts *parts = sender->parts;
	struct sending *sending = &sender->lanes[lane];

	while (sender->next < parts->count &&
	    parts->list[sender->next].number != 0)
		sender->next++;
	memset(sending, 0, sizeof(*sending));
	if (sender->next == parts->count)
		return true;
	sending->part.number = (unsigned)++sender->next;
	sending->part.bytes = parts_length(
	    parts->bytes, parts->part_bytes, sending->part.number);
	snprintf(sending->number, sizeof(sending->number), "%u",
	    sending->part.number);
	if (hash_range(parts->fd,
		(sending->part.number - 1) * parts->part_bytes,
		sending->part.bytes, sending->md5, sending->sha256))
		return true;
	snprintf(parts->why, sizeof(parts->why), "the file cannot be read: %s",
	    strerror(errno));
	return false;
}

/* Gives work to lanes that have none; *is_done: there is none any more. */
static bool
fill_lanes(struct sender *sender, bool *is_done)
{
	*is_done = true;
	for (unsigned i = 0; i < sender->lane_count; i++) {
		struct sending *sending = &sender->lanes[i];

		if (wire_is_busy(sender->parts->wire, i)) {
			*is_done = false;
			continue;
		}
		if (sending->part.number == 0 && !take_next(sender, i))
			return false;
		if (sending->part.number == 0)
			continue;
		*is_done = false;
		if (clock_mono_ms() >= sending->not_before_ms)
			start(sender, i);
	}
	return true;
}

static enum bucket_end
try_again(struct sender *sender, struct sending *sending, enum bucket_end end)
{
	if (sending->tries >= BUCKET_TRIES)
		return end;
	sending->not_before_ms = clock_mono_ms() +
	    bucket_wait_ms(sender->parts->settings, sending->tries) /
		BETWEEN_TRIES;
	return BUCKET_FINE;
}

static enum bucket_end
judge(struct sender *sender, unsigned lane)
{
	struct parts *parts = sender->parts;
	struct sending *sending = &sender->lanes[lane];
	const struct wire_answer *answer = wire_answer(parts->wire, lane);
	enum bucket_end end = bucket_end_of(answer);

	text_copy(parts->why, sizeof(parts->why), answer->why);
	if (end == BUCKET_AGAIN)
		return try_again(sender, sending, end);
	if (end != BUCKET_FINE)
		return end;
	if (strcasecmp(answer->etag, sending->md5) != 0) {
		snprintf(parts->why, sizeof(parts->why),
		    "the store has other bytes of part %u than were sent "
		    "(its ETag is not their MD5)",
		    sending->part.number);
		return try_again(sender, sending, BUCKET_REFUSED);
	}
	text_copy(sending->part.etag, sizeof(sending->part.etag), answer->etag);
	if (!parts->took(parts->arg, &sending->part))
		return BUCKET_CUT;
	parts->list[sending->part.number - 1] = sending->part;
	memset(sending, 0, sizeof(*sending));
	return BUCKET_FINE;
}

static enum bucket_end
send_all(struct sender *sender)
{
	struct parts *parts = sender->parts;
	enum bucket_end end = BUCKET_FINE;
	bool is_done = false;
	int lane;

	while (end == BUCKET_FINE) {
		if (!fill_lanes(sender, &is_done))
			return BUCKET_REFUSED;
		if (is_done)
			return BUCKET_FINE;
		lane = wire_step(parts->wire);
		if (lane != -1)
			end = judge(sender, (unsigned)lane);
		if (end == BUCKET_FINE && !parts->go_on(parts->arg))
			end = BUCKET_CUT;
	}
	return end;
}

enum bucket_end
parts_send(struct parts *parts)
{
	struct sender sender = { .parts = parts,
		.lane_count = (unsigned)parts->settings->parts_at_once };
	enum bucket_end end = send_all(&sender);

	for (unsigned i = 0; i < sender.lane_count; i++)
		wire_cut(parts->wire, i);
	return end;
}
