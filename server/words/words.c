/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "words/words.h"

#include "base/bytes.h"
#include "base/text.h"

#include <string.h>

static const char *const texts[WORDS][LANGUAGES] = {
#define WORD(name, en, fr, nl) { en, fr, nl },
#include "words/words_list.h"
#undef WORD
};

static const struct {
	const char *term[LANGUAGES], *text[LANGUAGES];
} definitions[DEFINITIONS] = {
#define DEFINITION(name, en, fr, nl, en_is, fr_is, nl_is)                      \
	{ { en, fr, nl }, { en_is, fr_is, nl_is } },
#include "words/definitions_list.h"
#undef DEFINITION
};

static const char *const codes[LANGUAGES] = { "en", "fr", "nl" };

static const char *const months[LANGUAGES][12] = {
	{ "January", "February", "March", "April", "May", "June", "July",
	    "August", "September", "October", "November", "December" },
	{ "janvier", "février", "mars", "avril", "mai", "juin", "juillet",
	    "août", "septembre", "octobre", "novembre", "décembre" },
	{ "januari", "februari", "maart", "april", "mei", "juni", "juli",
	    "augustus", "september", "oktober", "november", "december" },
};

static const char *const short_months[LANGUAGES][12] = {
	{ "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
	    "Nov", "Dec" },
	{ "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août",
	    "sept.", "oct.", "nov.", "déc." },
	{ "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt",
	    "nov", "dec" },
};

static const char *const weekdays[LANGUAGES][7] = {
	{ "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
	    "Sunday" },
	{ "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
	    "dimanche" },
	{ "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag",
	    "zondag" },
};

static const char *const short_weekdays[LANGUAGES][7] = {
	{ "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" },
	{ "lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim." },
	{ "ma", "di", "wo", "do", "vr", "za", "zo" },
};

static const struct {
	const char *kind;
	enum word word;
} kinds[] = {
	{ "live", WORD_KIND_LIVE },
	{ "hls", WORD_KIND_HLS },
	{ "source_in", WORD_KIND_SOURCE_IN },
	{ "pages", WORD_KIND_PAGES },
	{ "waste", WORD_KIND_WASTE },
	{ "relay_out", WORD_KIND_RELAY_OUT },
	{ "relay_in", WORD_KIND_RELAY_IN },
	{ "archive", WORD_KIND_ARCHIVE },
	{ "feed", WORD_KIND_FEED },
	{ "offsite", WORD_KIND_OFFSITE },
};

enum language
language_find(const char *code)
{
	unsigned i;

	for (i = 0; i < LANGUAGES; i++)
		if (strcmp(codes[i], code) == 0)
			return (enum language)i;
	return LANGUAGE_EN;
}

const char *
language_code(enum language language)
{
	return codes[language];
}

const char *
word(enum language language, enum word which)
{
	return texts[which][language];
}

const char *
definition_term(enum language language, enum definition which)
{
	return definitions[which].term[language];
}

const char *
definition_text(enum language language, enum definition which)
{
	return definitions[which].text[language];
}

const char *
month_name(enum language language, unsigned month)
{
	return months[language][(month + 11) % 12];
}

const char *
month_short(enum language language, unsigned month)
{
	return short_months[language][(month + 11) % 12];
}

const char *
weekday_name(enum language language, unsigned weekday)
{
	return weekdays[language][weekday % 7];
}

const char *
weekday_short(enum language language, unsigned weekday)
{
	return short_weekdays[language][weekday % 7];
}

const char *
kind_name(enum language language, const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return word(language, kinds[i].word);
	return kind;
}

static const char *
figure_at(const char *text, const char *const figures[3])
{
	if (text[0] != '{' || text[1] < '1' || text[1] > '3' || text[2] != '}')
		return NULL;
	return figures[text[1] - '1'];
}

const char *
word_fill(char *to, size_t size, const char *text, const char *const figures[3])
{
	struct bytes filled = { 0 };
	const char *figure;

	while (*text != '\0') {
		figure = figure_at(text, figures);
		if (figure != NULL) {
			bytes_text(&filled, figure);
			text += 3;
		} else {
			bytes_append(&filled, text++, 1);
		}
	}
	bytes_append(&filled, "", 1);
	text_copy(to, size, (const char *)filled.data);
	bytes_free(&filled);
	return to;
}
