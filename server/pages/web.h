/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * web - the files of web/ that are in the program: templates, styles, scripts,
 * words. Constant; any thread.
 */
#ifndef PAGES_WEB_H
#define PAGES_WEB_H

#include <stddef.h>

struct web_file {
	const char *name; /* below web/: "style.css", "pages/front.html" */
	const char *bytes;
	size_t len;
};

extern const struct web_file web_files[];
extern const unsigned web_file_count;

#endif
