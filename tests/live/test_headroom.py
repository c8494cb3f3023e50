#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Newcomers are sent away before the line is full, so that those who listen
never starve: a line of 1 Mbit/s, a fifth of it kept free, 128 kbit/s each."""
import time

import tap
from ears import Ears
from encoder import Replay, login
from server import Case, wait_for

RATE_BPS = 128000 * 1.04  # with the heads around it
FIT = int(800000 // RATE_BPS)


class Headroom(Case):
    # Without a burst, what is sent is what the stream is.
    conf = ('capacity = 1\nheadroom = 20\n'
            'mount "/demo/radio" { grace = 0 burst = 0 burst-time = 0 }\n')

    def setUp(self):
        super().setUp()
        key = self.server.add_member("demo")
        sock, _ = login(self.server, "/demo/radio", key,
                        headers=("Ice-Bitrate: 128",))
        feed = Replay(sock, "cbr128.mp3", 16000)
        self.addCleanup(feed.stop)
        wait_for("on air", lambda: (self.server.mount("/demo/radio") or
                                    {}).get("type"))

    def join(self, ears):
        ear = ears.join("/demo/radio")
        wait_for("an answer", lambda: ear.head)
        return ear

    def fill(self, ears):
        crowd = [self.join(ears) for _ in range(FIT)]
        self.assertEqual({ear.status for ear in crowd}, {200})
        return crowd

    def used_bps(self):
        return self.server.ctl_json("headroom")["used_bps"]

    def test_a_full_line_sends_newcomers_away_kindly(self):
        with Ears(self.server) as ears:
            crowd = self.fill(ears)
            last = self.join(ears)
            self.assertEqual(last.status, 503)
            self.assertTrue(last.header("retry-after"))
            had = [len(ear.body) for ear in crowd]
            time.sleep(3)
            for ear, before in zip(crowd, had):
                self.assertGreater(len(ear.body) - before, 2 * 16000)

    def test_whoever_leaves_makes_room(self):
        with Ears(self.server) as ears:
            crowd = self.fill(ears)
            time.sleep(2.5)  # they are measured now, not promised
            wait_for("a full line", lambda: self.used_bps() > 700000)
            full = self.server.ctl_json("headroom")
            self.assertEqual(full["capacity_bps"], 1000000)
            self.assertEqual(full["limit_bps"], 800000)
            self.assertEqual(self.join(ears).status, 503)
            crowd[0].leave()
            crowd[1].leave()
            wait_for("room", lambda: self.used_bps() < 800000 - 2 * RATE_BPS)
            self.assertEqual(self.join(ears).status, 200)
            self.assertEqual(self.server.ctl_json("headroom")["refused"], 1)

    def test_the_operator_hears_of_it_in_time(self):
        with Ears(self.server) as ears:
            self.fill(ears)
            self.server.wait_log("of its capacity of 1 Mbit/s")


class Unlimited(Case):
    def test_without_a_capacity_there_is_no_limit(self):
        self.assertEqual(
            self.server.ctl_json("headroom")["capacity_bps"], 0)
        self.assertIn("no capacity is set", self.server.ctl("headroom"))


if __name__ == "__main__":
    tap.main()
