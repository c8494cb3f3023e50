/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "privilege.h"

#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct passwd *
who(const char *user)
{
	const struct passwd *found;

	if (user != NULL)
		return getpwnam(user);
	found = getpwnam("all2all");
	return found != NULL ? found : getpwnam("nobody");
}

static void
give_data(const char *data, const struct passwd *to)
{
	if (mkdir(data, 0750) == -1 && errno != EEXIST)
		die("data %s: %s", data, strerror(errno));
	if (lchown(data, to->pw_uid, to->pw_gid) == -1)
		die("data %s: %s", data, strerror(errno));
}

void
privilege_drop(const char *user, const char *data)
{
	const struct passwd *to;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (geteuid() != 0)
		return;
	to = who(user);
	if (to == NULL || to->pw_uid == 0)
		die("started as root, and there is no user %s to become",
		    user != NULL ? user : "all2all");
	give_data(data, to);
	if (setgroups(0, NULL) == -1 ||
	    setresgid(to->pw_gid, to->pw_gid, to->pw_gid) == -1 ||
	    setresuid(to->pw_uid, to->pw_uid, to->pw_uid) == -1)
		die("cannot become %s: %s", to->pw_name, strerror(errno));
	if (setuid(0) == 0)
		die("root could be had back");
	log_info("running as user=%s", to->pw_name);
}
