/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/points.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MOST 64
#define READ_MOST (64 << 10)

/* False: it is after at_ms. */
static bool
take_line(const char *line, int64_t at_ms, bool *is_there, uint64_t *byte)
{
	int64_t ms;
	uint64_t at;

	if (sscanf(line, "%19" SCNd64 "%*1[ ]%19" SCNu64, &ms, &at) != 2 ||
	    ms < 0)
		return true;
	if (ms > at_ms)
		return false;
	*is_there = true;
	*byte = at;
	return true;
}

bool
points_find(int fd, int64_t at_ms, uint64_t *byte)
{
	char text[READ_MOST], line[LINE_MOST];
	size_t len = 0;
	bool is_there = false;
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, text, sizeof(text), at)) > 0) {
		at += n;
		for (ssize_t i = 0; i < n; i++) {
			if (text[i] != '\n') {
				/* The end of a long one is of no interest. */
				line[len] = text[i];
				len += len < sizeof(line) - 1;
				continue;
			}
			line[len] = '\0';
			len = 0;
			if (!take_line(line, at_ms, &is_there, byte))
				return is_there;
		}
	}
	return is_there;
}
