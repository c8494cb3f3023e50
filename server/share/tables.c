/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "share/tables.h"

#include <stddef.h>

#define MEMBER_OF(table)                                                       \
	"coalesce(slug, CASE WHEN " table ".member != 0 "                      \
	"THEN '#' || " table ".member ELSE '' END)"

#define NAMES_OF(table)                                                        \
	" JOIN relay ON relay.id = " table ".relay"                            \
	" JOIN mount ON mount.id = " table ".mount"                            \
	" LEFT JOIN member ON member.id = " table ".member"                    \
	" WHERE " table ".rev > ?1 ORDER BY " table ".rev"

/* Where names become this store's numbers again. */
#define RELAY_ID "(SELECT id FROM relay WHERE uuid = ?1)"
#define MOUNT_ID "(SELECT id FROM mount WHERE path = ?4)"

#define COUNTERS                                                               \
	"payload_out, tcp_out, wire_out, payload_in, wire_in, tls_out, "       \
	"listen_ms, listen60_ms, starts"
#define GREATER(column)                                                        \
	column " = greatest(kept." column ", excluded." column ")"
#define IN_SLOTS                                                               \
	"member = $1 AND slot >= ($2::bigint + 299999) / 300000 "              \
	"AND slot < ($3::bigint + 299999) / 300000"

const struct share_table share_tables[SHARE_TABLES] = {
	{ "usage",
	    "SELECT relay.uuid, boot, slot, path, " MEMBER_OF(
		"usage") ", usage.kind, " COUNTERS
			 ", rev FROM usage" NAMES_OF("usage"),
	    "INSERT INTO usage AS kept(relay, boot, slot, mount, member, kind, " COUNTERS
	    ") SELECT a, b, c, d, e, f, g, h, i, j, k, l, m, n, o "
	    "FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], "
	    "$5::text[], $6::text[], $7::bigint[], $8::bigint[], "
	    "$9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], "
	    "$13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[]) "
	    "AS t(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) "
	    "ON CONFLICT(member, slot, mount, kind, relay, boot) DO UPDATE SET " GREATER("payload_out") ", " GREATER("tcp_out") ", " GREATER("wire_out") ", " GREATER(
		"payload_in") ", " GREATER("wire_in") ", " GREATER("tls_out") ", " GREATER("listen_ms") ", " GREATER("listen60_ms") ", " GREATER("starts"),
	    "SELECT relay, boot, slot, mount, kind, " COUNTERS
	    " FROM usage WHERE " IN_SLOTS,
	    "INSERT INTO usage(relay, boot, slot, mount, kind, " COUNTERS
	    ", member, rev) VALUES(" RELAY_ID ", ?2, ?3, " MOUNT_ID
	    ", ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?20, 0)",
	    "tnnttnnnnnnnnn" },
	{ "peak",
	    "SELECT relay.uuid, boot, slot, path, " MEMBER_OF(
		"peak") ", peak, peak_at_ms, rev FROM peak" NAMES_OF("peak"),
	    "INSERT INTO peak AS kept(relay, boot, slot, mount, member, peak, "
	    "peak_at_ms) SELECT a, b, c, d, e, f, g "
	    "FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], "
	    "$5::text[], $6::bigint[], $7::bigint[], $8::bigint[]) "
	    "AS t(a, b, c, d, e, f, g, h) "
	    "ON CONFLICT(member, slot, mount, relay, boot) DO UPDATE SET "
	    "peak = excluded.peak, peak_at_ms = excluded.peak_at_ms "
	    "WHERE excluded.peak > kept.peak",
	    "SELECT relay, boot, slot, mount, peak, peak_at_ms FROM peak "
	    "WHERE " IN_SLOTS,
	    "INSERT INTO peak(relay, boot, slot, mount, peak, peak_at_ms, "
	    "member, rev) VALUES(" RELAY_ID ", ?2, ?3, " MOUNT_ID
	    ", ?5, ?6, ?20, 0)",
	    "tnntnn" },
	{ "session",
	    "SELECT relay.uuid, boot, slot, path, " MEMBER_OF(
		"session") ", length, ended, rev FROM session" NAMES_OF("session"),
	    "INSERT INTO session AS kept(relay, boot, slot, mount, member, "
	    "length, ended) SELECT a, b, c, d, e, f, g "
	    "FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], "
	    "$5::text[], $6::bigint[], $7::bigint[], $8::bigint[]) "
	    "AS t(a, b, c, d, e, f, g, h) "
	    "ON CONFLICT(member, slot, mount, relay, boot, length) "
	    "DO UPDATE SET " GREATER("ended"),
	    "SELECT relay, boot, slot, mount, length, ended FROM session "
	    "WHERE " IN_SLOTS,
	    "INSERT INTO session(relay, boot, slot, mount, length, ended, "
	    "member, rev) VALUES(" RELAY_ID ", ?2, ?3, " MOUNT_ID
	    ", ?5, ?6, ?20, 0)",
	    "tnntnn" },
	{ "audience",
	    "SELECT relay.uuid, boot, day, path, " MEMBER_OF(
		"audience") ", listeners, rev FROM audience" NAMES_OF("audience"),
	    "INSERT INTO audience AS kept(relay, boot, day, mount, member, "
	    "listeners) SELECT a, b, c, d, e, f "
	    "FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], "
	    "$5::text[], $6::bigint[], $7::bigint[]) "
	    "AS t(a, b, c, d, e, f, g) "
	    "ON CONFLICT(member, day, mount, relay, boot) "
	    "DO UPDATE SET " GREATER("listeners"),
	    /* A day more on both sides: the report looks again. */
	    "SELECT relay, boot, day, mount, listeners FROM audience "
	    "WHERE member = $1 AND day >= to_char(to_timestamp("
	    "$2::bigint / 1000 - 86400) AT TIME ZONE 'UTC', 'YYYY-MM-DD') "
	    "AND day <= to_char(to_timestamp($3::bigint / 1000 + 86400) "
	    "AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
	    "INSERT INTO audience(relay, boot, day, mount, listeners, member, "
	    "rev) VALUES(" RELAY_ID ", ?2, ?3, " MOUNT_ID ", ?5, ?20, 0)",
	    "tnttn" },
	{ "broadcast",
	    "SELECT ?2, broadcast.id, started_ms, mount, " MEMBER_OF(
		"broadcast") ", ended_ms, reason, encoder, media_type, codecs, bitrate_kbps, "
			     "rev FROM broadcast LEFT JOIN member "
			     "ON member.id = broadcast.member "
			     "WHERE rev > max(?1, 0) ORDER BY rev",
	    "INSERT INTO broadcast AS kept(relay, started_ms, mount, member, "
	    "ended_ms, reason, encoder, media_type, codecs, bitrate_kbps) "
	    "SELECT DISTINCT ON (a, c, d, e) a, c, d, e, f, g, h, i, j, k "
	    "FROM unnest($1::text[], $2::bigint[], $3::bigint[], "
	    "$4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], "
	    "$9::text[], $10::text[], $11::bigint[], $12::bigint[]) "
	    "AS t(a, b, c, d, e, f, g, h, i, j, k, l) ORDER BY a, c, d, e, b "
	    "ON CONFLICT(relay, member, mount, started_ms) DO UPDATE SET " GREATER(
		"ended_ms") ", reason = CASE WHEN excluded.ended_ms "
			    "IS NULL THEN kept.reason ELSE excluded.reason END, "
			    "encoder = excluded.encoder, media_type = excluded.media_type, "
			    "codecs = excluded.codecs, bitrate_kbps = excluded.bitrate_kbps",
	    "SELECT started_ms, ended_ms, mount, reason, encoder, media_type, "
	    "codecs, bitrate_kbps FROM broadcast WHERE member = $1 "
	    "AND started_ms < $3::bigint "
	    "AND coalesce(ended_ms, $3::bigint) > $2::bigint",
	    "INSERT INTO broadcast(started_ms, ended_ms, mount, reason, "
	    "encoder, media_type, codecs, bitrate_kbps, member, rev) "
	    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?20, 0)",
	    "nntttttn" },
	{ "play",
	    "SELECT ?2, play.id, started_ms, mount, " MEMBER_OF(
		"play") ", ended_ms, title, listeners, peak, rev FROM play "
			"LEFT JOIN member ON member.id = play.member "
			"WHERE rev > max(?1, 0) ORDER BY rev",
	    "INSERT INTO play AS kept(relay, started_ms, mount, member, "
	    "ended_ms, title, listeners, peak) "
	    "SELECT DISTINCT ON (a, c, d, e, g) a, c, d, e, f, g, h, i "
	    "FROM unnest($1::text[], $2::bigint[], $3::bigint[], "
	    "$4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], "
	    "$9::bigint[], $10::bigint[]) AS t(a, b, c, d, e, f, g, h, i, j) "
	    "ORDER BY a, c, d, e, g, b "
	    "ON CONFLICT(relay, member, mount, started_ms, title) "
	    "DO UPDATE SET " GREATER("ended_ms") ", " GREATER("peak"),
	    "SELECT started_ms, ended_ms, mount, title, listeners, peak "
	    "FROM play WHERE member = $1 AND started_ms >= $2::bigint "
	    "AND started_ms < $3::bigint",
	    "INSERT INTO play(started_ms, ended_ms, mount, title, listeners, "
	    "peak, member, rev) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?20, 0)",
	    "nnttnn" },
};

#define KEY                                                                    \
	"relay text NOT NULL, boot bigint NOT NULL, member text NOT NULL, "    \
	"mount text NOT NULL"

const char *const share_steps[] = {
	"CREATE SCHEMA IF NOT EXISTS all2all",
	"CREATE TABLE usage(" KEY ", slot bigint NOT NULL, "
	"kind text NOT NULL, payload_out bigint NOT NULL, "
	"tcp_out bigint NOT NULL, wire_out bigint NOT NULL, "
	"payload_in bigint NOT NULL, wire_in bigint NOT NULL, "
	"tls_out bigint NOT NULL, listen_ms bigint NOT NULL, "
	"listen60_ms bigint NOT NULL, starts bigint NOT NULL, "
	"PRIMARY KEY(member, slot, mount, kind, relay, boot))",
	"CREATE TABLE peak(" KEY ", slot bigint NOT NULL, "
	"peak bigint NOT NULL, peak_at_ms bigint NOT NULL, "
	"PRIMARY KEY(member, slot, mount, relay, boot))",
	"CREATE TABLE session(" KEY ", slot bigint NOT NULL, "
	"length bigint NOT NULL, ended bigint NOT NULL, "
	"PRIMARY KEY(member, slot, mount, relay, boot, length))",
	"CREATE TABLE audience(" KEY ", day text NOT NULL, "
	"listeners bigint NOT NULL, "
	"PRIMARY KEY(member, day, mount, relay, boot))",
	"CREATE TABLE broadcast(relay text NOT NULL, "
	"member text NOT NULL, mount text NOT NULL, "
	"started_ms bigint NOT NULL, ended_ms bigint, reason text NOT NULL, "
	"encoder text NOT NULL, media_type text NOT NULL, "
	"codecs text NOT NULL, bitrate_kbps bigint NOT NULL, "
	"PRIMARY KEY(relay, member, mount, started_ms))",
	"CREATE INDEX broadcast_member ON broadcast(member, started_ms)",
	"CREATE TABLE play(relay text NOT NULL, "
	"member text NOT NULL, mount text NOT NULL, "
	"started_ms bigint NOT NULL, ended_ms bigint, title text NOT NULL, "
	"listeners bigint NOT NULL, peak bigint NOT NULL, "
	"PRIMARY KEY(relay, member, mount, started_ms, title))",
	"CREATE INDEX play_member ON play(member, started_ms)",
	"CREATE TABLE shipment(relay text NOT NULL, name text NOT NULL, "
	"rev bigint NOT NULL, PRIMARY KEY(relay, name))",
	"CREATE TABLE shared(version bigint NOT NULL)",
	"INSERT INTO shared VALUES(1)",
	NULL,
};
