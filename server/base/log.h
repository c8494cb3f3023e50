/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * log - one event, one line, one write(2), so no thread needs a lock to log.
 *
 * A line is: UTC time, level, text. Control bytes and anything that is not
 * UTF-8 come out as \xNN, and a line is cut at LOG_LINE_BYTES, so nothing that
 * a peer sends can forge a line. More than LOG_PER_SECOND lines of one level in
 * a second are counted instead, and the count is said.
 *
 * Levels: error - a person must act; warn - odd, we coped; info - life;
 * debug - off unless asked.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/check.h"

#include <stdbool.h>

#define LOG_LINE_BYTES 1024
#define LOG_PER_SECOND 200

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG
};

void log_set_level(enum log_level most);
/* Names are "error", "warn", "info", "debug". False: no such level. */
bool log_level_named(const char *name, enum log_level *level);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

/* Only while starting: says why and exits with status 1. */
_Noreturn void die(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
