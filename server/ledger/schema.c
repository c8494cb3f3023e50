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
	/* rev: of the transaction that wrote the row last, see store.h.
	 * Who is a member and for how long, what is sealed, who listened. */
	"CREATE TABLE plan(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL,"
	" quota_bytes INTEGER, storage_bytes INTEGER, max_listeners INTEGER,"
	" max_bitrate_kbps INTEGER, max_mounts INTEGER,"
	" is_solidarity INTEGER NOT NULL DEFAULT 0,"
	" at_quota TEXT NOT NULL DEFAULT 'warn'"
	"  CHECK(at_quota IN ('warn', 'cap'))) STRICT;"

	"CREATE TABLE member_2(id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" slug TEXT UNIQUE NOT NULL, name TEXT NOT NULL,"
	" key_hash TEXT NOT NULL, state TEXT NOT NULL CHECK(state IN"
	"  ('ordered', 'active', 'overdue', 'blocked', 'due', 'deleted')),"
	" created_ms INTEGER NOT NULL, key_ms INTEGER NOT NULL,"
	" blocked_ms INTEGER, activated_ms INTEGER,"
	" kind TEXT NOT NULL DEFAULT 'association',"
	" email TEXT NOT NULL DEFAULT '', publisher TEXT NOT NULL DEFAULT '',"
	" zone TEXT NOT NULL DEFAULT 'Europe/Brussels',"
	" language TEXT NOT NULL DEFAULT 'en',"
	" plan INTEGER REFERENCES plan(id),"
	" block_reason TEXT, block_reference TEXT, block_person TEXT,"
	" fingerprint TEXT, is_held INTEGER NOT NULL DEFAULT 0,"
	" dossier TEXT NOT NULL DEFAULT '') STRICT;"
	"INSERT INTO member_2(id, slug, name, key_hash, state, created_ms,"
	" key_ms, blocked_ms, activated_ms)"
	" SELECT id, slug, name, key_hash, state, created_ms, key_ms,"
	" blocked_ms, created_ms FROM member;"
	"DROP TABLE member;"
	"ALTER TABLE member_2 RENAME TO member;"

	/* Days, each as its midnight in UTC, whatever the member's zone. */
	"CREATE TABLE invoice(member INTEGER NOT NULL, reference TEXT NOT NULL,"
	" sent_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, paid_ms INTEGER,"
	" cents INTEGER NOT NULL, currency TEXT NOT NULL,"
	" PRIMARY KEY(member, reference)) STRICT, WITHOUT ROWID;"

	/* What a member was told once for a subject: a period, an invoice. */
	"CREATE TABLE notice(member INTEGER NOT NULL, what TEXT NOT NULL,"
	" subject TEXT NOT NULL, at_ms INTEGER NOT NULL,"
	" PRIMARY KEY(member, what, subject)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE broadcast(id INTEGER PRIMARY KEY,"
	" member INTEGER NOT NULL, mount TEXT NOT NULL,"
	" started_ms INTEGER NOT NULL, ended_ms INTEGER, reason TEXT NOT NULL,"
	" encoder TEXT NOT NULL, media_type TEXT NOT NULL,"
	" codecs TEXT NOT NULL, bitrate_kbps INTEGER NOT NULL,"
	" rev INTEGER NOT NULL) STRICT;"
	"CREATE INDEX broadcast_member ON broadcast(member, started_ms);"

	"CREATE TABLE play(id INTEGER PRIMARY KEY, member INTEGER NOT NULL,"
	" mount TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER,"
	" title TEXT NOT NULL, listeners INTEGER NOT NULL,"
	" peak INTEGER NOT NULL, rev INTEGER NOT NULL) STRICT;"
	"CREATE INDEX play_member ON play(member, started_ms);"

	/* One member's slots stand together, and are read without others'. */
	"CREATE TABLE usage_2(slot INTEGER NOT NULL, member INTEGER NOT NULL,"
	" mount INTEGER NOT NULL REFERENCES mount(id), kind TEXT NOT NULL,"
	" relay INTEGER NOT NULL REFERENCES relay(id), boot INTEGER NOT NULL,"
	" payload_out INTEGER NOT NULL, tcp_out INTEGER NOT NULL,"
	" wire_out INTEGER NOT NULL, payload_in INTEGER NOT NULL,"
	" wire_in INTEGER NOT NULL, tls_out INTEGER NOT NULL,"
	" listen_ms INTEGER NOT NULL, listen60_ms INTEGER NOT NULL,"
	" starts INTEGER NOT NULL, rev INTEGER NOT NULL,"
	" PRIMARY KEY(member, slot, mount, kind, relay, boot))"
	" STRICT, WITHOUT ROWID;"
	"INSERT INTO usage_2 SELECT *, 0 FROM usage;"
	"DROP TABLE usage;"
	"ALTER TABLE usage_2 RENAME TO usage;"
	"CREATE TABLE peak_2(slot INTEGER NOT NULL, member INTEGER NOT NULL,"
	" mount INTEGER NOT NULL REFERENCES mount(id),"
	" relay INTEGER NOT NULL REFERENCES relay(id), boot INTEGER NOT NULL,"
	" peak INTEGER NOT NULL, peak_at_ms INTEGER NOT NULL,"
	" rev INTEGER NOT NULL,"
	" PRIMARY KEY(member, slot, mount, relay, boot))"
	" STRICT, WITHOUT ROWID;"
	"INSERT INTO peak_2 SELECT *, 0 FROM peak;"
	"DROP TABLE peak;"
	"ALTER TABLE peak_2 RENAME TO peak;"

	/* Sessions that ended in a slot, by how long they had listened. */
	"CREATE TABLE session(slot INTEGER NOT NULL, member INTEGER NOT NULL,"
	" mount INTEGER NOT NULL REFERENCES mount(id),"
	" relay INTEGER NOT NULL REFERENCES relay(id), boot INTEGER NOT NULL,"
	" length INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" rev INTEGER NOT NULL,"
	" PRIMARY KEY(member, slot, mount, relay, boot, length))"
	" STRICT, WITHOUT ROWID;"

	/* Day of the member's zone, as 2026-11-22. */
	"CREATE TABLE audience(day TEXT NOT NULL, member INTEGER NOT NULL,"
	" mount INTEGER NOT NULL REFERENCES mount(id),"
	" relay INTEGER NOT NULL REFERENCES relay(id), boot INTEGER NOT NULL,"
	" listeners INTEGER NOT NULL, rev INTEGER NOT NULL,"
	" PRIMARY KEY(member, day, mount, relay, boot))"
	" STRICT, WITHOUT ROWID;"

	"CREATE TABLE statement(member INTEGER NOT NULL,"
	" from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,"
	" period TEXT NOT NULL, csv TEXT NOT NULL, json TEXT NOT NULL,"
	" csv_sha256 TEXT NOT NULL, sealed_ms INTEGER NOT NULL,"
	" purged_ms INTEGER,"
	" PRIMARY KEY(member, from_ms)) STRICT, WITHOUT ROWID;"
	/* Once its member is deleted, and only once, totals take the place of
	 * what would say who it was. */
	"CREATE TRIGGER statement_no_update BEFORE UPDATE ON statement"
	" WHEN OLD.purged_ms IS NOT NULL OR NEW.purged_ms IS NULL"
	" OR NEW.member <> OLD.member OR NEW.from_ms <> OLD.from_ms"
	" OR NEW.to_ms <> OLD.to_ms OR NEW.period <> OLD.period"
	" OR NEW.csv_sha256 <> OLD.csv_sha256"
	" OR NEW.sealed_ms <> OLD.sealed_ms"
	" OR (SELECT state FROM member WHERE id = OLD.member)"
	"  IS NOT 'deleted'"
	" BEGIN SELECT RAISE(ABORT, 'statements are never changed'); END;"

	"CREATE TABLE adjustment(id INTEGER PRIMARY KEY,"
	" member INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
	" field TEXT NOT NULL, delta INTEGER NOT NULL, reason TEXT NOT NULL,"
	" person TEXT NOT NULL) STRICT;"

	"CREATE TABLE letter(id INTEGER PRIMARY KEY, member INTEGER NOT NULL,"
	" kind TEXT NOT NULL, subject TEXT NOT NULL, made_ms INTEGER NOT NULL,"
	" address TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,"
	" sent_ms INTEGER, tries INTEGER NOT NULL DEFAULT 0,"
	" first_try_ms INTEGER, gave_up_ms INTEGER,"
	" next_ms INTEGER NOT NULL, error TEXT NOT NULL DEFAULT '',"
	" UNIQUE(member, kind, subject)) STRICT;"
	"CREATE INDEX letter_due ON letter(next_ms)"
	" WHERE sent_ms IS NULL AND gave_up_ms IS NULL;"

	"CREATE TABLE delegate(id INTEGER PRIMARY KEY,"
	" member INTEGER NOT NULL, name TEXT NOT NULL,"
	" key_hash TEXT NOT NULL, mounts TEXT NOT NULL,"
	" from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
	" made_ms INTEGER NOT NULL, revoked_ms INTEGER,"
	" nonce TEXT NOT NULL, UNIQUE(member, nonce)) STRICT;"

	/* What a member signed, each good for once. */
	"CREATE TABLE mandate(member INTEGER NOT NULL, nonce TEXT NOT NULL,"
	" fingerprint TEXT NOT NULL, signed_ms INTEGER NOT NULL,"
	" taken_ms INTEGER NOT NULL, message TEXT NOT NULL,"
	" PRIMARY KEY(member, nonce)) STRICT, WITHOUT ROWID;",
	/* Recordings that are finished, published, held, and kept elsewhere. */
	"ALTER TABLE recording ADD COLUMN profile TEXT NOT NULL"
	" DEFAULT 'programme';"
	"ALTER TABLE recording ADD COLUMN extension TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN codecs TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN description TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN duration_ms INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN published_ms INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN trashed_ms INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN hold_reason TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN hold_reference TEXT NOT NULL"
	" DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN hold_person TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN hold_until_ms INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN object TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN verified_ms INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN is_remote INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN scrubbed_ms INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE plan ADD COLUMN at_storage TEXT NOT NULL DEFAULT 'stop'"
	" CHECK(at_storage IN ('stop', 'rotate', 'allow'));"
	/* Objects whose recording is gone: to be deleted in their store. */
	"CREATE TABLE forget(id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
	"ALTER TABLE recording ADD COLUMN chapters INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN twin_bytes INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE recording ADD COLUMN twin_sha256 TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX recording_public ON recording(member, published_ms, id)"
	" WHERE is_public <> 0;"
	/* Who may come in: programs and operators by a word, members by a
	 * link, once. Of each only the SHA-256. */
	"CREATE TABLE token(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL,"
	" member INTEGER NOT NULL, key_hash TEXT UNIQUE NOT NULL,"
	" may_write INTEGER NOT NULL, made_ms INTEGER NOT NULL,"
	" until_ms INTEGER, revoked_ms INTEGER) STRICT;"
	"CREATE TABLE login_link(key_hash TEXT PRIMARY KEY,"
	" member INTEGER NOT NULL, until_ms INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;",
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
