/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "conf/conf_priv.h"

#include "base/grid.h"
#include "base/log.h"

#define ROWS(rows)   rows, sizeof(rows) / sizeof((rows)[0])
#define TOP(field)   offsetof(struct conf, field), NULL
#define MOUNT(field) offsetof(struct conf_mount, field), NULL
#define K            INT64_C(1024)
#define M            (1024 * K)
#define G            (1024 * M)
#define MS           INT64_C(1)
#define S            (1000 * MS)
#define MIN          (60 * S)
#define HOUR         (60 * MIN)
#define DAY          (24 * HOUR)

/* Whoever adds a row also describes it in man/all2alld.conf.5 and in
 * conf/all2alld.conf; tests/lint/optscan.py sees to it.
 *
 * name, kind, default, least, most, place */
/* clang-format off */
static const struct conf_option top_options[] = {
	{ "hostname", KIND_HOST, 0, 1, 253,
	    offsetof(struct conf, hostname), "localhost" },
	{ "public-url", KIND_URL, 0, 1, 255, TOP(public_url) },
	{ "data", KIND_PATH, 0, 1, 1000, TOP(data) },
	{ "backup-folder", KIND_PATH, 0, 1, 900, TOP(backup_folder) },
	{ "share", KIND_TEXT, 0, 1, 1000, TOP(share) },
	{ "share-every", KIND_TIME, 10 * S, 1 * S, 1 * HOUR,
	    TOP(share_every_ms) },
	{ "user", KIND_USER, 0, 1, 32, TOP(user) },
	{ "contact", KIND_TEXT, 0, 0, 255, TOP(contact) },
	{ "location", KIND_TEXT, 0, 0, 255, TOP(location) },
	{ "workers", KIND_COUNT, 0, 0, 256, TOP(workers) },
	{ "log-level", KIND_LEVEL, LOG_INFO, LOG_ERROR, LOG_DEBUG,
	    TOP(log_level) },
	{ "capacity", KIND_LIMIT, CONF_NO_LIMIT, 1, 1000000,
	    TOP(capacity_mbit) },
	{ "headroom", KIND_COUNT, 20, 0, 90, TOP(headroom_percent) },
	{ "max-clients", KIND_COUNT, 10000, 1, 1000000, TOP(max_clients) },
	{ "max-sources", KIND_COUNT, 100, 1, 100000, TOP(max_sources) },
	{ "max-member-listeners", KIND_LIMIT, CONF_NO_LIMIT, 0, 1000000,
	    TOP(max_member_listeners) },
	{ "max-member-sources", KIND_COUNT, 8, 0, 100000,
	    TOP(max_member_sources) },
	{ "renewal-anchor", KIND_ANCHOR, ANCHOR_DUE, 0, 1,
	    TOP(renewal_anchor) },
	{ "block", KIND_BLOCK, BLOCK_AUTO, 0, 1, TOP(block) },
	{ "block-after", KIND_TIME, 30 * DAY, 0, 3650 * DAY,
	    TOP(block_after_ms) },
	{ "delete-after", KIND_TIME, 60 * DAY, 1 * DAY, 3650 * DAY,
	    TOP(delete_after_ms) },
	{ "block-grace-live", KIND_TIME, 12 * HOUR, 0, 7 * DAY,
	    TOP(block_grace_live_ms) },
	{ "mail-server", KIND_SMTP, 0, 1, 255, TOP(mail_server) },
	{ "mail-user", KIND_TEXT, 0, 1, 255, TOP(mail_user) },
	{ "mail-password-file", KIND_FILE, 0, 1, 1000,
	    TOP(mail_password_file) },
	{ "mail-from", KIND_MAIL, 0, 1, 254, TOP(mail_from) },
	{ "mail-ca", KIND_FILE, 0, 1, 1000, TOP(mail_ca) },
	{ "statement-day", KIND_COUNT, 0, 0, 28, TOP(statement_day) },
	{ "max-unfinished-per-address", KIND_COUNT, 1000, 1, 1000000,
	    TOP(max_address_unfinished) },
	{ "request-bytes", KIND_SIZE, 16 * K, 1 * K, 64 * K,
	    TOP(request_bytes) },
	{ "request-lines", KIND_COUNT, 128, 16, 1024, TOP(request_lines) },
	{ "request-deadline", KIND_TIME, 10 * S, 100 * MS, 5 * MIN,
	    TOP(request_deadline_ms) },
	{ "body-deadline", KIND_TIME, 15 * S, 100 * MS, 5 * MIN,
	    TOP(body_deadline_ms) },
	{ "body-bytes", KIND_SIZE, 64 * K, 1 * K, 1 * M, TOP(body_bytes) },
	{ "max-sessions", KIND_COUNT, 1000, 1, 100000, TOP(max_sessions) },
	{ "session-idle", KIND_TIME, 1 * HOUR, 1 * MIN, 1 * DAY,
	    TOP(session_idle_ms) },
	{ "session-time", KIND_TIME, 12 * HOUR, 1 * MIN, 30 * DAY,
	    TOP(session_time_ms) },
	{ "source-stall", KIND_TIME, 10 * S, 100 * MS, 10 * MIN,
	    TOP(source_stall_ms) },
	{ "listener-stall", KIND_TIME, 30 * S, 100 * MS, 10 * MIN,
	    TOP(listener_stall_ms) },
	{ "send-buffer", KIND_SIZE, 0, 0, 16 * M, TOP(send_buffer_bytes) },
	{ "unsent", KIND_SIZE, 16 * K, 1 * K, 16 * M, TOP(unsent_bytes) },
	{ "login-tries", KIND_COUNT, 12, 1, 100000, TOP(login_tries) },
	{ "flush", KIND_TIME, 4 * S, 1 * S, 1 * MIN, TOP(flush_ms) },
	{ "drain", KIND_TIME, 5 * S, 0, 10 * MIN, TOP(drain_ms) },
	{ "spool-memory", KIND_SIZE, 64 * M, 1 * M, 4096 * M,
	    TOP(spool_bytes) },
	{ "recording-point", KIND_TIME, 5 * S, 100 * MS, 1 * MIN,
	    TOP(recording_point_ms) },
	{ "archive-burst", KIND_TIME, 10 * S, 0, 10 * MIN,
	    TOP(archive_burst_ms) },
	{ "archive-rate", KIND_COUNT, 4, 0, 1000, TOP(archive_rate) },
	{ "archive-share", KIND_COUNT, 30, 1, 100,
	    TOP(archive_share_percent) },
	{ "feed-items", KIND_COUNT, 100, 0, 1000, TOP(feed_items) },
	{ "trash-time", KIND_TIME, 336 * HOUR, 0, 8784 * HOUR, TOP(trash_ms) },
	{ "scrub-every", KIND_TIME, 30 * DAY, 0, 3650 * DAY,
	    TOP(scrub_every_ms) },
	{ "scrub-rate", KIND_SIZE, 8 * M, 64 * K, 1024 * M,
	    TOP(scrub_rate_bytes) },
	{ "keep-local", KIND_TIME, 0, 0, 3650 * DAY, TOP(keep_local_ms) },
	{ "ranges", KIND_COUNT, 8, 1, 64, TOP(ranges) },
	{ "archive-reserve", KIND_SIZE, 256 * M, 0, 1024 * G,
	    TOP(archive_reserve_bytes) },
};

static const struct conf_option listen_options[] = {
	{ "tls-only", KIND_YES, false, 0, 1,
	    offsetof(struct conf_listen, is_tls_only), NULL },
};

static const struct conf_option tls_options[] = {
	{ "certificate", KIND_FILE, 0, 1, 1000,
	    offsetof(struct conf_listen, certificate), NULL },
	{ "key", KIND_FILE, 0, 1, 1000,
	    offsetof(struct conf_listen, key), NULL },
};

static const struct conf_option mount_options[] = {
	{ "member", KIND_SLUG, 0, 1, 63, MOUNT(member) },
	{ "max-listeners", KIND_LIMIT, CONF_NO_LIMIT, 0, 1000000,
	    MOUNT(max_listeners) },
	{ "burst", KIND_SIZE, 64 * K, 0, 16 * M, MOUNT(burst_bytes) },
	{ "burst-time", KIND_TIME, 4 * S, 0, 1 * MIN, MOUNT(burst_ms) },
	{ "pace", KIND_TIME, 500 * MS, 0, 10 * S, MOUNT(pace_ms) },
	{ "ring", KIND_SIZE, 32 * M, 64 * K, 1024 * M, MOUNT(ring_bytes) },
	{ "ring-time", KIND_TIME, 30 * S, 1 * S, 10 * MIN, MOUNT(ring_ms) },
	{ "grace", KIND_TIME, 30 * S, 0, 60 * MIN, MOUNT(grace_ms) },
	{ "metaint", KIND_SIZE, 16000, 256, 1 * M, MOUNT(metaint_bytes) },
	{ "slow", KIND_SLOW, SLOW_SKIP, SLOW_SKIP, SLOW_CLOSE, MOUNT(slow) },
	{ "timeshift", KIND_TIME, 2 * HOUR, 0, 168 * HOUR, MOUNT(timeshift_ms) },
	{ "record", KIND_RECORD, RECORD_YES, 0, 2, MOUNT(record) },
	{ "log", KIND_YES, false, 0, 1, MOUNT(has_log) },
	{ "split-at", KIND_SPLIT, SPLIT_NEVER, 0, 0, MOUNT(split_at) },
	{ "split-after", KIND_TIME, 0, 0, 7 * DAY, MOUNT(split_after_ms) },
	{ "split-size", KIND_SIZE, 0, 0, 1024 * G, MOUNT(split_bytes) },
	{ "split-title", KIND_YES, false, 0, 1, MOUNT(split_title) },
	{ "split-least", KIND_TIME, 60 * S, 0, 24 * HOUR,
	    MOUNT(split_least_ms) },
	{ "split-schedule", KIND_GRID, 0, 0, GRID_BYTES - 1,
	    MOUNT(split_schedule) },
	{ "resume", KIND_TIME, 120 * S, 0, 24 * HOUR, MOUNT(resume_ms) },
	{ "min-keep", KIND_TIME, 10 * S, 0, 1 * HOUR, MOUNT(min_keep_ms) },
	{ "keep-programme", KIND_TIME, 0, 0, 3650 * DAY,
	    MOUNT(keep_programme_ms) },
	{ "keep-log", KIND_TIME, 0, 0, 3650 * DAY, MOUNT(keep_log_ms) },
	{ "keep-count", KIND_COUNT, 0, 0, 1000000, MOUNT(keep_count) },
	{ "keep-bytes", KIND_SIZE, 0, 0, 1024 * G, MOUNT(keep_bytes) },
	{ "m4a-twin", KIND_YES, true, 0, 1, MOUNT(has_twin) },
	{ "hidden", KIND_YES, false, 0, 1, MOUNT(is_hidden) },
	{ "title", KIND_TEXT, 0, 0, 255, MOUNT(title) },
	{ "description", KIND_TEXT, 0, 0, 255, MOUNT(description) },
	{ "genre", KIND_TEXT, 0, 0, 255, MOUNT(genre) },
	{ "url", KIND_URL, 0, 1, 255, MOUNT(url) },
};
/* clang-format on */

const struct conf_section conf_sections[SECTIONS] = {
	[SECTION_TOP] = { "root", ROWS(top_options) },
	[SECTION_LISTEN] = { "listen", ROWS(listen_options) },
	[SECTION_TLS] = { "tls", ROWS(tls_options) },
	[SECTION_MOUNT] = { "mount", ROWS(mount_options) },
};
