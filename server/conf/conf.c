/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "conf/conf_priv.h"

#include <stdlib.h>
#include <string.h>

struct conf *
conf_ref(const struct conf *conf)
{
	/* Only the count changes: all else stays as it was loaded. */
	struct conf *same = (struct conf *)(uintptr_t)conf;

	atomic_fetch_add_explicit(&same->refs, 1, memory_order_relaxed);
	return same;
}

static void
free_conf(struct conf *conf)
{
	for (unsigned i = 0; i < conf->listen_count; i++) {
		free(conf->listens[i].address);
		conf_section_free(
		    &conf_sections[SECTION_LISTEN], &conf->listens[i]);
		conf_section_free(
		    &conf_sections[SECTION_TLS], &conf->listens[i]);
	}
	for (unsigned i = 0; i < conf->mount_count; i++) {
		free(conf->mounts[i].name);
		conf_section_free(
		    &conf_sections[SECTION_MOUNT], &conf->mounts[i]);
	}
	free(conf->any_mount.name);
	conf_section_free(&conf_sections[SECTION_MOUNT], &conf->any_mount);
	conf_section_free(&conf_sections[SECTION_TOP], conf);
	free(conf->listens);
	free(conf->mounts);
	free(conf);
}

void
conf_unref(const struct conf *conf)
{
	struct conf *same = (struct conf *)(uintptr_t)conf;

	if (conf != NULL &&
	    atomic_fetch_sub_explicit(&same->refs, 1, memory_order_acq_rel) ==
		1)
		free_conf(same);
}

static bool
fits(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	return pattern[len - 1] == '*' && strncmp(pattern, name, len - 1) == 0;
}

const struct conf_mount *
conf_mount(const struct conf *conf, const char *name)
{
	for (unsigned i = 0; i < conf->mount_count; i++) {
		if (strcmp(conf->mounts[i].name, name) == 0)
			return &conf->mounts[i];
	}
	for (unsigned i = 0; i < conf->mount_count; i++) {
		if (fits(conf->mounts[i].name, name))
			return &conf->mounts[i];
	}
	return &conf->any_mount;
}
