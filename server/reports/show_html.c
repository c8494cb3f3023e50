/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/show.h"

#include "base/text.h"
#include "reports/graphs.h"
#include "reports/html_style.h"
#include "reports/overview.h"
#include "reports/sheet.h"
#include "reports/svg.h"

#include <stdio.h>
#include <string.h>

#define WIDE         720.0 /* a graph on paper and on a large screen */
#define NARROW       340.0 /* and on a phone */
#define FACT_LONG    35    /* characters that need two columns */
#define BAR_HEIGHT   15.0
#define FIRST_HEIGHT 160.0 /* graphs that share a page with much else */

struct page {
	const struct model *model;
	struct manner manner;
	struct bytes *out;
};

static const char *
page_word(const struct page *page, enum word which)
{
	return word(page->manner.language, which);
}

/* <tag>text</tag>; tag may have attributes of ours. */
static void
put(struct page *page, const char *tag, const char *text)
{
	bytes_format(page->out, "<%s>", tag);
	text_html(page->out, text);
	bytes_format(page->out, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

/* What people named may be written in any direction. */
static void
put_name(struct page *page, const char *tag, const char *name)
{
	bytes_format(page->out, "<%s><bdi>", tag);
	text_html(page->out, name);
	bytes_format(page->out, "</bdi></%.*s>\n", (int)strcspn(tag, " "), tag);
}

static bool
is_digest(const char *text)
{
	return strlen(text) == 64 &&
	    strspn(text, "0123456789abcdef") == strlen(text);
}

static void
put_style(struct page *page)
{
	const char *digest = page->model->csv_sha256;

	bytes_text(page->out, "<style>\n");
	bytes_text(page->out, html_style);
	bytes_text(page->out,
	    "@page{@bottom-right{content:counter(page) \" / \" counter(pages);"
	    "font:7.5pt Lato,sans-serif;color:#62656d}");
	if (is_digest(digest))
		bytes_format(page->out,
		    "@bottom-left{content:\"SHA-256 %s\";"
		    "font:6.5pt Lato,sans-serif;color:#62656d}",
		    digest);
	bytes_text(page->out, "}\n</style>\n");
}

static void
put_head(struct page *page)
{
	char period[FIGURE_BYTES];

	figure_period(
	    &page->manner, page->model->from_ms, page->model->to_ms, period);
	bytes_format(page->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n",
	    language_code(page->manner.language));
	bytes_text(page->out,
	    "<meta charset=\"utf-8\"/>\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"/>\n"
	    "<meta name=\"robots\" content=\"noindex\"/>\n"
	    "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
	    "<link rel=\"icon\" href=\"data:,\"/>\n<title>");
	text_html(page->out, page->model->name);
	bytes_text(page->out, " \u2013 ");
	text_html(page->out, page_word(page, overview_title(page->model)));
	bytes_text(page->out, ", ");
	text_html(page->out, period);
	bytes_text(page->out, "</title>\n");
	put_style(page);
	bytes_text(page->out, "</head>\n<body>\n<main>\n");
}

static void
put_title(struct page *page)
{
	char text[OVERVIEW_TEXT];

	bytes_text(page->out, "<header>\n");
	put(page, "p class=\"kind\"",
	    page_word(page, overview_title(page->model)));
	put_name(page, "h1", page->model->name);
	put(page, "p class=\"when\"",
	    overview_period(page->model, &page->manner, text));
	bytes_text(page->out, "<p class=\"state\">");
	put(page, "b", page_word(page, overview_state(page->model)));
	text_html(page->out, overview_note(page->model, &page->manner, text));
	bytes_text(page->out, "</p>\n</header>\n");
}

static void
put_tiles(struct page *page)
{
	struct tile tiles[OVERVIEW_TILES];
	unsigned i;

	overview_tiles(page->model, &page->manner, tiles);
	bytes_text(page->out, "<dl class=\"tiles\">\n");
	for (i = 0; i < OVERVIEW_TILES; i++) {
		bytes_text(page->out, "<div>");
		put(page, "dt", tiles[i].label);
		bytes_text(page->out, "<dd class=\"value\">");
		text_html(page->out, tiles[i].value);
		if (tiles[i].unit[0] != '\0') {
			bytes_text(page->out, "<span>");
			text_html(page->out, tiles[i].unit);
			bytes_text(page->out, "</span>");
		}
		bytes_text(page->out, "</dd>\n");
		if (tiles[i].note[0] != '\0')
			put(page, "dd class=\"note\"", tiles[i].note);
		bytes_text(page->out, "</div>\n");
	}
	bytes_text(page->out, "</dl>\n");
}

static void
put_bar(struct page *page, double width, const char *class, const char *label)
{
	struct chart chart;

	overview_bar(page->model, (struct point){ width, BAR_HEIGHT }, &chart);
	svg_write(page->out, &chart, class, label);
	chart_free(&chart);
}

static void
put_quota(struct page *page)
{
	struct quota quota;

	overview_quota(page->model, &page->manner, &quota);
	if (!quota.has_quota && !quota.has_projection)
		return;
	bytes_text(page->out, "<div class=\"quota\">\n");
	if (quota.has_quota) {
		bytes_text(page->out, "<p>");
		put(page, "strong", quota.used);
		put(page, quota.is_over ? "strong" : "span", quota.left);
		bytes_text(page->out, "</p>\n");
		put_bar(page, WIDE, "wide", quota.used);
		put_bar(page, NARROW, "narrow", quota.used);
	}
	if (quota.has_projection)
		put(page, "p", quota.projection);
	bytes_text(page->out, "</div>\n");
}

static void
put_svg(
    struct page *page, enum graph graph, struct point size, const char *class)
{
	struct chart chart;

	graph_draw(page->model, &page->manner, graph, size, &chart);
	svg_write(
	    page->out, &chart, class, page_word(page, graph_title(graph)));
	chart_free(&chart);
}

static void
put_graph(struct page *page, enum graph graph, double height)
{
	char says[GRAPH_SAYS];

	graph_says(page->model, &page->manner, graph, says);
	put(page, "h3", page_word(page, graph_title(graph)));
	if (graph_is_empty(page->model, graph)) {
		put(page, "p class=\"empty\"", says);
		return;
	}
	bytes_text(page->out, "<figure>\n");
	put_svg(page, graph, (struct point){ WIDE, height }, "wide");
	put_svg(page, graph, (struct point){ NARROW, 0 }, "narrow");
	put(page, "figcaption", says);
	bytes_text(page->out, "</figure>\n");
}

static void
put_cells(struct page *page, const struct sheet *sheet, size_t row)
{
	bool is_total = sheet->has_total && row + 1 == sheet_rows(sheet);
	unsigned column;

	bytes_text(page->out, is_total ? "<tr class=\"total\">" : "<tr>");
	for (column = 0; column < sheet->column_count; column++) {
		const char *cell = sheet_cell(sheet, row, column);

		if (column == 0)
			put_name(page, "th scope=\"row\" class=\"text\"", cell);
		else if (sheet->columns[column].is_text)
			put_name(page, "td class=\"text\"", cell);
		else
			put(page, "td", cell);
	}
	bytes_text(page->out, "</tr>\n");
}

static void
put_heads(struct page *page, const struct sheet *sheet)
{
	unsigned column;

	bytes_text(page->out, "<thead><tr>");
	for (column = 0; column < sheet->column_count; column++)
		put(page,
		    sheet->columns[column].is_text
			? "th scope=\"col\" class=\"text\""
			: "th scope=\"col\"",
		    sheet->columns[column].head);
	bytes_text(page->out, "</tr></thead>\n");
}

static void
put_table(struct page *page, enum sheet_kind kind)
{
	const char *title = page_word(page, sheet_title(kind));
	struct sheet sheet;
	size_t row;

	sheet = sheet_make(kind, page->model, &page->manner);
	if (sheet_rows(&sheet) == 0) {
		put(page, "p class=\"empty\"", page_word(page, WORD_NOTHING));
		sheet_free(&sheet);
		return;
	}
	bytes_text(page->out,
	    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"");
	text_html(page->out, title);
	bytes_format(page->out, "\"><table%s>\n",
	    sheet.is_list            ? " class=\"list\""
		: kind == SHEET_DAYS ? " class=\"days\""
				     : "");
	if (!sheet.is_list)
		put_heads(page, &sheet);
	bytes_text(page->out, "<tbody>\n");
	for (row = 0; row < sheet_rows(&sheet); row++)
		put_cells(page, &sheet, row);
	bytes_text(page->out, "</tbody></table></div>\n");
	sheet_free(&sheet);
}

static void
put_details(struct page *page, enum sheet_kind kind)
{
	bytes_text(page->out, "<details>");
	put(page, "summary", page_word(page, WORD_FIGURES));
	put_table(page, kind);
	bytes_text(page->out, "</details>\n");
}

static void
put_facts(struct page *page)
{
	struct sheet sheet;
	size_t row;

	sheet = sheet_make(SHEET_FACTS, page->model, &page->manner);
	bytes_text(page->out, "<dl class=\"facts\">\n");
	for (row = 0; row < sheet_rows(&sheet); row++) {
		const char *fact = sheet_cell(&sheet, row, 1);

		bytes_text(page->out,
		    strlen(fact) > FACT_LONG ? "<div class=\"long\">"
					     : "<div>");
		put(page, "dt", sheet_cell(&sheet, row, 0));
		put_name(page, "dd", fact);
		bytes_text(page->out, "</div>\n");
	}
	bytes_text(page->out, "</dl>\n");
	sheet_free(&sheet);
}

static void
put_overview(struct page *page)
{
	bytes_text(page->out, "<div class=\"first\">\n");
	put_title(page);
	put_tiles(page);
	put_quota(page);
	put_graph(page, GRAPH_TRAFFIC, FIRST_HEIGHT);
	put_graph(page, GRAPH_LISTENERS, FIRST_HEIGHT);
	put_facts(page);
	bytes_text(page->out, "<div class=\"sign\">");
	put(page, "p", page_word(page, WORD_SIGN_DATE));
	put(page, "p", page_word(page, WORD_SIGN_NAME));
	bytes_text(page->out, "</div>\n</div>\n");
}

static void
put_section(struct page *page, enum sheet_kind kind)
{
	put(page, "h2", page_word(page, sheet_title(kind)));
	put_table(page, kind);
}

static void
put_sections(struct page *page)
{
	put_section(page, SHEET_TRAFFIC);
	put_graph(page, GRAPH_RATE, 0);
	put(page, "h3", page_word(page, WORD_RATE));
	put_table(page, SHEET_RATE);
	put_section(page, SHEET_AUDIENCE);
	put_graph(page, GRAPH_LENGTHS, 0);
	if (!graph_is_empty(page->model, GRAPH_LENGTHS))
		put_details(page, SHEET_LENGTHS);
	put_graph(page, GRAPH_HEAT, 0);
	if (!graph_is_empty(page->model, GRAPH_HEAT))
		put_details(page, SHEET_HEAT);
	put_section(page, SHEET_MOUNTS);
	put_section(page, SHEET_CODECS);
	put_section(page, SHEET_SOURCES);
	put_section(page, SHEET_STORAGE);
	put_section(page, SHEET_DAYS);
	if (page->model->adjustment_count > 0)
		put_section(page, SHEET_ADJUSTMENTS);
}

static void
put_footer(struct page *page)
{
	char text[GRAPH_SAYS];
	unsigned i;

	bytes_text(page->out, "<footer>\n");
	put(page, "h2", page_word(page, WORD_DEFINITIONS));
	bytes_text(page->out, "<dl class=\"terms\">\n");
	for (i = 0; i < DEFINITIONS; i++) {
		bytes_text(page->out, "<div>");
		put(page, "dt", definition_term(page->manner.language, i));
		put(page, "dd",
		    word_fill(text, sizeof(text),
			definition_text(page->manner.language, i),
			(const char *[]){
			    page->manner.zone_name, NULL, NULL }));
		bytes_text(page->out, "</div>\n");
	}
	bytes_text(page->out, "</dl>\n<p class=\"end\">");
	text_html(page->out, page_word(page, WORD_HASH));
	bytes_text(page->out, " ");
	text_html(page->out, page->model->csv_sha256);
	bytes_text(page->out, "</p>\n</footer>\n</main>\n</body>\n</html>\n");
}

bool
show_html(const struct model *model, struct bytes *out)
{
	struct page page = { .model = model, .out = out };

	manner_begin(&page.manner, model->language, model->zone);
	put_head(&page);
	put_overview(&page);
	put_sections(&page);
	put_footer(&page);
	manner_end(&page.manner);
	return true;
}
