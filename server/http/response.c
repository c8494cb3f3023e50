/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/response.h"

#include "base/clock.h"
#include "base/text.h"
#include "http/http_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define HEADER_VALUE_BYTES 512

static const char page_headers[] =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; "
    "img-src 'self'; media-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'self'; "
    "base-uri 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

static const struct {
	unsigned status;
	const char *text;
} texts[] = {
	{ 100, "Continue" },
	{ 101, "Switching Protocols" },
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 426, "Upgrade Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

const char *
status_text(unsigned status)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].status == status)
			return texts[i].text;
	}
	return "Unknown";
}

/* Never by strftime(): the names must not follow a locale. */
void
response_date(int64_t wall_ms, char text[RESPONSE_DATE_BYTES])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const int64_t last_secs = 253402300799; /* of the year 9999 */
	int64_t secs = wall_ms > 0 ? wall_ms / 1000 : 0;
	time_t when = (time_t)(secs < last_secs ? secs : last_secs);
	struct tm tm;

	CHECK(gmtime_r(&when, &tm) != NULL);
	snprintf(text, RESPONSE_DATE_BYTES,
	    "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT", days + tm.tm_wday * 3,
	    (unsigned)tm.tm_mday % 100, months + tm.tm_mon * 3,
	    (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
	    (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

void
response_header(struct bytes *out, const char *name, const char *value)
{
	char clean[HEADER_VALUE_BYTES + 1];
	size_t used = 0, len = strlen(value), n;

	if (!http_is_token(name, strlen(name)))
		return;
	for (; len > 0; value += n, len -= n) {
		n = text_char(value, len);
		n = n > 0 ? n : 1;
		if (used + n > HEADER_VALUE_BYTES)
			break;
		if ((uint8_t)*value < 0x20 || *value == 0x7f)
			continue;
		memcpy(clean + used, value, n);
		used += n;
	}
	bytes_format(out, "%s:", name);
	bytes_append(out, clean, used);
	bytes_text(out, "\r\n");
}

static bool
sets_caching(const char *extra)
{
	const char *line = extra;

	while (line != NULL) {
		if (strncasecmp(line, "Cache-Control:", 14) == 0)
			return true;
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return false;
}

/* What every final answer says. */
static void
write_common(struct bytes *out, const struct response *response)
{
	char date[RESPONSE_DATE_BYTES];

	response_date(clock_wall_ms(), date);
	bytes_format(out,
	    "Server: %s\r\n"
	    "Connection: close\r\n"
	    "Date: %s\r\n"
	    "X-Content-Type-Options: nosniff\r\n",
	    SERVER_NAME, date);
	if (response->type != NULL)
		bytes_format(out, "Content-Type: %s\r\n", response->type);
	if (!sets_caching(response->extra))
		bytes_text(out, "Cache-Control: no-store\r\n");
	if (response->is_html)
		bytes_text(out, page_headers);
	if (response->allow != NULL)
		bytes_format(out, "Allow: %s\r\n", response->allow);
	if (response->retry_secs > 0)
		bytes_format(out, "Retry-After: %u\r\n", response->retry_secs);
	if (response->wants_login)
		bytes_text(out, LOGIN_HEADER);
}

void
response_write(struct bytes *out, const struct response *response,
    const void *body, size_t body_len, bool with_body)
{
	bool is_interim = response->status < 200;
	bool has_body = !is_interim && response->status != 204 &&
	    response->status != 304;

	CHECK(has_body || body_len == 0);
	bytes_format(out, "HTTP/1.1 %u %s\r\n", response->status,
	    status_text(response->status));
	if (!is_interim)
		write_common(out, response);
	if (response->extra != NULL)
		bytes_text(out, response->extra);
	if (has_body)
		bytes_format(out, "Content-Length: %zu\r\n", body_len);
	bytes_text(out, "\r\n");
	if (with_body)
		bytes_append(out, body, body_len);
}

void
response_error(
    struct bytes *out, unsigned status, const char *text, bool with_body)
{
	struct response response = {
		.status = status,
		.type = "text/html; charset=utf-8",
		.wants_login = status == 401,
		.is_html = true,
	};
	struct bytes page = { 0 };

	bytes_format(&page,
	    "<html><head><title>Error %u</title></head><body><b>%u - ", status,
	    status);
	text_html(&page, text);
	bytes_text(&page, "</b></body></html>\r\n");
	response_write(out, &response, page.data, page.len, with_body);
	bytes_free(&page);
}
