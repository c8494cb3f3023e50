/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/format.h"

#include "base/mem.h"
#include "format/format_priv.h"
#include "format/pes.h"
#include "format/psi.h"

#include <stdlib.h>
#include <string.h>

/* MPEG transport stream, ISO/IEC 13818-1. A unit is everything from one picture
 * of the video to the next (without video: from one run of audio frames to the
 * next), so a newcomer, and whoever is there when the encoder drops, never gets
 * half a picture. The head is PAT and PMT. A new encoding with the same streams
 * continues the old one's clocks and counters. */

#define LOCK_PACKETS      3
#define SCAN_BYTES        (64 << 10)
#define TABLES_BYTES      (4 << 20)   /* without tables is no program */
#define UNIT_BYTES        (256 << 10) /* larger ones go out in parts */
#define UNIT_OTHER_STARTS 4           /* PES of the other streams in a unit */
#define PMT_PACKETS       8           /* of 1024 bytes of section */
#define KEYLESS_PICTURES  512         /* then any picture must do */

struct ts {
	struct bytes held;
	size_t skipped;   /* bytes since the last packet, while looking */
	size_t tableless; /* bytes since the start without a PMT */
	bool locked;
	struct psi pat, pmt;
	struct psi_program program;
	struct psi_program before; /* what a new encoding must be like */
	struct bytes pmt_packets;
	struct bytes head; /* as last given */
	struct pes_clock clock;
	struct bytes unit;
	unsigned other_starts; /* in the unit */
	unsigned keyless;      /* pictures since the last place to start */
	bool starts_picture;   /* the unit's first packet does */
	bool marks_random;     /* the encoder marks where one may start */
	bool waits;            /* for the first place to start */
	bool was_resumed;
	bool is_cut; /* the next unit does not continue the last */
};

static const struct psi_stream *
join_stream(const struct psi_program *program)
{
	const struct psi_stream *audio = NULL;
	unsigned i;

	for (i = 0; i < program->count; i++) {
		switch (program->streams[i].codec) {
		case PSI_H264:
		case PSI_HEVC:
		case PSI_MPEG_VIDEO:
		case PSI_OTHER_VIDEO:
			return &program->streams[i];
		case PSI_AUDIO:
			if (audio == NULL)
				audio = &program->streams[i];
			break;
		case PSI_OTHER:
			break;
		}
	}
	return audio != NULL ? audio : &program->streams[0];
}

static bool
is_video(const struct psi_stream *stream)
{
	return stream->codec != PSI_AUDIO && stream->codec != PSI_OTHER;
}

/* May a decoder start with the unit that is held? */
static bool
unit_is_key(struct ts *ts)
{
	const struct psi_stream *join = join_stream(&ts->program);
	bool is_key;

	if (!ts->starts_picture)
		return false;
	if (!is_video(join))
		return true;
	if (pes_is_random(ts->unit.data))
		ts->marks_random = true;
	if (ts->marks_random)
		is_key = pes_is_random(ts->unit.data);
	else
		is_key = pes_has_key(join, ts->unit.data, ts->unit.len);
	ts->keyless = is_key ? 0 : ts->keyless + 1;
	/* Encoders that refresh a picture bit by bit send no whole one. */
	return is_key || ts->keyless > KEYLESS_PICTURES;
}

static void
forget_unit(struct ts *ts)
{
	bytes_eat(&ts->unit, ts->unit.len);
	ts->starts_picture = false;
	ts->other_starts = 0;
}

static void
flush_unit(struct ts *ts, const struct format_out *out)
{
	unsigned flags = 0;
	size_t at;

	if (ts->unit.len == 0)
		return;
	if (unit_is_key(ts))
		flags |= UNIT_SYNC;
	if (ts->waits && flags == 0) {
		forget_unit(ts);
		return;
	}
	if (ts->waits)
		pes_clock_begin(&ts->clock, ts->unit.data, ts->unit.len);
	ts->waits = false;
	for (at = 0; at < ts->unit.len; at += TS_PACKET_BYTES)
		pes_clock_restamp(&ts->clock, ts->unit.data + at);
	if (ts->is_cut)
		flags |= UNIT_CUT;
	ts->is_cut = false;
	out->unit(out->arg, ts->unit.data, ts->unit.len, flags);
	forget_unit(ts);
}

static void
add_packet(struct ts *ts, const uint8_t *packet)
{
	bytes_append(&ts->unit, packet, TS_PACKET_BYTES);
}

static void
give_head(struct ts *ts, const struct format_out *out)
{
	uint8_t pat[TS_PACKET_BYTES];

	psi_write_pat(&ts->program, 0, pat);
	bytes_eat(&ts->head, ts->head.len);
	bytes_append(&ts->head, pat, sizeof(pat));
	bytes_append(&ts->head, ts->pmt_packets.data, ts->pmt_packets.len);
	out->head(out->arg, ts->head.data, ts->head.len);
}

/* The first tables of a new encoding: can it go on where the last one ended? */
static void
compare_encodings(struct ts *ts)
{
	ts->was_resumed = false;
	if (ts->before.count == 0)
		return;
	if (psi_same(&ts->before, &ts->program)) {
		pes_clock_continue(&ts->clock);
	} else {
		pes_clock_reset(&ts->clock);
		ts->is_cut = true;
	}
}

static void
read_pat(struct ts *ts, const uint8_t *payload, size_t len, bool starts)
{
	struct psi_program found;
	const uint8_t *section;
	size_t section_len;

	psi_feed(&ts->pat, payload, len, starts);
	while ((section = psi_next(&ts->pat, &section_len)) != NULL) {
		memset(&found, 0, sizeof(found));
		if (!psi_read_pat(section, section_len, &found))
			continue;
		if (found.number != ts->program.number ||
		    found.pmt_pid != ts->program.pmt_pid) {
			ts->program = found; /* and wait for its PMT */
			memset(&ts->pmt, 0, sizeof(ts->pmt));
			forget_unit(ts);
			ts->waits = ts->was_resumed = true;
		}
	}
}

static void
take_program(struct ts *ts, const struct psi_program *found,
    const struct format_out *out)
{
	bool is_new = !psi_same(found, &ts->program);

	if (is_new && ts->program.count > 0)
		flush_unit(ts, out);
	ts->program = *found;
	if (is_new)
		ts->marks_random = false;
	if (ts->was_resumed)
		compare_encodings(ts);
	if (is_new || ts->head.len == 0)
		give_head(ts, out);
	ts->before = *found;
}

static void
read_pmt(struct ts *ts, const uint8_t *packet, const struct format_out *out)
{
	struct psi_program found = ts->program;
	const uint8_t *section, *payload;
	size_t section_len, len;
	bool starts = (packet[1] & 0x40) != 0;

	payload = pes_payload(packet, &len);
	if (payload == NULL)
		return;
	if (starts)
		bytes_eat(&ts->pmt_packets, ts->pmt_packets.len);
	if (ts->pmt_packets.len < PMT_PACKETS * TS_PACKET_BYTES)
		bytes_append(&ts->pmt_packets, packet, TS_PACKET_BYTES);
	psi_feed(&ts->pmt, payload, len, starts);
	while ((section = psi_next(&ts->pmt, &section_len)) != NULL)
		if (psi_read_pmt(section, section_len, &found))
			take_program(ts, &found, out);
}

/* The first program's streams, and the tables every receiver may ask for. */
static bool
is_wanted(const struct ts *ts, unsigned pid)
{
	unsigned i;

	if (pid < 0x20 || pid == ts->program.pcr_pid)
		return pid != PES_NULL_PID;
	for (i = 0; i < ts->program.count; i++)
		if (ts->program.streams[i].pid == pid)
			return true;
	return false;
}

static void
take_stream_packet(
    struct ts *ts, const uint8_t *packet, const struct format_out *out)
{
	bool starts = (packet[1] & 0x40) != 0;
	unsigned pid = pes_pid(packet);

	if (!is_wanted(ts, pid))
		return;
	if (starts && pid == join_stream(&ts->program)->pid) {
		flush_unit(ts, out);
		ts->starts_picture = true;
	} else if (starts && pid >= 0x20 &&
	    ++ts->other_starts > UNIT_OTHER_STARTS) {
		flush_unit(ts, out);
	}
	if (ts->unit.len >= UNIT_BYTES)
		flush_unit(ts, out);
	add_packet(ts, packet);
}

static void
take_packet(struct ts *ts, const uint8_t *packet, const struct format_out *out)
{
	bool starts = (packet[1] & 0x40) != 0;
	unsigned pid = pes_pid(packet);
	uint8_t pat[TS_PACKET_BYTES];
	const uint8_t *payload;
	size_t len;

	if ((packet[1] & 0x80) != 0 || (packet[3] & 0x30) == 0)
		return; /* known to be damaged, or reserved */
	if (pid == 0) {
		payload = pes_payload(packet, &len);
		if (payload == NULL)
			return;
		read_pat(ts, payload, len, starts);
		if (!starts || ts->program.count == 0)
			return;
		psi_write_pat(&ts->program, packet[3], pat);
		add_packet(ts, pat);
	} else if (ts->program.number != 0 && pid == ts->program.pmt_pid) {
		read_pmt(ts, packet, out);
		if (ts->program.count > 0)
			add_packet(ts, packet);
	} else if (ts->program.count > 0) {
		take_stream_packet(ts, packet, out);
	}
}

/* False while more bytes are needed; the first of them is not a packet's, or
 * is one's that two more follow. */
static bool
find_lock(struct ts *ts, bool *is_packet)
{
	const uint8_t *data = ts->held.data;
	int i;

	*is_packet = false;
	for (i = 0; i < LOCK_PACKETS; i++) {
		if (ts->held.len <= (size_t)i * TS_PACKET_BYTES)
			return false;
		if (data[i * TS_PACKET_BYTES] != TS_SYNC_BYTE)
			return true;
	}
	*is_packet = true;
	return true;
}

static bool
stand_on_packet(struct ts *ts)
{
	bool is_packet;

	if (ts->held.len == 0)
		return false;
	if (ts->locked && ts->held.data[0] == TS_SYNC_BYTE)
		return ts->held.len >= TS_PACKET_BYTES;
	ts->locked = false;
	while (ts->skipped <= SCAN_BYTES && find_lock(ts, &is_packet)) {
		if (is_packet) {
			ts->locked = true;
			ts->skipped = 0;
			return true;
		}
		bytes_eat(&ts->held, 1);
		ts->skipped++;
	}
	return false;
}

static void *
ts_open(void)
{
	struct ts *ts = mem_new(sizeof(*ts));

	ts->waits = true;
	return ts;
}

static bool
ts_read(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct ts *ts = state;

	bytes_append(&ts->held, bytes, len);
	while (stand_on_packet(ts)) {
		take_packet(ts, ts->held.data, out);
		bytes_eat(&ts->held, TS_PACKET_BYTES);
		if (ts->program.count > 0)
			ts->tableless = 0;
		else
			ts->tableless += TS_PACKET_BYTES;
		if (ts->tableless > TABLES_BYTES) {
			*why = "this transport stream has no program tables";
			return false;
		}
	}
	if (ts->skipped > SCAN_BYTES) {
		*why =
		    "this is not an MPEG transport stream: no packets of 188 "
		    "bytes in 64 KiB";
		return false;
	}
	return true;
}

static void
ts_resume(void *state)
{
	struct ts *ts = state;

	bytes_free(&ts->held);
	forget_unit(ts); /* the picture that was cut short */
	ts->locked = false;
	ts->skipped = ts->tableless = 0;
	memset(&ts->pat, 0, sizeof(ts->pat));
	memset(&ts->pmt, 0, sizeof(ts->pmt));
	memset(&ts->program, 0, sizeof(ts->program));
	ts->marks_random = false;
	ts->keyless = 0;
	ts->waits = true;
	ts->was_resumed = true;
}

static void
ts_finish(void *state, const struct format_out *out)
{
	struct ts *ts = state;

	/* An encoder that was cut leaves half a picture. */
	if (ts->program.count > 0 &&
	    pes_all_whole(&ts->program, ts->unit.data, ts->unit.len))
		flush_unit(ts, out);
}

static void
name_codecs(const struct psi_program *program, char *text, size_t size)
{
	size_t used = 0, len;
	unsigned i;

	for (i = 0; i < program->count; i++) {
		const char *name = program->streams[i].name;

		len = strlen(name);
		if (len == 0 || used + len + 3 > size)
			continue;
		if (used > 0) {
			memcpy(text + used, ", ", 2);
			used += 2;
		}
		memcpy(text + used, name, len);
		used += len;
	}
	text[used] = '\0';
}

static void
ts_facts(const void *state, struct media_facts *facts)
{
	const struct ts *ts = state;
	const struct psi_program *program = &ts->before;

	memset(facts, 0, sizeof(*facts));
	facts->media_type = "video/mp2t";
	facts->extension = "ts";
	if (program->count == 0)
		return;
	facts->has_video = is_video(join_stream(program));
	name_codecs(program, facts->codecs, sizeof(facts->codecs));
}

static void
ts_close(void *state)
{
	struct ts *ts = state;

	bytes_free(&ts->held);
	bytes_free(&ts->unit);
	bytes_free(&ts->head);
	bytes_free(&ts->pmt_packets);
	free(ts);
}

const struct format format_ts = {
	.name = "ts",
	.open = ts_open,
	.read = ts_read,
	.resume = ts_resume,
	.finish = ts_finish,
	.facts = ts_facts,
	.close = ts_close,
};
