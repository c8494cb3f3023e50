/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Prints the porter's table, for tests that knock at each door: verb, role,
 * "page" or "program", address. */
#include "faces/table.h"

#include <stdio.h>

int
main(void)
{
	static const char *const roles[] = { "public", "member", "operator" };
	const struct face *face;

	for (size_t at = 0; (face = table_row(at)) != NULL; at++) {
		const char *verb = face->verb == PAGE_POST ? "post" : "get";

		if (face->path != NULL)
			printf("%s %s page %s\n", verb, roles[face->role],
			    face->path);
		if (face->api != NULL)
			printf("%s %s program %s\n", verb, roles[face->role],
			    face->api);
	}
	return 0;
}
