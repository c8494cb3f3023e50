/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * check - assertions about our own mistakes, never about input.
 *
 * CHECK stays on in release builds: it logs where it stood and aborts.
 */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define CHECK(cond)                                                            \
	do {                                                                   \
		if (!(cond))                                                   \
			check_failed(__FILE__, __LINE__, #cond);               \
	} while (0)

_Noreturn void check_failed(const char *file, int line, const char *cond);

#endif
