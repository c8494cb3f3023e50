/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/show.h"

#include "base/log.h"
#include "reports/graphs.h"
#include "reports/overview.h"
#include "reports/paper.h"

#include <hpdf_doc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHART_WIDTH  (PAPER_TEXT / PAPER_SCALE)
#define LEAST_HEIGHT 110.0 /* of the graphs on the first page */
#define MOST_HEIGHT  190.0
#define OTHER_HEIGHT 142.0
#define AROUND_GRAPH 54.0 /* its title and what it says */
#define SIGN_HEIGHT  54.0
#define FACT_HEIGHT  27.0
#define KEPT_HEIGHT  500.0 /* a table that high is kept together */
#define FOOT_LINE    (PAPER_HEIGHT - 36)
#define TILE_GAP     18.0
#define FACT_COLUMNS 3
#define TERM_GAP     24.0

static const struct lettering kinds = { FACE_BOLD, 8, INK_ACCENT,
	ANCHOR_START };
static const struct lettering names = { FACE_LIGHT, 27, INK_TEXT,
	ANCHOR_START };
static const struct lettering long_names = { FACE_LIGHT, 15, INK_TEXT,
	ANCHOR_START };
static const struct lettering periods = { FACE_REGULAR, 12.5, INK_MUTED,
	ANCHOR_START };
static const struct lettering headings = { FACE_REGULAR, 14, INK_TEXT,
	ANCHOR_START };
static const struct lettering titles = { FACE_BOLD, 9, INK_TEXT, ANCHOR_START };
static const struct lettering values = { FACE_LIGHT, 20, INK_TEXT,
	ANCHOR_START };
static const struct lettering units = { FACE_REGULAR, 10, INK_MUTED,
	ANCHOR_START };
static const struct lettering plain = { FACE_REGULAR, 8.4, INK_TEXT,
	ANCHOR_START };
static const struct lettering notes = { FACE_REGULAR, 7.6, INK_MUTED,
	ANCHOR_START };
static const struct lettering feet = { FACE_REGULAR, 6.3, INK_MUTED,
	ANCHOR_START };

struct document {
	const struct model *model;
	struct manner manner;
	struct paper paper;
};

static const char *
said(const struct document *document, enum word which)
{
	return word(document->manner.language, which);
}

/* At the left margin, its base line so far below what was before it. */
static void
put_line(struct document *document, double down,
    const struct lettering *lettering, const char *text)
{
	document->paper.y += down;
	paper_fit(&document->paper,
	    (struct point){ PAPER_SIDE, document->paper.y }, lettering,
	    PAPER_TEXT, text);
}

/* A long name is set smaller, in as many lines as it needs. */
static void
put_name(struct document *document)
{
	const char *name = document->model->name;
	struct paper *paper = &document->paper;

	if (paper_width(paper, &names, name) <= PAPER_TEXT) {
		put_line(document, 33, &names, name);
		return;
	}
	paper->y += 13;
	paper->y += paper_wrap(paper, &(struct point){ PAPER_SIDE, paper->y },
	    &long_names, PAPER_TEXT, name);
}

static void
put_title(struct document *document)
{
	struct paper *paper = &document->paper;
	struct lettering state = { FACE_BOLD, 8, INK_PAPER, ANCHOR_START };
	char text[OVERVIEW_TEXT];
	const char *said_state = said(
	    document, overview_state(document->model));
	double width = paper_width(paper, &state, said_state) + 14;
	double x = PAPER_WIDTH - PAPER_SIDE - width;

	put_line(document, 7, &kinds,
	    said(document, overview_title(document->model)));
	paper_rect(paper, (struct point){ x, paper->y - 10 },
	    (struct point){ x + width, paper->y + 5 }, INK_ACCENT, 100);
	paper_text(
	    paper, (struct point){ x + 7, paper->y + 0.4 }, &state, said_state);
	put_name(document);
	put_line(document, 20, &periods,
	    overview_period(document->model, &document->manner, text));
	put_line(document, 15, &notes,
	    overview_note(document->model, &document->manner, text));
}

static void
put_tile(
    struct document *document, const struct tile *tile, double x, double width)
{
	struct paper *paper = &document->paper;
	double y = paper->y;

	paper_line(paper, (struct point){ x, y },
	    (struct point){ x + width, y }, INK_ACCENT, 1.4);
	paper_fit(
	    paper, (struct point){ x, y + 14 }, &notes, width, tile->label);
	paper_text(paper, (struct point){ x, y + 37 }, &values, tile->value);
	paper_text(paper,
	    (struct point){
		x + paper_width(paper, &values, tile->value) + 4, y + 37 },
	    &units, tile->unit);
	paper_fit(
	    paper, (struct point){ x, y + 51 }, &notes, width, tile->note);
}

static void
put_tiles(struct document *document)
{
	double width = (PAPER_TEXT - TILE_GAP * (OVERVIEW_TILES - 1)) /
	    OVERVIEW_TILES;
	struct tile tiles[OVERVIEW_TILES];
	unsigned i;

	document->paper.y += 24;
	overview_tiles(document->model, &document->manner, tiles);
	for (i = 0; i < OVERVIEW_TILES; i++)
		put_tile(document, &tiles[i],
		    PAPER_SIDE + (width + TILE_GAP) * i, width);
	document->paper.y += 53;
}

static void
put_quota(struct document *document)
{
	struct lettering left = notes;
	struct paper *paper = &document->paper;
	struct quota quota;
	struct chart chart;

	overview_quota(document->model, &document->manner, &quota);
	if (quota.has_quota) {
		put_line(document, 24, &titles, quota.used);
		left.anchor = ANCHOR_END;
		paper_text(paper,
		    (struct point){ PAPER_WIDTH - PAPER_SIDE, paper->y }, &left,
		    quota.left);
		paper->y += 5;
		overview_bar(
		    document->model, (struct point){ CHART_WIDTH, 15 }, &chart);
		paper_chart(paper, &chart);
		chart_free(&chart);
	}
	if (quota.has_projection)
		put_line(document, quota.has_quota ? 12 : 22, &notes,
		    quota.projection);
}

static void
put_graph(struct document *document, enum graph graph, double height)
{
	struct paper *paper = &document->paper;
	char says[GRAPH_SAYS];
	struct chart chart;
	bool is_top;

	graph_says(document->model, &document->manner, graph, says);
	if (graph_is_empty(document->model, graph)) {
		paper_need(paper, 46);
		put_line(
		    document, 28, &titles, said(document, graph_title(graph)));
		put_line(document, 15, &notes, says);
		return;
	}
	graph_draw(document->model, &document->manner, graph,
	    (struct point){ CHART_WIDTH, height }, &chart);
	is_top = paper_need(paper, 28 + 9 + chart.height * PAPER_SCALE + 16);
	put_line(document, is_top ? 9 : 28, &titles,
	    said(document, graph_title(graph)));
	paper->y += 9;
	paper_chart(paper, &chart);
	chart_free(&chart);
	put_line(document, 13, &notes, says);
}

/* In columns, what is long over their whole width. Returns how high they are;
 * without is_drawn they are only measured. */
static double
put_facts(struct document *document, bool is_drawn)
{
	double width = PAPER_TEXT / FACT_COLUMNS, x = 0, y = 0, span;
	struct paper *paper = &document->paper;
	struct sheet sheet;
	size_t row;

	sheet = sheet_make(SHEET_FACTS, document->model, &document->manner);
	for (row = 0; row < sheet_rows(&sheet); row++) {
		const char *fact = sheet_cell(&sheet, row, 1);
		struct point at;

		span = paper_width(paper, &plain, fact) + 12;
		span = span <= width    ? width
		    : span <= 2 * width ? 2 * width
					: PAPER_TEXT;
		if (x + span > PAPER_TEXT + 1) {
			y += FACT_HEIGHT;
			x = 0;
		}
		at = (struct point){ PAPER_SIDE + x, paper->y + y };
		x += span;
		if (!is_drawn)
			continue;
		paper_text(paper, at, &notes, sheet_cell(&sheet, row, 0));
		at.y += 11;
		paper_fit(paper, at, &plain, span, fact);
	}
	sheet_free(&sheet);
	return y + FACT_HEIGHT;
}

/* Both get the same share of what facts and signature leave. */
static double
first_height(struct document *document)
{
	double free = PAPER_HEIGHT - PAPER_BOTTOM - SIGN_HEIGHT -
	    document->paper.y - put_facts(document, false) - FACT_HEIGHT;
	double each = (free / 2 - AROUND_GRAPH) / PAPER_SCALE;

	return fmax(LEAST_HEIGHT, fmin(each, MOST_HEIGHT));
}

static void
put_sign_lines(struct document *document)
{
	static const double from[] = { 0, 0.36 }, until[] = { 0.3, 1 };
	static const enum word words[] = { WORD_SIGN_DATE, WORD_SIGN_NAME };
	double y = PAPER_HEIGHT - PAPER_BOTTOM - 14;
	unsigned i;

	for (i = 0; i < 2; i++) {
		double x = PAPER_SIDE + PAPER_TEXT * from[i];

		paper_line(&document->paper, (struct point){ x, y },
		    (struct point){ PAPER_SIDE + PAPER_TEXT * until[i], y },
		    INK_TEXT, 0.5);
		paper_text(&document->paper, (struct point){ x, y + 11 },
		    &notes, said(document, words[i]));
	}
}

static void
add_bookmark(struct document *document, const char *title)
{
	HPDF_Doc pdf = document->paper.pdf;
	HPDF_Outline mark = HPDF_CreateOutline(
	    pdf, NULL, title, HPDF_GetEncoder(pdf, "UTF-8"));
	HPDF_Destination place = HPDF_Page_CreateDestination(
	    document->paper.page);

	if (place != NULL)
		HPDF_Destination_SetFitH(
		    place, (HPDF_REAL)(PAPER_HEIGHT - document->paper.y + 24));
	if (mark != NULL && place != NULL)
		HPDF_Outline_SetDestination(mark, place);
}

/* A heading, kept together with that much of what follows. */
static void
put_heading(struct document *document, enum word which, double follows)
{
	struct paper *paper = &document->paper;

	if (!paper_need(paper, 62 + follows) && paper->y > PAPER_TOP)
		paper->y += 30;
	paper_line(paper, (struct point){ PAPER_SIDE, paper->y },
	    (struct point){ PAPER_WIDTH - PAPER_SIDE, paper->y }, INK_TEXT,
	    1.2);
	put_line(document, 20, &headings, said(document, which));
	add_bookmark(document, said(document, which));
	paper->y += 9;
}

static void
put_sheet(struct document *document, const struct sheet *sheet)
{
	if (sheet_rows(sheet) > 0)
		paper_sheet(&document->paper, sheet);
	else
		put_line(document, 9, &notes, said(document, WORD_NOTHING));
}

static void
put_table(struct document *document, enum sheet_kind kind)
{
	struct sheet sheet;

	sheet = sheet_make(kind, document->model, &document->manner);
	put_sheet(document, &sheet);
	sheet_free(&sheet);
}

static void
put_section(struct document *document, enum sheet_kind kind)
{
	struct sheet sheet;
	double height;

	sheet = sheet_make(kind, document->model, &document->manner);
	height = paper_sheet_height(&sheet);
	put_heading(document, sheet_title(kind),
	    height > KEPT_HEIGHT ? KEPT_HEIGHT / 6 : height);
	put_sheet(document, &sheet);
	sheet_free(&sheet);
}

static void
put_overview(struct document *document)
{
	double height;

	paper_page(&document->paper);
	add_bookmark(document, said(document, WORD_OVERVIEW));
	put_title(document);
	put_tiles(document);
	put_quota(document);
	height = first_height(document);
	put_graph(document, GRAPH_TRAFFIC, height);
	put_graph(document, GRAPH_LISTENERS, height);
	document->paper.y += FACT_HEIGHT;
	paper_need(&document->paper,
	    put_facts(document, false) + SIGN_HEIGHT - FACT_HEIGHT / 2);
	put_facts(document, true);
	put_sign_lines(document);
}

static void
put_sections(struct document *document)
{
	paper_page(&document->paper);
	put_section(document, SHEET_TRAFFIC);
	put_graph(document, GRAPH_RATE, OTHER_HEIGHT);
	document->paper.y += 10;
	put_table(document, SHEET_RATE);
	put_section(document, SHEET_AUDIENCE);
	put_graph(document, GRAPH_LENGTHS, 0);
	put_graph(document, GRAPH_HEAT, 0);
	put_section(document, SHEET_MOUNTS);
	put_section(document, SHEET_CODECS);
	put_section(document, SHEET_SOURCES);
	put_section(document, SHEET_STORAGE);
	put_section(document, SHEET_DAYS);
	if (document->model->adjustment_count > 0)
		put_section(document, SHEET_ADJUSTMENTS);
}

struct term { /* a definition as it is on the page */
	const char *name;
	char text[GRAPH_SAYS];
};

static double
put_term(struct document *document, const struct term *term,
    const struct point *at, double width)
{
	struct paper *paper = &document->paper;
	struct point below;

	if (at == NULL)
		return 12 + paper_wrap(paper, NULL, &notes, width, term->text) +
		    8;
	below = (struct point){ at->x, at->y + 12 };
	paper_text(
	    paper, (struct point){ at->x, at->y + 8 }, &titles, term->name);
	return 12 + paper_wrap(paper, &below, &notes, width, term->text) + 8;
}

/* In two columns of about the same height, row by row. */
static void
put_definitions(struct document *document)
{
	enum language language = document->manner.language;
	double width = (PAPER_TEXT - TERM_GAP) / 2, height;
	struct paper *paper = &document->paper;
	struct term terms[2];
	unsigned i, side;

	put_heading(document, WORD_DEFINITIONS, 120);
	for (i = 0; i < DEFINITIONS; i += 2) {
		height = 0;
		for (side = 0; side < 2 && i + side < DEFINITIONS; side++) {
			terms[side].name = definition_term(language, i + side);
			word_fill(terms[side].text, sizeof(terms[side].text),
			    definition_text(language, i + side),
			    (const char *[]){
				document->manner.zone_name, NULL, NULL });
			height = fmax(height,
			    put_term(document, &terms[side], NULL, width));
		}
		paper_need(paper, height);
		while (side-- > 0)
			put_term(document, &terms[side],
			    &(struct point){
				PAPER_SIDE + (width + TERM_GAP) * side,
				paper->y },
			    width);
		paper->y += height;
	}
}

static void
put_foot(struct document *document, unsigned number, unsigned count)
{
	struct lettering right = feet;
	struct paper *paper = &document->paper;
	char page[FIGURE_BYTES], numbers[2][16], digest[96], name[400];
	char period[FIGURE_BYTES];

	snprintf(numbers[0], sizeof(numbers[0]), "%u", number);
	snprintf(numbers[1], sizeof(numbers[1]), "%u", count);
	word_fill(page, sizeof(page), said(document, WORD_PAGE),
	    (const char *[]){ numbers[0], numbers[1], NULL });
	snprintf(name, sizeof(name), "%s, %s", document->model->name,
	    figure_period(&document->manner, document->model->from_ms,
		document->model->to_ms, period));
	snprintf(
	    digest, sizeof(digest), "SHA-256 %s", document->model->csv_sha256);
	paper_fit(
	    paper, (struct point){ PAPER_SIDE, FOOT_LINE }, &feet, 150, name);
	paper_text(paper, (struct point){ PAPER_SIDE + 162, FOOT_LINE }, &feet,
	    document->model->csv_sha256[0] != '\0' ? digest : "");
	right.anchor = ANCHOR_END;
	paper_text(paper, (struct point){ PAPER_WIDTH - PAPER_SIDE, FOOT_LINE },
	    &right, page);
}

static void
put_feet(struct document *document)
{
	HPDF_Doc pdf = document->paper.pdf;
	unsigned count = pdf->page_list->count, i;

	for (i = 0; i < count; i++) {
		document->paper.page = (HPDF_Page)HPDF_List_ItemAt(
		    pdf->page_list, i);
		put_foot(document, i + 1, count);
	}
}

static void
describe(struct document *document)
{
	const struct model *model = document->model;
	HPDF_Doc pdf = document->paper.pdf;
	char made[FIGURE_BYTES], period[FIGURE_BYTES], title[512];
	HPDF_Date date = { .ind = 'Z' };

	snprintf(title, sizeof(title), "%s \u2013 %s, %s", model->name,
	    said(document, overview_title(model)),
	    figure_period(
		&document->manner, model->from_ms, model->to_ms, period));
	HPDF_SetInfoAttr(pdf, HPDF_INFO_TITLE, title);
	HPDF_SetInfoAttr(pdf, HPDF_INFO_CREATOR, "all2all " PACKAGE_VERSION);
	figure_utc(model->made_ms, made);
	if (sscanf(made, "%d-%d-%dT%d:%d:%d", &date.year, &date.month,
		&date.day, &date.hour, &date.minutes, &date.seconds) == 6) {
		HPDF_SetInfoDateAttr(pdf, HPDF_INFO_CREATION_DATE, date);
		HPDF_SetInfoDateAttr(pdf, HPDF_INFO_MOD_DATE, date);
	}
	HPDF_Dict_Add(pdf->catalog, "Lang",
	    HPDF_String_New(
		pdf->mmgr, language_code(document->manner.language), NULL));
}

static bool
copy_out(HPDF_Doc pdf, struct bytes *out)
{
	HPDF_UINT32 len;

	if (HPDF_GetError(pdf) != HPDF_OK || HPDF_SaveToStream(pdf) != HPDF_OK)
		return false;
	len = HPDF_GetStreamSize(pdf);
	if (len == 0 ||
	    HPDF_ReadFromStream(pdf, bytes_room(out, len), &len) != HPDF_OK)
		return false;
	bytes_added(out, len);
	return true;
}

/* After the first error libharu does nothing more, and says so each time. */
static void
note_error(HPDF_STATUS error, HPDF_STATUS detail, void *is_noted)
{
	if (!*(bool *)is_noted)
		log_error("no PDF: libharu error=0x%lx detail=%lu",
		    (unsigned long)error, (unsigned long)detail);
	*(bool *)is_noted = true;
}

bool
show_pdf(const struct model *model, struct bytes *out)
{
	struct document document = { .model = model };
	bool is_noted = false, is_made = false;
	HPDF_Doc pdf = HPDF_New(note_error, &is_noted);

	if (pdf == NULL)
		return false;
	document.paper.pdf = pdf;
	manner_begin(&document.manner, model->language, model->zone);
	HPDF_SetCompressionMode(pdf, HPDF_COMP_ALL);
	HPDF_UseUTFEncodings(pdf);
	HPDF_SetCurrentEncoder(pdf, "UTF-8");
	if (fonts_open(&document.paper.fonts, pdf)) {
		put_overview(&document);
		put_sections(&document);
		put_definitions(&document);
		put_feet(&document);
		describe(&document);
		is_made = copy_out(pdf, out);
	}
	manner_end(&document.manner);
	HPDF_Free(pdf);
	return is_made;
}
