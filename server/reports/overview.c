/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/overview.h"

#include <math.h>
#include <string.h>

enum word
overview_title(const struct model *model)
{
	return model->is_sealed ? WORD_STATEMENT : WORD_REPORT;
}

const char *
overview_period(const struct model *model, const struct manner *manner,
    char to[OVERVIEW_TEXT])
{
	figure_period(manner, model->from_ms, model->to_ms, to);
	/* No month of the three languages begins with another letter. */
	if (to[0] >= 'a' && to[0] <= 'z')
		to[0] = (char)(to[0] - 'a' + 'A');
	return to;
}

enum word
overview_state(const struct model *model)
{
	if (model->is_sealed)
		return WORD_STATE_SEALED;
	return model->is_over ? WORD_STATE_OVER : WORD_STATE_OPEN;
}

const char *
overview_note(const struct model *model, const struct manner *manner,
    char to[OVERVIEW_TEXT])
{
	enum word note = model->is_sealed ? WORD_NOTE_SEALED
	    : model->is_over              ? WORD_NOTE_OVER
					  : WORD_NOTE_OPEN;
	char made[FIGURE_BYTES];

	return word_fill(to, OVERVIEW_TEXT, word(manner->language, note),
	    (const char *[]){
		figure_moment(manner, model->made_ms, made), NULL, NULL });
}

/* Divides "412.9 GB" at its last space, which is two bytes. */
static void
split_unit(struct tile *tile)
{
	char *at = tile->value, *space = NULL;

	while ((at = strstr(at, "\u00a0")) != NULL)
		space = at++;
	tile->unit = "";
	if (space != NULL) {
		*space = '\0';
		tile->unit = space + strlen("\u00a0");
	}
}

static void
say(char to[OVERVIEW_TEXT], const struct manner *manner, enum word text,
    const char *figure)
{
	word_fill(to, OVERVIEW_TEXT, word(manner->language, text),
	    (const char *[]){ figure, NULL, NULL });
}

void
overview_tiles(const struct model *model, const struct manner *manner,
    struct tile tiles[OVERVIEW_TILES])
{
	static const enum word labels[OVERVIEW_TILES] = { WORD_TRAFFIC,
		WORD_LISTENING_HOURS, WORD_PEAK_LISTENERS, WORD_PERCENTILE };
	char text[FIGURE_BYTES];
	unsigned i;

	memset(tiles, 0, sizeof(*tiles) * OVERVIEW_TILES);
	figure_bytes(manner, model->used_bytes, tiles[0].value);
	say(tiles[0].note, manner, WORD_BYTES_EXACT,
	    figure_count(manner, model->used_bytes, text));
	figure_ratio(manner, model->total.listen_ms, HOUR_MS,
	    model->total.listen_ms / HOUR_MS >= 100000 ? 0 : 1, tiles[1].value);
	say(tiles[1].note, manner, WORD_AVERAGE_OF,
	    figure_average(
		manner, model->total.listen_ms, model->rates.slots, text));
	figure_count(manner, model->total.peak, tiles[2].value);
	if (model->total.peak > 0)
		figure_moment(manner, model->total.peak_at_ms, tiles[2].note);
	figure_rate(manner, model->rates.billable95_bps, tiles[3].value);
	say(tiles[3].note, manner, WORD_RATE_AVERAGE,
	    figure_rate(manner, model->rates.average_bps, text));
	for (i = 0; i < OVERVIEW_TILES; i++) {
		tiles[i].label = word(manner->language, labels[i]);
		split_unit(&tiles[i]);
	}
}

void
overview_quota(
    const struct model *model, const struct manner *manner, struct quota *quota)
{
	char used[FIGURE_BYTES], whole[FIGURE_BYTES], part[FIGURE_BYTES];
	uint64_t left;

	*quota = (struct quota){ .has_quota = model->quota_bytes > 0 };
	quota->has_projection = !model->is_over && model->projected_bytes > 0;
	say(quota->projection, manner, WORD_PROJECTION,
	    figure_bytes(manner, model->projected_bytes, used));
	if (!quota->has_quota)
		return;
	word_fill(quota->used, sizeof(quota->used),
	    word(manner->language, WORD_QUOTA_USED),
	    (const char *[]){ figure_bytes(manner, model->used_bytes, used),
		figure_bytes(manner, model->quota_bytes, whole),
		figure_percent(
		    manner, model->used_bytes, model->quota_bytes, part) });
	quota->is_over = model->used_bytes > model->quota_bytes;
	left = quota->is_over ? model->used_bytes - model->quota_bytes
			      : model->quota_bytes - model->used_bytes;
	say(quota->left, manner,
	    quota->is_over ? WORD_QUOTA_OVER : WORD_QUOTA_LEFT,
	    figure_bytes(manner, left, used));
}

static void
bar(struct chart *chart, double from, double until, enum ink ink,
    unsigned share)
{
	if (until > from)
		chart_rect(chart, (struct point){ from, 3 },
		    (struct point){ until, chart->height - 3 }, ink, share);
}

void
overview_bar(const struct model *model, struct point size, struct chart *chart)
{
	double quota = (double)model->quota_bytes;
	double used = (double)model->used_bytes;
	double projected = model->is_over ? 0 : (double)model->projected_bytes;
	double most = fmax(
	    fmax(quota, fmin(projected, quota * 1.5)), fmin(used, quota * 1.5));
	double end = size.x * quota / most;

	chart_begin(chart, size.x, size.y);
	used = size.x * fmin(used / most, 1);
	projected = fmax(size.x * fmin(projected / most, 1), used);
	bar(chart, 0, used, INK_ACCENT, 100);
	bar(chart, used, projected, INK_ACCENT, 30);
	bar(chart, projected, end, INK_RULE, 100);
	end = fmin(end, size.x - 0.75);
	chart_line(chart, (struct point){ end, 0 },
	    (struct point){ end, size.y }, INK_TEXT, 1.5);
}
