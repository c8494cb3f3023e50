/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "icy/shoutcast.h"

#include <string.h>

#define STREAM_DIGITS 6

/* ":#2" at the end: its number, and the line's length without it. */
static unsigned
read_stream(const char *line, size_t *len)
{
	size_t digits = 0;
	unsigned stream = 0;

	while (digits < *len && digits <= STREAM_DIGITS &&
	    line[*len - digits - 1] >= '0' && line[*len - digits - 1] <= '9')
		digits++;
	if (digits == 0 || digits > STREAM_DIGITS || *len < digits + 2 ||
	    memcmp(line + *len - digits - 2, ":#", 2) != 0)
		return 0;
	for (size_t i = *len - digits; i < *len; i++)
		stream = stream * 10 + (unsigned)(line[i] - '0');
	*len -= digits + 2;
	return stream;
}

static bool
copy_part(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

bool
icy_login_split(const char *line, struct icy_login *login)
{
	size_t len = strlen(line), first;
	const char *colon;
	bool is_good = true;

	memset(login, 0, sizeof(*login));
	login->stream = read_stream(line, &len);
	colon = memchr(line, ':', len);
	if (colon != NULL) {
		first = (size_t)(colon - line);
		if (line[0] == '/')
			is_good = copy_part(
			    login->mount, sizeof(login->mount), line, first);
		else
			is_good = copy_part(
			    login->user, sizeof(login->user), line, first);
		len -= first + 1;
		line = colon + 1;
	}
	return is_good && len > 0 &&
	    copy_part(login->password, sizeof(login->password), line, len);
}
