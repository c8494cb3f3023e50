/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * main starts things in order: options, configuration, what needs privileges,
 * threads, loop, stop. */
#include "base/log.h"
#include "conf/conf.h"
#include "desk/desk.h"
#include "privilege.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
	const char *conf;
	const char *addresses; /* -p */
	bool only_check;
};

static void
print_version(void)
{
	printf("all2alld %s (GPL-3.0-or-later)\n"
	       "libevent %s (BSD-3-Clause)\n"
	       "%s (Apache-2.0)\n"
	       "SQLite %s (public domain)\n",
	    PACKAGE_VERSION, event_get_version(),
	    OpenSSL_version(OPENSSL_VERSION), sqlite3_libversion());
}

static _Noreturn void
print_usage(void)
{
	fprintf(stderr, "usage: all2alld -c FILE [-n] [-p FILE] | -V\n");
	exit(2);
}

static struct options
read_options(int argc, char **argv)
{
	struct options options = { 0 };
	int letter;

	while ((letter = getopt(argc, argv, "c:np:V")) != -1) {
		switch (letter) {
		case 'c':
			options.conf = optarg;
			break;
		case 'n':
			options.only_check = true;
			break;
		case 'p':
			options.addresses = optarg;
			break;
		case 'V':
			print_version();
			exit(0);
		default:
			print_usage();
		}
	}
	if (options.conf == NULL || optind != argc)
		print_usage();
	return options;
}

static const struct conf *
read_conf(const struct options *options)
{
	char *error = NULL;
	const struct conf *conf = conf_load(options->conf, &error);

	if (conf == NULL) {
		fprintf(stderr, "all2alld: %s\n", error);
		exit(1);
	}
	if (options->only_check) {
		printf("%s is fine\n", options->conf);
		conf_unref(conf);
		exit(0);
	}
	log_set_level((enum log_level)conf->log_level);
	return conf;
}

/* Each listener is a descriptor: as many as we may have. */
static void
raise_descriptors(const struct conf *conf)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < (rlim_t)conf->max_clients + 64)
		log_warn("only %llu descriptors for max-clients=%lld",
		    (unsigned long long)limit.rlim_cur,
		    (long long)conf->max_clients);
}

static int
open_addresses(const char *path)
{
	int fd;

	if (path == NULL)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1)
		die("%s: %s", path, strerror(errno));
	return fd;
}

int
main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	const struct conf *conf = read_conf(&options);
	struct desk *desk;
	int addresses;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a write says EFBIG instead */
	umask(0027);
	raise_descriptors(conf);
	desk = desk_open(options.conf, conf);
	addresses = open_addresses(options.addresses);
	privilege_drop(conf->user, conf->data);
	desk_start(desk);
	if (addresses != -1) {
		desk_print_addresses(desk, addresses);
		close(addresses);
	}
	desk_run(desk);
	desk_free(desk);
	log_info("stopped");
	return 0;
}
