/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/naming.h"

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TIME_FORMAT  "%Y%m%dT%H%M%SZ"
#define TIME_LETTERS 16
#define YEAR_9999_MS 253402300799000

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* Not isalnum(): it depends on the locale. */
static bool
is_plain(char letter)
{
	return is_digit(letter) || (letter >= 'a' && letter <= 'z') ||
	    (letter >= 'A' && letter <= 'Z');
}

void
naming_folder(char to[NAMING_FOLDER_BYTES], const char *slug)
{
	char *at = to;
	bool is_safe;

	for (const char *from = slug; *from != '\0'; from++) {
		if (at - to > NAMING_FOLDER_BYTES - 4)
			break;
		is_safe = is_plain(*from) || *from == '-' || *from == '_' ||
		    (*from == '.' && from > slug);
		if (is_safe)
			*at++ = *from;
		else
			at += sprintf(at, "%%%02X", (uint8_t)*from);
	}
	if (at == to)
		*at++ = '%';
	*at = '\0';
}

static bool
is_extension(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]) && (text[i] < 'a' || text[i] > 'z'))
			return false;
	}
	return len > 0 && len < sizeof(((struct naming *)0)->extension) &&
	    strcmp(text, "json") != 0 && strcmp(text, "part") != 0 &&
	    strcmp(text, "marks") != 0 && strcmp(text, "index") != 0 &&
	    strcmp(text, "new") != 0 && strcmp(text, "m4a") != 0;
}

void
naming_new(struct naming *naming, const char *slug, const char *extension,
    int64_t wall_ms)
{
	time_t secs = 0;
	struct tm tm;
	size_t len;

	if (wall_ms > 0 && wall_ms <= YEAR_9999_MS)
		secs = (time_t)(wall_ms / 1000);
	gmtime_r(&secs, &tm);
	naming_folder(naming->folders[0], slug);
	strftime(naming->folders[1], NAMING_FOLDER_BYTES, "%Y", &tm);
	strftime(naming->folders[2], NAMING_FOLDER_BYTES, "%m", &tm);
	strftime(naming->folders[3], NAMING_FOLDER_BYTES, "%d", &tm);
	len = strftime(naming->stem, NAMING_STEM_BYTES, TIME_FORMAT "_", &tm);
	random_word(naming->stem + len, NAMING_ID_LETTERS);
	text_copy(naming->extension, sizeof(naming->extension),
	    is_extension(extension) ? extension : "bin");
}

void
naming_file(char to[NAMING_FILE_BYTES], const struct naming *naming,
    enum naming_kind kind)
{
	static const char *const ends[] = {
		[NAMING_MEDIA] = "",
		[NAMING_MEDIA_PART] = ".part",
		[NAMING_SIDECAR] = "json",
		[NAMING_SIDECAR_PART] = "json.part",
		[NAMING_SIDECAR_NEW] = "json.new",
		[NAMING_MARKS_PART] = "marks.part",
		[NAMING_INDEX] = "index",
		[NAMING_TWIN] = "m4a",
		[NAMING_TWIN_NEW] = "m4a.new",
		[NAMING_MEDIA_NEW] = ".new",
	};
	bool is_media = kind == NAMING_MEDIA || kind == NAMING_MEDIA_PART ||
	    kind == NAMING_MEDIA_NEW;

	snprintf(to, NAMING_FILE_BYTES, "%s.%s%s", naming->stem,
	    is_media ? naming->extension : "", ends[kind]);
}

void
naming_path(char *to, size_t size, const struct naming *naming)
{
	char file[NAMING_FILE_BYTES];

	naming_file(file, naming, NAMING_MEDIA);
	snprintf(to, size, "%s/%s/%s/%s/%s", naming->folders[0],
	    naming->folders[1], naming->folders[2], naming->folders[3], file);
}

bool
naming_parse_path(struct naming *naming, const char *path)
{
	enum naming_kind kind;
	const char *end;

	for (unsigned i = 0; i < NAMING_FOLDERS; i++) {
		end = strchr(path, '/');
		if (end == NULL || end == path || *path == '.' ||
		    end - path >= NAMING_FOLDER_BYTES)
			return false;
		memcpy(naming->folders[i], path, (size_t)(end - path));
		naming->folders[i][end - path] = '\0';
		path = end + 1;
	}
	return naming_parse(naming, &kind, path) && kind == NAMING_MEDIA;
}

int
naming_open(int archive, const struct naming *naming)
{
	int above = archive, folder = -1, error;

	for (unsigned i = 0; i < NAMING_FOLDERS; i++) {
		folder = file_open_at(
		    above, naming->folders[i], O_RDONLY | O_DIRECTORY, 0);
		error = errno;
		if (above != archive)
			close(above);
		errno = error;
		if (folder == -1)
			return -1;
		above = folder;
	}
	return folder;
}

int
naming_open_archive(const char *data)
{
	int folder = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int archive, error;

	if (folder == -1)
		return -1;
	archive = file_open_folder(folder, "archive");
	error = errno;
	close(folder);
	errno = error;
	return archive;
}

const char *
naming_id(const struct naming *naming)
{
	return naming->stem + TIME_LETTERS + 1;
}

int64_t
naming_wall_ms(const struct naming *naming)
{
	struct tm tm = { 0 };

	if (strptime(naming->stem, TIME_FORMAT, &tm) == NULL)
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

static bool
is_stem(const char *file)
{
	static const char shape[TIME_LETTERS + 2] = "00000000T000000Z_";

	for (unsigned i = 0; i < TIME_LETTERS + 1; i++) {
		if (shape[i] == '0' ? !is_digit(file[i]) : file[i] != shape[i])
			return false;
	}
	for (unsigned i = 0; i < NAMING_ID_LETTERS; i++) {
		if (!is_plain(file[TIME_LETTERS + 1 + i]))
			return false;
	}
	return file[NAMING_STEM_BYTES - 1] == '.';
}

bool
naming_parse(struct naming *naming, enum naming_kind *kind, const char *file)
{
	const char *end = file + NAMING_STEM_BYTES, *dot;

	if (!is_stem(file))
		return false;
	memcpy(naming->stem, file, NAMING_STEM_BYTES - 1);
	naming->stem[NAMING_STEM_BYTES - 1] = '\0';
	naming->extension[0] = '\0';
	for (*kind = NAMING_SIDECAR; *kind <= NAMING_TWIN_NEW; ++*kind) {
		char sidecar[NAMING_FILE_BYTES];

		naming_file(sidecar, naming, *kind);
		if (strcmp(sidecar, file) == 0)
			return true;
	}
	dot = strchrnul(end, '.');
	if ((size_t)(dot - end) >= sizeof(naming->extension))
		return false;
	memcpy(naming->extension, end, (size_t)(dot - end));
	naming->extension[dot - end] = '\0';
	*kind = *dot == '\0'           ? NAMING_MEDIA
	    : strcmp(dot, ".new") == 0 ? NAMING_MEDIA_NEW
				       : NAMING_MEDIA_PART;
	return is_extension(naming->extension) &&
	    (*kind != NAMING_MEDIA_PART || strcmp(dot, ".part") == 0);
}
