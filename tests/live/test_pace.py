#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""When listeners are sent to: once in a pace, a crowd not all in one moment,
and nobody waits for a block that does not come."""
import os
import signal
import time

import tap
from ears import Ears
from encoder import Replay, login
from server import Case, wait_for

CROWD = 600  # from 500 on they are spread
PATIENCE = float(os.environ.get("A2A_PATIENCE", "1"))


def chunks(ear, since, until):
    """When bytes came; what came within 20 ms is one."""
    found = []
    for at, _ in ear.times:
        if since <= at < until and (not found or at - found[-1] > 0.02):
            found.append(at)
    return found


class Pace(Case):
    conf = "".join(f'mount "/demo/{name}" {{ grace = 0 pace = {pace} }}\n'
                   for name, pace in (("talk", "0"), ("radio", "500ms"),
                                      ("saving", "1s")))

    def put_on_air(self, mount):
        sock, _ = login(self.server, mount, self.key)
        feed = Replay(sock, "cbr128.mp3", 16000)
        self.addCleanup(feed.stop)
        wait_for("on air", lambda: (self.server.mount(mount) or {}).get(
            "type"))
        return feed

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def chunks_in_five_seconds(self, mount):
        self.put_on_air(mount)
        with Ears(self.server) as ears:
            ear = ears.join(mount)
            time.sleep(6.2)
            now = time.monotonic()
            return len(chunks(ear, now - 5, now))

    def test_conversation_comes_as_it_is_said(self):
        self.assertGreater(self.chunks_in_five_seconds("/demo/talk"), 50)

    def test_radio_comes_twice_a_second(self):
        self.assertIn(self.chunks_in_five_seconds("/demo/radio"), (9, 10, 11))

    def test_a_longer_pace_saves_sends(self):
        self.assertIn(self.chunks_in_five_seconds("/demo/saving"), (4, 5, 6))


class Crowd(Pace):
    """Python reads them all in one thread: times are not exact to the ms."""
    test_conversation_comes_as_it_is_said = None
    test_radio_comes_twice_a_second = None
    test_a_longer_pace_saves_sends = None

    def gather(self, ears):
        crowd = [ears.join("/demo/radio") for _ in range(CROWD)]
        wait_for("all have begun",
                 lambda: all(len(ear.times) > 3 for ear in crowd),
                 20 * PATIENCE)
        return crowd

    def test_many_are_not_sent_to_in_one_moment(self):
        self.put_on_air("/demo/radio")
        with Ears(self.server) as ears:
            crowd = self.gather(ears)
            time.sleep(2.2)
            since = time.monotonic() - 2
            counts = [len(chunks(ear, since, since + 2)) for ear in crowd]
            steps = [0] * 20
            for ear in crowd:
                for at in chunks(ear, since, since + 2):
                    steps[int((at - since) / 0.1)] += 1
        self.assertLess(sum(counts), CROWD * 5)  # a send each half second
        self.assertGreater(min(counts), 1)
        self.assertLess(sorted(steps)[-3], CROWD * 2 / 3, steps)
        self.assertGreater(sum(count > 0 for count in steps), 8, steps)

    def test_when_the_source_pauses_all_get_all(self):
        feed = self.put_on_air("/demo/radio")
        with Ears(self.server) as ears:
            crowd = self.gather(ears)
            feed.is_over.set()  # it stays connected
            feed.join()
            time.sleep(1 * PATIENCE)
            tails = {bytes(ear.got[-400:]) for ear in crowd}
            self.assertEqual(len(tails), 1)

    def test_after_a_pause_the_crowd_is_spread_again(self):
        feed = self.put_on_air("/demo/radio")
        with Ears(self.server) as ears:
            crowd = self.gather(ears)
            feed.is_over.set()
            feed.join()
            time.sleep(2)
            since = time.monotonic()
            again = Replay(feed.sock, "cbr128.mp3", 16000)
            wait_for("everybody hears again",
                     lambda: all(ear.times[-1][0] > since for ear in crowd),
                     5 * PATIENCE)
            again.is_over.set()
            again.join()
            first = sorted(chunks(ear, since, since + 60)[0]
                           for ear in crowd)
        self.assertGreater(first[-1] - first[0], 0.1)
        self.assertLess(first[-1] - first[0], 1 * PATIENCE)


class Frozen(Crowd):
    """The process stands still for longer than the ring remembers."""
    conf = ('workers = 1\n'
            'mount "/demo/radio" { grace = 0 pace = 500ms slow = close }\n')
    test_many_are_not_sent_to_in_one_moment = None
    test_when_the_source_pauses_all_get_all = None

    def test_nobody_is_lost_to_it(self):
        self.put_on_air("/demo/radio")
        with Ears(self.server) as ears:
            crowd = self.gather(ears)
            self.server.process.send_signal(signal.SIGSTOP)
            time.sleep(5)
            self.server.process.send_signal(signal.SIGCONT)
            time.sleep(2)
            had = [len(ear.got) for ear in crowd]
            wait_for("all still hear", lambda: all(
                ear.is_over or len(ear.got) > before
                for ear, before in zip(crowd, had)), 20 * PATIENCE)
            self.assertEqual(sum(ear.is_over for ear in crowd), 0)


class Patience(Case):
    conf = ('source-stall = 1s\n'
            'mount "/demo/slow" { grace = 0 pace = 3s }\n')

    def test_a_long_pace_throws_no_source_out(self):
        sock, _ = login(self.server, "/demo/slow",
                        self.server.add_member("demo"))
        feed = Replay(sock, "cbr128.mp3", 4000)
        self.addCleanup(feed.stop)
        time.sleep(6)
        self.assertEqual(self.server.mount("/demo/slow")["state"], "live")


if __name__ == "__main__":
    tap.main()
