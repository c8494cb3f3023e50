/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "serve/answer.h"

#include "base/clock.h"
#include "base/text.h"
#include "http/response.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TAG_LETTERS  32
#define DATE_LETTERS 10
#define NAME_MOST    120 /* bytes of a title in a file name */

void
answer_etag(const struct found_msg *found, char etag[ANSWER_ETAG_BYTES])
{
	etag[0] = '\0';
	if (found->row.sha256[0] != '\0')
		snprintf(etag, ANSWER_ETAG_BYTES, "\"%.*s\"", TAG_LETTERS,
		    found->row.sha256);
}

/* U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069, U+061C: they can make an
 * end of a name look like another. */
static bool
is_turning(const uint8_t *text, size_t len)
{
	if (len == 2)
		return text[0] == 0xd8 && text[1] == 0x9c;
	if (len != 3 || text[0] != 0xe2)
		return false;
	return (text[1] == 0x80 &&
		   (text[2] == 0x8e || text[2] == 0x8f ||
		       (text[2] >= 0xaa && text[2] <= 0xae))) ||
	    (text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9);
}

static void
put_clean(struct bytes *to, const char *text)
{
	char clean[NAME_MOST + 1];
	size_t len, left, at = 0;

	text_clean(clean, sizeof(clean), text, strlen(text));
	for (left = strlen(clean); left > 0; left -= len, at += len) {
		len = text_char(clean + at, left);
		if (len == 0)
			break;
		if (is_turning((const uint8_t *)clean + at, len))
			continue;
		if (len == 1 && strchr("/\\:*?\"<>|%", clean[at]) != NULL)
			bytes_text(to, "_");
		else
			bytes_append(to, clean + at, len);
	}
}

void
answer_file_name(struct bytes *to, const struct found_msg *found)
{
	char date[CLOCK_ISO_BYTES];

	clock_iso(found->row.started_ms, date);
	date[DATE_LETTERS] = '\0';
	put_clean(to, found->name[0] != '\0' ? found->name : found->row.slug);
	if (found->row.title[0] != '\0') {
		bytes_text(to, " - ");
		put_clean(to, found->row.title);
	}
	bytes_format(to, " - %s.%s", date, found->row.extension);
}

static bool
is_letter(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	    (byte >= 'a' && byte <= 'z') || strchr("-._~", byte) != NULL;
}

/* RFC 6266: both forms, for whoever knows only the old one. */
static void
put_disposition(struct bytes *out, const struct answer *answer)
{
	struct bytes name = { 0 };
	uint8_t byte;

	answer_file_name(&name, answer->found);
	bytes_format(out, "Content-Disposition: %s; filename=\"",
	    answer->is_attachment ? "attachment" : "inline");
	for (size_t i = 0; i < name.len; i++) {
		byte = name.data[i];
		bytes_append(out, byte < 0x80 ? &byte : (uint8_t *)"_", 1);
	}
	bytes_text(out, "\"; filename*=UTF-8''");
	for (size_t i = 0; i < name.len; i++) {
		byte = name.data[i];
		if (byte != '\0' && is_letter(byte))
			bytes_append(out, &byte, 1);
		else
			bytes_format(out, "%%%02X", byte);
	}
	bytes_text(out, "\r\n");
	bytes_free(&name);
}

/* The codecs are of our own formats' making. */
static void
put_type(struct bytes *out, const struct recording_msg *row)
{
	char type[160];
	const char *media = row->media_type[0] != '\0'
	    ? row->media_type
	    : "application/octet-stream";

	if (row->codecs[0] != '\0' && strchr(media, ';') == NULL &&
	    strpbrk(row->codecs, "\"\\") == NULL &&
	    (strstr(media, "ogg") != NULL || strstr(media, "webm") != NULL))
		snprintf(type, sizeof(type), "%s; codecs=\"%s\"", media,
		    row->codecs);
	else
		snprintf(type, sizeof(type), "%s", media);
	response_header(out, "Content-Type", type);
}

static void
put_validators(struct bytes *out, const struct answer *answer)
{
	char etag[ANSWER_ETAG_BYTES], date[RESPONSE_DATE_BYTES];
	const struct found_msg *found = answer->found;

	if (answer->is_growing) {
		bytes_text(
		    out, "Cache-Control: no-store\r\nAccept-Ranges: none\r\n");
		return;
	}
	answer_etag(found, etag);
	if (etag[0] != '\0' && !answer->is_rest)
		bytes_format(out, "ETag: %s\r\n", etag);
	response_date(found->modified_ms, date);
	if (answer->is_rest)
		bytes_text(out, "Accept-Ranges: none\r\n");
	else
		bytes_format(
		    out, "Last-Modified: %s\r\nAccept-Ranges: bytes\r\n", date);
	bytes_format(out, "Cache-Control: %s\r\n",
	    found->row.is_public ? "public, max-age=31536000, immutable"
				 : "private, no-cache");
}

static void
put_content(struct bytes *out, const struct answer *answer)
{
	const struct range *range = answer->ranges;

	if (answer->mark != NULL) {
		bytes_format(out,
		    "Content-Type: multipart/byteranges; boundary=%s\r\n",
		    answer->mark);
		return;
	}
	put_type(out, &answer->found->row);
	if (answer->status == 206)
		bytes_format(out,
		    "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64
		    "\r\n",
		    range->first, range->last, answer->found->size);
}

void
answer_part(
    struct bytes *out, const struct answer *answer, const struct range *range)
{
	if (range == NULL) {
		bytes_format(out, "\r\n--%s--\r\n", answer->mark);
		return;
	}
	bytes_format(out, "\r\n--%s\r\n", answer->mark);
	put_type(out, &answer->found->row);
	bytes_format(out,
	    "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n\r\n",
	    range->first, range->last, answer->found->size);
}

uint64_t
answer_length(const struct answer *answer)
{
	struct bytes between = { 0 };
	uint64_t length = 0;

	if (answer->is_rest)
		return answer->found->head_bytes + answer->found->size -
		    answer->found->start_byte;
	if (answer->status == 200)
		return answer->found->size;
	for (unsigned i = 0; i < answer->count; i++)
		length += answer->ranges[i].last - answer->ranges[i].first + 1;
	for (unsigned i = 0; answer->mark != NULL && i <= answer->count; i++)
		answer_part(&between, answer,
		    i < answer->count ? &answer->ranges[i] : NULL);
	length += between.len;
	bytes_free(&between);
	return length;
}

void
answer_head(struct bytes *out, const struct answer *answer)
{
	char date[RESPONSE_DATE_BYTES];

	response_date(clock_wall_ms(), date);
	bytes_format(out,
	    "HTTP/1.1 %u %s\r\nServer: " SERVER_NAME
	    "\r\nDate: %s\r\nConnection: close\r\n",
	    answer->status, status_text(answer->status), date);
	bytes_text(out, "X-Content-Type-Options: nosniff\r\n");
	if (answer->found->row.is_public || answer->is_growing)
		bytes_text(out, "Access-Control-Allow-Origin: *\r\n");
	if (answer->status == 416) {
		bytes_format(out,
		    "Content-Range: bytes */%" PRIu64
		    "\r\nContent-Length: 0\r\n\r\n",
		    answer->found->size);
		return;
	}
	if (answer->status == 412) {
		bytes_text(out, "Content-Length: 0\r\n\r\n");
		return;
	}
	put_validators(out, answer);
	if (answer->status != 304) {
		put_content(out, answer);
		put_disposition(out, answer);
		if (!answer->is_growing)
			bytes_format(out, "Content-Length: %" PRIu64 "\r\n",
			    answer_length(answer));
	}
	bytes_text(out, "\r\n");
}
