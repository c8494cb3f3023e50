/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * What all2all-archived reads: answers of a store, lines of its socket (both
 * ends), and its configuration. */
#include "base/check.h"
#include "offload/line.h"
#include "offload/settings.h"
#include "offload/xml.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
read_xml(const uint8_t *bytes, size_t len)
{
	struct xml whole = { (const char *)bytes, len }, left = whole, inside;
	char text[64];
	unsigned count = 0;

	while (xml_next(&left, "Part", &inside)) {
		CHECK(inside.text >= whole.text &&
		    inside.text + inside.len <= whole.text + whole.len);
		CHECK(++count <= len);
		if (xml_text(inside, "ETag", text, sizeof(text)))
			CHECK(strlen(text) < sizeof(text));
	}
	if (xml_text(whole, "Code", text, 8))
		CHECK(strlen(text) < 8);
	CHECK(!xml_is_root(whole, "Error") || len > strlen("<Error"));
}

/* What was understood is written so that it is understood again. */
static void
read_line(const char *text)
{
	struct ask_item item, again;
	struct bytes out = { 0 };
	struct line line;

	if (line_parse(&line, text))
		CHECK(line.word < LINE_WORDS);
	if (line_read_item(text, &item)) {
		line_write_item(&out, &item);
		bytes_append(&out, "", 1);
		CHECK(line_read_item((const char *)out.data, &again));
		CHECK(strcmp(item.key, again.key) == 0);
		CHECK(item.bytes == again.bytes);
		CHECK(strcmp(item.words, again.words) == 0);
	}
	if (line_read_state(text, &item))
		CHECK(item.state < ASK_STATES && item.verified_ms >= 0);
	bytes_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *error = NULL;
	struct settings *settings;

	CHECK(text != NULL);
	memcpy(text, bytes, len);
	text[len] = '\0';
	read_xml(bytes, len);
	read_line(text);
	settings = settings_parse("/etc/fuzz.conf", text, &error);
	CHECK((settings == NULL) == (error != NULL));
	settings_free(settings);
	free(error);
	free(text);
	return 0;
}
