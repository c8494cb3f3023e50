#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Two relays and one PostgreSQL: what both counted is there to the byte, while
the link is cut, told twice, out of order, or by a relay that was killed."""
import json
import os
import sqlite3
import time
import unittest

import tap
from ears import Ears
from encoder import Replay, login
from postgres import HOST, Postgres, Wire
from server import Server, wait_for

MOUNT = "/ana/radio.mp3"
PERIOD = time.strftime("%Y-%m", time.gmtime())
COUNTERS = ("payload_out", "tcp_out", "wire_out", "payload_in", "wire_in",
            "tls_out", "listen_ms", "listen60_ms", "starts")
SUMS = ", ".join(f"coalesce(sum({name}), 0)" for name in COUNTERS)


class Share(unittest.TestCase):
    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(self.postgres.stop)
        self.wire = Wire(self.postgres.port)
        self.addCleanup(self.wire.close)
        self.relays = []
        for _ in range(2):
            relay = Server(
                'flush = 1s\nshare-every = 1s\n'
                f'share = "postgresql://all2all@{HOST}:{self.wire.port}'
                '/postgres"\n'
                'mount "/*" { burst = 16K burst-time = 1s pace = 200ms }\n')
            relay.start()
            self.addCleanup(relay.stop)
            relay.key = relay.add_member("ana")
            relay.ctl("member", "set", "ana", "--zone", "UTC")
            self.relays.append(relay)

    def feed(self, relay):
        sock, _ = login(relay, MOUNT, relay.key)
        feed = Replay(sock, "cbr128.mp3", 32000)
        self.addCleanup(feed.stop)
        wait_for("on air",
                 lambda: (relay.mount(MOUNT) or {}).get("type"))
        return feed

    def hear(self, relay, count):
        with Ears(relay) as ears:
            crowd = [ears.join(MOUNT) for _ in range(count)]
            for ear in crowd:
                ear.wait_bytes(60000)
            for ear in crowd:
                ear.leave()
            for ear in crowd:
                ear.wait_over()
        wait_for("all have left",
                 lambda: relay.mount(MOUNT)["listeners"] == 0)

    @staticmethod
    def ask(relay, sql):
        store = sqlite3.connect(
            os.path.join(relay.data, "all2all.sqlite"))
        try:
            return store.execute(sql).fetchall()
        finally:
            store.close()

    def here(self, sql="SELECT " + SUMS + " FROM usage"):
        """Both relays' own stores, added up."""
        rows = [self.ask(relay, sql)[0] for relay in self.relays]
        return [sum(column) for column in zip(*rows)]

    def shared(self):
        made, = self.postgres.ask("SELECT to_regclass('all2all.usage')")
        if made == [""]:
            return []
        return [int(number) for number in
                self.postgres.ask(f"SELECT {SUMS} FROM all2all.usage")[0]]

    def stop_all(self):
        for relay in self.relays:
            relay.stop()

    def in_step(self):
        """Everything that was counted is in both."""
        for relay in self.relays:
            relay.ctl("usage")
        wait_for("the shared store has it all",
                 lambda: self.shared() == self.here())

    def test_both_are_there_to_the_byte(self):
        feeds = [self.feed(relay) for relay in self.relays]
        for relay, count in zip(self.relays, (1, 3)):
            self.hear(relay, count)
        for feed in feeds:
            feed.stop()
        self.stop_all()
        self.assertEqual(self.shared(), self.here())
        self.assertGreater(self.shared()[0], 4 * 60000)
        for table, column in (("peak", "peak"), ("session", "ended"),
                              ("broadcast", "started_ms"),
                              ("broadcast", "ended_ms")):
            sql = f"SELECT coalesce(sum({column}), 0), count(*) FROM "
            self.assertEqual(
                [[str(number) for number in self.here(sql + table)]],
                self.postgres.ask(sql + "all2all." + table))

    def test_a_report_of_all_relays(self):
        for relay in self.relays:
            self.feed(relay)
        self.hear(self.relays[0], 2)
        self.hear(self.relays[1], 1)
        self.in_step()
        words = ("report", "--member", "ana", "--period", PERIOD, "--format",
                 "json")
        told = [json.loads(relay.ctl(*words)) for relay in self.relays]
        both = json.loads(self.relays[0].ctl(*words, "--from-share"))
        for name in ("payload_out", "wire_out", "starts"):
            live = [{kind["name"]: kind for kind in one["kinds"]}["live"]
                    for one in (both, *told)]
            self.assertEqual(live[0][name], live[1][name] + live[2][name])
        self.assertEqual(both["total"]["peak"], 3)
        self.assertEqual(sum(both["audience"]["lengths"]), 3)
        self.assertEqual(both["sources"][0]["broadcasts"], 2)
        plays = self.relays[0].ctl_json(
            "playlog", "--member", "ana", "--period", PERIOD, "--from-share")
        self.assertEqual(plays["plays"], [])
        self.assertFalse(os.path.exists(os.path.join(
            self.relays[0].folder, "core")))

    def test_a_link_that_is_cut_for_a_while(self):
        for relay in self.relays:
            self.feed(relay)
        self.hear(self.relays[0], 1)
        self.in_step()
        self.wire.cut()
        for relay in self.relays:
            relay.wait_log("share: nothing can be shipped")
        before = self.shared()
        for relay in self.relays:
            self.hear(relay, 2)
        self.relays[0].kill()
        self.relays[0].start()
        self.relays[0].ctl("usage")
        self.assertEqual(self.shared(), before)
        self.assertIn("cannot be read now", self.relays[0].ctl(
            "report", "--member", "ana", "--period", PERIOD, "--from-share",
            status=1))
        self.wire.mend()
        self.in_step()
        self.relays[1].wait_log("share: all is shipped again")

    def test_told_twice_and_out_of_order(self):
        feeds = [self.feed(relay) for relay in self.relays]
        for relay in self.relays:
            self.hear(relay, 1)
        self.in_step()
        middle, = self.ask(self.relays[0], "SELECT max(rev) / 2 FROM usage")
        for rev in (0, middle[0], 0):
            self.postgres.ask(f"UPDATE all2all.shipment SET rev = {rev}")
            self.hear(self.relays[1], 1)
            wait_for("it is told again", lambda: int(self.postgres.ask(
                "SELECT min(rev) FROM all2all.shipment "
                "WHERE name = 'usage'")[0][0]) > middle[0])
        self.in_step()
        for feed in feeds:
            feed.stop()
        self.stop_all()
        self.assertEqual(self.shared(), self.here())
        # An old batch that comes at last, and one of a later time again.
        before = self.postgres.ask("SELECT * FROM all2all.usage ORDER BY 1, "
                                   "2, 3, 4, 5, 6")
        self.postgres.ask(
            "INSERT INTO all2all.usage AS kept SELECT relay, boot, member, "
            "mount, slot, kind, payload_out / 2, 0, 0, 0, 0, 0, 0, 0, 0 "
            "FROM all2all.usage ON CONFLICT(member, slot, mount, kind, "
            "relay, boot) DO UPDATE SET payload_out = "
            "greatest(kept.payload_out, excluded.payload_out)")
        self.assertEqual(before, self.postgres.ask(
            "SELECT * FROM all2all.usage ORDER BY 1, 2, 3, 4, 5, 6"))

    def test_a_store_that_was_set_back_is_told_again(self):
        self.feed(self.relays[0])
        self.hear(self.relays[0], 1)
        self.in_step()
        relay = self.relays[0]
        relay.stop()
        self.postgres.ask("UPDATE all2all.shipment SET rev = 1000000")
        relay.start()
        self.feed(relay)
        self.hear(relay, 1)
        self.in_step()

    def test_a_server_that_does_not_answer_holds_nothing_up(self):
        self.feed(self.relays[0])
        self.in_step()
        self.wire.mute()
        self.hear(self.relays[0], 1)
        self.relays[0].wait_log("share: nothing can be shipped")
        began = time.monotonic()
        self.relays[0].stop()
        self.assertLess(time.monotonic() - began, 12)
        self.assertNotIn("postgresql://", self.relays[0].log())


class Alone(unittest.TestCase):
    def test_without_share_there_is_none(self):
        with Server() as server:
            server.add_member("ana")
            self.assertIn("nothing is shared", server.ctl(
                "report", "--member", "ana", "--period", PERIOD,
                "--from-share", status=1))


if __name__ == "__main__":
    tap.main()
