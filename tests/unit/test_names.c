/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "http/request.h"

#include <string.h>

static void
good_mount_names_are_taken(void **state)
{
	static const char *const names[] = { "/live", "/live.mp3",
		"/radio-x/main.ogg", "/a/b/c", "/A_b~c", "/a..b", "/...",
		"/m\xc3\xbcsic", "/\xe3\x83\xa9\xe3\x82\xb8\xe3\x82\xaa",
		"/\xf0\x9f\x8e\xb5", "/a+b=c@d,e!f$g(h):i" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		print_message("%s\n", names[i]);
		assert_null(mount_name_error(names[i]));
	}
}

static void
bad_mount_names_are_refused(void **state)
{
	static const char *const names[] = { "", "live", "/", "//", "//a",
		"/a/", "/a//b", "/..", "/../a", "/a/..", "/a/../b", "/.",
		"/a/./b", "/a b", "/a\tb", "/a\nb", "/a\x7f", "/a\\b", "/<b>",
		"/a\"b", "/a'b", "/a`b", "/a%b", "/a?b", "/a#b", "/a;b", "/a&b",
		"/\xff", "/a\xc3", "/a\xc2\x85", "/a\xc2\xa0", "/a\xe2\x80\x8b",
		"/a\xe2\x80\xae", "/a\xe2\x80\xa8", "/a\xef\xbb\xbf",
		"/a\xed\xa0\x80", "*" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		print_message("%s\n", names[i]);
		assert_non_null(mount_name_error(names[i]));
	}
}

static void
a_mount_name_has_at_most_255_bytes(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[255] = '\0';
	assert_null(mount_name_error(name));
	name[255] = 'a';
	name[256] = '\0';
	assert_non_null(mount_name_error(name));
}

static void
the_servers_own_paths_are_reserved(void **state)
{
	static const char *const names[] = { "/", "/admin", "/admin/",
		"/admin/x", "/admin.cgi", "/api", "/api/v1", "/archive/x",
		"/auth", "/auth.xsl", "/status", "/status-json.xsl",
		"/status.xsl", "/status2.xsl", "/server_version.xsl", "/7.html",
		"/7.xsl", "/stats", "/statistics", "/currentsong", "/healthz",
		"/metrics", "/web/style.css", "/.well-known/x", "/robots.txt",
		"/favicon.ico", "/privacy", "/login", "/logout", "/me",
		"/oembed", "/feed", "/embed/x", "/member/x", "/static/x",
		"/events", "/live.m3u", "/x/live.M3U8", "/x/live.pls",
		"/x/live.xspf", "/x/y.xsl" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		print_message("%s\n", names[i]);
		assert_true(path_is_reserved(names[i]));
	}
}

static void
other_paths_are_free(void **state)
{
	static const char *const names[] = { "/live", "/administer", "/apis",
		"/radio/admin", "/radio/status.mp3", "/me2", "/mem",
		"/stats.mp3", "/web2/x", "/live.m3u.mp3", "/m3u", "/feeds",
		"/Admin" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		print_message("%s\n", names[i]);
		assert_false(path_is_reserved(names[i]));
	}
}

TEST_MAIN(TEST(good_mount_names_are_taken), TEST(bad_mount_names_are_refused),
    TEST(a_mount_name_has_at_most_255_bytes),
    TEST(the_servers_own_paths_are_reserved), TEST(other_paths_are_free))
