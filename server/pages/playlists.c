/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/text.h"
#include "pages/pages.h"

static void
put_url(struct bytes *out, const struct page_mount *mount)
{
	bytes_text(out, mount->public_url);
	text_url_path(out, mount->name);
}

/* The source's name for the stream, else the mount's own. */
static const char *
name_of(const struct page_mount *mount)
{
	return mount->facts->name[0] != '\0' ? mount->facts->name : mount->name;
}

void
page_m3u(struct bytes *out, const struct page_mount *mount)
{
	put_url(out, mount);
	bytes_text(out, "\r\n");
}

void
page_pls(struct bytes *out, const struct page_mount *mount)
{
	bytes_text(out, "[playlist]\nNumberOfEntries=1\nFile1=");
	put_url(out, mount);
	bytes_format(
	    out, "\nTitle1=%s\nLength1=-1\nVersion=2\n", name_of(mount));
}

static void
put_element(struct bytes *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	bytes_format(out, "<%s>", name);
	text_xml(out, value);
	bytes_format(out, "</%s>", name);
}

void
page_xspf(struct bytes *out, const struct page_mount *mount)
{
	struct bytes url = { 0 };

	put_url(&url, mount);
	bytes_append(&url, "", 1);
	bytes_text(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">"
	    "<trackList><track>");
	put_element(out, "location", (const char *)url.data);
	put_element(out, "title",
	    mount->title[0] != '\0' ? mount->title : name_of(mount));
	put_element(out, "creator", name_of(mount));
	put_element(out, "annotation", mount->facts->description);
	put_element(out, "info", mount->facts->url);
	bytes_text(out, "</track></trackList></playlist>\n");
	bytes_free(&url);
}
