/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * archive_messages - what threads tell each other about recordings. Part of
 * loop/messages.h, which says how messages are used; never included alone.
 */
#ifndef LOOP_ARCHIVE_MESSAGES_H
#define LOOP_ARCHIVE_MESSAGES_H

enum recording_state {
	RECORDING_ACTIVE,
	RECORDING_FINISHING, /* whole on the disk, not yet as players like it */
	RECORDING_DONE,
	RECORDING_BROKEN
};

enum recording_profile {
	PROFILE_PROGRAMME, /* what was on air, for listeners */
	PROFILE_LOG,       /* all of it in pieces, for the law */
	PROFILE_MANUAL,    /* somebody said start */
	PROFILES
};

#define RECORDING_ID_BYTES 40

#define DESCRIPTION_BYTES 2048
#define HOLD_BYTES        256

/* May not be deleted by anything, reason[0] is '\0': it may. */
struct recording_hold {
	char reason[HOLD_BYTES];
	char reference[HOLD_BYTES]; /* the authority's */
	char person[64];
	int64_t until_ms; /* 0: until it is lifted */
};

/* A row of the ledger; what is more is in the sidecar, spool/sidecar.h. */
struct recording_msg {
	struct message message;
	char id[RECORDING_ID_BYTES];
	int64_t member;
	char slug[SLUG_BYTES];
	char mount[MOUNT_BYTES];
	char path[512]; /* below data/archive, the finished name */
	char media_type[64];
	char extension[8];
	char codecs[64];
	char title[TITLE_BYTES];
	char description[DESCRIPTION_BYTES];
	enum recording_profile profile;
	enum recording_state state;
	int64_t started_ms, ended_ms; /* wall; 0: not yet */
	int64_t duration_ms;          /* of the media; 0: not known */
	uint64_t bytes;
	uint64_t gap_bytes; /* what could not be written */
	unsigned chapters;  /* how many are in the sidecar */
	bool is_recovered;
	bool is_public;
	bool is_pinned;       /* no rule of retention takes it */
	int64_t published_ms; /* 0: never yet */
	int64_t trashed_ms;   /* 0: it is not in the trash */
	struct recording_hold hold;
	char object[512];    /* its key in the object store, "" when none */
	int64_t verified_ms; /* the object is as the file was; 0: not known */
	bool is_remote;      /* the object is all there is */
	int64_t scrubbed_ms; /* its bytes were found right; 0: not yet */
	bool is_purged;      /* it is gone, and its row goes */
	bool is_growing;     /* only its bytes are new: there is no hurry */
	char sha256[65];
	uint64_t twin_bytes; /* of the same as MPEG-4; 0: there is none */
	char twin_sha256[65];
	char note[128]; /* why it is broken or has a gap */
};

/* To be written down. */
struct audit_msg {
	struct message message;
	int64_t member;
	char slug[SLUG_BYTES];
	char who[64];
	char what[MOUNT_BYTES + 1024];
};

/* Archivist to clerk: this object is not in its store any more. */
struct forgotten_msg {
	struct message message;
	char id[RECORDING_ID_BYTES];
};

/* Spool to archivist: the files of this stem are complete on the disk. */
struct finish_msg {
	struct message message;
	char path[512]; /* as in recording_msg */
};

enum find_what {
	FIND_MEDIA,
	FIND_FACTS,   /* what is known of it, as JSON */
	FIND_CHAPTERS /* as podcast players read them */
};

struct find_msg {
	struct message message;
	struct loop *worker; /* where the answer goes */
	uint64_t conn_no;
	char id[40]; /* "": the newest of this mount that is being written */
	char mount[MOUNT_BYTES];
	int64_t from_ms; /* wall; 0: from its begin on */
	int64_t at_ms;   /* of a finished one: so far into it */
	enum find_what what;
	bool is_twin; /* of MEDIA: as MPEG-4, when there is such a file */
	char public_url[URL_BYTES]; /* not for MEDIA */
};

/* fd is the librarian's to open and to close, in the order of its messages;
 * only its number is known to others. */
struct found_msg {
	struct message message;
	uint64_t conn_no;
	unsigned status; /* 200, 404, 503: the disk does not give it */
	struct recording_msg row;
	char name[NAME_BYTES];    /* of the member */
	int fd;                   /* -1: none */
	uint64_t size;            /* bytes that are there now */
	int64_t modified_ms;      /* wall */
	uint64_t head_bytes;      /* these first, */
	uint64_t start_byte;      /* then from here on; 0: all of it */
	struct document document; /* not for MEDIA; fd is -1 then */
	struct loop *librarian;
};

struct fetch_msg {
	struct message message;
	struct loop *worker;
	uint64_t conn_no;
	char id[40];
	int fd;
	uint64_t at;
	size_t len;
};

struct piece_msg {
	struct message message;
	uint64_t conn_no;
	uint64_t at;
	struct block *block; /* NULL: nothing more is there now */
	bool is_whole;       /* and nothing more will come */
	bool is_broken;      /* it cannot be read */
};

/* What of a mount is recorded, and when a file ends: its conf_mount. */
struct record_rules {
	bool has_programme, has_log;
	bool has_manual;        /* record start may be said */
	int64_t split_at;       /* as grid_split_at() has it */
	int64_t split_after_ms; /* 0: no longer than it lasts */
	int64_t split_bytes;    /* 0: as large as it gets */
	bool split_title;
	int64_t split_least_ms;    /* for a file of split_title */
	char schedule[GRID_BYTES]; /* base/grid.h */
	char zone[ZONE_BYTES];     /* of the member */
	int64_t resume_ms;         /* the source may be away so long */
	int64_t min_keep_ms;       /* what is shorter goes to the trash */
};

/* A mount that is on air. */
struct live_row {
	char mount[MOUNT_BYTES];
	int64_t began_ms; /* wall */
	struct mount_facts facts;
};

/* The answer is the worker's. */
struct catalog_msg {
	struct message message;
	struct loop *worker;
	uint64_t conn_no;
	struct catalog_wish wish;
	int64_t member;
	char slug[SLUG_BYTES];
	char name[NAME_BYTES];
	char mount[MOUNT_BYTES]; /* "": all of the member's */
	char public_url[URL_BYTES];
	unsigned count;
	struct live_row live[];
};

struct spool_msg {
	struct message message;
	uint32_t mount_no;
	bool is_final; /* CLOSE: it is not to go on */
	struct record_rules rules;
	int64_t member;
	char slug[SLUG_BYTES];
	char mount[MOUNT_BYTES];
	char media_type[64];
	char extension[8];
	char codecs[64];
	char title[TITLE_BYTES]; /* the stream's name */
	char agent[128];         /* the encoder */
};

#endif
