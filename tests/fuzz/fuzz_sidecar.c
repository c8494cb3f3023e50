/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "spool/sidecar.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What was understood is written so that it is understood again. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct sidecar sidecar = { 0 }, again = { 0 };
	struct bytes text = { 0 };

	if (!sidecar_parse(&sidecar, (const char *)bytes, len))
		return 0;
	sidecar_format(&text, &sidecar);
	CHECK(sidecar_parse(&again, (const char *)text.data, text.len));
	CHECK(strcmp(sidecar.row.title, again.row.title) == 0);
	CHECK(strcmp(sidecar.agent, again.agent) == 0);
	CHECK(sidecar.chapter_count == again.chapter_count);
	CHECK(sidecar.gap_count == again.gap_count);
	sidecar_clear(&sidecar);
	sidecar_clear(&again);
	bytes_free(&text);
	return 0;
}
