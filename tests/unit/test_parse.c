/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "http/request.h"

#include <stdlib.h>
#include <string.h>

#define MORE 1 /* as a status: not at an end */

static const struct request_limits limits = { 16384, 128 };

#define BYTES(text) text, sizeof(text) - 1
#define HOST        "Host: radio.example:8000\r\n"
#define BASIC       "Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n"

struct row {
	const char *name;
	const char *bytes;
	size_t len;
	unsigned status; /* 0: done; MORE; else what to answer */
	size_t rest;     /* bytes behind the head */
	enum method method;
	const char *path;
	const char *query; /* of METHOD_ICY: the login */
};

/* Real programs, as they were recorded. */
static const struct row clients[] = {
	{ "libshout asks for TLS",
	    BYTES("OPTIONS * HTTP/1.1\r\nConnection: Upgrade\r\n"
		  "Upgrade: TLS/1.0, HTTP/1.1\r\n" HOST "\r\n"),
	    0, 0, METHOD_OPTIONS, "*", "" },
	{ "libshout pokes by GET",
	    BYTES("GET /admin/!POKE HTTP/1.1\r\n" HOST "\r\n"), 0, 0,
	    METHOD_GET, "/admin/!POKE", "" },
	{ "libshout pokes by PUT",
	    BYTES("PUT /live.ogg HTTP/1.1\r\n" HOST "Connection: Keep-Alive\r\n"
		  "Content-Length: 0\r\n\r\n"),
	    0, 0, METHOD_PUT, "/live.ogg", "" },
	{ "libshout feeds by SOURCE",
	    BYTES("SOURCE /live.ogg HTTP/1.0\r\n" HOST BASIC
		  "User-Agent: libshout/2.4.6\r\nContent-Type: audio/ogg\r\n"
		  "ice-public: 0\r\nice-audio-info: channels=2;bitrate=128\r\n"
		  "\r\nOggS\0\2"),
	    0, 6, METHOD_SOURCE, "/live.ogg", "" },
	{ "libshout feeds by PUT",
	    BYTES("PUT /live.ogg HTTP/1.1\r\n" HOST BASIC
		  "Prefer: return=minimal\r\nExpect: 100-continue\r\n\r\n"),
	    0, 0, METHOD_PUT, "/live.ogg", "" },
	{ "libshout sends a title",
	    BYTES("POST /admin/metadata HTTP/1.1\r\n" HOST BASIC
		  "Content-Type: application/x-www-form-urlencoded\r\n"
		  "Content-Length: 9\r\n\r\nmode=updi"),
	    0, 9, METHOD_POST, "/admin/metadata", "" },
	{ "xaudiocast has no protocol", BYTES("SOURCE pw /mount\r\n"), 400, 0,
	    0, NULL, NULL },
	{ "xaudiocast, LF", BYTES("SOURCE pw /mount\n\n"), 400, 0, 0, NULL,
	    NULL },
	{ "ffmpeg feeds",
	    BYTES("PUT /live.mp3 HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\n"
		  "Accept: */*\r\nExpect: 100-continue\r\n"
		  "Connection: close\r\n" HOST "Content-Type: audio/mpeg\r\n"
		  "Icy-MetaData: 1\r\n" BASIC "Ice-Name: x\r\n"
		  "Ice-Public: 0\r\n\r\n"),
	    0, 0, METHOD_PUT, "/live.mp3", "" },
	{ "ffmpeg feeds in its old way",
	    BYTES("SOURCE /live.mp3 HTTP/1.1\r\n" HOST BASIC
		  "Icy-MetaData: 1\r\n\r\n\xff\xfb\x90"),
	    0, 3, METHOD_SOURCE, "/live.mp3", "" },
	{ "ffmpeg listens",
	    BYTES("GET /live.mp3 HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\n"
		  "Accept: */*\r\nRange: bytes=0-\r\nConnection: close\r\n" HOST
		  "Icy-MetaData: 1\r\n\r\n"),
	    0, 0, METHOD_GET, "/live.mp3", "" },
	{ "curl uploads",
	    BYTES("PUT /live.mp3 HTTP/1.1\r\n" HOST BASIC
		  "User-Agent: curl/7.88.1\r\nAccept: */*\r\n"
		  "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
		  "\r\n5\r\n"),
	    0, 3, METHOD_PUT, "/live.mp3", "" },
	{ "butt feeds",
	    BYTES("PUT /live HTTP/1.1\r\n" BASIC "User-Agent: butt 0.1.40\r\n"
		  "Content-Type: audio/mpeg\r\nice-name: no name\r\n"
		  "ice-public: 0\r\n\r\n"),
	    0, 0, METHOD_PUT, "/live", "" },
	{ "butt sends a raw title",
	    BYTES("GET /admin/metadata?mode=updinfo&mount=/live"
		  "&song=Bj\xc3\xb6rk%20-%20J\xf3ga#1 HTTP/1.0\r\n" BASIC
		  "User-Agent: butt\r\n\r\n"),
	    0, 0, METHOD_GET, "/admin/metadata",
	    "mode=updinfo&mount=/live&song=Bj\xc3\xb6rk%20-%20J\xf3ga#1" },
	{ "butt as SHOUTcast",
	    BYTES("hackme\r\nHost: radio.example\r\nicy-name:x\r\n\r\n"), 0, 35,
	    METHOD_ICY, "", "hackme" },
	{ "cry feeds",
	    BYTES("SOURCE /live.mp3 HTTP/1.0\r\nContent-Type: audio/mpeg\r\n"
		  "Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n"
		  "User-Agent: Liquidsoap/2.1.3\r\nice-name: x\r\n\r\n"),
	    0, 0, METHOD_SOURCE, "/live.mp3", "" },
	{ "cry feeds in chunks",
	    BYTES("SOURCE /live.mp3 HTTP/1.1\r\n" BASIC
		  "Transfer-Encoding: chunked\r\n\r\n"),
	    0, 0, METHOD_SOURCE, "/live.mp3", "" },
	{ "cry sends a title",
	    BYTES("GET /admin/metadata?mode=updinfo&mount=/live.mp3"
		  "&charset=UTF-8&song=a+b HTTP/1.0\r\n" BASIC "\r\n"),
	    0, 0, METHOD_GET, "/admin/metadata",
	    "mode=updinfo&mount=/live.mp3&charset=UTF-8&song=a+b" },
	{ "cry as SHOUTcast", BYTES("source:hackme:#1\r\n"), 0, 0, METHOD_ICY,
	    "", "source:hackme:#1" },
	{ "darkice feeds",
	    BYTES("SOURCE /live.mp3 HTTP/1.0\nAuthorization: Basic "
		  "c291cmNlOmhhY2ttZQ==\nUser-Agent: DarkIce/1.3\n"
		  "ice-name: x\nice-public: 0\r\n\r\n\xff\xfb"),
	    0, 2, METHOD_SOURCE, "/live.mp3", "" },
	{ "libshout's SHOUTcast probe", BYTES("!POKE\nicy-name: x\n\n"), 0, 13,
	    METHOD_ICY, "", "!POKE" },
	{ "an old encoder",
	    BYTES("SOURCE /live ICE/1.0\r\nice-name: x\r\n\r\n"), 0, 0,
	    METHOD_SOURCE, "/live", "" },
	{ "a title tool",
	    BYTES("GET /admin.cgi?pass=p&mode=updinfo&song=x ICY/1.1\r\n"
		  "User-Agent: (Mozilla Compatible)\r\n\r\n"),
	    0, 0, METHOD_GET, "/admin.cgi", "pass=p&mode=updinfo&song=x" },
	{ "an odd protocol elsewhere", BYTES("GET /live ICY/1.1\r\n\r\n"), 400,
	    0, 0, NULL, NULL },
	{ "a monitor", BYTES("STATS / HTTP/1.0\n" BASIC "\n"), 0, 0,
	    METHOD_OTHER, "/", "" },
	{ "Winamp",
	    BYTES("GET /live.mp3 HTTP/1.0\r\nHost: radio.example\r\n"
		  "User-Agent: WinampMPEG/5.66\r\nIcy-MetaData:1\r\n"
		  "Ultravox-transport-type: TCP\r\n\r\n"),
	    0, 0, METHOD_GET, "/live.mp3", "" },
	{ "an old radio", BYTES("GET / HTTP/1.0\r\n\r\n"), 0, 0, METHOD_GET,
	    "/", "" },
	{ "Ultravox", BYTES("Z\0\x10\x09\0\1x\0"), 400, 0, 0, NULL, NULL },
	{ "TLS", BYTES("\x16\3\1\2\0"), 400, 0, 0, NULL, NULL },
};

#define GET "GET /a HTTP/1.1\r\n" HOST
static const struct row framings[] = {
	{ "plain", BYTES(GET "\r\n"), 0, 0, METHOD_GET, "/a", "" },
	{ "not at an end", BYTES(GET), MORE, 0, 0, NULL, NULL },
	{ "an empty line first", BYTES("\r\n" GET "\r\n"), 0, 0, METHOD_GET,
	    "/a", "" },
	{ "two empty lines first", BYTES("\r\n\r\n" GET "\r\n"), 400, 0, 0,
	    NULL, NULL },
	{ "a second request", BYTES(GET "\r\nGET /b"), 0, 6, METHOD_GET, "/a",
	    "" },
	{ "two lengths",
	    BYTES(GET "Content-Length: 4\r\n"
		      "Content-Length: 5\r\n\r\n"),
	    400, 0, 0, NULL, NULL },
	{ "two equal lengths",
	    BYTES("PUT /a HTTP/1.1\r\nContent-Length: 4\r\n"
		  "content-length: 4\r\n\r\n"),
	    400, 0, 0, NULL, NULL },
	{ "a list of lengths", BYTES(GET "Content-Length: 5,5\r\n\r\n"), 400, 0,
	    0, NULL, NULL },
	{ "+5", BYTES(GET "Content-Length: +5\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "-1", BYTES(GET "Content-Length: -1\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "0x5", BYTES(GET "Content-Length: 0x5\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "no number", BYTES(GET "Content-Length:\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "too big a number",
	    BYTES(GET "Content-Length: 18446744073709551617\r\n\r\n"), 400, 0,
	    0, NULL, NULL },
	{ "length and chunks",
	    BYTES("POST /a HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n"),
	    400, 0, 0, NULL, NULL },
	{ "source with length and chunks",
	    BYTES("SOURCE /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
		  "Content-Length: 4\r\n\r\n"),
	    400, 0, 0, NULL, NULL },
	{ "chunks",
	    BYTES("POST /a HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: Chunked\r\n\r\n"),
	    0, 0, METHOD_POST, "/a", "" },
	{ "xchunked", BYTES(GET "Transfer-Encoding: xchunked\r\n\r\n"), 501, 0,
	    0, NULL, NULL },
	{ "identity", BYTES(GET "Transfer-Encoding: identity\r\n\r\n"), 501, 0,
	    0, NULL, NULL },
	{ "chunked twice",
	    BYTES(GET "Transfer-Encoding: chunked, chunked\r\n\r\n"), 400, 0, 0,
	    NULL, NULL },
	{ "chunked in two lines",
	    BYTES(GET "Transfer-Encoding: chunked\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n"),
	    400, 0, 0, NULL, NULL },
	{ "no coding", BYTES(GET "Transfer-Encoding:\r\n\r\n"), 501, 0, 0, NULL,
	    NULL },
	{ "chunks in 1.0",
	    BYTES("POST /a HTTP/1.0\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n"),
	    400, 0, 0, NULL, NULL },
	{ "bare LF", BYTES("GET /a HTTP/1.1\nHost: x\n\n"), 400, 0, 0, NULL,
	    NULL },
	{ "bare LF in a header", BYTES("GET /a HTTP/1.1\r\nHost: x\n\r\n"), 400,
	    0, 0, NULL, NULL },
	{ "bare LF at the end", BYTES(GET "\n"), 400, 0, 0, NULL, NULL },
	{ "bare CR in a header", BYTES(GET "A: b\rc\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "bare CR of a source", BYTES("SOURCE /a HTTP/1.0\r\nA: b\rc\r\n"),
	    400, 0, 0, NULL, NULL },
	{ "CR CR LF", BYTES("GET /a HTTP/1.0\r\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "a fold", BYTES(GET "A: b\r\n c\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "a fold by tab", BYTES("SOURCE /a HTTP/1.0\nA: b\n\tc\n\n"), 400, 0,
	    0, NULL, NULL },
	{ "a fold first", BYTES("GET /a HTTP/1.0\r\n A: b\r\n\r\n"), 400, 0, 0,
	    NULL, NULL },
	{ "NUL", BYTES(GET "A: b\0c\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "DEL", BYTES(GET "A: b\x7f\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "a space before the colon", BYTES(GET "Name : b\r\n\r\n"), 400, 0, 0,
	    NULL, NULL },
	{ "no name", BYTES(GET ": b\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "no colon", BYTES(GET "Name\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "an 8-bit name", BYTES(GET "N\xc3\xa4m: b\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "an 8-bit value", BYTES(GET "A: N\xe4m\r\n\r\n"), 0, 0, METHOD_GET,
	    "/a", "" },
	{ "two hosts", BYTES(GET HOST "\r\n"), 400, 0, 0, NULL, NULL },
	{ "no host", BYTES("GET /a HTTP/1.1\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "an empty host", BYTES("GET /a HTTP/1.1\r\nHost:\r\n\r\n"), 0, 0,
	    METHOD_GET, "/a", "" },
	{ "an IPv6 host", BYTES("GET /a HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n"),
	    0, 0, METHOD_GET, "/a", "" },
	{ "no such host", BYTES("GET /a HTTP/1.1\r\nHost: a@b/c\r\n\r\n"), 400,
	    0, 0, NULL, NULL },
};

#define TO(path)      "GET " path " HTTP/1.0\r\n\r\n"
#define REFUSED(path) path, BYTES(TO(path)), 400, 0, 0, NULL, NULL
static const struct row lines[] = {
	{ "HTTP/9.9", BYTES("GET / HTTP/9.9\r\n\r\n"), 505, 0, 0, NULL, NULL },
	{ "HTTP/2.0", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505, 0, 0,
	    NULL, NULL },
	{ "HTTP/2", BYTES("GET / HTTP/2\r\n\r\n"), 505, 0, 0, NULL, NULL },
	{ "HTTP/0.9", BYTES("SOURCE / HTTP/0.9\r\n\r\n"), 505, 0, 0, NULL,
	    NULL },
	{ "HTTP/1.2", BYTES("GET / HTTP/1.2\r\n" HOST "\r\n"), 0, 0, METHOD_GET,
	    "/", "" },
	{ "HTTP/1", BYTES("GET / HTTP/1\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "HTTP/1.10", BYTES("GET / HTTP/1.10\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "http/1.1", BYTES("GET / http/1.1\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "no protocol", BYTES("GET /\r\n"), 400, 0, 0, NULL, NULL },
	{ "an empty protocol", BYTES("GET / \r\n"), 400, 0, 0, NULL, NULL },
	{ "two blanks", BYTES("GET  / HTTP/1.0\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "a blank in the target", BYTES("GET /a b HTTP/1.0\r\n\r\n"), 400, 0,
	    0, NULL, NULL },
	{ "a blank first", BYTES(" GET / HTTP/1.0\r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "a blank last", BYTES("GET / HTTP/1.0 \r\n\r\n"), 400, 0, 0, NULL,
	    NULL },
	{ "tabs", BYTES("GET\t/\tHTTP/1.0\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "a tab in the query", BYTES("GET /?a\tb HTTP/1.0\r\n\r\n"), 400, 0, 0,
	    NULL, NULL },
	{ "another method", BYTES("TRACE /a HTTP/1.0\r\n\r\n"), 0, 0,
	    METHOD_OTHER, "/a", "" },
	{ "a method in small letters", BYTES("get /a HTTP/1.0\r\n\r\n"), 0, 0,
	    METHOD_OTHER, "/a", "" },
	{ "a long method", BYTES("ABCDEFGHIJKLMNOPQRSTUVWX / HTTP/1.0\r\n\r\n"),
	    501, 0, 0, NULL, NULL },
	{ "no method", BYTES("G(T / HTTP/1.0\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "GET *", BYTES("GET * HTTP/1.0\r\n\r\n"), 400, 0, 0, NULL, NULL },
	{ "an absolute target", BYTES(TO("http://x.example:80/a/b?c=d")), 0, 0,
	    METHOD_GET, "/a/b", "c=d" },
	{ "an absolute target alone", BYTES(TO("HTTPS://x.example")), 0, 0,
	    METHOD_GET, "/", "" },
	{ "an absolute target and query", BYTES(TO("http://x?a=b")), 0, 0,
	    METHOD_GET, "/", "a=b" },
	{ REFUSED("http:///a") },
	{ REFUSED("http://u:p@x/a") },
	{ REFUSED("ftp://x/a") },
	{ REFUSED("x.example:443") },
	{ "escapes", BYTES(TO("/m%C3%BCsic%20a.mp3?x=%41")), 0, 0, METHOD_GET,
	    "/m\xc3\xbcsic a.mp3", "x=%41" },
	{ "raw UTF-8", BYTES(TO("/m\xc3\xbcsic")), 0, 0, METHOD_GET,
	    "/m\xc3\xbcsic", "" },
	{ "decoded once", BYTES(TO("/%2541")), 0, 0, METHOD_GET, "/%41", "" },
	{ "dots that are a name", BYTES(TO("/..a/.b/...")), 0, 0, METHOD_GET,
	    "/..a/.b/...", "" },
	{ "dots in the query", BYTES(TO("/a?../../b//\\")), 0, 0, METHOD_GET,
	    "/a", "../../b//\\" },
	{ "a slash at the end", BYTES(TO("/a/")), 0, 0, METHOD_GET, "/a/", "" },
	{ REFUSED("/..") },
	{ REFUSED("/../etc/passwd") },
	{ REFUSED("/a/../b") },
	{ REFUSED("/a/..") },
	{ REFUSED("/a/./b") },
	{ REFUSED("/%2e%2e/b") },
	{ REFUSED("/.%2E/b") },
	{ REFUSED("/a%2f..%2fb") },
	{ REFUSED("/a%2f%2fb") },
	{ REFUSED("/a%00.png") },
	{ REFUSED("/a%0d%0ab") },
	{ REFUSED("/a%7f") },
	{ REFUSED("/a%c2%85") },
	{ REFUSED("/a\\b") },
	{ REFUSED("/a%5cb") },
	{ REFUSED("//a") },
	{ REFUSED("/a//b") },
	{ REFUSED("/a//") },
	{ REFUSED("/%c0%ae%c0%ae/") },
	{ REFUSED("/%ff") },
	{ REFUSED("/a\xff") },
	{ REFUSED("/a%") },
	{ REFUSED("/a%4") },
	{ REFUSED("/a%zz") },
	{ REFUSED("/a#b") },
	{ REFUSED("a") },
	{ REFUSED("?a") },
};

/* The input in memory of its own length, so that a read past it is seen. */
static enum parse_answer
parse(struct request *request, const char *bytes, size_t len, size_t *used)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum parse_answer answer;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	answer = request_parse(request, copy, len, &limits, used);
	free(copy);
	return answer;
}

static void
check_answer(const struct row *row, struct request *request,
    enum parse_answer answer, size_t used)
{
	if (row->status == MORE) {
		assert_int_equal(answer, PARSE_MORE);
		return;
	}
	if (row->status != 0) {
		assert_int_equal(answer, PARSE_BAD);
		assert_int_equal(request->status, row->status);
		assert_non_null(request->why);
		assert_int_equal(used, 0);
		return;
	}
	assert_int_equal(answer, PARSE_DONE);
	assert_int_equal(used, row->len - row->rest);
	assert_int_equal(request->method, row->method);
	assert_string_equal(request->path, row->path);
	assert_string_equal(
	    row->method == METHOD_ICY ? request->icy_login : request->query,
	    row->query);
}

static void
check_row(const struct row *row)
{
	struct request request = { 0 };
	enum parse_answer answer = PARSE_MORE;
	size_t used;

	print_message("%s\n", row->name);
	answer = parse(&request, row->bytes, row->len, &used);
	check_answer(row, &request, answer, used);
	answer = PARSE_MORE;
	for (size_t n = 0; n <= row->len && answer == PARSE_MORE; n++)
		answer = parse(&request, row->bytes, n, &used);
	check_answer(row, &request, answer, used);
	request_free(&request);
}

static void
requests_of_real_programs_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		check_row(&clients[i]);
}

static void
framing_is_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(framings) / sizeof(framings[0]); i++)
		check_row(&framings[i]);
}

static void
request_lines_are_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check_row(&lines[i]);
}

TEST_MAIN(TEST(requests_of_real_programs_are_understood),
    TEST(framing_is_strict), TEST(request_lines_are_strict))
