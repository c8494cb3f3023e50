/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/schema.h"

#include "base/check.h"

/* Times are UTC, in milliseconds, slots in 300 s. usage.member has no
 * REFERENCES: one odd row must never keep all others from being written. */
static const char *const steps[] = {
	"CREATE TABLE meta(k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT;"

	"CREATE TABLE relay(id INTEGER PRIMARY KEY,"
	" uuid TEXT UNIQUE NOT NULL) STRICT;"

	"CREATE TABLE member(id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" slug TEXT UNIQUE NOT NULL, name TEXT NOT NULL,"
	" key_hash TEXT NOT NULL, state TEXT NOT NULL"
	"  CHECK(state IN ('active', 'blocked')),"
	" created_ms INTEGER NOT NULL, key_ms INTEGER NOT NULL,"
	" blocked_ms INTEGER) STRICT;"

	"CREATE TABLE mount(id INTEGER PRIMARY KEY,"
	" path TEXT UNIQUE NOT NULL) STRICT;"

	"CREATE TABLE usage(slot INTEGER NOT NULL, member INTEGER NOT NULL,"
	" mount INTEGER NOT NULL REFERENCES mount(id), kind TEXT NOT NULL,"
	" relay INTEGER NOT NULL REFERENCES relay(id), boot INTEGER NOT NULL,"
	" payload_out INTEGER NOT NULL, tcp_out INTEGER NOT NULL,"
	" wire_out INTEGER NOT NULL, payload_in INTEGER NOT NULL,"
	" wire_in INTEGER NOT NULL, tls_out INTEGER NOT NULL,"
	" listen_ms INTEGER NOT NULL, listen60_ms INTEGER NOT NULL,"
	" starts INTEGER NOT NULL,"
	" PRIMARY KEY(slot, member, mount, kind, relay, boot))"
	" STRICT, WITHOUT ROWID;"

	"CREATE TABLE peak(slot INTEGER NOT NULL, member INTEGER NOT NULL,"
	" mount INTEGER NOT NULL REFERENCES mount(id),"
	" relay INTEGER NOT NULL REFERENCES relay(id), boot INTEGER NOT NULL,"
	" peak INTEGER NOT NULL, peak_at_ms INTEGER NOT NULL,"
	" PRIMARY KEY(slot, member, mount, relay, boot))"
	" STRICT, WITHOUT ROWID;"

	"CREATE TABLE recording(id TEXT PRIMARY KEY, member INTEGER NOT NULL,"
	" mount TEXT NOT NULL, path TEXT NOT NULL, media_type TEXT NOT NULL,"
	" title TEXT NOT NULL, state TEXT NOT NULL, started_ms INTEGER NOT NULL,"
	" ended_ms INTEGER, bytes INTEGER NOT NULL, gap_bytes INTEGER NOT NULL,"
	" is_recovered INTEGER NOT NULL, sha256 TEXT, note TEXT NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"CREATE INDEX recording_member ON recording(member, started_ms);"

	"CREATE TABLE audit(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,"
	" who TEXT NOT NULL, what TEXT NOT NULL, member INTEGER NOT NULL,"
	" slug TEXT NOT NULL, prev_sha256 BLOB NOT NULL, sha256 BLOB NOT NULL)"
	" STRICT;"
	"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit"
	" BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;"
	"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit"
	" BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;",
};

unsigned
schema_version(void)
{
	return sizeof(steps) / sizeof(*steps);
}

const char *
schema_step(unsigned version)
{
	CHECK(version < schema_version());
	return steps[version];
}
