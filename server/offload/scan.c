/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/scan.h"

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "spool/naming.h"
#include "spool/sidecar.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scan {
	const struct settings *settings;
	struct inventory *inventory;
	struct naming naming; /* folders up to depth are filled in */
	unsigned depth;
	unsigned new_count;
};

/* What a day's folder says of one recording. */
struct found {
	struct naming naming; /* of the media, once that is known */
	int folder;
	char sidecar[NAMING_FILE_BYTES];
	char stamp[SCAN_STAMP_BYTES];
};

bool
scan_stamp(int folder, const char *sidecar, char stamp[SCAN_STAMP_BYTES])
{
	struct stat facts;

	if (fstatat(folder, sidecar, &facts, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(facts.st_mode))
		return false;
	snprintf(stamp, SCAN_STAMP_BYTES, "%" PRId64 ".%09ld:%" PRId64,
	    (int64_t)facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec,
	    (int64_t)facts.st_size);
	return true;
}

static bool
has_media(const struct found *found, uint64_t bytes)
{
	char name[NAMING_FILE_BYTES];
	struct stat facts;

	naming_file(name, &found->naming, NAMING_MEDIA);
	return fstatat(found->folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(facts.st_mode) && (uint64_t)facts.st_size == bytes;
}

/* The media with the sidecar's stem tells its extension. */
static bool
find_media(struct found *found)
{
	int fd = file_open_at(found->folder, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	enum naming_kind kind;
	struct naming other;
	bool is_found = false;

	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return false;
	}
	while (!is_found && (entry = readdir(dir)) != NULL) {
		is_found = naming_parse(&other, &kind, entry->d_name) &&
		    kind == NAMING_MEDIA &&
		    strcmp(other.stem, found->naming.stem) == 0;
	}
	if (is_found)
		memcpy(found->naming.extension, other.extension,
		    sizeof(other.extension));
	closedir(dir);
	return is_found;
}

/* The key of the media; the sidecar's has another end. */
static void
make_key(
    const struct scan *scan, const struct found *found, char key[ASK_KEY_BYTES])
{
	const char *prefix = scan->settings->prefix;
	char file[NAMING_FILE_BYTES];

	naming_file(file, &found->naming, NAMING_MEDIA);
	snprintf(key, ASK_KEY_BYTES, "%s%s%s/%s/%s", prefix,
	    prefix[0] != '\0' ? "/" : "", found->naming.folders[0],
	    naming_id(&found->naming), file);
}

static bool
is_sha256(const char *text)
{
	return strlen(text) == DIGEST_BYTES - 1 &&
	    strspn(text, "0123456789abcdef") == DIGEST_BYTES - 1;
}

static void
copy_type(char *to, size_t size, const char *type)
{
	for (const char *at = type; *at != '\0'; at++) {
		if (*at < 0x20 || *at > 0x7e)
			type = "";
	}
	text_copy(to, size, *type != '\0' ? type : "application/octet-stream");
}

static void
fill_item(const struct scan *scan, const struct found *found,
    const struct recording_msg *row, struct item *item)
{
	struct ask_item *facts = &item->facts;

	memset(item, 0, sizeof(*item));
	facts->state = ASK_LOCAL;
	facts->bytes = row->bytes;
	text_copy(facts->id, sizeof(facts->id), naming_id(&found->naming));
	text_copy(facts->sha256, sizeof(facts->sha256), row->sha256);
	copy_type(item->media_type, sizeof(item->media_type), row->media_type);
	text_copy(item->stamp, sizeof(item->stamp), found->stamp);
	naming_path(item->path, sizeof(item->path), &found->naming);
	make_key(scan, found, facts->key);
}

/* Of a recording whose file was dropped before the inventory was lost: its
 * sidecar still has the key. False: it is none that could be ours. */
static bool
take_remote(
    struct found *found, const struct recording_msg *row, struct item *item)
{
	const char *file = strrchr(row->object, '/');
	enum naming_kind kind;
	struct naming named;

	if (!row->is_remote || row->verified_ms <= 0 || file == NULL ||
	    strchr(row->object, ' ') != NULL ||
	    !naming_parse(&named, &kind, file + 1) || kind != NAMING_MEDIA ||
	    strcmp(named.stem, found->naming.stem) != 0)
		return false;
	memcpy(
	    found->naming.extension, named.extension, sizeof(named.extension));
	naming_path(item->path, sizeof(item->path), &found->naming);
	text_copy(item->facts.key, sizeof(item->facts.key), row->object);
	item->facts.state = ASK_DROPPED;
	item->facts.verified_ms = row->verified_ms;
	item->is_touched = true;
	return true;
}

/* What the sidecar says, when there is something to be done about it. */
static bool
read_item(struct scan *scan, struct found *found, struct item *item)
{
	struct sidecar sidecar = { 0 };
	bool is_wanted;

	is_wanted = sidecar_read(&sidecar, found->folder, found->sidecar) &&
	    sidecar.row.state == RECORDING_DONE && sidecar.row.bytes > 0 &&
	    is_sha256(sidecar.row.sha256);
	if (is_wanted && find_media(found)) {
		is_wanted = has_media(found, sidecar.row.bytes);
		fill_item(scan, found, &sidecar.row, item);
	} else if (is_wanted) {
		fill_item(scan, found, &sidecar.row, item);
		is_wanted = take_remote(found, &sidecar.row, item);
	}
	sidecar_clear(&sidecar);
	return is_wanted;
}

static void
add(struct scan *scan, struct found *found)
{
	struct item item;

	if (inventory_is_forgotten(
		scan->inventory, naming_id(&found->naming)) ||
	    inventory_failed(scan->inventory) || !read_item(scan, found, &item))
		return;
	if (inventory_add(scan->inventory, &item))
		scan->new_count++;
	else
		log_error("offload: %s", inventory_why(scan->inventory));
}

/* The file of what was verified has come or gone, or the sidecar changed. */
static void
compare(struct scan *scan, struct found *found, struct item *item)
{
	enum ask_state before = item->facts.state;
	bool is_new;

	if ((before != ASK_VERIFIED && before != ASK_DROPPED) ||
	    !naming_parse_path(&found->naming, item->path))
		return;
	is_new = !item->needs_sidecar && strcmp(found->stamp, item->stamp) != 0;
	item->facts.state = has_media(found, item->facts.bytes) ? ASK_VERIFIED
								: ASK_DROPPED;
	if (item->facts.state == before && !is_new)
		return;
	item->needs_sidecar |= is_new;
	if (!inventory_change(scan->inventory, before, item))
		log_error("offload: %s", inventory_why(scan->inventory));
}

static void
look_at_day(struct scan *scan, int folder, const char *name)
{
	struct found found = { .naming = scan->naming, .folder = folder };
	enum naming_kind kind;
	struct item item;

	if (!naming_parse(&found.naming, &kind, name) ||
	    kind != NAMING_SIDECAR || !scan_stamp(folder, name, found.stamp))
		return;
	text_copy(found.sidecar, sizeof(found.sidecar), name);
	if (inventory_find(scan->inventory, naming_id(&found.naming), &item))
		compare(scan, &found, &item);
	else
		add(scan, &found);
}

static void scan_folder(struct scan *, int folder);

static void
look_below(struct scan *scan, int folder, const char *name)
{
	int below;

	if (name[0] == '.' || strlen(name) >= NAMING_FOLDER_BYTES)
		return;
	below = file_open_at(folder, name, O_RDONLY | O_DIRECTORY, 0);
	if (below == -1)
		return;
	text_copy(scan->naming.folders[scan->depth], NAMING_FOLDER_BYTES, name);
	scan->depth++;
	scan_folder(scan, below);
	scan->depth--;
	close(below);
}

/* Goes down NAMING_FOLDERS levels, so it ends whatever is there. */
static void
scan_folder(struct scan *scan, int folder)
{
	int fd = file_open_at(folder, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (dir == NULL) {
		log_error("offload: a folder of the archive cannot be read: "
			  "%m");
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (scan->depth == NAMING_FOLDERS)
			look_at_day(scan, folder, entry->d_name);
		else
			look_below(scan, folder, entry->d_name);
	}
	closedir(dir);
}

void
scan_archive(
    const struct settings *settings, struct inventory *inventory, int archive)
{
	struct scan scan = { .settings = settings, .inventory = inventory };

	scan_folder(&scan, archive);
	if (scan.new_count > 0)
		log_info("offload: %u new recordings", scan.new_count);
}
