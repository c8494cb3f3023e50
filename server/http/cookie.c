/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/cookie.h"

#include <string.h>

bool
cookie_get(const char *header, const char *name, char *value, size_t size)
{
	size_t name_len = strlen(name), len;

	value[0] = '\0';
	for (; *header != '\0'; header += len + (header[len] == ';')) {
		header += strspn(header, " \t");
		len = strcspn(header, ";");
		if (len <= name_len || header[name_len] != '=' ||
		    memcmp(header, name, name_len) != 0)
			continue;
		header += name_len + 1;
		len -= name_len + 1;
		while (len > 0 &&
		    (header[len - 1] == ' ' || header[len - 1] == '\t'))
			len--;
		if (len >= size)
			return false;
		memcpy(value, header, len);
		value[len] = '\0';
		return true;
	}
	return false;
}
