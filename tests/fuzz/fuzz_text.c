/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
check_quoted(const struct bytes *out, const char *never)
{
	CHECK(out->len == 0 || text_is_utf8((const char *)out->data, out->len));
	for (size_t i = 0; i < out->len; i++)
		CHECK(out->data[i] == '\0' ||
		    strchr(never, out->data[i]) == NULL);
}

static void
try_writers(const char *text)
{
	struct bytes out = { 0 };

	text_html(&out, text);
	check_quoted(&out, "<>\"'\1\x1b");
	bytes_eat(&out, out.len);
	text_xml(&out, text);
	check_quoted(&out, "<>\"'\1\x1b");
	bytes_eat(&out, out.len);
	text_json(&out, text);
	check_quoted(&out, "<>&\n\r\1\x1b");
	bytes_eat(&out, out.len);
	text_url_path(&out, text);
	check_quoted(&out, " <>\"?#\n\r");
	bytes_eat(&out, out.len);
	text_csv(&out, text);
	CHECK(out.len >= strlen(text));
	bytes_free(&out);
	(void)text_is_web_url(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), to[64];
	size_t size = 1 + len % sizeof(to), used;

	memcpy(text, bytes, len);
	text[len] = '\0';
	used = text_clean(to, size, text, len);
	CHECK(used < size && strlen(to) == used && text_is_utf8(to, used));
	CHECK(text_from_charset(to, size, text, len, "iso-8859-1"));
	CHECK(text_is_utf8(to, strlen(to)));
	used = text_copy(to, size, text);
	CHECK(used < size && strlen(to) == used);
	used = text_escape_log(to, size, text);
	CHECK(used <= size && text_is_utf8(to, used));
	CHECK(memchr(to, '\n', used) == NULL);
	try_writers(text);
	free(text);
	return 0;
}
