/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/webm_priv.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* What the artist says about the stream (RFC 9559 section 5.1.8), and what we
 * say of it. */

#define PART_BYTES 500

enum tag_id {
	ID_TAG = 0x7373,
	ID_SIMPLE_TAG = 0x67c8,
	ID_TAG_NAME = 0x45a3,
	ID_TAG_STRING = 0x4487,
	ID_TITLE = 0x7ba9, /* in Info */
};

struct names {
	char artist[PART_BYTES];
	char title[PART_BYTES];
};

static void
clean(char to[PART_BYTES], const struct ebml_child *text)
{
	text_clean(
	    to, PART_BYTES, (const char *)text->data, ebml_text_length(text));
}

/* The first of each name counts. */
static bool
read_simple_tag(struct names *names, struct ebml_span span)
{
	struct ebml_child child, name = { 0 }, value = { 0 };

	while (ebml_next(&span, &child)) {
		if (child.id == ID_TAG_NAME)
			name = child;
		else if (child.id == ID_TAG_STRING)
			value = child;
	}
	if (span.len > 0)
		return false;
	if (ebml_text_is(&name, "ARTIST") && names->artist[0] == '\0')
		clean(names->artist, &value);
	else if (ebml_text_is(&name, "TITLE") && names->title[0] == '\0')
		clean(names->title, &value);
	return true;
}

static bool
read_tag(struct names *names, struct ebml_span span)
{
	struct ebml_child child;

	while (ebml_next(&span, &child)) {
		if (child.id == ID_SIMPLE_TAG &&
		    !read_simple_tag(
			names, (struct ebml_span){ child.data, child.len }))
			return false;
	}
	return span.len == 0;
}

static bool
read_tags(struct names *names, const uint8_t *whole, size_t len)
{
	struct ebml_span span = { whole, len };
	struct ebml_child tags, child;

	if (!ebml_next(&span, &tags))
		return false;
	span = (struct ebml_span){ tags.data, tags.len };
	while (ebml_next(&span, &child)) {
		if (child.id == ID_TAG &&
		    !read_tag(
			names, (struct ebml_span){ child.data, child.len }))
			return false;
	}
	return span.len == 0;
}

bool
webm_head_tags(struct webm_head *head, const uint8_t *whole, size_t len)
{
	struct names names = { 0 };

	if (len > WEBM_TAGS_BYTES || !read_tags(&names, whole, len))
		return false;
	bytes_eat(&head->tags, head->tags.len);
	bytes_append(&head->tags, whole, len);
	return true;
}

void
webm_head_title(const struct webm_head *head, char title[WEBM_TITLE_BYTES])
{
	struct ebml_span info = { head->info.data, head->info.len };
	struct ebml_child child;
	struct names names = { 0 };

	if (head->tags.len > 0)
		(void)read_tags(&names, head->tags.data, head->tags.len);
	while (names.title[0] == '\0' && ebml_next(&info, &child)) {
		if (child.id == ID_TITLE)
			clean(names.title, &child);
	}
	snprintf(title, WEBM_TITLE_BYTES, "%s%s%s", names.artist,
	    names.artist[0] != '\0' && names.title[0] != '\0' ? " - " : "",
	    names.title);
}

static void
add_name(struct media_facts *facts, const char *name)
{
	size_t len = strlen(facts->codecs);

	if (name[0] == '\0' || len + strlen(name) + 3 > sizeof(facts->codecs))
		return;
	snprintf(facts->codecs + len, sizeof(facts->codecs) - len, "%s%s",
	    len > 0 ? ", " : "", name);
}

void
webm_head_facts(const struct webm_head *head, struct media_facts *facts)
{
	bool has_video = webm_head_has_video(head);

	for (size_t i = 0; i < head->count; i++) {
		const struct webm_track *track = &head->track[i];

		if (track->type == WEBM_VIDEO || track->type == WEBM_AUDIO)
			add_name(facts, track->codec->name);
		if (track->type == WEBM_VIDEO && facts->width == 0) {
			facts->width = track->width;
			facts->height = track->height;
		}
		if (track->type == WEBM_AUDIO && facts->channels == 0) {
			facts->sample_rate = track->rate;
			facts->channels = track->channels;
		}
	}
	facts->has_video = has_video;
	if (webm_head_is_webm(head)) {
		facts->media_type = has_video ? "video/webm" : "audio/webm";
		facts->extension = "webm";
	} else {
		facts->media_type = has_video ? "video/x-matroska"
					      : "audio/x-matroska";
		facts->extension = has_video ? "mkv" : "mka";
	}
}
