/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 */
#include "reports/graphs.h"

struct saying {
	const struct model *model;
	const struct manner *manner;
	char *to;
};

static const char *
say(const struct saying *saying, enum word text, const char *first,
    const char *second, const char *third)
{
	return word_fill(saying->to, GRAPH_SAYS,
	    word(saying->manner->language, text),
	    (const char *[]){ first, second, third });
}

static const char *
say_traffic(const struct saying *saying)
{
	const struct model *model = saying->model;
	const struct model_day *most = &model->days[0];
	char day[FIGURE_BYTES], bytes[FIGURE_BYTES], mean[FIGURE_BYTES];
	uint64_t slots = 0;
	unsigned i;
	int64_t number;

	for (i = 0; i < model->day_count; i++) {
		slots += model->days[i].slots;
		if (model->days[i].counts.payload_out >
		    most->counts.payload_out)
			most = &model->days[i];
	}
	if (!day_parse(most->date, &number))
		return say(saying, WORD_NOTHING, NULL, NULL, NULL);
	figure_day(saying->manner, number, day);
	figure_bytes(saying->manner, most->counts.payload_out, bytes);
	slots = slots > 0 ? slots : 288;
	figure_bytes(saying->manner,
	    (uint64_t)((double)model->total.payload_out * 288 / (double)slots),
	    mean);
	return say(saying, WORD_SAYS_TRAFFIC, day, bytes, mean);
}

static const char *
say_rate(const struct saying *saying)
{
	const struct model_rates *rates = &saying->model->rates;
	char mean[FIGURE_BYTES], peak[FIGURE_BYTES], at[FIGURE_BYTES];

	return say(saying, WORD_SAYS_RATE,
	    figure_rate(saying->manner, rates->average_bps, mean),
	    figure_rate(saying->manner, rates->peak_bps, peak),
	    figure_moment(saying->manner, rates->peak_at_ms, at));
}

static const char *
say_listeners(const struct saying *saying)
{
	const struct model *model = saying->model;
	char mean[FIGURE_BYTES], peak[FIGURE_BYTES], at[FIGURE_BYTES];

	return say(saying, WORD_SAYS_LISTENERS,
	    figure_average(saying->manner, model->total.listen_ms,
		model->rates.slots, mean),
	    figure_count(saying->manner, model->total.peak, peak),
	    figure_moment(saying->manner, model->total.peak_at_ms, at));
}

static const char *
say_lengths(const struct saying *saying)
{
	char all[FIGURE_BYTES], longer[FIGURE_BYTES];
	uint64_t sessions = 0;
	unsigned i;

	for (i = 0; i < MODEL_LENGTHS; i++)
		sessions += saying->model->lengths[i];
	return say(saying, WORD_SAYS_LENGTHS,
	    figure_count(saying->manner, sessions, all),
	    figure_count(saying->manner, saying->model->sessions60, longer),
	    NULL);
}

static const char *
say_heat(const struct saying *saying)
{
	const struct model *model = saying->model;
	char range[FIGURE_BYTES], count[FIGURE_BYTES], hours[FIGURE_BYTES];
	unsigned i, most = 0;

	for (i = 0; i < 7 * 24; i++)
		if (model->heat_ms[i / 24][i % 24] >
		    model->heat_ms[most / 24][most % 24])
			most = i;
	figure_ratio(saying->manner, model->heat_ms[most / 24][most % 24],
	    HOUR_MS, 1, count);
	word_fill(hours, sizeof(hours),
	    word(saying->manner->language, WORD_HOURS_OF),
	    (const char *[]){ count, NULL, NULL });
	return say(saying, WORD_SAYS_HEAT,
	    weekday_name(saying->manner->language, most / 24),
	    figure_hour_range(saying->manner, most % 24, range), hours);
}

const char *
graph_says(const struct model *model, const struct manner *manner,
    enum graph graph, char to[GRAPH_SAYS])
{
	static const char *(*const sayings[GRAPHS])(const struct saying *) = {
		[GRAPH_TRAFFIC] = say_traffic,
		[GRAPH_RATE] = say_rate,
		[GRAPH_LISTENERS] = say_listeners,
		[GRAPH_LENGTHS] = say_lengths,
		[GRAPH_HEAT] = say_heat,
	};
	struct saying saying = { model, manner, to };

	if (!graph_is_empty(model, graph))
		return sayings[graph](&saying);
	return say(&saying,
	    graph == GRAPH_TRAFFIC || graph == GRAPH_RATE ? WORD_NO_TRAFFIC
							  : WORD_NO_LISTENING,
	    NULL, NULL, NULL);
}
