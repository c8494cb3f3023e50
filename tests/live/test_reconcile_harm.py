#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A clock that is set, a disk that is full, a store that cannot be written:
listeners notice nothing, and in the end everything is counted once."""
import errno
import os
import subprocess
import time

from books import Counted, ask
from seam import Seam
from server import wait_for

SLOTS = "SELECT slot, sum(payload_out), sum(listen_ms), sum(starts) " \
        "FROM usage WHERE kind = 'live' GROUP BY slot ORDER BY slot"


class Seamed(Counted):
    def setUp(self):
        super().setUp()
        self.server.stop()
        self.seam = Seam(self.server.folder)
        self.addCleanup(self.seam.close)
        self.server.start(preload=self.seam.library)

    def joined(self, count):
        listeners = [self.ears.join(self.mount) for _ in range(count)]
        for ear in listeners:
            ear.wait_bytes(20000)
        return listeners

    def hear_more(self, listeners, count=30000):
        """Nobody is held up."""
        for ear, at in [(ear, len(ear.got)) for ear in listeners]:
            ear.wait_bytes(at + count)


class Clock(Seamed):
    def check_step(self, seconds):
        self.on_air()
        begin = time.monotonic()
        listeners = self.joined(3)
        before = int(time.time()) // 300
        self.seam.set_clock(seconds)
        self.server.wait_log("the clock was set")
        self.hear_more(listeners)
        got = self.hear(listeners, 0)
        heard = 3 * (time.monotonic() - begin)
        self.all_left()
        self.assertEqual(self.live(), got)
        self.assertEqual(self.check_sessions(), 3)
        rows = ask(self.server, SLOTS)
        first, last = min(rows), max(rows)
        self.assertLessEqual(abs(last[0] - first[0] - abs(seconds) // 300), 1)
        self.assertIn(before - first[0] if seconds > 0 else
                      before - last[0], (-1, 0, 1))
        for row in rows:
            self.assertGreaterEqual(min(row), 0)
        # The burst is heard at once; what follows, in its time.
        self.assertAlmostEqual(sum(row[2] for row in rows) / 1000, heard,
                               delta=3)
        self.assertEqual(sum(row[3] for row in rows), 3)
        self.server.stop()
        self.assertEqual(ask(self.server, "SELECT count(*) FROM broadcast "
                             "WHERE ended_ms < started_ms"), [(0,)])
        self.assertEqual(sum(row[1] for row in ask(self.server, SLOTS)), got)

    def test_an_hour_forward(self):
        self.check_step(3600)

    def test_an_hour_back(self):
        self.check_step(-3600)

    def test_there_and_back_again(self):
        self.on_air()
        listeners = self.joined(2)
        for seconds in (3600, 0, 86400, -86400, 0):
            said = self.server.log().count("the clock was set")
            self.seam.set_clock(seconds)
            wait_for("it is seen", lambda n=said: self.server.log().count(
                "the clock was set") == n + 1)
            self.hear_more(listeners, 8000)
        got = self.hear(listeners, 0)
        self.all_left()
        self.assertEqual(self.live(), got)
        self.assertEqual(self.check_sessions(), 2)


class ReadOnly(Seamed):
    def check_harm(self, number):
        source = self.on_air()
        listeners = self.joined(3)
        self.seam.fail_writes(number)
        self.server.wait_log("store cannot be written")
        self.hear_more(listeners, 60000)
        sent = source.sent
        self.server.ctl("usage", status=1)
        more = self.joined(2)
        gone, listeners = listeners[:1], listeners[1:] + more
        got = self.hear(gone, 0)
        self.seam.fail_writes(0)
        self.server.wait_log("nothing was lost")
        got += self.hear(listeners, 0)
        self.all_left()
        self.assertEqual(self.live(), got)
        self.assertEqual(self.check_sessions(), 5)
        self.assertGreater(source.sent, sent)

    def test_a_filesystem_that_became_read_only(self):
        self.check_harm(errno.EROFS)

    def test_a_disk_that_is_broken_for_a_while(self):
        self.check_harm(errno.EIO)

    def test_a_quota_that_is_used_up(self):
        self.check_harm(errno.EDQUOT)


class FullDisk(Counted):
    """A small disk of its own."""

    def setUp(self):
        super().setUp()
        self.server.stop()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "a2a",
             self.server.data], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"no disk can be made here: {done.stderr.splitlines()[0]}")
        self.addCleanup(subprocess.run,
                        ["umount", "-l", self.server.data], check=False)
        self.server.start()
        self.key = self.server.add_member("one")
        self.ballast = os.path.join(self.server.data, "ballast")

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)

    def test_listeners_notice_nothing_and_totals_catch_up(self):
        self.on_air()
        listeners = [self.ears.join(self.mount) for _ in range(4)]
        for ear in listeners:
            ear.wait_bytes(20000)
        self.fill()
        self.server.wait_log("store cannot be written")
        for ear, at in [(ear, len(ear.got)) for ear in listeners]:
            ear.wait_bytes(at + 60000)
        got = self.hear(listeners[:2], 0)
        self.assertIn("full", self.server.ctl("usage", status=1))
        os.remove(self.ballast)
        self.server.wait_log("nothing was lost")
        got += self.hear(listeners[2:], 0)
        self.all_left()
        self.assertEqual(self.live(), got)
        self.assertEqual(self.check_sessions(), 4)


if __name__ == "__main__":
    import tap
    tap.main()
