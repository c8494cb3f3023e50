#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Thirty times the server is killed in the middle of broadcasts of all formats.
Each time it starts again; at most five seconds of usage and of each recording
are missing, and never a byte too many is there; every recording begun is
finished, there once, and decodes."""
import hashlib
import json
import os
import random
import time

from ears import Ears, decode
from server import Case, wait_for
from streams import ENDINGS, air

# A sanitizer sees as much in ten.
KILLS = int(os.environ.get(
    "A2A_KILLS", "10" if os.environ.get("A2A_SANITIZED") else "30"))
LOST_SECONDS = 5
AT_ONCE = 4


class Crash(Case):
    conf = 'mount "/*" { grace = 20s  burst = 16K  burst-time = 1s  ' \
           'pace = 200ms }\n'

    def setUp(self):
        super().setUp()
        self.archive = os.path.join(self.server.data, "archive")
        self.key = self.server.add_member("demo")
        self.lasted = {}  # recording's id -> seconds that were on air
        self.streams = []

    def on_air(self):
        """Some of all, each as often as any other."""
        if len(self.streams) < AT_ONCE:
            self.streams += random.sample(sorted(ENDINGS), len(ENDINGS))
        kinds = set(self.streams[:AT_ONCE])
        del self.streams[:AT_ONCE]
        return dict(air(self.server, self.key, kind) for kind in kinds)

    def files(self):
        return sorted(os.path.join(folder, name)
                      for folder, _, names in os.walk(self.archive)
                      for name in names)

    def billed(self):
        return sum(line["payload_out"] for line
                   in self.server.ctl_json("usage")["usage"]
                   if line["kind"] == "live")

    def broadcast(self, seconds):
        """Bytes that must and that may be billed, when it ends in a kill."""
        sources = self.on_air()
        with Ears(self.server) as ears:
            listeners = [ears.join(mount)
                         for mount in sources for _ in range(3)]
            begin = time.monotonic()
            listeners[0].wait_bytes(5000)
            time.sleep(max(0, begin + seconds - time.monotonic()))
            self.note_lengths(time.monotonic() - begin)
            killed = time.monotonic()
            self.server.kill()
            for ear in listeners:
                ear.wait_over()
            for source in sources.values():
                source.stop()
            return (sum(ear.got_by(killed - LOST_SECONDS)
                        for ear in listeners),
                    sum(len(ear.got) for ear in listeners))

    def note_lengths(self, seconds):
        for row in self.rows():
            if row["state"] == "active":
                self.lasted[row["id"]] = seconds

    def rows(self):
        return self.server.ctl_json("recordings")["recordings"]

    def check_recordings(self, count):
        wait_for("all are finished", lambda: not [
            row for row in self.rows()
            if row["state"] in ("active", "finishing")])
        wait_for("nothing is left over", lambda: not [
            name for name in self.files() if name.endswith(".part")])
        rows = self.rows()
        self.assertEqual({row["state"] for row in rows}, {"done"}, rows)
        self.assertGreaterEqual(len(rows), count)
        self.assertLessEqual(
            set(self.lasted), {row["id"] for row in rows})
        files = self.files()
        self.assertEqual([name for name in files if ".new" in name], [])
        self.assertEqual(
            len([name for name in files if not name.endswith(
                (".index", ".m4a", "SHA256SUMS"))]),
            2 * len(rows))
        return rows

    def check_recording(self, row):
        path = os.path.join(self.archive, row["path"])
        with open(path, "rb") as file:
            media = file.read()
        with open(os.path.splitext(path)[0] + ".json",
                  encoding="utf-8") as file:
            sidecar = json.load(file)
        self.assertTrue(sidecar["recovered"])
        self.assertEqual(sidecar["sha256"], hashlib.sha256(media).hexdigest())
        self.assertEqual(sidecar["bytes"], len(media))
        self.assertEqual(row["bytes"], len(media))
        said, seconds = decode(path)
        self.assertEqual(said, "", path)
        self.assertAlmostEqual(
            seconds, sidecar["duration_ms"] / 1000, delta=0.1, msg=path)
        if row["id"] in self.lasted:
            self.assertGreater(
                seconds, self.lasted[row["id"]] - LOST_SECONDS, path)

        if path.endswith(".aac"):
            self.check_twin(path, sidecar)

    def check_twin(self, path, sidecar):
        """It was made, whenever the kill came."""
        with open(os.path.splitext(path)[0] + ".m4a", "rb") as file:
            twin = file.read()
        self.assertEqual(
            sidecar["twin"]["sha256"], hashlib.sha256(twin).hexdigest())
        self.assertEqual(sidecar["twin"]["bytes"], len(twin))

    def test_thirty_kills(self):
        worst, missing = 0, 0
        billed = self.billed()
        for number in range(1, KILLS + 1):
            must, may = self.broadcast(random.uniform(0.5, 6.5))
            self.server.start()
            now = self.billed()
            self.assertLessEqual(now - billed, may, f"kill {number}")
            self.assertGreaterEqual(now - billed, must, f"kill {number}")
            worst = max(worst, may - (now - billed))
            missing += may - (now - billed)
            billed = now
            rows = self.check_recordings(number)
        for row in rows:
            self.check_recording(row)
        print(f"# {KILLS} kills: {billed} bytes billed, {missing} missing, "
              f"at worst {worst} by one kill; {len(rows)} recordings")

    def test_a_second_start_changes_nothing(self):
        self.broadcast(2)
        for _ in range(3):  # killed while it mends
            self.server.start(ready=False)
            time.sleep(random.uniform(0, 0.03))
            self.server.kill()
        self.server.start()
        rows = self.check_recordings(1)
        before = {name: os.stat(name).st_mtime_ns for name in self.files()}
        self.server.stop()
        self.server.start()
        self.assertEqual(self.check_recordings(1), rows)
        self.assertEqual(before, {name: os.stat(name).st_mtime_ns
                                  for name in self.files()})
        for row in rows:
            self.check_recording(row)

    def plant(self, name, text):
        folder = os.path.join(self.archive, "demo", "2026", "01", "02")
        for path in (os.path.dirname(os.path.dirname(folder)),
                     os.path.dirname(folder), folder):
            if not os.path.exists(path):
                os.makedirs(path, exist_ok=True)
            os.chmod(path, 0o777)
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(text)
        os.chmod(path, 0o666)
        return path

    def test_rubbish_in_the_archive_is_no_obstacle(self):
        self.broadcast(2)
        strange = self.plant("holiday.part", b"not of ours")
        garbage = self.plant("20260102T030405Z_abcdefghjkmnpqrstvwxyz2345"
                             ".mp3.part", os.urandom(5000))
        empty = self.plant("20260102T030406Z_abcdefghjkmnpqrstvwxyz2346"
                           ".mp3.part", b"")
        link = strange + "link.mp3.part"
        os.symlink("/etc/passwd", link)
        self.server.start()
        self.assertTrue(os.path.exists(strange))
        self.assertTrue(os.path.islink(link))
        wait_for("the new ones are done", lambda: "done" in [
            row["state"] for row in self.rows()])
        wait_for("the garbage is kept", lambda: os.path.exists(garbage[:-5]))
        states = {row["path"]: row["state"] for row in self.rows()}
        self.assertEqual(
            states["demo/2026/01/02/" + os.path.basename(garbage)[:-5]],
            "broken")
        self.assertFalse(os.path.exists(empty))
        self.assertFalse(os.path.exists(garbage))
        self.assertIn("holiday", self.server.log())


if __name__ == "__main__":
    import tap
    tap.main()
