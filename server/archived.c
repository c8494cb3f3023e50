/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * all2all-archived: brings what is in data/archive into an object store, and
 * reads it from there for the relay, which so never has the store's secret. */
#include "base/log.h"
#include "offload/inventory.h"
#include "offload/mover.h"
#include "offload/serve.h"
#include "offload/settings.h"
#include "offload/wire.h"
#include "privilege.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
	const char *conf;
	bool only_check;
};

static void
print_version(void)
{
	printf("all2all-archived %s (GPL-3.0-or-later)\n"
	       "%s\n%s (Apache-2.0)\nSQLite %s (public domain)\n",
	    PACKAGE_VERSION, curl_version(), OpenSSL_version(OPENSSL_VERSION),
	    sqlite3_libversion());
}

static _Noreturn void
print_usage(void)
{
	fprintf(stderr, "usage: all2all-archived -c FILE [-n] | -V\n");
	exit(2);
}

static struct options
read_options(int argc, char **argv)
{
	struct options options = { 0 };
	int letter;

	while ((letter = getopt(argc, argv, "c:nV")) != -1) {
		switch (letter) {
		case 'c':
			options.conf = optarg;
			break;
		case 'n':
			options.only_check = true;
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

static struct settings *
read_settings(const struct options *options)
{
	char *error = NULL;
	struct settings *settings = settings_load(options->conf, &error);

	if (settings == NULL) {
		fprintf(stderr, "all2all-archived: %s\n", error);
		exit(1);
	}
	if (options->only_check) {
		printf("%s is fine\n", options->conf);
		settings_free(settings);
		exit(0);
	}
	log_set_level((enum log_level)settings->log_level);
	return settings;
}

/* The secret must not be in a core dump, nor anybody's to trace. */
static void
become_nobody_special(const struct settings *settings)
{
	if (geteuid() == 0 && settings->user == NULL)
		die("started as root: set user in the configuration, or "
		    "start it as the relay's user");
	privilege_drop(settings->user, settings->data);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Blocked here, so in all threads; read as bytes. */
static int
open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a write says EFBIG instead */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd == -1)
		die("signals: %s", strerror(errno));
	return fd;
}

static void
run(const struct settings *settings)
{
	int signals = open_signals();
	char *error = NULL;
	struct mover *mover;
	struct serve *serve;

	if (!inventory_lock(settings->data, &error))
		die("%s", error);
	mover = mover_start(settings, &error);
	if (mover == NULL)
		die("%s", error);
	serve = serve_open(settings, mover, &error);
	if (serve == NULL)
		die("%s", error);
	log_info("offload: %s, bucket %s, every %lld s", settings->endpoint,
	    settings->bucket, (long long)settings->every_ms / 1000);
	serve_run(serve, signals);
	serve_close(serve);
	mover_stop(mover);
	close(signals);
}

int
main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	struct settings *settings = read_settings(&options);

	umask(0027);
	become_nobody_special(settings);
	if (!wire_prepare())
		die("libcurl cannot be used here");
	run(settings);
	settings_free(settings);
	curl_global_cleanup();
	log_info("stopped");
	return 0;
}
