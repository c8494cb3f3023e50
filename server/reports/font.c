/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/font.h"

#include "base/log.h"
#include "base/text.h"

#include <hpdf_doc.h>
#include <hpdf_fontdef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES  128
#define RUN_BYTES   256
#define REPLACEMENT 0xfffd

static const char *const folders[] = { "/usr/share/fonts/truetype/lato",
	"/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/lato",
	"/usr/share/fonts/dejavu", "/usr/share/fonts/TTF" };

static const char *const files[][FACES] = {
	{ "Lato-Light.ttf", "Lato-Regular.ttf", "Lato-Bold.ttf" },
	{ "DejaVuSans.ttf", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf" },
};

static bool
find_file(const char *name, char path[PATH_BYTES])
{
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, PATH_BYTES, "%s/%s", folders[i], name);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

static bool
load(HPDF_Doc pdf, const char *path, struct font *font)
{
	const char *name = HPDF_LoadTTFontFromFile(pdf, path, HPDF_TRUE);

	if (name == NULL)
		return false;
	font->shapes = HPDF_GetFontDef(pdf, name);
	font->font = HPDF_GetFont(pdf, name, "UTF-8");
	return font->shapes != NULL && font->font != NULL;
}

bool
fonts_open(struct fonts *fonts, HPDF_Doc pdf)
{
	char paths[FACES][PATH_BYTES];
	unsigned set, i;

	*fonts = (struct fonts){ .pdf = pdf };
	for (set = 0; set < 2; set++) {
		for (i = 0; i < FACES; i++)
			if (!find_file(files[set][i], paths[i]))
				break;
		if (i == FACES)
			break;
	}
	if (set == 2) {
		log_error("no PDF without fonts: install Lato (fonts-lato) or "
			  "DejaVu (fonts-dejavu-core)");
		return false;
	}
	for (i = 0; i < FACES; i++) {
		if (i > 0 && strcmp(paths[i], paths[i - 1]) == 0)
			fonts->faces[i] = fonts->faces[i - 1];
		else if (!load(pdf, paths[i], &fonts->faces[i]))
			return false;
	}
	return true;
}

/* Loaded when the first letter needs it: most reports do without. */
static const struct font *
other_font(struct fonts *fonts)
{
	char path[PATH_BYTES];

	if (!fonts->is_other_tried) {
		fonts->is_other_tried = true;
		if (!find_file(files[1][FACE_REGULAR], path) ||
		    !load(fonts->pdf, path, &fonts->other))
			fonts->other.font = NULL;
	}
	return fonts->other.font != NULL ? &fonts->other : NULL;
}

/* The next character, 0 at the end; what is no UTF-8 is replaced. */
static uint32_t
next_code(const char **text)
{
	static const uint8_t masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const uint8_t *at = (const uint8_t *)*text;
	size_t len = text_char(*text, strnlen(*text, 4)), i;
	uint32_t code;

	if (*at == '\0')
		return 0;
	if (len == 0) {
		*text += 1;
		return REPLACEMENT;
	}
	code = at[0] & masks[len];
	for (i = 1; i < len; i++)
		code = code << 6 | (at[i] & 0x3f);
	*text += len;
	return code > 0xffff ? REPLACEMENT : code;
}

static bool
is_invisible(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
	    (code >= 0x200b && code <= 0x200f) ||
	    (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

static bool
has_shape(const struct font *font, uint32_t code)
{
	return HPDF_TTFontDef_GetGlyphid(font->shapes, (HPDF_UINT16)code) != 0;
}

/* The font for a character, which may have to be another one then. */
static const struct font *
font_for(struct fonts *fonts, enum face face, uint32_t *code)
{
	const struct font *font = &fonts->faces[face], *other;

	if (has_shape(font, *code))
		return font;
	other = other_font(fonts);
	if (other != NULL && has_shape(other, *code))
		return other;
	*code = REPLACEMENT;
	if (other != NULL && has_shape(other, *code))
		return other;
	*code = '?';
	return font;
}

double
fonts_width(struct fonts *fonts, enum face face, double size, const char *text)
{
	const struct font *font;
	double width = 0;
	uint32_t code;

	while ((code = next_code(&text)) != 0) {
		if (is_invisible(code))
			continue;
		font = font_for(fonts, face, &code);
		width += HPDF_Font_GetUnicodeWidth(
		    font->font, (HPDF_UNICODE)code);
	}
	return width * size / 1000;
}

struct run { /* characters in a row of one font */
	HPDF_Page page;
	const struct font *font;
	double size;
	char text[RUN_BYTES];
	size_t len;
};

static void
run_end(struct run *run)
{
	if (run->len == 0)
		return;
	run->text[run->len] = '\0';
	HPDF_Page_SetFontAndSize(
	    run->page, run->font->font, (HPDF_REAL)run->size);
	HPDF_Page_ShowText(run->page, run->text);
	run->len = 0;
}

void
fonts_draw(struct fonts *fonts, HPDF_Page page, HPDF_Point at, enum face face,
    double size, const char *text)
{
	struct run run = { .page = page, .size = size };
	const struct font *font;
	uint32_t code;

	HPDF_Page_BeginText(page);
	HPDF_Page_MoveTextPos(page, at.x, at.y);
	while ((code = next_code(&text)) != 0) {
		if (is_invisible(code))
			continue;
		font = font_for(fonts, face, &code);
		if (font != run.font || run.len + 4 > sizeof(run.text))
			run_end(&run);
		run.font = font;
		run.len += text_put_char(run.text + run.len, code);
	}
	run_end(&run);
	HPDF_Page_EndText(page);
}
