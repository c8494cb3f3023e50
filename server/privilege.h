/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * privilege - started as root, the server becomes somebody else for good.
 */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

/* When root: gives the data folder to user and becomes that user (NULL: the
 * user "all2all" if there is one, else "nobody"). Dies when it cannot. */
void privilege_drop(const char *user, const char *data);

#endif
