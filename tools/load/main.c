/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/engine.h"
#include "load/options.h"
#include "load/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
write_out(const char *name, const struct bytes *text)
{
	bool is_stdout = strcmp(name, "-") == 0, good;
	FILE *file = is_stdout ? stdout : fopen(name, "we");

	if (file == NULL) {
		fprintf(stderr, "all2all-load: cannot write %s: %s\n", name,
		    strerror(errno));
		return false;
	}
	good = fwrite(text->data, 1, text->len, file) == text->len;
	good = (is_stdout ? fflush(file) : fclose(file)) == 0 && good;
	if (!good)
		fprintf(stderr, "all2all-load: cannot write %s\n", name);
	return good;
}

int
main(int argc, char **argv)
{
	static struct options options;
	static struct totals totals;
	struct bytes text = { 0 }, json = { 0 };
	bool good;

	options_read(&options, argc, argv);
	engine_make_room(&options);
	engine_run(&options, &totals);
	good = report_is_good(&options, &totals);
	report_text(&text, &options, &totals);
	report_json(&json, &options, &totals);
	/* JSON on standard output stands alone there. */
	if (options.json != NULL && strcmp(options.json, "-") == 0)
		fwrite(text.data, 1, text.len, stderr);
	else
		good = write_out("-", &text) && good;
	if (options.json != NULL)
		good = write_out(options.json, &json) && good;
	bytes_free(&text);
	bytes_free(&json);
	return good ? 0 : 1;
}
