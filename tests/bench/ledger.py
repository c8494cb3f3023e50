#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""How long reports take in a large network: MEMBERS members with 3 mounts each,
on air every hour of every day of a year, and one report after the other.

    tests/bench/ledger.py BUILD [--members 200] [--days 365] [--hours 24]

BUILD is a folder with a built all2alld. The store is made by the server and
filled by SQLite beside it while the server is stopped."""
import argparse
import os
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST_SLOT = 1767222000 // 300  # 2026-01-01 in Brussels

FILL = """
WITH RECURSIVE
  days(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM days
                WHERE day + 1 < :days),
  parts(part) AS (SELECT 0 UNION ALL SELECT part + 1 FROM parts
                  WHERE part + 1 < :slots),
  kinds(kind) AS (VALUES ('live'), ('source_in'))
INSERT INTO usage
SELECT :first + day * 288 + part, m.id, mount.id, kinds.kind, 1, 1,
       m.id * 1000000 + part * 1000 + day, 7, m.id * 1040000 + part * 1000,
       48000000, 50000000, 0, 3600000 + part, 3500000, 3, 1
FROM member AS m CROSS JOIN days CROSS JOIN parts CROSS JOIN kinds
CROSS JOIN mount ON mount.id BETWEEN 3 * m.id + 7 AND 3 * m.id + 9
"""


def fill(path, members, days, hours):
    store = sqlite3.connect(path)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = OFF")
    for number in range(members):
        slug = f"member{number}"
        store.execute(
            "INSERT INTO member(slug, name, key_hash, state, created_ms, "
            "key_ms, activated_ms) VALUES (?, ?, 'x', 'active', 1, 1, 1)",
            (slug, slug))
        for mount in "abc":
            store.execute("INSERT INTO mount(id, path) VALUES (?, ?)",
                          (number * 3 + "abc".index(mount) + 10,
                           f"/{slug}/{mount}"))
    store.execute(FILL, {"first": FIRST_SLOT, "days": days,
                         "slots": hours * 12})
    store.execute(
        "INSERT INTO peak SELECT slot, member, mount, relay, boot, 40, "
        "slot * 300000, 1 FROM usage WHERE kind = 'live'")
    store.commit()
    rows = store.execute("SELECT count(*) FROM usage").fetchone()[0]
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--hours", type=int, default=24)
    options = parser.parse_args()
    os.environ["A2A_BUILD"] = os.path.abspath(options.build)
    os.environ["A2A_SOURCE"] = os.path.join(HERE, "..", "..")
    sys.path.insert(0, os.path.join(HERE, "..", "live"))
    from server import Server

    server = Server()
    server.start()
    server.stop()
    path = os.path.join(server.folder, "data", "all2all.sqlite")
    began = time.monotonic()
    rows = fill(path, options.members, options.days, options.hours)
    print(f"{rows:,} rows of usage in {os.path.getsize(path) / 1e6:,.0f} MB, "
          f"made in {time.monotonic() - began:.0f} s")
    server.start()
    took = []
    for number in range(options.members):
        began = time.monotonic()
        server.ctl("report", "--member", f"member{number}", "--period",
                   "2026-05", "--format", "json")
        took.append(time.monotonic() - began)
    print(f"a month of one member: median {sorted(took)[len(took) // 2]:.3f} "
          f"s, longest {max(took):.3f} s; of all {len(took)}: "
          f"{sum(took):.1f} s")
    server.stop()
    return 0 if max(took) <= 1 and sum(took) <= 30 else 1


if __name__ == "__main__":
    sys.exit(main())
