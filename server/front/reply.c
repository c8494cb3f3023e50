/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "front/reply.h"

#include "base/text.h"
#include "http/range.h"
#include "http/response.h"
#include "pages/assets.h"

#include <string.h>

#define ALLOWED "GET, HEAD, OPTIONS, PUT, SOURCE"

static const char cors[] =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Headers: Origin, Accept, Range, Icy-MetaData, "
    "Authorization\r\n"
    "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
    "Access-Control-Expose-Headers: icy-br, icy-name, icy-description, "
    "icy-genre, icy-url, icy-metaint, Content-Length\r\n"
    "Access-Control-Max-Age: 86400\r\n";

static bool
is_encoder(const struct visit *visit)
{
	return visit->request.method == METHOD_PUT ||
	    visit->request.method == METHOD_SOURCE;
}

static bool
wants_body(const struct visit *visit)
{
	return visit->request.method != METHOD_HEAD;
}

static void
send_and_finish(struct visit *visit, struct bytes *out)
{
	conn_send(visit->conn, out->data, out->len);
	bytes_free(out);
	conn_finish(visit->conn, visit->is_waste ? CLOSE_REFUSED : CLOSE_DONE);
}

void
reply_text(struct visit *visit, unsigned status, const char *type,
    const void *body, size_t len)
{
	const struct response response = { .status = status,
		.type = type,
		.is_html = strncmp(type, "text/html", 9) == 0,
		.extra = "Access-Control-Allow-Origin: *\r\n" };
	struct bytes out = { 0 };

	response_write(&out, &response, body, len, wants_body(visit));
	send_and_finish(visit, &out);
}

void
reply_page(struct visit *visit, const struct page_msg *page)
{
	const struct response response = {
		.status = page->status, .type = page->type, .extra = page->lines
	};
	struct bytes out = { 0 };

	visit->is_waste = page->status >= 400;
	response_write(&out, &response,
	    page->body != NULL ? page->body->bytes : NULL,
	    page->body != NULL ? page->body->len : 0, wants_body(visit));
	send_and_finish(visit, &out);
}

void
reply_asset(struct visit *visit, const struct asset *asset)
{
	bool is_gzip = asset->gzip != NULL &&
	    request_takes_gzip(&visit->request);
	const struct block *body = is_gzip ? asset->gzip : asset->body;
	const struct response response = { .status = 200,
		.type = asset->type,
		.extra = is_gzip
		    ? "Cache-Control: public, max-age=31536000, immutable\r\n"
		      "Vary: Accept-Encoding\r\nContent-Encoding: gzip\r\n"
		    : "Cache-Control: public, max-age=31536000, immutable\r\n"
		      "Vary: Accept-Encoding\r\n" };
	struct bytes out = { 0 };

	response_write(
	    &out, &response, body->bytes, body->len, wants_body(visit));
	send_and_finish(visit, &out);
}

static void
put_validators(
    struct bytes *out, const struct document *document, bool is_public)
{
	char date[RESPONSE_DATE_BYTES];

	bytes_format(out, "Cache-Control: %s, no-cache\r\nETag: %s\r\n",
	    is_public ? "public" : "private", document->etag);
	if (document->modified_ms != 0) {
		response_date(document->modified_ms, date);
		bytes_format(out, "Last-Modified: %s\r\n", date);
	}
	if (is_public)
		bytes_text(out, "Access-Control-Allow-Origin: *\r\n");
	if (document->is_gzip)
		bytes_text(out, "Content-Encoding: gzip\r\n");
	bytes_text(out, "Vary: Accept-Encoding\r\n");
}

void
reply_document(
    struct visit *visit, const struct document *document, bool is_public)
{
	const struct validators validators = { .etag = document->etag,
		.modified_ms = document->modified_ms };
	unsigned status = conditions_status(&visit->request, &validators);
	struct bytes extra = { 0 }, out = { 0 };
	struct response response = { .status = status != 0 ? status : 200,
		.type = status == 0 ? document->type : NULL };

	put_validators(&extra, document, is_public);
	bytes_append(&extra, "", 1);
	response.extra = (const char *)extra.data;
	response_write(&out, &response, document->body->bytes,
	    status == 0 ? document->body->len : 0, wants_body(visit));
	bytes_free(&extra);
	send_and_finish(visit, &out);
}

static void
write_plain_error(struct visit *visit, struct bytes *out,
    const struct response *response, const char *text)
{
	struct bytes body = { 0 };

	bytes_format(&body, "%s\r\n", text);
	response_write(out, response, body.data, body.len, wants_body(visit));
	bytes_free(&body);
}

void
reply_error(
    struct visit *visit, unsigned status, const char *text, unsigned retry_secs)
{
	const struct response plain = { .status = status,
		.type = "text/plain; charset=utf-8",
		.retry_secs = retry_secs,
		.wants_login = status == 401 };
	struct bytes out = { 0 };

	visit->is_waste = true;
	if (visit->request.method == METHOD_ICY)
		bytes_text(&out, ICY_LOGIN_BAD);
	else if (is_encoder(visit) || status == 401 || retry_secs > 0)
		write_plain_error(visit, &out, &plain, text);
	else
		response_error(&out, status, text, wants_body(visit));
	send_and_finish(visit, &out);
}

void
reply_method(struct visit *visit)
{
	const struct response response = {
		.status = visit->request.method == METHOD_OTHER ? 501 : 405,
		.type = "text/plain; charset=utf-8",
		.allow = ALLOWED,
	};
	static const char text[] = "this method is not for this address\r\n";
	struct bytes out = { 0 };

	visit->is_waste = true;
	response_write(&out, &response, text, sizeof(text) - 1, true);
	send_and_finish(visit, &out);
}

void
reply_options(struct visit *visit, bool stays_open)
{
	const struct response response = {
		.status = 204, .allow = ALLOWED, .extra = cors
	};
	static const char open[] = "HTTP/1.1 204 No Content\r\n"
				   "Server: all2all\r\n"
				   "Connection: keep-alive\r\n"
				   "Allow: " ALLOWED "\r\n"
				   "Content-Length: 0\r\n\r\n";
	struct bytes out = { 0 };

	if (stays_open) {
		conn_send(visit->conn, open, sizeof(open) - 1);
		return;
	}
	response_write(&out, &response, NULL, 0, false);
	send_and_finish(visit, &out);
}

void
reply_title(struct visit *visit, unsigned status, const char *text)
{
	struct bytes body = { 0 };

	if (status != 200) {
		reply_error(visit, status, text, 0);
		return;
	}
	bytes_text(&body, "<?xml version=\"1.0\"?>\n<iceresponse><message>");
	text_xml(&body, text);
	bytes_text(&body, "</message><return>1</return></iceresponse>\n");
	reply_text(visit, 200, "text/xml; charset=utf-8", body.data, body.len);
	bytes_free(&body);
}
