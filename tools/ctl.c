/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * all2allctl hands a command line to the daemon and prints what it answers.
 *
 * Over the socket data/control.sock: each word with a NUL, one more NUL, end.
 * Back come one digit, the exit status, a line end, and text until the end.
 * What commands mean is known to the daemon alone. */
#include "base/bytes.h"
#include "conf/conf.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unreleased"
#endif
#ifndef CONF_FILE
#define CONF_FILE "/etc/all2all/all2alld.conf"
#endif

#define TIMEOUT_MS      30000
#define PATIENCE_MS     7200000 /* for what copies or deletes files */
#define MOST_WORDS      64
#define CHUNK_BYTES     16384
#define MOST_FILE_BYTES (1 << 20) /* what the daemon takes */

enum {
	EXIT_REFUSED = 1,
	EXIT_WRONG_USE = 2
};

static const char help[] =
    "usage: all2allctl [-c FILE] COMMAND ...\n"
    "  -c FILE     the daemon's configuration (" CONF_FILE ")\n"
    "  -V          the version\n"
    "\n"
    "  member add SLUG [--name NAME] [--ordered]\n"
    "                                  a new member; prints the key, once\n"
    "  member list                     all members\n"
    "  member show SLUG                one member\n"
    "  member key SLUG --new           another key; the old one ends\n"
    "  member key SLUG FILE            its OpenPGP key; another one needs\n"
    "                                  --replace and --person NAME\n"
    "  member key SLUG --remove --person NAME\n"
    "                                  takes it away\n"
    "  member delegate FILE            lets another feed, by a signed message\n"
    "  member delegates SLUG           who may\n"
    "  member undelegate SLUG NAME --person NAME\n"
    "                                  may not any more\n"
    "  member activate SLUG            may stream from now on\n"
    "  member block SLUG --reason REASON --reference TEXT --person NAME\n"
    "                                  may not stream any more\n"
    "  member unblock SLUG             may again\n"
    "  member hold SLUG --reference TEXT --person NAME\n"
    "                                  nothing of it is deleted\n"
    "  member release SLUG --reference TEXT --person NAME\n"
    "                                  the end of that\n"
    "  member set SLUG [--name TEXT] [--email ADDRESS] [--zone ZONE] ...\n"
    "                                  how to reach a member\n"
    "  member plan SLUG PLAN           what it may use\n"
    "  member invoice SLUG REFERENCE [--sent DAY] [--paid DAY] ...\n"
    "                                  an invoice, or its payment\n"
    "  member invoices SLUG            all its invoices\n"
    "  member extract SLUG --to FOLDER [--with-media]\n"
    "                                  all that is kept of one, as an archive\n"
    "  member import FILE              one that was extracted comes back\n"
    "  member purge SLUG --confirm SLUG --person NAME [--reference TEXT]\n"
    "                                  deletes all of it, for good\n"
    "  invoice import FILE             invoices of all members, as CSV\n"
    "  plan set PLAN [--quota BYTES] [--listeners N] ...\n"
    "                                  makes or changes a plan\n"
    "  plan list                       all plans\n"
    "  audit [--member SLUG]           who changed what\n"
    "  mounts                          what is on air\n"
    "  listeners MOUNT                 who listens to a mount\n"
    "  kick source MOUNT               ends a source\n"
    "  kick listener NUMBER            ends one listener\n"
    "  kick listeners MOUNT            ends all listeners of a mount\n"
    "  usage [--member SLUG] [--from TIME] [--to TIME]\n"
    "                                  what members used\n"
    "  recordings [--member SLUG]      what is recorded\n"
    "  archive list [--member SLUG] [--trash]\n"
    "                                  recordings, newest first\n"
    "  archive show ID                 all that is known of one\n"
    "  archive publish|hide ID         for everybody, or its member alone\n"
    "  archive edit ID [--title TEXT] [--description TEXT]\n"
    "  archive trash|restore ID        into the trash, and out of it\n"
    "  archive pin|unpin ID            no rule takes it\n"
    "  archive hold ID --reason TEXT --reference TEXT --person NAME\n"
    "               [--until TIME]     nothing may delete it\n"
    "  archive release ID --person NAME\n"
    "  archive offload                 what is in the object store\n"
    "  archive offload ID --drop       is there, and not here any more\n"
    "  archive restore ID --local      and here again\n"
    "  archive rescan                  rows of what is on the disk\n"
    "  archive scrub [ID | --member SLUG]\n"
    "                                  are the bytes still right?\n"
    "  archive retention [--dry-run]   what the rules say goes to the trash\n"
    "  record start MOUNT [--title T]  a recording beside the others\n"
    "  record stop MOUNT               its end\n"
    "  record mark MOUNT [TITLE]       another recording from here on\n"
    "  report --member SLUG --period MONTH|YEAR [--format F]\n"
    "                                  usage, as text, csv, json, html, pdf\n"
    "  statement close|list|show --member SLUG [--period MONTH|YEAR]\n"
    "                                  what is sealed for ever\n"
    "  statement mail --member SLUG --period MONTH|YEAR\n"
    "                                  sends what is sealed to the member\n"
    "  statement due                   seals last month, where it is not\n"
    "  letter list [--member SLUG]     letters to members\n"
    "  letter retry ID                 sends one again\n"
    "  adjust SLUG --field F --delta N --reason TEXT --person NAME\n"
    "                                  a correction, in the period that goes\n"
    "                                  on\n"
    "  capacity --year YEAR [--zone ZONE]\n"
    "                                  what all took of the line\n"
    "  reconcile                       do the books agree with the line\n"
    "  backup [--to FOLDER]            a verified copy of the store\n"
    "  attest --member SLUG --period MONTH|YEAR\n"
    "                                  the most listeners at one time\n"
    "  playlog --member SLUG --period MONTH|YEAR\n"
    "                                  the titles that were played\n"
    "  reload                          reads the configuration again\n"
    "  stop                            ends the daemon, listeners first\n"
    "\n"
    "Listings take --format json, those of what is stored --format csv\n"
    "too. all2allctl(1) tells more.\n";

/* Which word is a file, or "-" for standard input: the daemon gets what is in
 * it. */
static const struct {
	const char *words[2];
	int place;
} with_file[] = { { { "invoice", "import" }, 2 }, { { "member", "key" }, 3 },
	{ { "member", "delegate" }, 2 } };

/* Hours of recordings take their time. */
static const char *const patient[] = { "extract", "import", "purge" };

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "all2allctl: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False, with errno ETIMEDOUT, when the daemon takes longer than we wait. */
static bool
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd socket = { .fd = fd, .events = events };
	int64_t left_ms;
	int count;

	do {
		left_ms = deadline_ms - now_ms();
		count = left_ms > 0 ? poll(&socket, 1, (int)left_ms) : 0;
	} while (count == -1 && errno == EINTR);
	if (count == 0)
		errno = ETIMEDOUT;
	return count == 1;
}

static int
open_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1) {
		int why = errno;

		close(fd);
		errno = why;
		fd = -1;
	}
	return fd;
}

static bool
send_words(int fd, struct bytes *words, int64_t deadline_ms)
{
	ssize_t n;

	while (words->len > 0) {
		n = send(fd, words->data, words->len, MSG_NOSIGNAL);
		if (n > 0)
			bytes_eat(words, (size_t)n);
		else if (errno == EAGAIN && !wait_for(fd, POLLOUT, deadline_ms))
			return false;
		else if (errno != EAGAIN && errno != EINTR)
			return false;
	}
	return shutdown(fd, SHUT_WR) == 0;
}

static bool
read_answer(int fd, struct bytes *answer, int64_t deadline_ms)
{
	ssize_t n;

	for (;;) {
		n = read(fd, bytes_room(answer, CHUNK_BYTES), CHUNK_BYTES);
		if (n == 0)
			return true;
		if (n > 0)
			bytes_added(answer, (size_t)n);
		else if (errno == EAGAIN && !wait_for(fd, POLLIN, deadline_ms))
			return false;
		else if (errno != EAGAIN && errno != EINTR)
			return false;
	}
}

static int
print_answer(const struct bytes *answer)
{
	int status;
	FILE *file;

	if (answer->len < 2 || answer->data[0] < '0' || answer->data[0] > '2' ||
	    answer->data[1] != '\n')
		return complain("all2alld", "ended without an answer");
	status = answer->data[0] - '0';
	file = status == 0 ? stdout : stderr;
	fwrite(answer->data + 2, 1, answer->len - 2, file);
	if (fflush(file) != 0 || ferror(file))
		return complain("cannot write", strerror(errno));
	return status;
}

static int64_t
timeout_ms(const struct bytes *words)
{
	const char *first = (const char *)words->data;
	const char *second = first + strlen(first) + 1;

	if (strcmp(first, "archive") == 0)
		return PATIENCE_MS;
	for (unsigned i = 0; i < sizeof(patient) / sizeof(*patient); i++) {
		if (strcmp(first, "member") == 0 &&
		    strcmp(second, patient[i]) == 0)
			return PATIENCE_MS;
	}
	return TIMEOUT_MS;
}

static int
ask(const char *path, struct bytes *words)
{
	int64_t deadline_ms = now_ms() + timeout_ms(words);
	struct bytes answer = { 0 };
	int fd = open_socket(path), status;

	if (fd == -1 && (errno == ENOENT || errno == ECONNREFUSED))
		return complain(path, "all2alld is not running here");
	if (fd == -1)
		return complain(path, strerror(errno));
	if (!send_words(fd, words, deadline_ms) ||
	    !read_answer(fd, &answer, deadline_ms))
		status = complain(path,
		    errno == ETIMEDOUT ? "all2alld does not answer"
				       : strerror(errno));
	else
		status = print_answer(&answer);
	close(fd);
	bytes_free(&answer);
	return status;
}

/* The value of a line: data = "/folder". False: it is none. */
static bool
take_data_line(const char *line, const char *conf_path, struct bytes *path)
{
	const char *slash = strrchr(conf_path, '/');
	size_t len;

	line += strspn(line, " \t");
	if (strncmp(line, "data", 4) != 0)
		return false;
	line += 4 + strspn(line + 4, " \t");
	if (*line != '=')
		return false;
	line += 1 + strspn(line + 1, " \t\"'");
	len = strcspn(line, "\"'\r\n");
	if (len == 0)
		return false;
	if (*line != '/' && slash != NULL)
		bytes_append(path, conf_path, (size_t)(slash - conf_path) + 1);
	bytes_append(path, line, len);
	return true;
}

/* A daemon goes on with its old configuration when there is a mistake in the
 * new one; then it must still hear us. */
static bool
find_data(const char *conf_path, struct bytes *path)
{
	FILE *file = fopen(conf_path, "re");
	char *line = NULL;
	size_t size = 0;
	bool is_found = false;

	if (file == NULL)
		return false;
	while (!is_found && getline(&line, &size, file) != -1)
		is_found = take_data_line(line, conf_path, path);
	free(line);
	fclose(file);
	return is_found;
}

static bool
find_socket(const char *conf_path, struct bytes *path)
{
	char *error = NULL;
	struct conf *conf = conf_read(conf_path, &error);

	if (conf != NULL) {
		bytes_text(path, conf->data);
	} else if (!find_data(conf_path, path)) {
		fprintf(stderr, "all2allctl: %s\n", error);
		free(error);
		return false;
	}
	free(error);
	conf_unref(conf);
	bytes_text(path, "/control.sock");
	bytes_append(path, "", 1);
	return true;
}

/* NULL, or why it cannot be handed on. */
static const char *
read_file(const char *name, struct bytes *text)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	const char *why = NULL;
	size_t n;

	if (file == NULL)
		return strerror(errno);
	do {
		n = fread(bytes_room(text, CHUNK_BYTES), 1, CHUNK_BYTES, file);
		bytes_added(text, n);
	} while (n > 0 && text->len <= MOST_FILE_BYTES);
	if (ferror(file))
		why = strerror(errno);
	else if (text->len > MOST_FILE_BYTES)
		why = "larger than 1 MiB";
	else if (text->len == 0)
		why = "empty";
	else if (memchr(text->data, '\0', text->len) != NULL)
		why = "has a zero byte";
	if (file != stdin)
		fclose(file);
	return why;
}

static bool
is_file(int argc, char **argv, int place)
{
	if (argc < 2 || strncmp(argv[place], "--", 2) == 0)
		return false;
	for (size_t i = 0; i < sizeof(with_file) / sizeof(*with_file); i++) {
		if (place == with_file[i].place &&
		    strcmp(argv[0], with_file[i].words[0]) == 0 &&
		    strcmp(argv[1], with_file[i].words[1]) == 0)
			return true;
	}
	return false;
}

/* Each word with its NUL; false after having said why not. */
static bool
list_words(int argc, char **argv, struct bytes *words)
{
	struct bytes text = { 0 };
	const char *why;

	for (int i = 0; i < argc; i++) {
		if (!is_file(argc, argv, i)) {
			bytes_append(words, argv[i], strlen(argv[i]) + 1);
			continue;
		}
		why = read_file(argv[i], &text);
		if (why != NULL) {
			complain(argv[i], why);
			bytes_free(&text);
			return false;
		}
		bytes_append(words, text.data, text.len);
		bytes_append(words, "", 1);
		bytes_free(&text);
	}
	bytes_append(words, "", 1);
	return true;
}

static int
run(const char *conf_path, int argc, char **argv)
{
	struct bytes path = { 0 }, words = { 0 };
	int status = EXIT_REFUSED;

	if (find_socket(conf_path, &path) && list_words(argc, argv, &words))
		status = ask((const char *)path.data, &words);
	bytes_free(&path);
	bytes_free(&words);
	return status;
}

static int
wrong_use(const char *why)
{
	fprintf(stderr, "all2allctl: %s (--help tells more)\n", why);
	return EXIT_WRONG_USE;
}

/* An empty word would end the command line before its end. */
static const char *
bad_words(int argc, char **argv)
{
	if (argc == 0)
		return "which command?";
	if (argc > MOST_WORDS)
		return "too many words";
	for (int i = 0; i < argc; i++) {
		if (argv[i][0] == '\0')
			return "a word is empty";
		if (strlen(argv[i]) > 1000)
			return "a word is too long";
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *conf_path = CONF_FILE, *why;
	int option;

	/* "+": options after the command are the command's own. */
	while (
	    (option = getopt_long(argc, argv, "+c:hV", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			conf_path = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'V':
			puts("all2allctl " PACKAGE_VERSION);
			return 0;
		default:
			return wrong_use("that is not an option");
		}
	}
	why = bad_words(argc - optind, argv + optind);
	return why != NULL ? wrong_use(why)
			   : run(conf_path, argc - optind, argv + optind);
}
