#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The power goes while broadcasts are recorded: a file system that is stopped
at once, without what it had not written yet. What a point had made durable is
there afterwards, finished, and decodes. Needs root, and a loop device."""
import fcntl
import os
import random
import struct
import subprocess
import time
import unittest

from ears import decode
from server import Server, wait_for
from streams import ENDINGS, air

CUTS = int(os.environ.get(
    "A2A_CUTS", "2" if os.environ.get("A2A_SANITIZED") else "6"))
POINT_SECONDS = 1
AT_ONCE = 4
STOP = 0x8004587d  # EXT4_IOC_SHUTDOWN
WITHOUT_JOURNAL = 2


class Disk:
    """An ext4 of its own, mounted where the server keeps its data."""

    def __init__(self, image, where):
        self.image, self.where = image, where
        self.device = None

    def make(self):
        with open(self.image, "wb") as file:
            file.truncate(128 << 20)
        os.makedirs(self.where)
        subprocess.run(["mkfs.ext4", "-q", self.image], check=True)

    def mount(self):
        """What was wrong, or nothing."""
        made = subprocess.run(
            ["losetup", "--find", "--show", self.image], check=False,
            capture_output=True, text=True)
        if made.returncode != 0:
            return made.stderr
        self.device = made.stdout.strip()
        mounted = subprocess.run(
            ["mount", self.device, self.where], check=False,
            capture_output=True, text=True)
        if mounted.returncode != 0:
            self.detach()
        return mounted.stderr

    def detach(self):
        """A machine without power remembers nothing of its disk: the next
        mount may find nothing that is kept in memory of this one."""
        subprocess.run(["losetup", "--detach", self.device], check=True)
        wait_for("the disk is away", lambda: not subprocess.run(
            ["losetup", "--associated", self.image], check=True,
            capture_output=True).stdout)

    def cut(self):
        folder = os.open(self.where, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, STOP, struct.pack("I", WITHOUT_JOURNAL))
        finally:
            os.close(folder)

    def unmount(self):
        wait_for("it can be unmounted", lambda: subprocess.run(
            ["umount", self.where], check=False,
            capture_output=True).returncode == 0)
        self.detach()


class PowerCut(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("only root may mount")
        self.server = Server(f"recording-point = {POINT_SECONDS}s\n"
                             "max-member-sources = 20\n"
                             "archive-reserve = 0\n")
        self.disk = Disk(os.path.join(self.server.folder, "disk"),
                         self.server.data)
        self.disk.make()
        said = self.disk.mount()
        if said:
            self.skipTest(f"no disk can be made here: {said.strip()}")
        os.chmod(self.server.data, 0o777)
        self.server.start()
        self.key = self.server.add_member("demo")
        self.lasted = {}
        self.kinds = []
        self.addCleanup(self.finish)

    def finish(self):
        self.server.stop()
        self.disk.unmount()
        self.server.__exit__(None, None, None)

    def parts(self):
        return [name for _, _, names in os.walk(self.server.data)
                for name in names if name.endswith(".part")]

    def rows(self):
        return self.server.ctl_json("recordings")["recordings"]

    def broadcast_until_the_cut(self):
        if len(self.kinds) < AT_ONCE:
            self.kinds += random.sample(sorted(ENDINGS), len(ENDINGS))
        kinds = set(self.kinds[:AT_ONCE])
        del self.kinds[:AT_ONCE]
        sources = [air(self.server, self.key, kind)[1] for kind in kinds]
        begin = time.monotonic()
        wait_for("all are recorded", lambda: len([
            row for row in self.rows()
            if row["state"] == "active"]) == len(kinds))
        time.sleep(random.uniform(POINT_SECONDS, 4 * POINT_SECONDS))
        for row in self.rows():
            if row["state"] == "active":
                self.lasted[row["id"]] = time.monotonic() - begin
        self.disk.cut()
        self.server.kill()
        for source in sources:
            source.stop()

    def finished_rows(self):
        rows = self.rows()
        return None if [row for row in rows if row["state"] != "done"] \
            else rows

    def check(self, row):
        path = os.path.join(self.server.data, "archive", row["path"])
        self.assertEqual(row["state"], "done", row)
        said, seconds = decode(path)
        self.assertEqual(said, "", path)
        if row["id"] in self.lasted:
            # A point, how often it is looked for one, what was not a whole
            # page or cluster yet, and the one that waits for the next.
            self.assertGreater(
                seconds, self.lasted[row["id"]] - POINT_SECONDS - 3, path)

    def test_what_was_durable_is_there_after_the_power_was_gone(self):
        for _ in range(CUTS):
            self.broadcast_until_the_cut()
            self.disk.unmount()
            self.assertEqual(self.disk.mount(), "")
            self.server.start()
            wait_for("all are finished", lambda: not self.parts())
            rows = wait_for("the rows are told", self.finished_rows)
            self.assertEqual(set(self.lasted), {row["id"] for row in rows})
            for row in rows:
                self.check(row)
        print(f"# {CUTS} power cuts, {len(rows)} recordings")


if __name__ == "__main__":
    import tap
    tap.main()
