/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/text.h"
#include "pages/pages.h"

#include <string.h>

static void
put(struct bytes *out, const char *open, const char *text, const char *close)
{
	if (text == NULL || text[0] == '\0')
		return;
	bytes_text(out, open);
	text_html(out, text);
	bytes_text(out, close);
}

/* Relative, so that the page plays wherever it is reached from. */
static void
put_path(struct bytes *out, const struct page_mount *mount)
{
	struct bytes path = { 0 };

	text_url_path(&path, mount->name);
	bytes_append(&path, "", 1);
	text_html(out, (const char *)path.data);
	bytes_free(&path);
}

static void
put_player(struct bytes *out, const struct page_mount *mount)
{
	const char *tag = mount->facts->has_video ? "video" : "audio";

	bytes_format(out, "<%s controls preload=\"none\" src=\"", tag);
	put_path(out, mount);
	bytes_format(out, "\"></%s>\n", tag);
}

static void
put_mount(struct bytes *out, const struct page_mount *mount)
{
	const struct mount_facts *facts = mount->facts;

	bytes_text(out, "<article>\n");
	put(out, "<h2>", facts->name[0] != '\0' ? facts->name : mount->name,
	    "</h2>\n");
	put(out, "<p class=\"title\">", mount->title, "</p>\n");
	put(out, "<p>", facts->description, "</p>\n");
	put_player(out, mount);
	bytes_text(out, "<p class=\"facts\">");
	put(out, "", facts->media_type, "");
	put(out, " (", facts->codecs, ")");
	if (facts->bitrate_kbps > 0)
		bytes_format(out, ", %u kbit/s", facts->bitrate_kbps);
	bytes_format(out, ", %u listening", mount->listeners);
	if (mount->is_away)
		bytes_text(out, ", the source is away for a moment");
	bytes_text(out, " &middot; <a href=\"");
	put_path(out, mount);
	bytes_text(out, ".m3u\">m3u</a> <a href=\"");
	put_path(out, mount);
	bytes_text(out, ".pls\">pls</a> <a href=\"");
	put_path(out, mount);
	bytes_text(out, ".xspf\">xspf</a>");
	if (text_is_web_url(facts->url))
		put(out, " <a rel=\"noopener nofollow\" href=\"", facts->url,
		    "\">website</a>");
	bytes_text(out, "</p>\n</article>\n");
}

void
page_front(struct bytes *out, const struct page_site *site)
{
	bytes_text(out,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<link rel=\"stylesheet\" href=\"/web/style.css\">\n"
	    "<link rel=\"license\" "
	    "href=\"https://www.gnu.org/licenses/gpl-3.0.html\">\n<title>");
	text_html(out, site->hostname);
	bytes_text(out, "</title>\n</head>\n<body>\n<header><h1>");
	text_html(out, site->hostname);
	bytes_text(out, "</h1></header>\n<main>\n");
	if (site->mount_count == 0)
		bytes_text(out, "<p>Nothing is on air at the moment.</p>\n");
	for (unsigned i = 0; i < site->mount_count; i++)
		put_mount(out, &site->mounts[i]);
	bytes_text(out,
	    "</main>\n<footer><p>all2all, free software under the "
	    "<a href=\"https://www.gnu.org/licenses/gpl-3.0.html\">GPL</a>."
	    "</p></footer>\n</body>\n</html>\n");
}
