/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/bucket.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "offload/xml.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SMALL_MS      60000  /* a request without much of a body */
#define COMPLETE_MS   300000 /* stores put large objects together slowly */
#define LONGEST_MS    (30 * 60 * 1000)
#define MOST_PAGES    20   /* of a list of parts, 1000 each */
#define LEAST_SPEED   1024 /* bytes per second, for deadlines */
#define BETWEEN_TRIES 4    /* of retry_ms: within one call waits are shorter */

struct bucket {
	const struct settings *settings;
	struct wire *wire;
	bool (*go_on)(void *arg);
	void *arg;
	char why[WIRE_WHY_BYTES];
};

/* What of a range came. */
struct reading {
	bool (*sink)(void *arg, const void *bytes, size_t len);
	void *arg;
	uint64_t left;
	bool is_refused;
};

struct bucket *
bucket_new(const struct settings *settings, bool (*go_on)(void *arg), void *arg)
{
	struct bucket *bucket = mem_new(sizeof(*bucket));

	bucket->settings = settings;
	bucket->wire = wire_new(settings, 1);
	bucket->go_on = go_on;
	bucket->arg = arg;
	return bucket;
}

void
bucket_free(struct bucket *bucket)
{
	if (bucket == NULL)
		return;
	wire_free(bucket->wire);
	free(bucket);
}

const char *
bucket_why(const struct bucket *bucket)
{
	return bucket->why;
}

static void
set_why(struct bucket *bucket, const char *why)
{
	text_copy(bucket->why, sizeof(bucket->why), why);
}

bool
bucket_pause(struct bucket *bucket, int64_t wait_ms)
{
	int64_t until_ms = clock_mono_ms() + wait_ms, left_ms;

	while ((left_ms = until_ms - clock_mono_ms()) > 0) {
		if (!bucket->go_on(bucket->arg))
			return false;
		poll(NULL, 0,
		    left_ms < WIRE_STEP_MS ? (int)left_ms : WIRE_STEP_MS);
	}
	return bucket->go_on(bucket->arg);
}

int64_t
bucket_wait_ms(const struct settings *settings, unsigned failures)
{
	int64_t wait_ms = settings->retry_ms;

	for (; failures > 1 && wait_ms < LONGEST_MS; failures--)
		wait_ms *= 2;
	if (wait_ms > LONGEST_MS)
		wait_ms = LONGEST_MS;
	/* From a half of it to the whole: many must not come back at once. */
	return wait_ms / 2 +
	    (int64_t)(random_u64() % ((uint64_t)wait_ms / 2 + 1));
}

enum bucket_end
bucket_end_of(const struct wire_answer *answer)
{
	switch (answer->end) {
	case WIRE_FINE:
		return BUCKET_FINE;
	case WIRE_AGAIN:
		return BUCKET_AGAIN;
	case WIRE_GONE:
		return BUCKET_GONE;
	case WIRE_OTHER:
		return BUCKET_OTHER;
	default:
		return BUCKET_REFUSED;
	}
}

static enum bucket_end
ask_once(struct bucket *bucket, const struct wire_request *request)
{
	const struct wire_answer *answer;

	wire_start(bucket->wire, 0, request);
	while (wire_step(bucket->wire) == -1) {
		if (!bucket->go_on(bucket->arg)) {
			wire_cut(bucket->wire, 0);
			set_why(bucket, "it was interrupted");
			return BUCKET_CUT;
		}
	}
	answer = wire_answer(bucket->wire, 0);
	set_why(bucket, answer->why);
	return bucket_end_of(answer);
}

static enum bucket_end
ask(struct bucket *bucket, const struct wire_request *request)
{
	enum bucket_end end = ask_once(bucket, request);

	for (unsigned i = 1; i < BUCKET_TRIES && end == BUCKET_AGAIN; i++) {
		if (!bucket_pause(bucket,
			bucket_wait_ms(bucket->settings, i) / BETWEEN_TRIES))
			return BUCKET_CUT;
		end = ask_once(bucket, request);
	}
	return end;
}

static struct xml
text_of(const struct bucket *bucket)
{
	const struct wire_answer *answer = wire_answer(bucket->wire, 0);

	return (
	    struct xml){ (const char *)answer->text.data, answer->text.len };
}

static struct wire_request
new_request(const char *method, const char *key)
{
	return (struct wire_request){ .method = method,
		.key = key,
		.payload = WIRE_EMPTY,
		.fd = -1,
		.most_ms = SMALL_MS };
}

static void
add_query(struct wire_request *request, const char *name, const char *value)
{
	CHECK(request->query_count < WIRE_MOST_PAIRS);
	request->query[request->query_count++] = (struct sign_pair){ name,
		value };
}

static void
add_header(struct wire_request *request, const char *name, const char *value)
{
	CHECK(request->header_count < WIRE_MOST_PAIRS);
	request->headers[request->header_count++] = (struct sign_pair){ name,
		value };
}

static void
set_body(struct wire_request *request, const void *bytes, size_t len,
    char hash[DIGEST_BYTES])
{
	struct digest *digest = digest_new();

	digest_add(digest, bytes, len);
	digest_end(digest, hash);
	request->body = bytes;
	request->length = len;
	request->payload = hash;
}

enum bucket_end
bucket_create(struct bucket *bucket, const char *key, const char *media_type,
    const char *sha256, char upload[BUCKET_UPLOAD_BYTES])
{
	struct wire_request request = new_request("POST", key);
	enum bucket_end end;

	add_query(&request, "uploads", "");
	add_header(&request, "content-type", media_type);
	add_header(&request, "x-amz-meta-sha256", sha256);
	end = ask(bucket, &request);
	if (end != BUCKET_FINE)
		return end;
	if (xml_text(
		text_of(bucket), "UploadId", upload, BUCKET_UPLOAD_BYTES) &&
	    upload[0] != '\0')
		return BUCKET_FINE;
	set_why(bucket, "the store began an upload and did not name it");
	return BUCKET_AGAIN;
}

static void
unquote(char *text)
{
	size_t len = strlen(text);

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		memmove(text, text + 1, len - 2);
		text[len - 2] = '\0';
	}
}

static bool
read_part(struct xml inside, struct bucket_part *part)
{
	char number[16], bytes[24];

	if (!xml_text(inside, "PartNumber", number, sizeof(number)) ||
	    !xml_text(inside, "Size", bytes, sizeof(bytes)) ||
	    !xml_text(inside, "ETag", part->etag, sizeof(part->etag)))
		return false;
	unquote(part->etag);
	part->number = (unsigned)strtoul(number, NULL, 10);
	part->bytes = strtoull(bytes, NULL, 10);
	return part->number >= 1 && part->number <= BUCKET_MOST_PARTS;
}

enum bucket_end
bucket_list_parts(struct bucket *bucket, const char *key, const char *upload,
    void (*tell)(void *arg, const struct bucket_part *), void *arg)
{
	char marker[16] = "0", is_more[8];
	struct bucket_part part;
	enum bucket_end end;

	for (unsigned page = 0; page < MOST_PAGES; page++) {
		struct wire_request request = new_request("GET", key);
		struct xml left, inside;

		add_query(&request, "uploadId", upload);
		add_query(&request, "part-number-marker", marker);
		end = ask(bucket, &request);
		if (end != BUCKET_FINE)
			return end;
		left = text_of(bucket);
		if (!xml_is_root(left, "ListPartsResult")) {
			set_why(bucket, "the store does not list parts");
			return BUCKET_REFUSED;
		}
		while (xml_next(&left, "Part", &inside)) {
			if (read_part(inside, &part))
				tell(arg, &part);
		}
		left = text_of(bucket);
		if (!xml_text(left, "IsTruncated", is_more, sizeof(is_more)) ||
		    strcmp(is_more, "true") != 0 ||
		    !xml_text(
			left, "NextPartNumberMarker", marker, sizeof(marker)))
			break;
	}
	return BUCKET_FINE;
}

static bool
read_upload(struct xml inside, struct bucket_upload *upload)
{
	char begun[32];
	struct tm tm = { 0 };

	if (!xml_text(inside, "Key", upload->key, sizeof(upload->key)) ||
	    !xml_text(inside, "UploadId", upload->id, sizeof(upload->id)) ||
	    !xml_text(inside, "Initiated", begun, sizeof(begun)) ||
	    strptime(begun, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return false;
	upload->begun_ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

enum bucket_end
bucket_list_uploads(struct bucket *bucket, const char *prefix,
    void (*tell)(void *arg, const struct bucket_upload *), void *arg)
{
	struct wire_request request = new_request("GET", "");
	struct bucket_upload upload;
	struct xml left, inside;
	enum bucket_end end;

	add_query(&request, "uploads", "");
	add_query(&request, "prefix", prefix);
	end = ask(bucket, &request);
	if (end != BUCKET_FINE)
		return end;
	left = text_of(bucket);
	if (!xml_is_root(left, "ListMultipartUploadsResult")) {
		set_why(bucket, "the store does not list uploads");
		return BUCKET_REFUSED;
	}
	while (xml_next(&left, "Upload", &inside)) {
		if (read_upload(inside, &upload))
			tell(arg, &upload);
	}
	return BUCKET_FINE;
}

/* A store may answer 200 before it knows, and say then that it failed. */
static enum bucket_end
judge_complete(struct bucket *bucket)
{
	struct xml text = text_of(bucket);
	char code[WIRE_CODE_BYTES] = "", said[200] = "";
	char why[WIRE_WHY_BYTES];

	if (xml_is_root(text, "CompleteMultipartUploadResult"))
		return BUCKET_FINE;
	if (!xml_text(text, "Code", code, sizeof(code)))
		code[0] = '\0';
	if (!xml_text(text, "Message", said, sizeof(said)))
		said[0] = '\0';
	snprintf(why, sizeof(why),
	    "the store did not put the parts together: %s %s", code, said);
	set_why(bucket, why);
	return strcmp(code, "NoSuchUpload") == 0 ? BUCKET_GONE : BUCKET_AGAIN;
}

enum bucket_end
bucket_complete(struct bucket *bucket, const char *key, const char *upload,
    const struct bucket_part *parts, size_t count)
{
	struct wire_request request = new_request("POST", key);
	struct bytes body = { 0 };
	char hash[DIGEST_BYTES];
	enum bucket_end end;

	bytes_text(&body,
	    "<CompleteMultipartUpload "
	    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	for (size_t i = 0; i < count; i++) {
		bytes_format(&body, "<Part><PartNumber>%u</PartNumber><ETag>",
		    parts[i].number);
		bytes_text(&body, "&quot;");
		text_xml(&body, parts[i].etag);
		bytes_text(&body, "&quot;</ETag></Part>");
	}
	bytes_text(&body, "</CompleteMultipartUpload>");
	add_query(&request, "uploadId", upload);
	set_body(&request, body.data, body.len, hash);
	request.most_ms = COMPLETE_MS;
	end = ask(bucket, &request);
	bytes_free(&body);
	return end == BUCKET_FINE ? judge_complete(bucket) : end;
}

enum bucket_end
bucket_abort(struct bucket *bucket, const char *key, const char *upload)
{
	struct wire_request request = new_request("DELETE", key);
	enum bucket_end end;

	add_query(&request, "uploadId", upload);
	end = ask(bucket, &request);
	return end == BUCKET_GONE ? BUCKET_FINE : end;
}

enum bucket_end
bucket_head(
    struct bucket *bucket, const char *key, struct bucket_object *object)
{
	struct wire_request request = new_request("HEAD", key);
	enum bucket_end end = ask(bucket, &request);
	const struct wire_answer *answer = wire_answer(bucket->wire, 0);

	memset(object, 0, sizeof(*object));
	if (end != BUCKET_FINE)
		return end;
	object->bytes = answer->length;
	memcpy(object->etag, answer->etag, sizeof(object->etag));
	memcpy(object->sha256, answer->sha256, sizeof(object->sha256));
	return BUCKET_FINE;
}

enum bucket_end
bucket_put(struct bucket *bucket, const char *key, const char *media_type,
    const void *bytes, size_t len)
{
	struct wire_request request = new_request("PUT", key);
	char hash[DIGEST_BYTES];

	add_header(&request, "content-type", media_type);
	set_body(&request, bytes, len, hash);
	request.most_ms += (int64_t)len * 1000 / LEAST_SPEED;
	return ask(bucket, &request);
}

static bool
take_range(void *arg, const void *bytes, size_t len)
{
	struct reading *reading = arg;

	if (len > reading->left)
		return false;
	if (!reading->sink(reading->arg, bytes, len)) {
		reading->is_refused = true;
		return false;
	}
	reading->left -= len;
	return true;
}

/* From where reading is on, once. */
static enum bucket_end
read_once(struct bucket *bucket, const char *key, uint64_t total,
    uint64_t end_offset, struct reading *reading)
{
	struct wire_request request = new_request("GET", key);
	char range[64];

	snprintf(range, sizeof(range), "bytes=%" PRIu64 "-%" PRIu64,
	    end_offset - reading->left, end_offset - 1);
	add_header(&request, "range", range);
	request.sink = take_range;
	request.first = end_offset - reading->left;
	request.total = total;
	request.arg = reading;
	request.most_ms += (int64_t)(reading->left * 1000 / LEAST_SPEED);
	return ask_once(bucket, &request);
}

enum bucket_end
bucket_read(struct bucket *bucket, const char *key, uint64_t total,
    uint64_t offset, uint64_t length,
    bool (*sink)(void *arg, const void *bytes, size_t len), void *arg)
{
	struct reading reading = { sink, arg, length, false };
	enum bucket_end end;

	for (unsigned i = 1;; i++) {
		end = read_once(bucket, key, total, offset + length, &reading);
		if (reading.is_refused)
			return BUCKET_CUT;
		if (end == BUCKET_FINE && reading.left > 0) {
			set_why(bucket, "the store sent too few bytes");
			end = BUCKET_AGAIN;
		}
		if (end != BUCKET_AGAIN || i == BUCKET_TRIES)
			return end;
		if (!bucket_pause(bucket,
			bucket_wait_ms(bucket->settings, i) / BETWEEN_TRIES))
			return BUCKET_CUT;
	}
}

enum bucket_end
bucket_delete(struct bucket *bucket, const char *key)
{
	struct wire_request request = new_request("DELETE", key);
	enum bucket_end end = ask(bucket, &request);

	return end == BUCKET_GONE ? BUCKET_FINE : end;
}
