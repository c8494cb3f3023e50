/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/media.h"

#include "base/mem.h"
#include "base/text.h"
#include "format/format_priv.h"
#include "format/webm_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TYPE_BYTES 64
#define UNTYPED    "application/octet-stream"

struct media {
	char declared[TYPE_BYTES];   /* lower case, without parameters, or "" */
	char carried[TYPE_BYTES];    /* what format_raw was opened for */
	const struct format *format; /* NULL until known; kept over a resume */
	void *state;
	struct sniffer sniffer;
	struct bytes held; /* while sniffing */
	size_t tag_bytes;  /* of an ID3 tag in front, still to pass over */
	bool is_known;     /* of the encoding that is being read */
	bool is_cut;       /* its first unit does not continue the last */
};

struct cutter {
	struct media *media;
	const struct format_out *out;
};

/* "Audio/MPEG; x=y" becomes "audio/mpeg". False: no media type at all. */
static bool
clean_type(const char *declared, char type[TYPE_BYTES])
{
	size_t len = 0, slashes = 0;

	type[0] = '\0';
	if (declared == NULL)
		return true;
	declared += strspn(declared, " \t");
	for (; *declared != '\0' && strchr("; \t", *declared) == NULL;
	     declared++) {
		char c = *declared;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == '/')
			slashes++;
		else if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    strchr("+-._", c) == NULL)
			return false;
		if (len + 1 >= TYPE_BYTES)
			return false;
		type[len++] = c;
	}
	type[len] = '\0';
	return len == 0 ||
	    (slashes == 1 && type[0] != '/' && type[len - 1] != '/');
}

static bool
is_one_of(const char *type, const char *const *types, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

bool
media_type_allowed(const char *declared_type)
{
	static const char *const others[] = {
		"application/ogg",
		"application/x-ogg",
		"application/octet-stream",
		"application/flac",
		"application/x-flac",
		"application/mp4",
		"application/annodex",
		"application/kate",
		"application/x-matroska",
	};
	static const char *const lists[] = {
		/* text, with addresses in it */
		"audio/mpegurl",
		"audio/x-mpegurl",
		"audio/scpls",
		"audio/x-scpls",
		"audio/x-pn-realaudio",
		"video/x-ms-asx",
		"audio/x-ms-wax",
		"video/x-ms-wvx",
	};
	char type[TYPE_BYTES];

	if (!clean_type(declared_type, type))
		return false;
	if (type[0] == '\0')
		return true;
	if (is_one_of(type, lists, sizeof(lists) / sizeof(lists[0])))
		return false;
	return strncmp(type, "audio/", 6) == 0 ||
	    strncmp(type, "video/", 6) == 0 ||
	    is_one_of(type, others, sizeof(others) / sizeof(others[0]));
}

static void
declare(struct media *media, const char *declared_type)
{
	if (!clean_type(declared_type, media->declared))
		media->declared[0] = '\0';
}

struct media *
media_open(const char *declared_type)
{
	struct media *media = mem_new(sizeof(*media));

	declare(media, declared_type);
	return media;
}

/* Only a promise of frames that are not there; encoders that do not ask their
 * artist promise audio/mpeg. */
static const char *
broken_promise(const char *declared)
{
	static const char *const mp3_types[] = { "audio/mpeg", "audio/mp3",
		"audio/x-mpeg", "audio/mpeg3" };
	static const char *const aac_types[] = { "audio/aac", "audio/aacp",
		"audio/x-aac" };

	if (is_one_of(
		declared, mp3_types, sizeof(mp3_types) / sizeof(mp3_types[0])))
		return "this is not MP3 although the encoder says so; set its "
		       "format or its content type";
	if (is_one_of(
		declared, aac_types, sizeof(aac_types) / sizeof(aac_types[0])))
		return "this is not AAC in ADTS although the encoder says so; set "
		       "its format or its content type";
	return NULL;
}

/* What listeners are told of bytes that nothing here understands. */
static const char *
raw_type(const struct media *media)
{
	if (media->sniffer.media_type != NULL &&
	    (strncmp(media->declared, "video/", 6) != 0))
		return media->sniffer.media_type;
	return media->declared[0] != '\0' ? media->declared : UNTYPED;
}

/* Takes up the format that was found: the old state goes on, or a new one
 * starts that the listeners from before cannot follow. */
static void
take_format(struct media *media, const struct format_out *out)
{
	const struct format *format = media->sniffer.format;
	const char *type = raw_type(media);

	media->is_known = true;
	if (media->format == format &&
	    (format != &format_raw || strcmp(type, media->carried) == 0)) {
		format->resume(media->state);
		return;
	}
	if (media->format != NULL) {
		media->format->finish(media->state, out);
		media->format->close(media->state);
		media->is_cut = true;
	}
	text_copy(media->carried, sizeof(media->carried), type);
	media->format = format;
	media->state = format == &format_raw ? raw_open(type) : format->open();
}

static void
pass_head(void *arg, const void *bytes, size_t len)
{
	struct cutter *cutter = arg;

	cutter->out->head(cutter->out->arg, bytes, len);
}

static void
pass_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct cutter *cutter = arg;

	if (cutter->media->is_cut)
		flags |= UNIT_CUT;
	cutter->media->is_cut = false;
	cutter->out->unit(cutter->out->arg, bytes, len, flags);
}

static void
pass_title(void *arg, const char *title)
{
	struct cutter *cutter = arg;

	cutter->out->title(cutter->out->arg, title);
}

static bool
read_format(struct media *media, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct cutter cutter = { media, out };
	const struct format_out cut_out = { pass_head, pass_unit, pass_title,
		&cutter };

	if (len == 0)
		return true;
	return media->format->read(
	    media->state, bytes, len, media->is_cut ? &cut_out : out, why);
}

/* An ID3 tag says nothing of the format behind it, and no listener needs it. */
static bool
pass_tags(struct media *media)
{
	size_t len;

	for (;;) {
		len = media->tag_bytes < media->held.len ? media->tag_bytes
							 : media->held.len;
		bytes_eat(&media->held, len);
		media->tag_bytes -= len;
		if (media->tag_bytes > 0)
			return false;
		if (media->held.len == 0 || media->sniffer.tried > 0 ||
		    memcmp(media->held.data, "ID3",
			media->held.len < 3 ? media->held.len : 3) != 0)
			return media->held.len > 0;
		if (media->held.len < TAG_HEADER_BYTES)
			return false;
		media->tag_bytes = frame_tag(media->held.data);
		if (media->tag_bytes == 0)
			return true;
	}
}

/* SNIFF_FOUND: what is held belongs to media->format now. */
static enum sniffed
settle(struct media *media, bool is_all, const struct format_out *out,
    const char **why)
{
	enum sniffed found;

	if (!pass_tags(media) && !is_all)
		return SNIFF_MORE;
	if (media->held.len >= MEDIA_SNIFF_BYTES)
		is_all = true;
	if (media->held.len == 0)
		return SNIFF_MORE;
	found = sniff(
	    &media->sniffer, media->held.data, media->held.len, is_all);
	if (found == SNIFF_UNKNOWN) {
		*why = broken_promise(media->declared);
		if (*why != NULL)
			return SNIFF_UNKNOWN;
		found = SNIFF_FOUND;
	}
	if (found == SNIFF_FOUND)
		take_format(media, out);
	return found;
}

static bool
give_held(struct media *media, const struct format_out *out, const char **why)
{
	struct bytes held = media->held;
	bool ok;

	memset(&media->held, 0, sizeof(media->held));
	ok = read_format(media, held.data, held.len, out, why);
	bytes_free(&held);
	return ok;
}

bool
media_read(struct media *media, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	size_t taken;

	while (!media->is_known && len > 0) {
		taken = MEDIA_SNIFF_BYTES - media->held.len;
		taken = taken < len ? taken : len;
		bytes_append(&media->held, bytes, taken);
		bytes += taken;
		len -= taken;
		switch (settle(media, false, out, why)) {
		case SNIFF_MORE:
			break;
		case SNIFF_UNKNOWN:
			return false;
		case SNIFF_FOUND:
			if (!give_held(media, out, why))
				return false;
			break;
		}
	}
	return len == 0 || read_format(media, bytes, len, out, why);
}

void
media_resume(struct media *media, const char *declared_type)
{
	declare(media, declared_type);
	bytes_free(&media->held);
	memset(&media->sniffer, 0, sizeof(media->sniffer));
	media->tag_bytes = 0;
	media->is_known = false;
}

void
media_finish(struct media *media, const struct format_out *out)
{
	struct cutter cutter = { media, out };
	const struct format_out cut_out = { pass_head, pass_unit, pass_title,
		&cutter };
	const char *why;

	/* A stream shorter than what sniffing wants. */
	if (!media->is_known && settle(media, true, out, &why) == SNIFF_FOUND &&
	    !give_held(media, out, &why))
		return;
	if (media->format != NULL)
		media->format->finish(media->state, &cut_out);
}

bool
media_facts(const struct media *media, struct media_facts *facts)
{
	if (media->format == NULL)
		return false;
	media->format->facts(media->state, facts);
	return true;
}

void
media_close(struct media *media)
{
	if (media == NULL)
		return;
	if (media->format != NULL)
		media->format->close(media->state);
	bytes_free(&media->held);
	free(media);
}

static bool
begins(const void *head, size_t len, const char mark[4])
{
	return len >= 4 && memcmp(head, mark, 4) == 0;
}

static bool
webm_joins(const void *bytes, size_t len, const void *other, size_t other_len)
{
	struct webm_head one = { 0 }, two = { 0 };
	bool is_same = webm_head_read(&one, bytes, len) &&
	    webm_head_read(&two, other, other_len) &&
	    webm_head_same(&one, &two);

	webm_head_reset(&one);
	webm_head_reset(&two);
	return is_same;
}

bool
media_joins(const void *head, size_t len, const void *other, size_t other_len)
{
	static const char ogg[] = "OggS", ebml[] = "\x1a\x45\xdf\xa3";

	if (begins(head, len, ogg) && begins(other, other_len, ogg))
		return true;
	if (len == other_len && (len == 0 || memcmp(head, other, len) == 0))
		return true;
	return begins(head, len, ebml) && begins(other, other_len, ebml) &&
	    webm_joins(head, len, other, other_len);
}
