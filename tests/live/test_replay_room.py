#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Who reads recordings leaves the line to who listens: on one of 2 Mbit/s, a
fifth of it kept free, and without a limit two hundred at a time."""
import time

import tap
from ears import Ears
from encoder import Replay, login
from replay import Played, address
from server import wait_for

STREAM_BPS = 128000 * 1.04  # with the heads around it
LIMIT_BPS, SHARE_BPS = 1600000, 600000
FIT = int(SHARE_BPS // STREAM_BPS)


class Narrow(Played):
    conf = Played.conf + ('capacity = 2\nheadroom = 20\narchive-share = 30\n'
                          'mount "/demo/radio" { grace = 0 burst = 0 '
                          'burst-time = 0 }\n')

    def setUp(self):
        super().setUp()
        self.row = self.record()
        sock, _ = login(self.server, "/demo/radio", self.key,
                        headers=("Ice-Bitrate: 128",))
        feed = Replay(sock, "cbr128.mp3", 16000)
        self.addCleanup(feed.stop)
        wait_for("on air", lambda: (self.server.mount("/demo/radio") or
                                    {}).get("type"))

    def join(self, ears, path):
        ear = ears.join(path)
        wait_for("an answer", lambda: ear.head)
        return ear

    def room(self):
        return self.server.ctl_json("headroom")

    def measured(self, readers, seconds=3):
        """Bits a second that they get now, all together."""
        before = sum(len(ear.got) for ear in readers)
        time.sleep(seconds)
        return (sum(len(ear.got) for ear in readers) - before) * 8 / seconds

    def test_all_together_have_their_share_and_no_more_are_let_in(self):
        with Ears(self.server) as ears:
            readers = [self.join(ears, address(self.row))
                       for _ in range(FIT)]
            self.assertEqual({ear.status for ear in readers}, {200})
            last = self.join(ears, address(self.row))
            self.assertEqual(last.status, 503)
            self.assertTrue(last.header("retry-after"))
            # No body, no room.
            head = self.join(ears, address(self.row) + "/x.mp3?t=0")
            self.assertEqual(head.status, 503)
            bps = self.measured(readers) * 1.04
            self.assertLess(bps, SHARE_BPS * 1.25)
            self.assertGreater(bps, SHARE_BPS * 0.75)
            self.assertEqual(self.room()["archive_room_bps"], SHARE_BPS)
            # In turn: none of them starves.
            least = min(len(ear.got) for ear in readers)
            self.assertGreater(least, 16000)

    def test_listeners_come_in_and_readers_make_room(self):
        with Ears(self.server) as ears:
            readers = [self.join(ears, address(self.row))
                       for _ in range(FIT)]
            self.assertEqual({ear.status for ear in readers}, {200})
            wait_for("they take their share", lambda:
                     self.room()["archive_bps"] > SHARE_BPS * 0.7)
            crowd = [self.join(ears, "/demo/radio")
                     for _ in range(int(LIMIT_BPS // STREAM_BPS) - 1)]
            self.assertEqual({ear.status for ear in crowd}, {200})
            wait_for("they make room", lambda:
                     self.room()["archive_room_bps"] <= SHARE_BPS // 5)
            had = [len(ear.got) for ear in crowd]
            bps = self.measured(readers, 4)
            # What they keep is what is left, or a tenth of their share.
            self.assertLess(bps, SHARE_BPS / 2)
            for ear, before in zip(crowd, had):
                self.assertGreater(len(ear.got) - before, 3 * 16000)
            self.assertFalse(any(ear.is_over for ear in readers))
            self.assertEqual(self.join(ears, address(self.row)).status, 503)
            for ear in crowd:
                ear.leave()
            wait_for("their share again", lambda:
                     self.room()["archive_room_bps"] == SHARE_BPS)
            self.assertGreater(self.measured(readers), SHARE_BPS / 2)


class Crowd(Played):
    # Two hundred from one address at once.
    conf = Played.conf + 'workers = 2\n'
    COUNT = 200

    def test_two_hundred_at_once_take_nothing_from_a_listener(self):
        row = self.record("ts", 10)
        media = self.media(row)
        sock, _ = login(self.server, "/demo/radio", self.key)
        feed = Replay(sock, "cbr128.mp3", 16000)
        self.addCleanup(feed.stop)
        wait_for("on air", lambda: (self.server.mount("/demo/radio") or
                                    {}).get("type"))
        with Ears(self.server) as ears:
            listener = ears.join("/demo/radio")
            listener.wait_bytes(50000)
            begin, had = time.monotonic(), len(listener.got)
            readers = [ears.join(address(row)) for _ in range(self.COUNT)]
            for ear in readers:
                ear.wait_over(60)
            took = time.monotonic() - begin
            time.sleep(1)
            heard = len(listener.got) - had
            self.assertFalse(listener.is_over)
            self.assertTrue(listener.body in feed.bytes * 9, "a hole")
        self.assertGreater(heard, 16000 * took * 0.9)
        for ear in readers:
            self.assertEqual(ear.status, 200)
            self.assertTrue(ear.body == media)
        self.assertEqual(self.used(row),
                         sum(len(ear.got) for ear in readers))


if __name__ == "__main__":
    tap.main()
