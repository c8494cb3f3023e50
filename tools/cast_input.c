/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "cast_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool
has_word(const struct bytes *first, const char *word)
{
	return memmem(first->data, first->len, word, strlen(word)) != NULL;
}

static const char *
matroska_type(const struct bytes *first)
{
	bool is_video = has_word(first, "V_VP") || has_word(first, "V_AV1") ||
	    has_word(first, "V_MPEG") || has_word(first, "V_THEORA");

	if (has_word(first, "webm"))
		return is_video ? "video/webm" : "audio/webm";
	return is_video ? "video/x-matroska" : "audio/x-matroska";
}

static const char *
type_of(enum pace_kind kind, const struct bytes *first)
{
	switch (kind) {
	case PACE_MP3:
		return "audio/mpeg";
	case PACE_ADTS:
		return "audio/aac";
	case PACE_OGG:
		return has_word(first, "\x80theora") ? "video/ogg"
						     : "audio/ogg";
	case PACE_MATROSKA:
		return matroska_type(first);
	case PACE_TS:
		return "video/mp2t";
	case PACE_FLAC:
		return "audio/flac";
	case PACE_UNKNOWN:
	case PACE_RATE:
		break;
	}
	return "an unknown kind";
}

/* Up to PACE_SNIFF_BYTES; a signal ends it with EINTR. */
static bool
fill_first(struct cast_input *input)
{
	ssize_t n = 1;

	while (n > 0 && input->first.len < PACE_SNIFF_BYTES) {
		n = read(input->fd, bytes_room(&input->first, PACE_SNIFF_BYTES),
		    PACE_SNIFF_BYTES - input->first.len);
		if (n > 0)
			bytes_added(&input->first, (size_t)n);
	}
	return n >= 0;
}

static bool
leave_out_tag(struct cast_input *input)
{
	size_t tag = pace_id3_bytes(input->first.data, input->first.len);
	ssize_t n = 1;

	while (tag > 0 && n > 0) {
		size_t some = tag < input->first.len ? tag : input->first.len;

		bytes_eat(&input->first, some);
		tag -= some;
		if (tag == 0)
			return fill_first(input);
		n = read(input->fd, bytes_room(&input->first, PACE_SNIFF_BYTES),
		    PACE_SNIFF_BYTES);
		if (n > 0)
			bytes_added(&input->first, (size_t)n);
	}
	return n >= 0;
}

bool
cast_input_open(struct cast_input *input, const char *name)
{
	bool is_stdin = strcmp(name, "-") == 0;

	memset(input, 0, sizeof(*input));
	input->name = is_stdin ? "standard input" : name;
	input->fd = is_stdin ? dup(STDIN_FILENO)
			     : open(name, O_RDONLY | O_CLOEXEC);
	if (input->fd == -1)
		return false;
	if (!fill_first(input) || !leave_out_tag(input)) {
		int error = errno;

		cast_input_close(input);
		errno = error;
		return false;
	}
	input->kind = pace_sniff(input->first.data, input->first.len);
	input->type = type_of(input->kind, &input->first);
	return true;
}

ssize_t
cast_input_read(struct cast_input *input, uint8_t *bytes, size_t len)
{
	if (input->first.len == 0)
		return read(input->fd, bytes, len);
	if (len > input->first.len)
		len = input->first.len;
	memcpy(bytes, input->first.data, len);
	bytes_eat(&input->first, len);
	return (ssize_t)len;
}

void
cast_input_close(struct cast_input *input)
{
	if (input->fd != -1)
		close(input->fd);
	input->fd = -1;
	bytes_free(&input->first);
}
