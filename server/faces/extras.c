/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * What is neither a page nor a command's: pictures, players for others' pages,
 * and what the relay says of its own settings. */
#include "base/clock.h"
#include "base/text.h"
#include "faces/porter_priv.h"
#include "http/ticket.h"
#include "pages/art.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#define EMBED_WIDTH  480
#define EMBED_HEIGHT 170

void
extras_art(struct errand *errand)
{
	const char *name = errand_value(errand, "of");
	struct bytes body = { 0 }, lines = { 0 };

	art_svg(&body, name != NULL ? name : "");
	bytes_text(&lines,
	    "Cache-Control: public, max-age=604800\r\n"
	    "Content-Security-Policy: default-src 'none'\r\n"
	    "Cross-Origin-Resource-Policy: cross-origin\r\n"
	    "Vary: Accept-Encoding\r\n");
	answer_bytes(errand, 200, "image/svg+xml", &body, &lines);
}

void
extras_embed(struct errand *errand)
{
	errand->is_embedded = true;
	answer_page(errand, 200, "pages/embed");
}

/* https://oembed.com, of addresses this relay has. */
void
extras_oembed(struct errand *errand)
{
	const char *site = errand->porter->conf->public_url;
	const json_t *mount = json_object_get(
	    json_object_get(errand->data, "air"), "mount");
	struct bytes html = { 0 };
	json_t *told;

	bytes_format(&html,
	    "<iframe width=\"%d\" height=\"%d\" loading=\"lazy\" "
	    "allow=\"autoplay\" src=\"%s",
	    EMBED_WIDTH, EMBED_HEIGHT, site);
	text_url_path(&html, errand->place);
	bytes_text(&html, "/embed/\"></iframe>");
	told = json_pack("{s:s, s:s, s:s, s:s, s:O*, s:i, s:i, s:s%}",
	    "version", "1.0", "type", "rich", "provider_name",
	    errand->porter->conf->hostname, "provider_url", site, "title",
	    json_object_get(mount, "name"), "width", EMBED_WIDTH, "height",
	    EMBED_HEIGHT, "html", html.data, html.len);
	bytes_free(&html);
	CHECK(told != NULL);
	answer_json(errand, 200, told);
}

void
extras_privacy(struct errand *errand)
{
	json_object_set_new(errand->data, "privacy",
	    json_pack("{s:I}", "session_ms",
		(json_int_t)errand->porter->conf->session_time_ms));
	answer_page(errand, 200, "pages/privacy");
}

/* Where encoders connect to: with TLS, where there is some. */
void
extras_live(struct errand *errand)
{
	const struct porter *porter = errand->porter;
	bool is_tls = porter->tls_port != 0;

	json_object_set_new(errand->data, "connect",
	    json_pack("{s:s, s:i, s:i, s:b}", "host", porter->conf->hostname,
		"port", (int)(is_tls ? porter->tls_port : porter->plain_port),
		"plain", (int)porter->plain_port, "is-tls", is_tls));
	answer_page(errand, 200, "pages/portal_live");
}

/* What is not published its member may hear all the same. */
void
extras_recording(struct errand *errand)
{
	const json_t *row = json_object_get(errand->data, "recording");
	const char *id = json_string_value(json_object_get(row, "id"));
	char ticket[TICKET_BYTES];

	ticket_make(errand->porter->ticket_secret, id,
	    clock_wall_ms() + TICKET_MS / 2, ticket);
	json_object_set_new(errand->data, "ticket", json_string(ticket));
	answer_page(errand, 200, "pages/portal_recording");
}

/* A report is one file, to be kept: its style is in it, and only this one may
 * be (CSP level 3, section 2.3.1). */
static void
put_style_policy(struct bytes *lines, const struct bytes *page)
{
	static const char open[] = "<style>", shut[] = "</style>";
	const char *from = memmem(
	    page->data, page->len, open, sizeof(open) - 1);
	const char *end = (const char *)page->data + page->len, *to = NULL;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	unsigned char text[64] = "";

	if (from != NULL) {
		from += sizeof(open) - 1;
		to = memmem(from, (size_t)(end - from), shut, sizeof(shut) - 1);
	}
	if (to != NULL) {
		SHA256((const uint8_t *)from, (size_t)(to - from), digest);
		EVP_EncodeBlock(text, digest, sizeof(digest));
	}
	bytes_format(lines,
	    "Content-Security-Policy: default-src 'none'; "
	    "style-src 'sha256-%s'; frame-ancestors 'none'\r\n",
	    (const char *)text);
}

/* As a file, but for the page with its graphs: that one brings its own style,
 * and nothing else. */
void
extras_report(struct errand *errand)
{
	static const char *const types[][2] = {
		{ "html", "text/html; charset=utf-8" },
		{ "pdf", "application/pdf" },
		{ "csv", "text/csv; charset=utf-8" },
		{ "json", "application/json; charset=utf-8" },
		{ "text", "text/plain; charset=utf-8" }
	};
	const char *format = errand_value(errand, "format");
	const char *type = types[4][1];
	struct bytes lines = { 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i][0], format) == 0)
			type = types[i][1];
	}
	if (strcmp(format, "html") == 0)
		put_style_policy(&lines, &errand->raw);
	else
		bytes_format(&lines,
		    "Content-Disposition: attachment; "
		    "filename=\"%s-report.%s\"\r\n",
		    errand->member, format);
	answer_bytes(errand, 200, type, &errand->raw, &lines);
}
