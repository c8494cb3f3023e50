/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * assets - the files our own pages need; nothing comes from elsewhere.
 */
#ifndef PAGES_ASSETS_H
#define PAGES_ASSETS_H

struct asset {
	const char *path; /* "/web/style.css" */
	const char *type;
	const char *text;
};

const struct asset *asset_find(const char *path); /* NULL: no such file */

#endif
