/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/line.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[ASK_STATES] = {
	[ASK_LOCAL] = "local",
	[ASK_UPLOADING] = "uploading",
	[ASK_UPLOADED] = "uploaded",
	[ASK_VERIFIED] = "verified",
	[ASK_DROPPED] = "dropped",
	[ASK_FORGETTING] = "forgetting",
};

const char *
ask_state_name(enum ask_state state)
{
	return state_names[state];
}

bool
ask_state_named(const char *name, enum ask_state *state)
{
	for (unsigned i = 0; i < ASK_STATES; i++) {
		if (strcmp(name, state_names[i]) == 0) {
			*state = (enum ask_state)i;
			return true;
		}
	}
	return false;
}

/* The next word, which one space ends; false when there is none or it does not
 * fit. */
static bool
take_word(const char **at, char *to, size_t size)
{
	size_t len = strcspn(*at, " ");

	if (len == 0 || len >= size)
		return false;
	memcpy(to, *at, len);
	to[len] = '\0';
	*at += len;
	if (**at == ' ')
		++*at;
	return true;
}

static bool
take_number(const char **at, uint64_t *number)
{
	char word[20]; /* 19 digits always fit */

	if (!take_word(at, word, sizeof(word)) ||
	    strspn(word, "0123456789") != strlen(word))
		return false;
	*number = strtoull(word, NULL, 10);
	return true;
}

static bool
is_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	    (letter >= 'A' && letter <= 'Z') ||
	    (letter >= '0' && letter <= '9');
}

static bool
take_id(const char **at, char id[ASK_ID_BYTES])
{
	if (!take_word(at, id, ASK_ID_BYTES))
		return false;
	for (const char *letter = id; *letter != '\0'; letter++) {
		if (!is_letter(*letter))
			return false;
	}
	return true;
}

bool
line_parse(struct line *line, const char *text)
{
	static const char *const words[LINE_WORDS] = {
		[LINE_STATE] = "STATE",
		[LINE_GET] = "GET",
		[LINE_SCAN] = "SCAN",
		[LINE_FORGET] = "FORGET",
		[LINE_LIST] = "LIST",
	};
	const char *at = text;
	char word[8];
	unsigned which = 0;

	memset(line, 0, sizeof(*line));
	if (!take_word(&at, word, sizeof(word)))
		return false;
	while (strcmp(word, words[which]) != 0) {
		if (++which == LINE_WORDS)
			return false;
	}
	line->word = (enum line_word)which;
	if (which != LINE_SCAN && which != LINE_LIST && !take_id(&at, line->id))
		return false;
	if (which == LINE_GET &&
	    (!take_number(&at, &line->offset) ||
		!take_number(&at, &line->length)))
		return false;
	return *at == '\0' && at[-1] != ' ';
}

static bool
take_facts(const char **at, struct ask_item *item)
{
	char state[16];
	uint64_t verified_ms;

	if (!take_word(at, state, sizeof(state)) ||
	    !ask_state_named(state, &item->state) ||
	    !take_word(at, item->key, sizeof(item->key)) ||
	    !take_number(at, &item->bytes) ||
	    !take_word(at, item->sha256, sizeof(item->sha256)) ||
	    !take_number(at, &verified_ms) || verified_ms > INT64_MAX)
		return false;
	item->verified_ms = (int64_t)verified_ms;
	return true;
}

bool
line_read_state(const char *text, struct ask_item *item)
{
	memset(item, 0, sizeof(*item));
	if (strncmp(text, "OK ", 3) != 0)
		return false;
	text += 3;
	return take_facts(&text, item) && *text == '\0';
}

bool
line_read_item(const char *text, struct ask_item *item)
{
	memset(item, 0, sizeof(*item));
	if (strncmp(text, "ITEM ", 5) != 0)
		return false;
	text += 5;
	if (!take_id(&text, item->id) || !take_facts(&text, item) ||
	    !take_number(&text, &item->sent))
		return false;
	text_clean(item->words, sizeof(item->words), text, strlen(text));
	return true;
}

static void
write_facts(struct bytes *to, const struct ask_item *item)
{
	bytes_format(to, "%s %s %" PRIu64 " %s %" PRId64,
	    ask_state_name(item->state), item->key, item->bytes, item->sha256,
	    item->verified_ms);
}

void
line_write_state(struct bytes *to, const struct ask_item *item)
{
	bytes_text(to, "OK ");
	write_facts(to, item);
}

void
line_write_item(struct bytes *to, const struct ask_item *item)
{
	char words[ASK_WORDS_BYTES];

	text_clean(words, sizeof(words), item->words, strlen(item->words));
	bytes_format(to, "ITEM %s ", item->id);
	write_facts(to, item);
	bytes_format(to, " %" PRIu64 " %s", item->sent, words);
}
