/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * conf - the configuration, as a struct that never changes.
 *
 * conf_load() reads, checks and copies the whole file or says what is wrong and
 * where; nothing is half applied. A loaded conf is counted like a block and may
 * be read by any thread; a reload makes a new one. Loading happens on the desk
 * only (libconfuse has global state). Every field is an option of
 * all2alld.conf(5), with the same name in words.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/check.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_listen {
	char *address;           /* "127.0.0.1", "::", "*" */
	unsigned port;           /* 0: the system picks one */
	char *certificate, *key; /* NULL: no TLS here */
	bool is_tls_only;
};

enum slow_policy {
	SLOW_SKIP,
	SLOW_CLOSE
};

enum renewal_anchor { /* from where days without payment are counted */
	ANCHOR_DUE,
	ANCHOR_INVOICE
};

enum block_policy { /* who blocks a member that does not pay */
	BLOCK_AUTO,
	BLOCK_MANUAL
};

enum record_rule {
	RECORD_NO,
	RECORD_YES,
	RECORD_MANUAL /* when somebody says so */
};

struct conf_mount {
	char *name;            /* "/live.ogg", or a pattern ending in "*" */
	char *member;          /* slug of the owner; NULL: by /SLUG/ */
	int64_t max_listeners; /* -1: no limit of its own */
	int64_t burst_ms, burst_bytes;
	int64_t pace_ms;
	int64_t ring_ms, ring_bytes; /* how far back; the most memory */
	int64_t grace_ms;            /* a source may be away this long */
	int64_t metaint_bytes;
	enum slow_policy slow;
	int64_t timeshift_ms; /* how long ago one may start; 0: now only */
	enum record_rule record;
	bool has_log;           /* recorded in hours, for the law */
	int64_t split_at;       /* as grid_split_at() has it */
	int64_t split_after_ms; /* 0: never */
	int64_t split_bytes;    /* 0: never */
	bool split_title;
	int64_t split_least_ms; /* for split_title */
	char *split_schedule;   /* NULL, or as base/grid.h has it */
	int64_t resume_ms;      /* a source returns into its recording */
	int64_t min_keep_ms;    /* shorter recordings are trash */
	int64_t keep_programme_ms, keep_log_ms; /* 0: for ever */
	int64_t keep_count, keep_bytes; /* of programmes; 0: all of them */
	bool has_twin;                  /* AAC is kept as MPEG-4 too */
	bool is_hidden;                 /* not in listings */
	char *title, *description, *genre, *url; /* NULL: as the source says */
};

struct conf {
	atomic_uint refs;
	char *hostname;
	char *public_url; /* "https://radio.example.org", no slash at its end */
	char *data;
	char *backup_folder; /* NULL: no backups by itself */
	char *share;         /* PostgreSQL, as libpq takes it; NULL: none */
	int64_t share_every_ms;
	char *user; /* to become when root starts us; NULL: all2all or nobody */
	char *contact; /* shown as icestats admin; NULL */
	char *location;
	int64_t workers;   /* 0: one per core */
	int64_t log_level; /* enum log_level */

	struct conf_listen *listens;
	unsigned listen_count;
	struct conf_mount *mounts; /* in the order of the file */
	unsigned mount_count;
	struct conf_mount any_mount; /* the defaults */

	int64_t capacity_mbit;    /* of the line, Mbit/s; negative: not known */
	int64_t headroom_percent; /* of it, kept free of newcomers */
	int64_t max_clients;      /* connections in all */
	int64_t max_sources;
	int64_t max_member_listeners; /* per member, -1: no limit */
	int64_t max_member_sources;   /* mounts on air at once per member */
	enum renewal_anchor renewal_anchor;
	enum block_policy block;
	int64_t block_after_ms, delete_after_ms; /* whole days */
	int64_t block_grace_live_ms; /* a set that is on may last so long */
	char *mail_server; /* "smtps://mail.example.org:465"; NULL: no mail */
	char *mail_user, *mail_password_file; /* both, or NULL: no login */
	char *mail_from;                      /* an address */
	char *mail_ca;         /* a file; NULL: the system's authorities */
	int64_t statement_day; /* of each month; 0: none by itself */
	int64_t max_address_unfinished; /* with no whole request */
	int64_t request_bytes, request_lines, request_deadline_ms;
	int64_t body_deadline_ms, body_bytes; /* POST forms */
	int64_t max_sessions;                 /* of who is logged in */
	int64_t session_idle_ms, session_time_ms;
	int64_t source_stall_ms;   /* no whole frame for so long: gone */
	int64_t listener_stall_ms; /* takes nothing for so long: gone */
	int64_t send_buffer_bytes; /* SO_SNDBUF of listeners, 0: the kernel's */
	int64_t unsent_bytes;      /* TCP_NOTSENT_LOWAT of listeners */
	int64_t login_tries; /* wrong keys a minute per address and member */
	int64_t flush_ms;    /* usage reaches the store at least so often */
	int64_t drain_ms;    /* after SIGTERM listeners have this long */
	int64_t spool_bytes; /* blocks waiting for a slow disk at most */
	int64_t archive_burst_ms;      /* of a recording, as fast as it goes; */
	int64_t archive_rate;          /* then so many times its rate; 0: any */
	int64_t archive_share_percent; /* of the capacity, of all of them */
	int64_t feed_items;            /* on a page; 0: there are no feeds */
	int64_t ranges;                /* of one request at most */
	int64_t trash_ms;           /* recordings stay in the trash so long */
	int64_t keep_local_ms;      /* beside their objects; 0: always */
	int64_t scrub_every_ms;     /* each is compared so often; 0: never */
	int64_t scrub_rate_bytes;   /* a second */
	int64_t recording_point_ms; /* recordings reach the disk so often */
	int64_t archive_reserve_bytes; /* that recording leaves free */
};

/* Each gives the first reference; or NULL, and *error (free it) is
 * "file:line: what is wrong". None of them prints or ends the process.
 *
 * conf_load() is for the server: it also looks for the files that are named.
 * conf_read() does not, for tools that may not see keys. conf_parse() reads
 * text; path is for messages, and relative files are beside it. */
struct conf *conf_load(const char *path, char **error) MUST_CHECK;
struct conf *conf_read(const char *path, char **error) MUST_CHECK;
struct conf *conf_parse(
    const char *text, const char *path, char **error) MUST_CHECK;
struct conf *conf_ref(const struct conf *);
void conf_unref(const struct conf *);

/* What holds for a mount: its own block, the first pattern that fits, or the
 * defaults. Never NULL; lives as long as the conf. */
const struct conf_mount *conf_mount(const struct conf *, const char *name);

#endif
