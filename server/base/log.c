/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = { "error", "warn", "info", "debug" };

static _Atomic(enum log_level) most_level = LOG_INFO;

/* Lines written in the second they were counted for, per level. */
static struct {
	atomic_llong second;
	atomic_uint lines;
} spent[4];

void
log_set_level(enum log_level most)
{
	atomic_store(&most_level, most);
}

bool
log_level_named(const char *name, enum log_level *level)
{
	for (unsigned i = 0; i < 4; i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void
write_line(const char *line, size_t len)
{
	ssize_t n;

	do {
		n = write(STDERR_FILENO, line, len);
	} while (n == -1 && errno == EINTR);
}

/* How many lines of this level the last second swallowed, UINT_MAX to skip. */
static unsigned
take_turn(enum log_level level)
{
	long long now = clock_wall_ms() / 1000;
	long long second = atomic_load(&spent[level].second);
	unsigned lines;

	if (now != second &&
	    atomic_compare_exchange_strong(
		&spent[level].second, &second, now)) {
		lines = atomic_exchange(&spent[level].lines, 1);
		return lines > LOG_PER_SECOND ? lines - LOG_PER_SECOND : 0;
	}
	lines = atomic_fetch_add(&spent[level].lines, 1);
	return lines < LOG_PER_SECOND ? 0 : UINT_MAX;
}

static void
put_line(enum log_level level, const char *text)
{
	char line[LOG_LINE_BYTES], when[32];
	long long now_ms = clock_wall_ms();
	time_t secs = (time_t)(now_ms / 1000);
	struct tm tm;
	size_t len;

	gmtime_r(&secs, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	len = (size_t)snprintf(line, sizeof(line), "%s.%03dZ %s ", when,
	    (int)(now_ms % 1000), level_names[level]);
	len += text_escape_log(line + len, sizeof(line) - 1 - len, text);
	line[len++] = '\n';
	write_line(line, len);
}

static void
log_at(enum log_level level, const char *format, va_list args)
{
	char text[LOG_LINE_BYTES], note[64];
	unsigned swallowed;

	if (level > atomic_load(&most_level))
		return;
	swallowed = take_turn(level);
	if (swallowed == UINT_MAX)
		return;
	if (swallowed > 0) {
		snprintf(
		    note, sizeof(note), "log suppressed lines=%u", swallowed);
		put_line(level, note);
	}
	vsnprintf(text, sizeof(text), format, args);
	put_line(level, text);
}

#define LOG_FUNCTION(name, level)                                              \
	void name(const char *format, ...)                                     \
	{                                                                      \
		va_list args;                                                  \
                                                                               \
		va_start(args, format);                                        \
		log_at((level), format, args);                                 \
		va_end(args);                                                  \
	}

LOG_FUNCTION(log_error, LOG_ERROR)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_debug, LOG_DEBUG)

void
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_at(LOG_ERROR, format, args);
	va_end(args);
	exit(1);
}

void
check_failed(const char *file, int line, const char *cond)
{
	char text[256];

	snprintf(
	    text, sizeof(text), "%s:%d: this must hold: %s", file, line, cond);
	put_line(LOG_ERROR, text);
	abort();
}
