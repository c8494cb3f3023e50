/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * render html|pdf LANGUAGE [open|empty|long] - writes a report of a radio that
 * is not to standard output, to be looked at. The pictures in docs/ are of it.
 */
#include "reports/show.h"
#include "sample_model.h"

static struct model *
choose(const char *which)
{
	struct model *model = sample_new(strcmp(which, "long") == 0 ? 400
		: strcmp(which, "open") == 0                        ? 17
								    : 30);

	if (strcmp(which, "open") == 0) {
		model->is_over = model->is_sealed = false;
		model->to_ms = SAMPLE_FROM_MS + 30 * DAY_MS;
		model->quota_bytes = UINT64_C(1200000000000);
		model->projected_bytes = model->used_bytes * 30 / 17;
	}
	if (strcmp(which, "empty") == 0) {
		model->is_sealed = false;
		model->day_count = model->hour_count = model->kind_count = 0;
		model->mount_count = model->codec_count = 0;
		model->source_count = model->adjustment_count = 0;
		memset(&model->total, 0, sizeof(model->total));
		memset(&model->rates, 0, sizeof(model->rates));
		memset(&model->storage, 0, sizeof(model->storage));
		memset(model->lengths, 0, sizeof(model->lengths));
		memset(model->heat_ms, 0, sizeof(model->heat_ms));
		model->used_bytes = model->sessions60 = 0;
		model->daily_listeners = 0;
	}
	return model;
}

int
main(int argc, char **argv)
{
	struct bytes out = { 0 };
	struct model *model;
	bool is_made;

	if (argc < 3)
		return 2;
	model = choose(argc > 3 ? argv[3] : "");
	snprintf(model->language, sizeof(model->language), "%s", argv[2]);
	is_made = strcmp(argv[1], "pdf") == 0 ? show_pdf(model, &out)
					      : show_html(model, &out);
	if (is_made)
		is_made = fwrite(out.data, 1, out.len, stdout) == out.len;
	bytes_free(&out);
	sample_free(model);
	return is_made ? 0 : 1;
}
