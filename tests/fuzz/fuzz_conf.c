/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Any text is either a whole configuration or one sentence, never both. */
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *error = NULL;
	struct conf *conf;

	memcpy(text, bytes, len);
	text[len] = '\0';
	conf = conf_parse(text, "fuzz.conf", &error);
	CHECK((conf == NULL) == (error != NULL));
	if (conf != NULL) {
		CHECK(conf->data != NULL && conf->listen_count > 0);
		CHECK(conf_mount(conf, "/live.ogg") != NULL);
		CHECK(conf->max_clients > 0 && conf->flush_ms >= 1000);
	} else {
		CHECK(strncmp(error, "fuzz.conf:", 10) == 0);
		CHECK(strchr(error, '\n') == NULL);
	}
	conf_unref(conf);
	free(error);
	free(text);
	return 0;
}
