/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * model - one member's usage in one period, as all faces of a report show it.
 *
 * Filled by reports/collect.h from the store, shown by text, CSV, JSON, HTML
 * and PDF. Bytes are bytes, rates bits per second of wire bytes, times wall
 * milliseconds UTC; days and hours are those of the member's zone. One thread
 * makes it, shows it and frees it.
 */
#ifndef REPORTS_MODEL_H
#define REPORTS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define MODEL_LENGTHS 8  /* < 30 s, 1, 5, 10, 30 min, 1 h, 2 h, longer */
#define MODEL_KINDS   8  /* at most: live, source_in, pages, waste, ... */
#define MODEL_DATE    11 /* "2026-11-22" and its NUL */

struct model_counts {
	uint64_t payload_out, payload_in, wire_out, wire_in, tls_out;
	uint64_t listen_ms, listen60_ms, starts;
	uint64_t peak; /* listeners at one time */
	int64_t peak_at_ms;
};

struct model_kind {
	char name[16]; /* as in the store */
	struct model_counts counts;
};

/* A mount, or a codec. */
struct model_line {
	char name[256];
	struct model_counts counts;
};

struct model_day {
	char date[MODEL_DATE];
	unsigned slots; /* 288, or 276 and 300 when clocks change */
	struct model_counts counts;
	uint64_t listeners; /* distinct that day; never add days up as people */
};

/* One hour of the period: for graphs. */
struct model_hour {
	int64_t at_ms;
	uint64_t wire_out, wire_in;
	uint64_t listen_ms; /* / 3600000 is the average of listeners */
	uint64_t peak;
};

struct model_source { /* of one mount */
	char mount[256];
	char encoder[128];       /* the last one */
	uint64_t on_air_ms;      /* in the period */
	unsigned broadcasts;     /* that were on air in it */
	unsigned cuts;           /* that ended by a lost connection */
	uint64_t longest_gap_ms; /* between two broadcasts */
};

struct model_rates {
	unsigned slots; /* all of the period so far, idle ones too */
	uint64_t average_bps, peak_bps;
	int64_t peak_at_ms;
	uint64_t out95_bps, in95_bps; /* element ceil(0.95 n) of the slots */
	uint64_t billable95_bps;      /* the larger one */
};

struct model_storage {
	uint64_t recordings, bytes;
	int64_t oldest_ms; /* 0: none */
};

struct model_adjustment {
	int64_t at_ms;
	char field[32];
	int64_t delta;
	char reason[256];
};

struct model {
	char slug[64], name[256], publisher[256];
	char plan[64];    /* "" when none */
	char zone[64];    /* IANA name */
	char language[3]; /* en, fr, nl */
	char relay[40];   /* this relay's UUID */
	char period[64];  /* "2026-11", or from and to */
	int64_t from_ms, to_ms, made_ms;
	bool is_over;        /* the period has ended */
	bool is_sealed;      /* by "statement close" */
	char csv_sha256[65]; /* of the canonical CSV, sealed or as of now */

	struct model_counts total; /* all kinds; peak over all mounts */
	struct model_kind kinds[MODEL_KINDS];
	unsigned kind_count;
	uint64_t used_bytes;      /* what the quota is about */
	uint64_t quota_bytes;     /* 0: none */
	uint64_t projected_bytes; /* at the period's end, at the rate so far */

	struct model_rates rates;
	uint64_t sessions60;             /* that listened for 60 s or more */
	uint64_t lengths[MODEL_LENGTHS]; /* sessions by listening time */
	uint64_t heat_ms[7][24];  /* listening; Monday first, local hour */
	uint64_t daily_listeners; /* sum of the days' */

	struct model_line *mounts, *codecs;
	unsigned mount_count, codec_count;
	struct model_source *sources;
	unsigned source_count;
	struct model_storage storage;
	struct model_day *days;
	unsigned day_count;
	struct model_hour *hours;
	unsigned hour_count;
	struct model_adjustment *adjustments;
	unsigned adjustment_count;
};

void model_free(struct model *); /* what it holds, not itself */

#endif
