/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/show.h"

#include "base/text.h"
#include "reports/graphs.h"
#include "reports/overview.h"
#include "sample_model.h"
#include "test.h"

#include <math.h>

#define HOSTILE                                                                \
	"</style></title><script>alert(1)</script>\"'><img src=x onerror=y>"   \
	"\xff\xc3 \x01\x1b[2J \xe2\x80\xae"                                    \
	"evil"

static const char *const codes[] = { "en", "fr", "nl" };

/* --- models --- */

static struct model *
in_language(struct model *model, const char *code)
{
	strcpy(model->language, code);
	return model;
}

static struct model *
empty_model(void)
{
	struct model *model = mem_new(sizeof(*model));

	model->from_ms = SAMPLE_FROM_MS;
	model->to_ms = SAMPLE_FROM_MS + 30 * DAY_MS;
	return model;
}

static struct model *
hostile_model(void)
{
	struct model *model = sample_new(30);

	strcpy(model->name, HOSTILE);
	memset(model->publisher, 'W', sizeof(model->publisher) - 1);
	memset(model->plan, 0xe2, sizeof(model->plan) - 1);
	strcpy(model->zone, "../../etc/passwd");
	strcpy(model->language, "x\"");
	strcpy(model->csv_sha256, "\"}@import url(http://evil.example/)");
	strcpy(model->slug, "<b>");
	strcpy(model->relay, "<!--");
	strcpy(model->kinds[3].name, "<svg/onload=");
	strcpy(model->mounts[0].name, HOSTILE);
	memset(model->mounts[1].name, 'm', sizeof(model->mounts[1].name) - 1);
	strcpy(model->sources[0].encoder, HOSTILE);
	strcpy(model->adjustments[0].reason, HOSTILE);
	strcpy(model->adjustments[0].field, "]]>");
	strcpy(model->days[3].date, "<i>no</i>");
	model->adjustments[0].delta = INT64_MIN;
	model->adjustments[0].at_ms = INT64_MAX / 2;
	return model;
}

static void
fill(struct model_counts *counts)
{
	memset(counts, 0xff, sizeof(*counts));
	counts->peak_at_ms = INT64_MAX / 2;
}

/* Everything as large as it may become, and a great deal of it. */
static struct model *
huge_model(void)
{
	struct model *model = sample_new(3660);
	unsigned i;

	fill(&model->total);
	for (i = 0; i < model->kind_count; i++)
		fill(&model->kinds[i].counts);
	for (i = 0; i < model->day_count; i++)
		fill(&model->days[i].counts);
	for (i = 0; i < model->hour_count; i++) {
		model->hours[i].wire_out = model->hours[i].listen_ms =
		    model->hours[i].peak = UINT64_MAX;
	}
	memset(model->heat_ms, 0xff, sizeof(model->heat_ms));
	for (i = 0; i < MODEL_LENGTHS; i++)
		model->lengths[i] = UINT64_MAX / MODEL_LENGTHS;
	model->used_bytes = model->projected_bytes = UINT64_MAX;
	model->quota_bytes = 1;
	model->rates.out95_bps = model->rates.peak_bps = UINT64_MAX;
	model->is_over = false;
	return model;
}

static struct model *(*const makers[])(
    void) = { empty_model, hostile_model, huge_model };
#define MAKERS (sizeof(makers) / sizeof(makers[0]))

static char *
html_of(const struct model *model)
{
	struct bytes out = { 0 };

	assert_true(show_html(model, &out));
	bytes_append(&out, "", 1);
	return (char *)out.data; /* nothing was eaten from its front */
}

/* --- texts and figures --- */

static void
every_text_has_the_same_places_in_all_languages(void **state)
{
	unsigned i, language;
	char place[] = "{1}";

	(void)state;
	for (i = 0; i < WORDS; i++)
		for (language = 0; language < LANGUAGES; language++) {
			const char *text = word(language, i);

			assert_true(text[0] != '\0');
			assert_true(text_is_utf8(text, strlen(text)));
			for (place[1] = '1'; place[1] <= '3'; place[1]++)
				assert_int_equal(strstr(text, place) != NULL,
				    strstr(word(LANGUAGE_EN, i), place) !=
					NULL);
		}
	for (i = 0; i < DEFINITIONS; i++)
		for (language = 0; language < LANGUAGES; language++)
			assert_true(strlen(definition_text(language, i)) > 40 &&
			    strlen(definition_text(language, i)) <
				GRAPH_SAYS - 64);
}

static void
figures_go_into_their_places_and_nowhere_else(void **state)
{
	char to[32];
	const char *figures[3] = { "{2}", "%s%n", NULL };

	(void)state;
	assert_string_equal(
	    word_fill(to, sizeof(to), "{2} {1} {3} {4}", figures),
	    "%s%n {2} {3} {4}");
	word_fill(to, 6, "\u00e9\u00e9\u00e9", figures);
	assert_string_equal(to, "\u00e9\u00e9");
}

static void
numbers_are_as_each_language_writes_them(void **state)
{
	struct manner manner = { 0 };
	char to[FIGURE_BYTES];

	(void)state;
	assert_string_equal(figure_count(&manner, 1234567, to), "1,234,567");
	assert_string_equal(figure_count(&manner, UINT64_MAX, to),
	    "18,446,744,073,709,551,615");
	assert_string_equal(figure_bytes(&manner, 999, to), "999\u00a0B");
	assert_string_equal(figure_bytes(&manner, 1000, to), "1.00\u00a0kB");
	assert_string_equal(figure_percent(&manner, 1, 3, to), "33.3%");
	assert_string_equal(figure_percent(&manner, 1, 0, to), "\u2013");
	assert_string_equal(figure_ratio(&manner, 1999, 1000, 2, to), "2.00");
	assert_string_equal(figure_part(&manner, 1, 1000000, 2, to),
	    "<\u00a0"
	    "0.01");
	assert_string_equal(figure_part(&manner, 0, 1000000, 2, to), "0.00");
	assert_string_equal(figure_part(&manner, 5000, 1000000, 2, to), "0.01");
	assert_string_equal(figure_change(&manner, -1234, to),
	    "\u2212"
	    "1,234");
	manner.language = LANGUAGE_FR;
	assert_string_equal(
	    figure_count(&manner, 1234567, to), "1\u202f234\u202f567");
	assert_string_equal(
	    figure_bytes(&manner, 1234500000, to), "1,23\u00a0Go");
	assert_string_equal(figure_percent(&manner, 1, 3, to), "33,3\u00a0%");
	manner.language = LANGUAGE_NL;
	assert_string_equal(figure_count(&manner, 1234567, to), "1.234.567");
	assert_string_equal(
	    figure_rate(&manner, 12345678, to), "12,35\u00a0Mbit/s");
	assert_string_equal(figure_length(&manner, 8040000, to),
	    "2\u00a0u\u00a0"
	    "14\u00a0min");
}

static void
dates_are_those_of_the_zone_and_the_language(void **state)
{
	struct model *model = sample_new(30);
	struct manner manner;
	char to[FIGURE_BYTES];
	int64_t first = 0;

	(void)state;
	assert_true(day_parse("2026-11-01", &first));
	manner_begin(&manner, "fr", model->zone);
	assert_string_equal(
	    figure_period(&manner, model->from_ms, model->to_ms, to),
	    "novembre 2026");
	assert_string_equal(
	    figure_day(&manner, first, to), "1er\u00a0novembre 2026");
	assert_string_equal(figure_table_day(&manner, first, to),
	    "dim.\u00a0"
	    "1er\u00a0nov.\u00a0"
	    "2026");
	assert_string_equal(figure_moment(&manner, model->from_ms, to),
	    "1er\u00a0novembre 2026, 0\u00a0h\u00a0"
	    "00");
	model->to_ms -= DAY_MS;
	assert_string_equal(
	    figure_period(&manner, model->from_ms, model->to_ms, to),
	    "du 1er\u00a0novembre 2026 au 29\u00a0novembre 2026");
	manner_end(&manner);
	strcpy(model->zone, "Nowhere/Atall");
	manner_begin(&manner, "en", model->zone);
	assert_string_equal(manner.zone_name, "UTC");
	assert_string_equal(figure_moment(&manner, model->from_ms, to),
	    "31\u00a0October 2026, 23:00");
	assert_string_equal(
	    figure_utc(model->from_ms, to), "2026-10-31T23:00:00Z");
	manner_end(&manner);
	sample_free(model);
}

/* --- charts --- */

static void
an_axis_ends_above_its_largest_value(void **state)
{
	double largest, most, step;

	(void)state;
	for (largest = 1e-3; largest < 1e19; largest *= 1.37) {
		step = chart_round(largest, false, &most);
		assert_true(most >= largest && most <= largest * 2.5);
		assert_true(most / step < 5.5);
		step = chart_round(largest, true, &most);
		assert_true(most >= largest && fabs(step - round(step)) < 1e-9);
	}
}

static void
check_inside(const struct chart *chart, const struct shape *shape)
{
	double wide = 0;
	size_t i;

	for (i = shape->first; i < shape->first + shape->count; i++) {
		assert_true(chart->points[i].x >= -0.01);
		assert_true(chart->points[i].x <= chart->width + 0.01);
		assert_true(chart->points[i].y >= -0.01);
		assert_true(chart->points[i].y <= chart->height + 0.01);
	}
	if (shape->count > 0)
		return;
	if (shape->kind == SHAPE_TEXT)
		wide = chart_text_width(shape->text, shape->size) * 0.9;
	if (shape->anchor == ANCHOR_END)
		assert_true(shape->x - wide >= -0.01);
	else if (shape->anchor == ANCHOR_START)
		assert_true(shape->x + wide <= chart->width + 0.01);
	assert_true(shape->x >= -0.01 && shape->x <= chart->width + 0.01);
	assert_true(shape->y >= -0.01 && shape->y <= chart->height + 0.01);
	assert_true(shape->x2 <= chart->width + 0.01);
	assert_true(shape->y2 <= chart->height + 0.01);
}

static void
check_graphs(const struct model *model, double width)
{
	struct manner manner;
	struct chart chart;
	unsigned graph;
	size_t i;

	manner_begin(&manner, model->language, model->zone);
	for (graph = 0; graph < GRAPHS; graph++) {
		graph_draw(
		    model, &manner, graph, (struct point){ width, 0 }, &chart);
		for (i = 0; i < chart.shape_count; i++)
			check_inside(&chart, &chart.shapes[i]);
		assert_true(chart.shape_count < 4000);
		assert_true(chart.point_count < 8000);
		chart_free(&chart);
	}
	manner_end(&manner);
}

static void
nothing_is_drawn_outside_a_graph(void **state)
{
	static const unsigned days[] = { 1, 28, 31, 45, 90, 400 };
	struct model *model;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		model = in_language(sample_new(days[i]), codes[i % 3]);
		check_graphs(model, 720);
		check_graphs(model, 340);
		sample_free(model);
	}
	for (i = 0; i < MAKERS; i++) {
		model = makers[i]();
		check_graphs(model, 720);
		check_graphs(model, 340);
		sample_free(model);
	}
}

static void
a_graph_says_what_it_shows(void **state)
{
	struct model *model = sample_new(30);
	struct manner manner;
	char to[GRAPH_SAYS];

	(void)state;
	manner_begin(&manner, model->language, model->zone);
	assert_non_null(
	    strstr(graph_says(model, &manner, GRAPH_LISTENERS, to), "136"));
	assert_non_null(strstr(
	    graph_says(model, &manner, GRAPH_HEAT, to), "Friday, 23:00"));
	memset(model->heat_ms, 0, sizeof(model->heat_ms));
	assert_true(graph_is_empty(model, GRAPH_HEAT));
	assert_string_equal(graph_says(model, &manner, GRAPH_HEAT, to),
	    "Nobody listened in this period.");
	manner_end(&manner);
	sample_free(model);
}

static void
a_quota_is_told_used_left_or_exceeded(void **state)
{
	struct model *model = sample_new(30);
	struct manner manner;
	struct quota quota;

	(void)state;
	manner_begin(&manner, model->language, model->zone);
	model->used_bytes = UINT64_C(750000000);
	model->quota_bytes = UINT64_C(1000000000);
	overview_quota(model, &manner, &quota);
	assert_string_equal(
	    quota.used, "750.0\u00a0MB of 1.00\u00a0GB used: 75.0%");
	assert_string_equal(quota.left, "250.0\u00a0MB left");
	assert_false(quota.has_projection);
	model->used_bytes = UINT64_C(1250000000);
	overview_quota(model, &manner, &quota);
	assert_true(quota.is_over);
	assert_string_equal(quota.left, "250.0\u00a0MB over the quota");
	model->quota_bytes = 0;
	overview_quota(model, &manner, &quota);
	assert_false(quota.has_quota);
	manner_end(&manner);
	sample_free(model);
}

/* --- HTML --- */

static const char *
skip_attributes(const char *at)
{
	while (*at != '>' && strncmp(at, "/>", 2) != 0) {
		assert_true(*at != '\0' && *at != '<');
		if (*at == '"') {
			at = strchr(at + 1, '"');
			assert_non_null(at);
		}
		at++;
	}
	return at;
}

/* Every element ends where it should, as in XML. */
static void
check_well_formed(const char *html)
{
	char open[32][16];
	unsigned depth = 0;
	const char *at = html;
	size_t len;

	assert_int_equal(strncmp(at, "<!DOCTYPE html>\n", 16), 0);
	at += 16;
	while ((at = strchr(at, '<')) != NULL) {
		bool is_end = at[1] == '/';

		at += is_end ? 2 : 1;
		len = strspn(at, "abcdefghijklmnopqrstuvwxyz123456");
		assert_true(len > 0 && len < sizeof(open[0]));
		if (is_end) {
			assert_true(depth > 0);
			depth--;
			assert_int_equal(strncmp(open[depth], at, len), 0);
			assert_int_equal(open[depth][len], '\0');
			at += len;
			assert_int_equal(*at, '>');
			continue;
		}
		assert_true(depth < 32);
		memcpy(open[depth], at, len);
		open[depth++][len] = '\0';
		at = skip_attributes(at + len);
		if (*at == '/')
			depth--;
	}
	assert_int_equal(depth, 0);
}

static void
check_harmless(char *html)
{
	static const char *const harms[] = { "<script", "<img", "<iframe",
		"<form", "javascript:", "http:", "https:", " src=", "url(",
		"@import", "\x1b", "\x01" };
	char *style = strstr(html, "<style>"), *style_end;
	size_t i;

	check_well_formed(html);
	assert_true(text_is_utf8(html, strlen(html)));
	assert_non_null(style);
	style_end = strstr(style, "</style>");
	assert_null(strstr(style_end, "<style"));
	*style_end = '\0';
	for (i = 0; i < sizeof(harms) / sizeof(harms[0]); i++) {
		/* What somebody wrote may be read, but not do anything. */
		assert_null(strstr(style, harms[i]));
		if (strchr("<\x1b\x01", harms[i][0]) != NULL)
			assert_null(strstr(style_end + 1, harms[i]));
	}
	*style_end = '<';
}

static void
html_is_well_formed_and_asks_for_nothing(void **state)
{
	struct model *model;
	char *html;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		model = in_language(sample_new(30), codes[i]);
		html = html_of(model);
		check_harmless(html);
		assert_null(strstr(html, "http:"));
		assert_null(strstr(html, " src="));
		assert_null(strstr(html, "url("));
		free(html);
		sample_free(model);
	}
	for (i = 0; i < MAKERS; i++) {
		model = makers[i]();
		html = html_of(model);
		check_harmless(html);
		free(html);
		sample_free(model);
	}
}

static void
a_digest_that_is_none_stays_out_of_the_style(void **state)
{
	struct model *model = hostile_model();
	char *html = html_of(model);

	(void)state;
	assert_true(strstr(html, "evil.example") > strstr(html, "</style>"));
	free(html);
	sample_free(model);
}

static void
html_has_the_figures_of_the_model(void **state)
{
	static const char *const wanted[][4] = {
		{ "lang=\"en\"", "18,098.0", "Usage statement", ">1.37<" },
		{ "lang=\"fr\"",
		    "18\u202f"
		    "098,0",
		    "Relev\u00e9", ">To<" },
		{ "lang=\"nl\"", "18.098,0", "Verbruiksstaat", "Mbit/s" },
	};
	struct model *model = sample_new(30);
	unsigned i, j;
	char *html;

	(void)state;
	for (i = 0; i < 3; i++) {
		html = html_of(in_language(model, codes[i]));
		for (j = 0; j < 4; j++)
			assert_non_null(strstr(html, wanted[i][j]));
		assert_non_null(strstr(html, model->csv_sha256));
		assert_non_null(strstr(html, "/demo/live.flac"));
		free(html);
	}
	sample_free(model);
}

/* --- PDF --- */

static void
check_pdf(const struct model *model)
{
	struct bytes out = { 0 }, again = { 0 };

	assert_true(show_pdf(model, &out));
	assert_true(out.len > 1000);
	assert_memory_equal(out.data, "%PDF-1.", 7);
	assert_memory_equal(out.data + out.len - 6, "%%EOF\n", 6);
	assert_true(show_pdf(model, &again));
	assert_int_equal(out.len, again.len);
	assert_memory_equal(out.data, again.data, out.len);
	bytes_free(&out);
	bytes_free(&again);
}

static void
every_model_becomes_a_pdf_and_always_the_same_one(void **state)
{
	struct model *model;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		model = in_language(sample_new(30), codes[i]);
		check_pdf(model);
		sample_free(model);
	}
	for (i = 0; i < MAKERS; i++) {
		model = makers[i]();
		check_pdf(model);
		sample_free(model);
	}
}

static void
equal_models_give_equal_pages(void **state)
{
	struct model *one = sample_new(30), *other = sample_new(30);
	char *first = html_of(one), *second = html_of(other);

	(void)state;
	assert_string_equal(first, second);
	free(second);
	other->total.peak++;
	second = html_of(other);
	assert_string_not_equal(first, second);
	free(first);
	free(second);
	sample_free(one);
	sample_free(other);
}

TEST_MAIN(TEST(every_text_has_the_same_places_in_all_languages),
    TEST(figures_go_into_their_places_and_nowhere_else),
    TEST(numbers_are_as_each_language_writes_them),
    TEST(dates_are_those_of_the_zone_and_the_language),
    TEST(an_axis_ends_above_its_largest_value),
    TEST(nothing_is_drawn_outside_a_graph), TEST(a_graph_says_what_it_shows),
    TEST(a_quota_is_told_used_left_or_exceeded),
    TEST(html_is_well_formed_and_asks_for_nothing),
    TEST(a_digest_that_is_none_stays_out_of_the_style),
    TEST(html_has_the_figures_of_the_model),
    TEST(every_model_becomes_a_pdf_and_always_the_same_one),
    TEST(equal_models_give_equal_pages))
