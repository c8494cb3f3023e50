/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * webm_seen - for tests of finished WebM: reads a whole file back, and looks
 * whether its sizes add up and what it points at is there. After test.h.
 */
#ifndef WEBM_SEEN_H
#define WEBM_SEEN_H

#include "base/bytes.h"
#include "format/ebml.h"
#include "format/webm_priv.h"

#include <string.h>

#define ID_DURATION      0x4489
#define ID_SEEK          0x4dbb
#define ID_SEEK_ID       0x53ab
#define ID_SEEK_POSITION 0x53ac
#define ID_CUE_POINT     0xbb
#define ID_CUE_TIME      0xb3
#define ID_CUE_PLACE     0xb7
#define ID_CUE_CLUSTER   0xf1
#define MOST_SEEN        512

/* What was read back of a finished file: all sizes are known and add up, what
 * SeekHead and Cues point at is there. Ticks. */
struct seen {
	double duration;
	size_t clusters, blocks, cues;
	uint64_t cluster_at[MOST_SEEN], cluster_time[MOST_SEEN];
	uint64_t cue_at[MOST_SEEN], cue_time[MOST_SEEN];
	int64_t first[3], last[3]; /* by track */
	size_t of_track[3];
	bool has_key[MOST_SEEN]; /* the cluster begins with a key picture */
	struct bytes chapters, tags;
};

static inline void
see_block(struct seen *seen, const uint8_t *block, uint64_t cluster)
{
	unsigned track = block[0] & 0x7f;
	int64_t time = (int64_t)cluster + (int16_t)(block[1] << 8 | block[2]);

	assert_true(track > 0 && track < 3);
	assert_true(time >= 0);
	if (seen->of_track[track]++ == 0)
		seen->first[track] = time;
	if (time > seen->last[track])
		seen->last[track] = time;
	seen->blocks++;
}

static inline const uint8_t *
block_in(const struct ebml_child *group, bool *is_key)
{
	struct ebml_span span = { group->data, group->len };
	const uint8_t *block = NULL;
	struct ebml_child part;

	*is_key = true;
	while (ebml_next(&span, &part)) {
		if (part.id == WEBM_BLOCK)
			block = part.data;
		*is_key &= part.id != WEBM_REFERENCE;
	}
	assert_non_null(block);
	return block;
}

static inline void
see_cluster(struct seen *seen, const struct ebml_child *cluster, uint64_t at)
{
	struct ebml_span span = { cluster->data, cluster->len };
	size_t index = seen->clusters++;
	struct ebml_child child;
	bool is_first = true, is_key = false;

	assert_true(index < MOST_SEEN);
	seen->cluster_at[index] = at;
	assert_true(ebml_next(&span, &child));
	assert_int_equal(child.id, WEBM_TIMESTAMP);
	seen->cluster_time[index] = ebml_uint(&child);
	while (ebml_next(&span, &child)) {
		const uint8_t *block = child.data;

		if (child.id == WEBM_BLOCK_GROUP)
			block = block_in(&child, &is_key);
		else
			is_key = (block[3] & 0x80) != 0;
		if (is_first)
			seen->has_key[index] = is_key;
		is_first = false;
		see_block(seen, block, seen->cluster_time[index]);
	}
	assert_int_equal(span.len, 0);
	assert_false(is_first);
}

static inline uint64_t
number_in(const struct ebml_child *parent, uint32_t id)
{
	struct ebml_span span = { parent->data, parent->len };
	struct ebml_child child;
	uint64_t deeper;

	while (ebml_next(&span, &child)) {
		if (child.id == id)
			return ebml_uint(&child);
		if (child.id == ID_CUE_PLACE) {
			deeper = number_in(&child, id);
			if (deeper != UINT64_MAX)
				return deeper;
		}
	}
	return UINT64_MAX;
}

static inline void
see_cues(struct seen *seen, const struct ebml_child *cues)
{
	struct ebml_span span = { cues->data, cues->len };
	struct ebml_child child;

	while (ebml_next(&span, &child)) {
		assert_int_equal(child.id, ID_CUE_POINT);
		assert_true(seen->cues < MOST_SEEN);
		seen->cue_at[seen->cues] = number_in(&child, ID_CUE_CLUSTER);
		seen->cue_time[seen->cues++] = number_in(&child, ID_CUE_TIME);
	}
}

/* Each points at an element with the id it names. */
static inline void
see_seeks(const struct ebml_child *head, const uint8_t *segment, size_t len)
{
	struct ebml_span span = { head->data, head->len };
	struct ebml_child child;
	struct ebml element;
	size_t count = 0;
	uint64_t at;

	for (; ebml_next(&span, &child); count++) {
		assert_int_equal(child.id, ID_SEEK);
		at = number_in(&child, ID_SEEK_POSITION);
		assert_true(at < len);
		assert_int_equal(
		    ebml_read(&element, segment + at, len - at), EBML_FOUND);
		assert_int_equal(element.id, number_in(&child, ID_SEEK_ID));
	}
	assert_true(count >= 2);
}

static inline void
see_child(struct seen *seen, const struct ebml_child *child,
    const struct ebml_span *segment)
{
	struct ebml_span span = { child->data, child->len };
	struct ebml_child part;

	switch (child->id) {
	case WEBM_SEEK_HEAD:
		see_seeks(child, segment->at, segment->len);
		break;
	case WEBM_INFO:
		while (ebml_next(&span, &part))
			if (part.id == ID_DURATION)
				seen->duration = ebml_float(&part);
		break;
	case WEBM_CUES:
		see_cues(seen, child);
		break;
	case WEBM_TAGS:
		bytes_append(&seen->tags, child->data, child->len);
		break;
	case WEBM_CHAPTERS:
		bytes_append(&seen->chapters, child->data, child->len);
		break;
	case WEBM_CLUSTER:
		see_cluster(
		    seen, child, (uint64_t)(child->whole - segment->at));
		break;
	}
}

static inline void
check_cues(const struct seen *seen)
{
	size_t cluster = 0;

	for (size_t i = 0; i < seen->cues; i++) {
		while (cluster < seen->clusters &&
		    seen->cluster_at[cluster] < seen->cue_at[i])
			cluster++;
		assert_true(cluster < seen->clusters);
		assert_int_equal(seen->cluster_at[cluster], seen->cue_at[i]);
		assert_true(seen->cue_time[i] >= seen->cluster_time[cluster]);
		assert_true(seen->has_key[cluster] || seen->of_track[1] == 0);
	}
}

static inline void
forget(struct seen *seen)
{
	bytes_free(&seen->chapters);
	bytes_free(&seen->tags);
	memset(seen, 0, sizeof(*seen));
}

static inline void
see(struct seen *seen, const struct bytes *file)
{
	struct ebml_span span = { file->data, file->len };
	struct ebml_child child, segment;
	struct ebml_span inside;

	forget(seen);
	assert_true(ebml_next(&span, &child));
	assert_int_equal(child.id, WEBM_EBML);
	assert_true(ebml_next(&span, &segment));
	assert_int_equal(segment.id, WEBM_SEGMENT);
	assert_int_equal(span.len, 0);
	inside = span = (struct ebml_span){ segment.data, segment.len };
	while (ebml_next(&span, &child))
		see_child(seen, &child, &inside);
	assert_int_equal(span.len, 0);
	check_cues(seen);
}

#endif
