/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/wire.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "offload/xml.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Stores allow for 15 minutes; nearer than this it is something else. */
#define SKEW_IS_BAD_MS (5 * 60 * 1000)
#define LEAST_SPEED    1 /* bytes per second: it still moves */

struct lane {
	struct wire *wire;
	CURL *easy;
	struct curl_slist *headers;
	struct wire_request request;
	uint64_t sent; /* of the body */
	bool is_busy;
	bool is_refused; /* by the sink */
	struct wire_answer answer;
	char why[CURL_ERROR_SIZE];
};

struct wire {
	const struct settings *settings;
	CURLM *multi;
	int64_t skew_ms;
	unsigned lane_count;
	struct lane lanes[WIRE_MOST_LANES];
};

bool
wire_prepare(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

struct wire *
wire_new(const struct settings *settings, unsigned lanes)
{
	struct wire *wire = mem_new(sizeof(*wire));

	CHECK(lanes >= 1 && lanes <= WIRE_MOST_LANES);
	wire->settings = settings;
	wire->lane_count = lanes;
	wire->multi = curl_multi_init();
	CHECK(wire->multi != NULL);
	for (unsigned i = 0; i < lanes; i++) {
		wire->lanes[i].wire = wire;
		wire->lanes[i].easy = curl_easy_init();
		CHECK(wire->lanes[i].easy != NULL);
	}
	return wire;
}

void
wire_free(struct wire *wire)
{
	if (wire == NULL)
		return;
	for (unsigned i = 0; i < wire->lane_count; i++) {
		wire_cut(wire, i);
		curl_easy_cleanup(wire->lanes[i].easy);
		curl_slist_free_all(wire->lanes[i].headers);
		bytes_free(&wire->lanes[i].answer.text);
	}
	curl_multi_cleanup(wire->multi);
	free(wire);
}

static const char *
host_of(const struct settings *settings)
{
	return strstr(settings->endpoint, "://") + 3;
}

/* What goes after the host, and the host itself. */
static void
put_place(const struct settings *settings, const char *key, struct bytes *host,
    struct bytes *path)
{
	if (settings->is_path_style) {
		bytes_text(host, host_of(settings));
		bytes_format(path, "/%s", settings->bucket);
	} else {
		bytes_format(
		    host, "%s.%s", settings->bucket, host_of(settings));
	}
	if (*key != '\0' || !settings->is_path_style)
		bytes_text(path, "/");
	sign_encode(path, key, true);
	bytes_append(host, "", 1);
	bytes_append(path, "", 1);
}

static void
add_header(struct lane *lane, const char *name, const char *value)
{
	struct bytes line = { 0 };

	bytes_format(&line, "%s: %s", name, value);
	bytes_append(&line, "", 1);
	lane->headers = curl_slist_append(
	    lane->headers, (const char *)line.data);
	CHECK(lane->headers != NULL);
	bytes_free(&line);
}

/* Everything that is sent with a name of ours is signed. */
static void
sign(struct lane *lane, const char *host, const char *path, const char *query)
{
	const struct settings *settings = lane->wire->settings;
	const struct wire_request *request = &lane->request;
	struct sign_key key = { settings->key_id, settings->secret,
		settings->region, "s3" };
	struct sign_pair pairs[WIRE_MOST_PAIRS + 3];
	struct sign_request signing = { request->method, path, query, pairs,
		request->header_count + 3, request->payload };
	struct bytes text = { 0 };
	char when[SIGN_WHEN_BYTES];
	bool has_type = false;

	sign_when(clock_wall_ms(), when);
	pairs[0] = (struct sign_pair){ "host", host };
	pairs[1] = (struct sign_pair){ "x-amz-content-sha256",
		request->payload };
	pairs[2] = (struct sign_pair){ "x-amz-date", when };
	for (size_t i = 0; i < request->header_count; i++) {
		pairs[3 + i] = request->headers[i];
		if (strcmp(pairs[3 + i].name, "content-type") == 0)
			has_type = true;
	}
	sign_authorization(&text, &key, &signing, when);
	bytes_append(&text, "", 1);
	curl_slist_free_all(lane->headers);
	lane->headers = NULL;
	for (size_t i = 0; i < signing.header_count; i++)
		add_header(lane, pairs[i].name, pairs[i].value);
	add_header(lane, "Authorization", (const char *)text.data);
	add_header(lane, "Accept", "*/*");
	/* Not "100-continue", and no type of curl's own. */
	lane->headers = curl_slist_append(lane->headers, "Expect:");
	if (!has_type)
		lane->headers = curl_slist_append(
		    lane->headers, "Content-Type:");
	bytes_free(&text);
}

static size_t
give(char *to, size_t size, size_t count, void *owner)
{
	struct lane *lane = owner;
	const struct wire_request *request = &lane->request;
	uint64_t left = request->length - lane->sent;
	size_t len = size * count;
	ssize_t n;

	if (len > left)
		len = (size_t)left;
	if (request->body != NULL) {
		memcpy(to, (const char *)request->body + lane->sent, len);
	} else if (len > 0) {
		n = pread(request->fd, to, len,
		    (off_t)(request->offset + lane->sent));
		if (n <= 0)
			return CURL_READFUNC_ABORT;
		len = (size_t)n;
	}
	lane->sent += len;
	return len;
}

/* For a connection that was closed before it was used again. */
static int
go_back(void *owner, curl_off_t to, int from)
{
	struct lane *lane = owner;

	if (from != SEEK_SET || to < 0 || (uint64_t)to > lane->request.length)
		return CURL_SEEKFUNC_FAIL;
	lane->sent = (uint64_t)to;
	return CURL_SEEKFUNC_OK;
}

static size_t
take(char *from, size_t size, size_t count, void *owner)
{
	struct lane *lane = owner;
	struct wire_answer *answer = &lane->answer;
	size_t len = size * count;

	curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &answer->status);
	if (lane->request.sink != NULL && answer->status / 100 == 2) {
		lane->is_refused = answer->status != 206 ||
		    answer->first != lane->request.first ||
		    answer->total != lane->request.total ||
		    !lane->request.sink(lane->request.arg, from, len);
		return lane->is_refused ? 0 : len;
	}
	if (answer->text.len + len > WIRE_MOST_TEXT)
		return 0;
	bytes_append(&answer->text, from, len);
	return len;
}

static bool
take_value(const char *line, const char *name, char *to, size_t size)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return false;
	line += len + 1;
	text_clean(to, size, line, strlen(line));
	return true;
}

static void
unquote(char *text)
{
	size_t len = strlen(text);

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		memmove(text, text + 1, len - 2);
		text[len - 2] = '\0';
	}
}

/* "bytes 0-9/123"; what is not is as if it were of no object. */
static void
read_range(const char *value, struct wire_answer *answer)
{
	uint64_t last;

	if (sscanf(value, " bytes %19" SCNu64 "-%19" SCNu64 "/%19" SCNu64,
		&answer->first, &last, &answer->total) != 3)
		answer->total = 0;
}

static size_t
take_header(char *from, size_t size, size_t count, void *owner)
{
	struct lane *lane = owner;
	struct wire_answer *answer = &lane->answer;
	char line[512], value[256];
	size_t len = size * count;
	time_t date;

	snprintf(line, sizeof(line), "%.*s", (int)len, from);
	if (take_value(line, "ETag", answer->etag, sizeof(answer->etag)))
		unquote(answer->etag);
	else if (take_value(line, "Content-Length", value, sizeof(value)))
		answer->length = strtoull(value, NULL, 10);
	else if (take_value(line, "Content-Range", value, sizeof(value)))
		read_range(value, answer);
	else if (take_value(line, "Date", value, sizeof(value)) &&
	    (date = curl_getdate(value, NULL)) != -1)
		lane->wire->skew_ms = (int64_t)date * 1000 - clock_wall_ms();
	else
		take_value(line, "x-amz-meta-sha256", answer->sha256,
		    sizeof(answer->sha256));
	return len;
}

static void
set_text(CURL *easy, CURLoption option, const char *value)
{
	CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

static void
set_number(CURL *easy, CURLoption option, long value)
{
	CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

static void
set_safety(struct lane *lane)
{
	const struct settings *settings = lane->wire->settings;
	CURL *easy = lane->easy;
	bool is_plain = strncmp(settings->endpoint, "http:", 5) == 0;

	set_text(easy, CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
	set_text(easy, CURLOPT_PROXY, "");
	set_number(easy, CURLOPT_FOLLOWLOCATION, 0);
	set_number(easy, CURLOPT_NOSIGNAL, 1);
	set_number(easy, CURLOPT_QUICK_EXIT, 1);
	set_number(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	set_number(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	set_number(easy, CURLOPT_SSL_VERIFYPEER, 1);
	set_number(easy, CURLOPT_SSL_VERIFYHOST, 2);
	if (settings->ca != NULL) {
		set_text(easy, CURLOPT_CAINFO, settings->ca);
		set_text(easy, CURLOPT_CAPATH, NULL);
	}
	set_number(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->patience_ms);
	set_number(easy, CURLOPT_LOW_SPEED_LIMIT, LEAST_SPEED);
	set_number(easy, CURLOPT_LOW_SPEED_TIME,
	    (long)((settings->patience_ms + 999) / 1000));
	set_number(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
	    (long)((settings->patience_ms + 999) / 1000));
	set_number(easy, CURLOPT_TIMEOUT_MS, (long)lane->request.most_ms);
	set_number(easy, CURLOPT_PATH_AS_IS, 1);
}

static void
set_method(struct lane *lane)
{
	const struct wire_request *request = &lane->request;
	CURL *easy = lane->easy;

	if (strcmp(request->method, "HEAD") == 0)
		set_number(easy, CURLOPT_NOBODY, 1);
	else if (request->length > 0 || strcmp(request->method, "PUT") == 0)
		set_number(easy, CURLOPT_UPLOAD, 1);
	else if (strcmp(request->method, "POST") == 0)
		set_number(easy, CURLOPT_POST, 1);
	if (strcmp(request->method, "POST") == 0)
		CHECK(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
			  (curl_off_t)request->length) == CURLE_OK);
	set_text(easy, CURLOPT_CUSTOMREQUEST,
	    strcmp(request->method, "HEAD") == 0 ? NULL : request->method);
	CHECK(curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
		  (curl_off_t)request->length) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_MAX_SEND_SPEED_LARGE,
		  (curl_off_t)request->bytes_per_second) == CURLE_OK);
}

static void
set_calls(struct lane *lane)
{
	CURL *easy = lane->easy;

	CHECK(curl_easy_setopt(easy, CURLOPT_READFUNCTION, give) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_READDATA, lane) == CURLE_OK);
	CHECK(
	    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, go_back) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_SEEKDATA, lane) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_WRITEDATA, lane) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) ==
	    CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_HEADERDATA, lane) == CURLE_OK);
	CHECK(
	    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, lane->why) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_PRIVATE, lane) == CURLE_OK);
}

static void
set_place(struct lane *lane)
{
	const struct settings *settings = lane->wire->settings;
	struct bytes host = { 0 }, path = { 0 }, query = { 0 }, url = { 0 };

	put_place(settings, lane->request.key, &host, &path);
	sign_query(&query, lane->request.query, lane->request.query_count);
	bytes_append(&query, "", 1);
	sign(lane, (const char *)host.data, (const char *)path.data,
	    (const char *)query.data);
	bytes_append(&url, settings->endpoint,
	    (size_t)(host_of(settings) - settings->endpoint));
	bytes_format(&url, "%s%s%s%s", (const char *)host.data,
	    (const char *)path.data, query.len > 1 ? "?" : "",
	    (const char *)query.data);
	bytes_append(&url, "", 1);
	set_text(lane->easy, CURLOPT_URL, (const char *)url.data);
	CHECK(curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, lane->headers) ==
	    CURLE_OK);
	bytes_free(&host);
	bytes_free(&path);
	bytes_free(&query);
	bytes_free(&url);
}

void
wire_start(
    struct wire *wire, unsigned number, const struct wire_request *request)
{
	struct lane *lane = &wire->lanes[number];

	CHECK(number < wire->lane_count && !lane->is_busy);
	lane->request = *request;
	lane->sent = 0;
	lane->is_refused = false;
	lane->why[0] = '\0';
	bytes_free(&lane->answer.text);
	memset(&lane->answer, 0, sizeof(lane->answer));
	curl_easy_reset(lane->easy);
	set_place(lane);
	set_safety(lane);
	set_calls(lane);
	set_method(lane);
	CHECK(curl_multi_add_handle(wire->multi, lane->easy) == CURLM_OK);
	lane->is_busy = true;
}

static bool
is_again(const struct wire_answer *answer)
{
	return answer->status / 100 == 5 || answer->status == 429 ||
	    answer->status == 408 || strcmp(answer->code, "SlowDown") == 0 ||
	    strcmp(answer->code, "RequestTimeout") == 0 ||
	    strcmp(answer->code, "OperationAborted") == 0;
}

static void
read_skew(struct lane *lane)
{
	struct wire_answer *answer = &lane->answer;
	int64_t skew_ms = lane->wire->skew_ms;

	answer->end = WIRE_SKEWED;
	snprintf(answer->why, sizeof(answer->why),
	    "the store refuses our clock: it is %lld s %s the store's; set "
	    "this machine's time",
	    (long long)(skew_ms < 0 ? -skew_ms : skew_ms) / 1000,
	    skew_ms < 0 ? "ahead of" : "behind");
}

/* Of an answer that came whole. */
static void
read_answer(struct lane *lane)
{
	struct wire_answer *answer = &lane->answer;
	struct xml xml = { (const char *)answer->text.data, answer->text.len };
	char said[200] = "";

	if (answer->status / 100 == 2) {
		answer->end = WIRE_FINE;
		return;
	}
	if (xml.len > 0) {
		if (!xml_text(xml, "Code", answer->code, sizeof(answer->code)))
			answer->code[0] = '\0';
		if (!xml_text(xml, "Message", said, sizeof(said)))
			said[0] = '\0';
	}
	snprintf(answer->why, sizeof(answer->why),
	    "the store answered %ld%s%s%s%s", answer->status,
	    answer->code[0] != '\0' ? " " : "", answer->code,
	    said[0] != '\0' ? ": " : "", said);
	if (strcmp(answer->code, "RequestTimeTooSkewed") == 0 ||
	    (answer->status == 403 && xml.len == 0 &&
		llabs(lane->wire->skew_ms) > SKEW_IS_BAD_MS))
		read_skew(lane);
	else if (is_again(answer))
		answer->end = WIRE_AGAIN;
	else
		answer->end = answer->status == 404 ? WIRE_GONE : WIRE_REFUSED;
}

static bool
is_certificate(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION ||
	    code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

static void
finish(struct lane *lane, CURLcode code)
{
	struct wire_answer *answer = &lane->answer;

	curl_multi_remove_handle(lane->wire->multi, lane->easy);
	lane->is_busy = false;
	curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &answer->status);
	/* A store may refuse a body before all of it was sent. */
	if ((code == CURLE_OK && !lane->is_refused) ||
	    (answer->status >= 300 && answer->text.len > 0)) {
		read_answer(lane);
		return;
	}
	answer->end = is_certificate(code) ? WIRE_REFUSED : WIRE_AGAIN;
	if (lane->is_refused) {
		answer->end = WIRE_OTHER;
		snprintf(answer->why, sizeof(answer->why),
		    "the store sent other bytes than those asked for");
		return;
	}
	snprintf(answer->why, sizeof(answer->why), "the store %s: %.200s",
	    answer->status != 0 || lane->sent > 0 ? "was cut off"
						  : "was not reached",
	    lane->why[0] != '\0' ? lane->why : curl_easy_strerror(code));
}

int
wire_step(struct wire *wire)
{
	int running = 0, left;
	const CURLMsg *told;
	struct lane *lane;

	CHECK(curl_multi_perform(wire->multi, &running) == CURLM_OK);
	told = curl_multi_info_read(wire->multi, &left);
	if (told == NULL) {
		if (curl_multi_poll(wire->multi, NULL, 0, WIRE_STEP_MS, NULL) !=
		    CURLM_OK)
			poll(NULL, 0, WIRE_STEP_MS);
		return -1;
	}
	curl_easy_getinfo(told->easy_handle, CURLINFO_PRIVATE, (char **)&lane);
	finish(lane, told->data.result);
	return (int)(lane - wire->lanes);
}

bool
wire_is_busy(const struct wire *wire, unsigned lane)
{
	return wire->lanes[lane].is_busy;
}

void
wire_cut(struct wire *wire, unsigned number)
{
	struct lane *lane = &wire->lanes[number];

	if (!lane->is_busy)
		return;
	curl_multi_remove_handle(wire->multi, lane->easy);
	lane->is_busy = false;
}

const struct wire_answer *
wire_answer(const struct wire *wire, unsigned lane)
{
	return &wire->lanes[lane].answer;
}
