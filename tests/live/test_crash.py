#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Twenty times the server is killed in the middle of a broadcast. Each time it
starts again; at most five seconds of usage are missing and never a byte too
many is there; every recording begun is finished, and decodes."""
import hashlib
import json
import os
import random
import time

from ears import Ears, decode
from encoder import Replay, login
from server import Case, wait_for

KILLS = int(os.environ.get("A2A_KILLS", "20"))
LOST_SECONDS = 5
STREAMS = (("a.mp3", "audio/mpeg", "cbr128.mp3", 32000),
           ("b.opus", "audio/ogg", "opus.ogg", 30000),
           ("c.webm", "video/webm", "ffmpeg-vp8-opus-live.webm", 60000))


class Crash(Case):
    conf = 'mount "/*" { grace = 20s  burst = 16K  burst-time = 1s  ' \
           'pace = 200ms }\n'

    def setUp(self):
        super().setUp()
        self.archive = os.path.join(self.server.data, "archive")
        self.key = self.server.add_member("demo")

    def on_air(self):
        sources = []
        for name, media_type, file, rate in STREAMS:
            sock, head = login(self.server, f"/demo/{name}", self.key,
                               content_type=media_type)
            self.assertIn(b" 200 ", head)
            sources.append(Replay(sock, file, rate))
        return sources

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
            listeners = [ears.join(f"/demo/{name}")
                         for name, *_ in STREAMS for _ in range(3)]
            begin = time.monotonic()
            listeners[0].wait_bytes(5000)
            time.sleep(max(0, begin + seconds - time.monotonic()))
            killed = time.monotonic()
            self.server.kill()
            for ear in listeners:
                ear.wait_over()
            for source in sources:
                source.stop()
            return (sum(ear.got_by(killed - LOST_SECONDS)
                        for ear in listeners),
                    sum(len(ear.got) for ear in listeners))

    def check_recordings(self, count):
        rows = self.server.ctl_json("recordings")["recordings"]
        self.assertEqual({row["state"] for row in rows}, {"done"}, rows)
        self.assertGreaterEqual(len(rows), count)
        files = self.files()
        self.assertEqual([name for name in files if ".part" in name], [])
        self.assertEqual(len(files), 2 * len(rows))
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
        self.assertEqual(decode(path)[0], "", path)

    def test_twenty_kills(self):
        worst, missing = 0, 0
        billed = self.billed()
        for number in range(1, KILLS + 1):
            must, may = self.broadcast(random.uniform(0.5, 8))
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
        self.assertFalse(os.path.exists(empty))
        self.assertFalse(os.path.exists(garbage))
        self.assertTrue(os.path.exists(garbage[:-5]))
        states = {row["path"]: row["state"] for row
                  in self.server.ctl_json("recordings")["recordings"]}
        self.assertEqual(
            states["demo/2026/01/02/" + os.path.basename(garbage)[:-5]],
            "broken")
        wait_for("the new ones are done",
                 lambda: "done" in states.values())
        self.assertIn("holiday", self.server.log())


if __name__ == "__main__":
    import tap
    tap.main()
