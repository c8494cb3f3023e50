#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The books agree: slots with sessions, broadcasts and plays with what was on
air, also after a kill."""
import os
import random
import socket
import sqlite3
import struct
import time
import urllib.parse

from books import Counted, ask
from encoder import basic, login
from server import read_until, wait_for

KILLS = int(os.environ.get("A2A_KILLS", "10"))
FLUSH = float(os.environ.get("A2A_PATIENCE", "1"))  # seconds, as in conf


class Sessions(Counted):
    def test_begun_are_ended_and_those_that_listen(self):
        dice = random.Random(3)
        self.on_air()
        listening, gone = [], 0
        for _ in range(40):
            listening.append(self.ears.join(self.mount))
            listening[-1].wait_bytes(1)
            if dice.random() < 0.6:
                ear = listening.pop(dice.randrange(len(listening)))
                (ear.leave if dice.random() < 0.5 else ear.abort)()
                gone += 1
        wait_for("they have left", lambda: self.server.mount(
            self.mount)["listeners"] == 40 - gone)
        begun, ended, lengths = self.sessions()
        self.assertEqual((begun, ended), (40, gone))
        self.assertEqual(lengths, {0: gone})
        self.hear(listening, 30000)
        self.all_left()
        self.assertEqual(self.check_sessions(), 40)

    def test_a_clean_stop_ends_them_all(self):
        self.on_air()
        listeners = [self.ears.join(self.mount) for _ in range(5)]
        for ear in listeners:
            ear.wait_bytes(20000)
        self.server.stop()
        begun, = ask(self.server, "SELECT sum(starts) FROM usage "
                     "WHERE kind = 'live'")[0]
        self.assertEqual(ask(self.server, "SELECT sum(ended) FROM session"),
                         [(begun,)])
        self.assertEqual(begun, 5)

    def test_slots_and_mounts_add_up(self):
        other = "/one/b.mp3"
        self.on_air()
        self.on_air(other)
        got = [self.hear([self.ears.join(mount) for _ in range(count)], 30000)
               for mount, count in ((self.mount, 2), (other, 3))]
        self.all_left()
        self.check_sessions()
        rows = dict(ask(
            self.server, "SELECT path, sum(payload_out) FROM usage JOIN mount "
            "ON mount.id = usage.mount WHERE kind = 'live' GROUP BY path"))
        self.assertEqual(rows, {self.mount: got[0], other: got[1]})
        ended = dict(ask(
            self.server, "SELECT path, sum(ended) FROM session JOIN mount "
            "ON mount.id = session.mount GROUP BY path"))
        self.assertEqual(ended, {self.mount: 2, other: 3})


class Broadcasts(Counted):
    conf = Counted.conf + "source-stall = 1s\n"

    def broadcasts(self):
        self.server.ctl("usage")
        return ask(self.server, "SELECT reason, ended_ms - started_ms, "
                   "encoder, media_type, codecs, bitrate_kbps FROM broadcast "
                   "ORDER BY id")

    def ended(self, reason):
        """The newest one's row, once it is over."""
        self.gone()
        row = self.broadcasts()[-1]
        self.assertEqual(row[0], reason)
        return row

    def test_it_is_open_while_on_air_and_left_after(self):
        begin = time.monotonic()
        source = self.on_air(headers=["User-Agent: butt 0.1.40"])
        (reason, length, encoder, media_type, codecs, kbps), = \
            self.broadcasts()
        self.assertEqual((reason, length), ("", None))
        self.assertEqual((encoder, media_type, kbps),
                         ("butt 0.1.40", "audio/mpeg", 128))
        self.assertTrue(codecs)
        time.sleep(1)
        source.stop()
        length = self.ended("left")[1]
        self.assertGreater(length, 1000)
        self.assertLess(length, 1000 * (time.monotonic() - begin))
        self.assertEqual(len(self.broadcasts()), 1)

    def test_who_says_nothing_any_more_is_lost(self):
        source = self.on_air()
        source.is_over.set()  # the socket stays open
        self.ended("lost")

    def test_who_is_reset_is_lost(self):
        source = self.on_air()
        source.is_over.set()
        source.join()
        source.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        source.sock.close()
        self.ended("lost")

    def test_who_is_kicked_or_blocked_or_stopped_is_said_to_be(self):
        self.on_air()
        self.server.ctl("kick", "source", self.mount)
        self.ended("kicked")
        self.on_air()
        self.server.block("one")
        self.ended("blocked")
        self.server.ctl("member", "unblock", "one")
        self.on_air()
        self.server.stop()
        self.assertEqual(
            ask(self.server, "SELECT reason FROM broadcast ORDER BY id"),
            [("kicked",), ("blocked",), ("stopped",)])
        self.assertEqual(ask(self.server, "SELECT count(*) FROM broadcast "
                             "WHERE ended_ms < started_ms"), [(0,)])

    def test_who_sent_no_sound_was_not_on_air(self):
        sock, head = login(self.server, self.mount, self.key)
        self.assertIn(b" 200 ", head)
        sock.close()
        self.gone()
        self.assertEqual(self.broadcasts(), [])


class Plays(Counted):
    conf = Counted.conf.replace("grace = 0", "grace = 20s")

    def say(self, title):
        sock = self.server.connect()
        sock.sendall((
            f"GET /admin/metadata?mode=updinfo&mount={self.mount}&song="
            f"{urllib.parse.quote(title)} HTTP/1.0\r\nAuthorization: Basic "
            f"{basic('source', self.key)}\r\n\r\n").encode())
        self.assertIn(b" 200 ", read_until(sock, b"\r\n\r\n"))
        sock.close()
        wait_for(f"{title} is on", lambda: self.server.mount(
            self.mount)["title"] == title.strip())

    def plays(self, count):
        """Title, is it over, listeners, peak."""
        def rows():
            self.server.ctl("usage")
            found = ask(
                self.server, "SELECT title, ended_ms IS NOT NULL, listeners, "
                "peak FROM play ORDER BY id")
            return found if len(found) >= count else None
        return wait_for(f"{count} plays", rows)

    def join(self, count):
        before = self.server.mount(self.mount)["listeners"]
        ears = [self.ears.join(self.mount) for _ in range(count)]
        wait_for("they listen", lambda: self.server.mount(
            self.mount)["listeners"] == before + count)
        return ears

    def test_each_title_has_its_listeners_and_its_peak(self):
        self.on_air()
        self.join(2)
        self.say("Ana - One")
        ears = self.join(3)
        for ear in ears:
            ear.leave()
        wait_for("three have left", lambda: self.server.mount(
            self.mount)["listeners"] == 2)
        self.say("Ana - Two")
        self.assertEqual(self.plays(2), [("Ana - One", 1, 2, 5),
                                         ("Ana - Two", 0, 2, 2)])
        self.join(1)
        wait_for("the new peak", lambda: self.plays(2)[1][3] == 3)

    def test_told_again_it_goes_on(self):
        self.on_air()
        for _ in range(3):
            self.say("Ana - One")
        self.assertEqual(self.plays(1), [("Ana - One", 0, 0, 0)])

    def test_a_source_that_comes_back_goes_on_with_its_title(self):
        source = self.on_air()
        self.say("Ana - One")
        source.stop()
        wait_for("it is away", lambda: self.server.mount(
            self.mount)["state"] == "away")
        self.on_air()
        self.say("Ana - One")
        self.say("Ana - Two")
        self.assertEqual(self.plays(2), [("Ana - One", 1, 0, 0),
                                         ("Ana - Two", 0, 0, 0)])

    def test_a_title_ends_with_its_source(self):
        source = self.on_air()
        self.say("Ana - One")
        source.stop()
        wait_for("it has ended", lambda: self.plays(1)[0][1] == 1)

    def test_what_is_told_is_clean(self):
        self.on_air()
        self.say("  Ana \u2014 \u00c9t\u00e9 ")
        self.assertEqual(self.plays(1)[0][0], "Ana \u2014 \u00c9t\u00e9")


class Kills(Counted):
    conf = Counted.conf.replace("grace = 0", "grace = 20s")

    def check_books(self, kills):
        """Nothing is open, and no start without a place for its session."""
        for reason, length in ask(self.server, "SELECT reason, ended_ms - "
                                  "started_ms FROM broadcast"):
            self.assertEqual(reason, "crashed")
            self.assertTrue(0 <= length < 20000, length)
        self.assertEqual(ask(self.server, "SELECT count(*) FROM play WHERE "
                             "ended_ms IS NULL OR ended_ms < started_ms"),
                         [(0,)])
        for begun, ended in ask(
                self.server, "SELECT sum(starts), (SELECT coalesce(sum(ended),"
                " 0) FROM session WHERE session.boot = usage.boot) FROM usage "
                "WHERE kind = 'live' GROUP BY boot"):
            self.assertLessEqual(ended, begun)
        broken, = ask(self.server, "PRAGMA integrity_check")[0]
        self.assertEqual(broken, "ok")
        count, = ask(self.server, "SELECT count(*) FROM broadcast")[0]
        self.assertLessEqual(count, kills)

    def test_after_kills_the_books_are_whole(self):
        dice = random.Random(5)
        counted = got = 0
        for number in range(1, KILLS + 1):
            source = self.on_air()
            listeners = [self.ears.join(self.mount) for _ in range(6)]
            listeners[0].wait_bytes(5000)
            listeners[0].leave()
            time.sleep(dice.uniform(0, 2.5))
            killed = time.monotonic()
            self.server.kill()
            source.stop()
            for ear in listeners:
                ear.wait_over()
            got += sum(len(ear.got) for ear in listeners)
            must = sum(ear.got_by(killed - FLUSH) for ear in listeners)
            self.server.start()
            self.check_books(number)
            before, counted = counted, self.live()
            self.assertLessEqual(counted, got, f"kill {number}")
            self.assertGreaterEqual(counted - before, must, f"kill {number}")
        seen, = ask(self.server, "SELECT count(*) FROM broadcast")[0]
        self.assertGreater(seen, KILLS / 2)


class Readers(Counted):
    def test_reading_beside_the_server_stops_nothing(self):
        """A reader that stays in its transaction: all is written still."""
        self.on_air()
        store = sqlite3.connect("file:" + os.path.join(
            self.server.data, "all2all.sqlite") + "?mode=ro", uri=True)
        store.execute("BEGIN")
        store.execute("SELECT count(*) FROM usage").fetchone()
        got = self.hear([self.ears.join(self.mount) for _ in range(3)], 30000)
        self.all_left()
        self.assertEqual(self.live(), got)
        store.close()


if __name__ == "__main__":
    import tap
    tap.main()
