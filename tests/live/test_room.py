#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""An archive on a small disk of its own that gets full: while a broadcast is
recorded, and while its end is written down. The stream is unharmed, the
recording says what it lost, and goes on by itself when there is room again.
Needs root, to mount the disk."""
import json
import os
import subprocess
import threading
import time
import unittest

from ears import Ears, decode
from encoder import Replay, login
from server import Server, wait_for

DISK = 12 << 20


class SmallDisk(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("only root may mount")
        self.source = None

    def begin(self, reserve):
        self.server = Server(
            f'recording-point = 500ms\narchive-reserve = {reserve}\n'
            'mount "/*" { grace = 0  pace = 100ms  log = yes }\n')
        self.archive = os.path.join(self.server.data, "archive")
        os.makedirs(self.archive)
        said = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=777", "tmpfs",
             self.archive], check=False, capture_output=True, text=True)
        if said.returncode != 0:
            self.skipTest(f"no disk can be made here: {said.stderr.strip()}")
        self.addCleanup(self.finish)
        os.chmod(self.server.data, 0o777)
        self.server.start()
        self.key = self.server.add_member("demo")
        sock, head = login(self.server, "/demo/a.mp3", self.key)
        self.assertIn(b" 200 ", head)
        self.source = Replay(sock, "cbr128.mp3", 64000)
        wait_for("it is recorded", lambda: self.rows())

    def finish(self):
        if self.source is not None:
            self.source.stop()
        self.server.stop()
        subprocess.run(["umount", "-l", self.archive], check=False)
        self.server.__exit__(None, None, None)

    def rows(self, state=None):
        return [row for row in
                self.server.ctl_json("recordings")["recordings"]
                if state in (None, row["state"])]

    def sidecar(self, row):
        return os.path.join(self.archive, row["path"][:-4] + ".json")

    def said(self, row):
        with open(self.sidecar(row), encoding="utf-8") as file:
            return json.load(file)

    def fill(self, free=0):
        """Leaves so many bytes."""
        disk = os.statvfs(self.archive)
        left = disk.f_bavail * disk.f_frsize - free
        with open(os.path.join(self.archive, "ballast"), "ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), left)

    def keep_full(self, is_over):
        """What is given back is taken at once."""
        while not is_over.wait(0.002):
            try:
                self.fill()
            except OSError:
                pass

    def make_room(self):
        os.remove(os.path.join(self.archive, "ballast"))

    def hear(self, ears, fault):
        """The whole of what a listener heard around it decodes."""
        ear = ears.join("/demo/a.mp3")
        ear.wait_bytes(64000)
        fault()
        ear.wait_bytes(len(ear.got) + 128000)
        ear.leave()
        ear.wait_over()
        self.assertEqual(decode(ear.body, 5)[0], "")

    def check_done(self, count):
        self.source.stop()
        wait_for("all is finished", lambda: len(self.rows()) >= count and all(
            os.path.exists(self.sidecar(row)) for row in self.rows()), 80)
        wait_for("that is told", lambda: not self.rows("active") and
                 not self.rows("finishing"))
        for row in self.rows():
            path = os.path.join(self.archive, row["path"])
            self.assertEqual(os.path.getsize(path), row["bytes"])
            self.assertEqual(decode(path)[0], "", row)

    def gaps(self):
        return [gap["reason"] for row in self.rows()
                for gap in self.said(row)["gaps"]]

    def test_full_while_it_is_recorded(self):
        self.begin("0")
        with Ears(self.server) as ears:
            self.hear(ears, self.fill)
        self.server.wait_log("broken after", 40)
        time.sleep(1)
        self.make_room()
        self.server.wait_log("goes on", 20)
        time.sleep(2)
        self.check_done(4)
        self.assertEqual(len(self.rows("broken")), 2)
        self.assertEqual(self.gaps().count("before it, the disk failed"), 2)
        self.assertEqual(self.server.ctl("member", "list").count("demo"), 1)

    def test_room_is_left_in_time(self):
        self.begin("2M")
        with Ears(self.server) as ears:
            self.hear(ears, lambda: self.fill(3 << 20))
            self.server.wait_log("logs are not recorded")
            self.assertTrue(self.server.mount("/demo/a.mp3")["recording"])
            self.hear(ears, lambda: self.fill(1 << 20))
            self.server.wait_log("nothing is recorded")
        wait_for("that is seen", lambda: not self.server.mount(
            "/demo/a.mp3")["recording"])
        self.make_room()
        self.server.wait_log("all is recorded again")
        wait_for("both go on", lambda: len(self.rows("active")) == 2)
        time.sleep(2)
        self.check_done(4)
        self.assertEqual(self.rows("broken"), [])
        self.assertEqual(self.gaps().count(
            "before it, the archive's disk is nearly full"), 2)
        self.assertEqual(
            [row["note"] for row in self.rows()].count(
                "it stopped: the archive's disk is nearly full"), 2)

    def test_full_when_it_ends(self):
        """Neither the finished media nor how it ended can be written."""
        self.begin("0")
        wait_for("bytes", lambda: self.source.sent > 400000)
        is_over = threading.Event()
        filler = threading.Thread(target=self.keep_full, args=[is_over])
        filler.start()
        time.sleep(0.2)
        self.source.stop()
        wait_for("the end", lambda: not self.server.mount("/demo/a.mp3"))
        time.sleep(2)
        is_over.set()
        filler.join()
        # Now and then the server takes what was given back first.
        print(f"# {len(self.rows('done'))} of 2 found room")
        self.make_room()
        self.check_done(2)
        for row in self.rows():
            self.assertGreater(row["bytes"], 300000)


if __name__ == "__main__":
    import tap
    tap.main()
