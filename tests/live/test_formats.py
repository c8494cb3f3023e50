#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Each format on air from a real encoder: whoever joins, whenever, hears it
from a whole frame on, and the recording is whole.

All encoders run at once; what was heard is decoded format by format."""
import concurrent.futures
import os
import random
import shutil
import time
import unittest

import encoder
from ears import Ears, decode
from server import Server, wait_for

LISTENERS = 20
WINDOW = 8  # seconds in which they join
HEARD = 5   # seconds each must decode
CONF = 'max-member-sources = 20  mount "/*" { grace = 0  burst-time = 2s }\n'


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(CONF).start()
        cls.addClassCleanup(cls.end)
        key = cls.server.add_member("demo")
        cls.encoders = [
            encoder.Ffmpeg(cls.server, f"/demo/{kind}", key, kind)
            for kind in encoder.FORMATS]
        cls.ears = Ears(cls.server)
        cls.heard = {kind: [] for kind in encoder.FORMATS}
        for kind in encoder.FORMATS:
            wait_for(f"{kind} is on air",
                     lambda kind=kind: cls.server.mount(f"/demo/{kind}"), 60)
        cls.listen()
        for process in cls.encoders:
            process.stop()
        wait_for("the recordings are finished", cls.recorded, 30)

    @classmethod
    def listen(cls):
        """Joins at random moments; each stays for what it must hear."""
        moments = sorted((random.uniform(0, WINDOW), kind)
                         for kind in cls.heard for _ in range(LISTENERS))
        begin = time.monotonic()
        for moment, kind in moments:
            time.sleep(max(0, begin + moment - time.monotonic()))
            cls.heard[kind].append(
                cls.ears.join(f"/demo/{kind}", HEARD + 3))
        for kind in cls.heard:
            for ear in cls.heard[kind]:
                ear.wait_over()

    @classmethod
    def recorded(cls):
        rows = cls.server.ctl_json("recordings")["recordings"]
        cls.recordings = {row["mount"][6:]: row for row in rows}
        return len(cls.recordings) == len(cls.heard) and all(
            row["state"] == "done" for row in rows)

    @classmethod
    def end(cls):
        cls.ears.__exit__()
        for process in cls.encoders:
            process.stop()
        cls.server.stop()
        if os.environ.get("A2A_KEEP"):
            print("# kept", cls.server.folder)
        else:
            shutil.rmtree(cls.server.folder, ignore_errors=True)

    def check(self, kind):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(
                lambda ear: decode(ear.body, HEARD), self.heard[kind]))
        for number, (said, seconds) in enumerate(answers):
            self.assertEqual(said, "", f"listener {number}")
            self.assertGreater(seconds, HEARD - 0.1, f"listener {number}")
        for ear in self.heard[kind]:
            self.assertTrue(ear.is_leaving, "the server ended it")
            self.assertEqual(ear.header("content-type"), encoder.TYPES[kind])
        row = self.recordings[kind]
        said, seconds = decode(os.path.join(
            self.server.data, "archive", row["path"]))
        self.assertEqual(said, "", "recording")
        self.assertGreater(seconds, WINDOW + HEARD)
        print(f"# {kind}: {len(answers)} joins, recording {seconds:.1f} s")


def add_test(kind):
    def test(self):
        self.check(kind)
    setattr(Formats, f"test_{kind}_decodes_for_all_and_from_disk", test)


for name in encoder.FORMATS:
    add_test(name)

if __name__ == "__main__":
    import tap
    tap.main()
