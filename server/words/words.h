/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * words - the texts of a report in English, French and Dutch.
 *
 * The texts are in words_list.h and definitions_list.h and never change.
 * Places for figures are {1} to {3}; word_fill() puts them in, so that no text
 * is ever a format. Any thread.
 */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include <stddef.h>

enum language {
	LANGUAGE_EN,
	LANGUAGE_FR,
	LANGUAGE_NL,
	LANGUAGES
};

enum word {
#define WORD(name, en, fr, nl) WORD_##name,
#include "words/words_list.h"
#undef WORD
	WORDS
};

enum definition {
#define DEFINITION(name, en, fr, nl, en_is, fr_is, nl_is) DEFINITION_##name,
#include "words/definitions_list.h"
#undef DEFINITION
	DEFINITIONS
};

enum language language_find(const char *code); /* English when not known */
const char *language_code(enum language);

const char *word(enum language, enum word);
const char *definition_term(enum language, enum definition);
const char *definition_text(enum language, enum definition);
const char *month_name(enum language, unsigned month); /* 1 to 12 */
const char *month_short(enum language, unsigned month);
const char *weekday_name(enum language, unsigned weekday); /* 0: Monday */
const char *weekday_short(enum language, unsigned weekday);
/* The name of a kind of traffic in the store; itself when not known. */
const char *kind_name(enum language, const char *kind);

/* Puts the figures, at most three and the rest NULL, into a text; cut at a
 * character when it is too long. Returns to. */
const char *word_fill(
    char *to, size_t size, const char *text, const char *const figures[3]);

#endif
