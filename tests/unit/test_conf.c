/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "base/log.h"
#include "conf/conf_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST "data = d\nlisten \"*:8000\" { }\n"

static const char
    whole[] = "# a radio\n"
	      "hostname = \"radio.example.org\"\n"
	      "data = \"kept\"\n"
	      "/* two\n   lines */\n"
	      "max-clients = 500\n"
	      "listen \"*:8000\" { }\n"
	      "listen \"[::1]:8443\" {\n"
	      "\ttls { certificate = \"c.pem\"\n\t\tkey = '/etc/k.pem' }\n"
	      "\ttls-only = yes\n"
	      "}\n"
	      "mount \"/live.ogg\" {\n"
	      "\tburst = 128K\n"
	      "\ttitle = \"Caf\xc3\xa9 \\\"Zur Post\\\"\" # a }\n"
	      "}\n"
	      "mount \"/jazz/*\" { member = jazz hidden = yes slow = close }\n"
	      "mount \"/*\" { grace = 2m }\n"
	      "flush = 1500ms\n";

static struct conf *
good(const char *text)
{
	char *error = NULL;
	struct conf *conf = conf_parse(text, "/etc/radio/a.conf", &error);

	if (conf == NULL)
		print_message("%s\n", error);
	assert_non_null(conf);
	assert_null(error);
	return conf;
}

static void
a_whole_file_is_read(void **state)
{
	struct conf *conf = good(whole);

	(void)state;
	assert_string_equal(conf->hostname, "radio.example.org");
	assert_string_equal(conf->data, "/etc/radio/kept");
	assert_string_equal(conf->public_url, "http://radio.example.org:8000");
	assert_int_equal(conf->max_clients, 500);
	assert_int_equal(conf->flush_ms, 1500);
	assert_int_equal(conf->listen_count, 2);
	assert_string_equal(conf->listens[0].address, "*");
	assert_null(conf->listens[0].key);
	assert_string_equal(conf->listens[1].address, "::1");
	assert_int_equal(conf->listens[1].port, 8443);
	assert_true(conf->listens[1].is_tls_only);
	assert_string_equal(conf->listens[1].certificate, "/etc/radio/c.pem");
	assert_string_equal(conf->listens[1].key, "/etc/k.pem");
	assert_int_equal(conf->mount_count, 3);
	assert_int_equal(conf->mounts[0].burst_bytes, 131072);
	assert_string_equal(conf->mounts[0].title, "Caf\xc3\xa9 \"Zur Post\"");
	assert_int_equal(conf->mounts[1].slow, SLOW_CLOSE);
	conf_unref(conf);
}

static void
what_is_not_given_has_its_default(void **state)
{
	struct conf *conf = good(LEAST);
	const struct conf_mount *mount = conf_mount(conf, "/any");

	(void)state;
	assert_string_equal(conf->hostname, "localhost");
	assert_null(conf->user);
	assert_int_equal(conf->log_level, LOG_INFO);
	assert_int_equal(conf->workers, 0);
	assert_int_equal(conf->max_clients, 10000);
	assert_int_equal(conf->max_sources, 100);
	assert_int_equal(conf->max_member_listeners, -1);
	assert_int_equal(conf->max_member_sources, 8);
	assert_int_equal(conf->max_address_unfinished, 1000);
	assert_int_equal(conf->renewal_anchor, ANCHOR_DUE);
	assert_int_equal(conf->block, BLOCK_AUTO);
	assert_int_equal(conf->block_after_ms, INT64_C(30) * 86400000);
	assert_int_equal(conf->delete_after_ms, INT64_C(60) * 86400000);
	assert_int_equal(conf->block_grace_live_ms, 12 * 3600000);
	assert_int_equal(conf->request_bytes, 16384);
	assert_int_equal(conf->request_lines, 128);
	assert_int_equal(conf->request_deadline_ms, 10000);
	assert_int_equal(conf->body_deadline_ms, 15000);
	assert_int_equal(conf->body_bytes, 65536);
	assert_int_equal(conf->source_stall_ms, 10000);
	assert_int_equal(conf->listener_stall_ms, 30000);
	assert_int_equal(conf->send_buffer_bytes, 0);
	assert_int_equal(conf->unsent_bytes, 16384);
	assert_int_equal(conf->login_tries, 12);
	assert_int_equal(conf->flush_ms, 4000);
	assert_int_equal(conf->drain_ms, 5000);
	assert_int_equal(conf->spool_bytes, 64 << 20);
	assert_int_equal(conf->recording_point_ms, 5000);
	assert_ptr_equal(mount, &conf->any_mount);
	assert_int_equal(mount->max_listeners, -1);
	assert_int_equal(mount->burst_bytes, 65536);
	assert_int_equal(mount->burst_ms, 4000);
	assert_int_equal(mount->pace_ms, 500);
	assert_int_equal(mount->ring_ms, 30000);
	assert_int_equal(mount->ring_bytes, 32 << 20);
	assert_int_equal(mount->grace_ms, 30000);
	assert_int_equal(mount->metaint_bytes, 16000);
	assert_int_equal(mount->slow, SLOW_SKIP);
	assert_true(mount->record);
	assert_false(mount->is_hidden);
	assert_null(mount->title);
	conf_unref(conf);
}

static void
expect_same(unsigned section, const void *one, const void *other)
{
	const struct conf_option *option = conf_sections[section].options;

	for (unsigned i = 0; i < conf_sections[section].count; i++, option++) {
		const void *a = (const char *)one + option->offset;
		const void *b = (const char *)other + option->offset;

		if (option->kind <= KIND_SLUG || option->kind == KIND_YES ||
		    option->kind == KIND_SLOW || option->kind == KIND_ANCHOR ||
		    option->kind == KIND_BLOCK)
			continue;
		print_message("%s\n", option->name);
		assert_memory_equal(a, b, sizeof(int64_t));
	}
}

static void
the_sample_gives_the_defaults(void **state)
{
	static const char *const names[] = { "all2alld.conf",
		"all2alld-minimal.conf" };
	const char *top = getenv("srcdir");
	struct conf *least = good(LEAST), *conf;
	char path[1000], *error = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/conf/%s",
		    top != NULL ? top : ".", names[i]);
		conf = conf_load(path, &error);
		assert_null(error);
		expect_same(SECTION_TOP, conf, least);
		expect_same(SECTION_MOUNT, conf_mount(conf, "/a"),
		    conf_mount(least, "/a"));
		assert_string_equal(conf->public_url, least->public_url);
		assert_true(conf_mount(conf, "/a")->record);
		conf_unref(conf);
	}
	conf_unref(least);
}

static void
a_mount_has_its_own_rules_then_a_patterns(void **state)
{
	struct conf *conf = good("data = d\nlisten \"*:1\" { }\n"
				 "mount \"/a/*\" { grace = 1s }\n"
				 "mount \"/a/x\" { grace = 2s }\n"
				 "mount \"/a/li*\" { grace = 3s }\n");

	(void)state;
	assert_int_equal(conf_mount(conf, "/a/x")->grace_ms, 2000);
	assert_int_equal(conf_mount(conf, "/a/live")->grace_ms, 1000);
	assert_int_equal(conf_mount(conf, "/a")->grace_ms, 30000);
	assert_int_equal(conf_mount(conf, "/b/x")->grace_ms, 30000);
	conf_unref(conf);
}

static void
the_public_url_comes_from_the_first_listen(void **state)
{
	static const char tls[] = "{ tls { certificate = c key = k } }";
	static const struct {
		const char *top, *listen, *block, *url;
	} rows[] = {
		{ "", "*:80", "{ }", "http://localhost" },
		{ "", "*:443", tls, "https://localhost" },
		{ "", "*:443", "{ }", "http://localhost:443" },
		{ "", "*:8443", tls, "https://localhost:8443" },
		{ "", "127.0.0.1:0", "{ }", "http://localhost" },
		{ "hostname = \"::1\"", "*:8000", "{ }", "http://[::1]:8000" },
		{ "public-url = \"https://a.example/x//\"", "*:8000", "{ }",
		    "https://a.example/x" },
	};
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct conf *conf;

		snprintf(text, sizeof(text), "%s\ndata = d\nlisten \"%s\" %s\n",
		    rows[i].top, rows[i].listen, rows[i].block);
		conf = good(text);
		assert_string_equal(conf->public_url, rows[i].url);
		conf_unref(conf);
	}
}

static void
mistakes_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
#include "conf_errors.h"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *error = NULL;
		struct conf *conf = conf_parse(rows[i].text, "c", &error);

		print_message("%s", rows[i].text);
		assert_null(conf);
		assert_string_equal(error, rows[i].error);
		free(error);
		/* Nothing of the last text is left in the parser. */
		conf_unref(good(LEAST));
	}
}

static void
a_value_may_be_at_its_limits_and_not_beyond(void **state)
{
	static const struct {
		const char *line;
		bool is_good;
	} rows[] = {
		{ "flush = 1s", true },
		{ "flush = 1m", true },
		{ "flush = 60s", true },
		{ "flush = 999ms", false },
		{ "flush = 61s", false },
		{ "drain = 0", true },
		{ "max-member-listeners = none", true },
		{ "max-member-listeners = 0", true },
		{ "max-member-listeners = -1", false },
		{ "max-clients = none", false },
		{ "max-clients = 0", false },
		{ "request-bytes = 1024", true },
		{ "request-bytes = 64K", true },
		{ "request-bytes = 64k", false },
		{ "request-bytes = 0064K", true },
		{ "spool-memory = 4096M", true },
		{ "spool-memory = 4097M", false },
		{ "spool-memory = 999999999999M", false },
		{ "spool-memory = 9999999999999M", false },
		{ "spool-memory = 18446744073709551617", false },
		{ "send-buffer = 0", true },
		{ "block-after = 0", true },
		{ "block-after = 60d", true },
		{ "block-after = 61d", false }, /* more than delete-after */
		{ "block-after = 48h", true },
		{ "block-after = 36h", false },
		{ "delete-after = 3650d", true },
		{ "delete-after = 3651d", false },
		{ "delete-after = 999999999999d", false },
		{ "block-grace-live = 90m", true },
		{ "renewal-anchor = invoice", true },
		{ "renewal-anchor = auto", false },
		{ "block = manual", true },
		{ "block = no", false },
		{ "log-level = debug", true },
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *error = NULL;
		struct conf *conf;

		snprintf(text, sizeof(text), LEAST "%s\n", rows[i].line);
		print_message("%s\n", rows[i].line);
		conf = conf_parse(text, "c", &error);
		assert_int_equal(conf != NULL, rows[i].is_good);
		conf_unref(conf);
		free(error);
	}
}

/* Whether text ends where a statement may end, by other means than the
 * parser's: outside of any block, quote or comment, and with its line. */
static bool
is_between_statements(const char *text, size_t len)
{
	int depth = 0;
	char inside = 0; /* the quote, '#' or '*' of a comment */

	for (size_t i = 0; i < len; i++) {
		if (inside == '#')
			inside = text[i] == '\n' ? 0 : '#';
		else if (inside == '*')
			inside = i > 1 && text[i] == '/' && text[i - 1] == '*'
			    ? 0
			    : '*';
		else if (inside != 0 && text[i] == '\\')
			i++;
		else if (inside != 0)
			inside = text[i] == inside ? 0 : inside;
		else if (strchr("\"'#", text[i]) != NULL)
			inside = text[i];
		else if (text[i] == '/' && text[i + 1] == '*')
			inside = '*';
		else
			depth += (text[i] == '{') - (text[i] == '}');
	}
	return depth == 0 && inside == 0 && len > 0 && text[len - 1] == '\n';
}

static void
a_file_that_is_cut_off_is_never_half_taken(void **state)
{
	unsigned taken = 0;
	char text[sizeof(whole)];

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		char *error = NULL;
		struct conf *conf;

		memcpy(text, whole, len);
		text[len] = '\0';
		conf = conf_parse(text, "c", &error);
		if (conf != NULL) {
			assert_true(is_between_statements(whole, len));
			taken++;
		} else {
			assert_memory_equal(error, "c:", 2);
		}
		conf_unref(conf);
		free(error);
		conf_unref(good(LEAST));
	}
	/* After each listen, each mount, and flush. */
	assert_int_equal(taken, 6);
}

static void
write_file(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
expect_file_error(const char *path, const char *ending)
{
	char *error = NULL, expected[300];
	struct conf *conf = conf_load(path, &error);

	snprintf(expected, sizeof(expected), "%s%s", path, ending);
	assert_null(conf);
	assert_string_equal(error, expected);
	free(error);
}

static void
files_are_looked_for_only_by_the_server(void **state)
{
	static const char
	    text[] = "data = d\nlisten \"*:1\" {\n tls { certificate = c.pem\n"
		     "  key = k.pem }\n}\n";
	char folder[] = "/tmp/test_conf.XXXXXX", path[64], other[64];
	char expected[200], *error = NULL;
	struct conf *conf;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.conf", folder);
	expect_file_error(path, ":1: No such file or directory");
	expect_file_error(folder, ":1: this is not a file");
	write_file(path, text, strlen(text));
	snprintf(expected, sizeof(expected),
	    ":3: %s/c.pem: No such file or directory", folder);
	expect_file_error(path, expected);
	conf = conf_read(path, &error);
	assert_non_null(conf);
	conf_unref(conf);
	snprintf(other, sizeof(other), "%s/c.pem", folder);
	write_file(other, "c", 1);
	snprintf(
	    expected, sizeof(expected), ":4: %s/k.pem: Not a file", folder);
	snprintf(other, sizeof(other), "%s/k.pem", folder);
	assert_int_equal(mkdir(other, 0700), 0);
	expect_file_error(path, expected);
	assert_int_equal(rmdir(other), 0);
	write_file(other, "k", 1);
	conf = conf_load(path, &error);
	assert_non_null(conf);
	assert_string_equal(conf->listens[0].key, other);
	conf_unref(conf);
	write_file(path, "data = d\n\0x", 11);
	expect_file_error(path, ":2: a zero byte");
	assert_int_equal(truncate(path, (1 << 20) + 1), 0);
	expect_file_error(path, ":1: the file is larger than 1 MiB");
	unlink(other);
	unlink(path);
	snprintf(other, sizeof(other), "%s/c.pem", folder);
	unlink(other);
	assert_int_equal(rmdir(folder), 0);
}

static void
references_are_counted(void **state)
{
	struct conf *conf = good(LEAST);

	(void)state;
	assert_ptr_equal(conf_ref(conf), conf);
	conf_unref(conf);
	assert_string_equal(conf->hostname, "localhost");
	conf_unref(conf);
	conf_unref(NULL);
}

TEST_MAIN(TEST(a_whole_file_is_read), TEST(what_is_not_given_has_its_default),
    TEST(the_sample_gives_the_defaults),
    TEST(a_mount_has_its_own_rules_then_a_patterns),
    TEST(the_public_url_comes_from_the_first_listen),
    TEST(mistakes_are_named_with_their_line),
    TEST(a_value_may_be_at_its_limits_and_not_beyond),
    TEST(a_file_that_is_cut_off_is_never_half_taken),
    TEST(files_are_looked_for_only_by_the_server), TEST(references_are_counted))
