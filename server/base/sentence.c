/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/sentence.h"

#include <stdarg.h>
#include <stdio.h>

bool
sentence(char **error, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	CHECK(vasprintf(error, format, list) >= 0);
	va_end(list);
	return false;
}
