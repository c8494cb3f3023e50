/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/frames.h"

/* ADTS has no place for anything but frames: the points are its index. */
enum finish_result
finish_adts(
    const struct finish_job *job, struct view *view, struct finish_facts *facts)
{
	struct frames frames = { .kind = &adts_frames, .head = adts_head };
	enum finish_result result = frames_count(&frames, job, view, facts);

	frames_free(&frames);
	return result;
}
