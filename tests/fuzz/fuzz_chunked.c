/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/bytes.h"
#include "base/check.h"
#include "http/chunked.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static enum chunked_answer
read_all(const uint8_t *from, size_t from_len, size_t step, struct bytes *body,
    size_t *used)
{
	struct chunked chunked = { 0 };
	enum chunked_answer answer = CHUNKED_MORE;
	const uint8_t *bytes, *data;
	size_t n, len, data_len;

	*used = 0;
	for (size_t at = 0; at < from_len && answer == CHUNKED_MORE; at += n) {
		bytes = from + at;
		n = len = step < from_len - at ? step : from_len - at;
		do {
			answer = chunked_read(
			    &chunked, &bytes, &len, &data, &data_len);
			CHECK((answer == CHUNKED_DATA) == (data_len > 0));
			bytes_append(body, data, data_len);
		} while (answer == CHUNKED_DATA);
		CHECK(answer != CHUNKED_MORE || len == 0);
		*used = (size_t)(bytes - from);
	}
	return answer;
}

/* In one piece and byte by byte it must be the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct bytes whole = { 0 }, cut = { 0 };
	size_t whole_used, cut_used;

	CHECK(read_all(bytes, len, len, &whole, &whole_used) ==
	    read_all(bytes, len, 1, &cut, &cut_used));
	CHECK(whole_used == cut_used && whole.len == cut.len);
	CHECK(whole.len == 0 || memcmp(whole.data, cut.data, cut.len) == 0);
	bytes_free(&whole);
	bytes_free(&cut);
	return 0;
}
