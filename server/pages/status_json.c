/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * /status-json.xsl: "source" is absent, an object or an array, by how many
 * there are; consumers code for all three. Fields in alphabetical order. */
#include "base/text.h"
#include "pages/pages.h"

#include <time.h>

static void
put_string(struct bytes *out, const char *key, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	text_json(out, key);
	bytes_text(out, ":");
	text_json(out, value);
	bytes_text(out, ",");
}

static void
put_number(struct bytes *out, const char *key, unsigned value)
{
	if (value > 0)
		bytes_format(out, "\"%s\":%u,", key, value);
}

/* Local time, as Icecast has it; the offset has no colon. */
static void
put_times(
    struct bytes *out, const char *key, const char *iso_key, int64_t wall_ms)
{
	time_t secs = (time_t)(wall_ms / 1000);
	char text[64];
	struct tm tm;

	localtime_r(&secs, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S %z", &tm);
	put_string(out, key, text);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", &tm);
	put_string(out, iso_key, text);
}

static void
put_source(struct bytes *out, const struct page_mount *mount)
{
	const struct mount_facts *facts = mount->facts;
	struct bytes url = { 0 };

	bytes_text(out, "{");
	put_string(out, "audio_info", facts->audio_info);
	put_number(out, "bitrate", facts->bitrate_kbps);
	put_number(out, "channels", facts->channels);
	put_string(out, "codecs", facts->codecs);
	put_string(out, "genre", facts->genre);
	bytes_format(out, "\"listener_peak\":%u,\"listeners\":%u,", mount->peak,
	    mount->listeners);
	bytes_text(&url, mount->public_url);
	text_url_path(&url, mount->name);
	bytes_append(&url, "", 1);
	put_string(out, "listenurl", (const char *)url.data);
	bytes_free(&url);
	put_number(out, "samplerate", facts->sample_rate);
	put_string(out, "server_description", facts->description);
	put_string(out, "server_name", facts->name);
	put_string(out, "server_type", facts->media_type);
	put_string(out, "server_url", facts->url);
	put_times(out, "stream_start", "stream_start_iso8601", mount->began_ms);
	put_string(out, "title", mount->title);
	put_number(out, "video_height", facts->height);
	put_number(out, "video_width", facts->width);
	bytes_text(out, "\"dummy\":null}");
}

void
page_status_json(struct bytes *out, const struct page_site *site)
{
	bytes_text(out, "{\"icestats\":{");
	put_string(out, "admin", site->contact);
	put_string(out, "host", site->hostname);
	put_string(out, "location", site->location);
	put_string(out, "server_id", "all2all");
	put_times(
	    out, "server_start", "server_start_iso8601", site->started_ms);
	if (site->mount_count > 0)
		bytes_text(out,
		    site->mount_count > 1 ? "\"source\":[" : "\"source\":");
	for (unsigned i = 0; i < site->mount_count; i++) {
		put_source(out, &site->mounts[i]);
		if (i + 1 < site->mount_count)
			bytes_text(out, ",");
	}
	if (site->mount_count > 0)
		bytes_text(out, site->mount_count > 1 ? "]," : ",");
	bytes_text(out, "\"dummy\":null}}\n");
}
