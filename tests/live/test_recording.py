#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What is recorded: the file, its sidecar and its row say the same; and a disk
that is full stops a recording, loudly, but no stream."""
import csv
import hashlib
import io
import json
import os
import stat
import unittest

from ears import Ears, decode
from encoder import Replay, login
from server import Case, Server, wait_for

LIMIT = 300000  # bytes a file may grow to, when the disk is "full"


def rows_of(server):
    return server.ctl_json("recordings")["recordings"]


def archive_of(server):
    archive = os.path.join(server.data, "archive")
    return [os.path.join(folder, name)
            for folder, _, names in os.walk(archive) for name in names]


class Recording(Case):
    conf = """recording-point = 500ms
mount "/*" { grace = 0 }
mount "/demo/private.mp3" { grace = 0  record = no }
"""

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def broadcast(self, mount, seconds=2, rate=32000):
        sock, head = login(
            self.server, mount, self.key,
            headers=["ice-name: Late \"Night\" \u00e9",
                     "User-Agent: test/1.0"])
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", rate)
        wait_for("enough bytes", lambda: source.sent > seconds * rate)
        source.stop()
        wait_for("the end", lambda: not self.server.mount(mount))
        return source

    def test_file_sidecar_and_row_say_the_same(self):
        self.broadcast("/demo/a.mp3")
        wait_for("it is done", lambda: [
            row for row in rows_of(self.server) if row["state"] == "done"])
        row, = rows_of(self.server)
        path = os.path.join(self.server.data, "archive", row["path"])
        with open(path, "rb") as file:
            media = file.read()
        with open(path[:-4] + ".json", encoding="utf-8") as file:
            said = json.load(file)
        self.assertEqual(said["version"], 1)
        self.assertEqual(said["id"], row["id"])
        self.assertEqual(said["slug"], "demo")
        self.assertEqual(said["mount"], "/demo/a.mp3")
        self.assertEqual(said["state"], "done")
        self.assertEqual(said["title"], "Late \"Night\" \u00e9")
        self.assertEqual(said["media_type"], "audio/mpeg")
        self.assertEqual(said["container"], "mp3")
        self.assertEqual(said["source"]["agent"], "test/1.0")
        self.assertEqual(said["gap_bytes"], 0)
        self.assertFalse(said["recovered"])
        self.assertEqual(said["sha256"], hashlib.sha256(media).hexdigest())
        self.assertEqual(said["bytes"], len(media))
        self.assertEqual(row["bytes"], len(media))
        self.assertIn(row["id"], row["path"])
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o440)
        # And the sums of its day.
        self.assertEqual(len(archive_of(self.server)), 3)
        complaints, seconds = decode(path)
        self.assertEqual(complaints, "")
        self.assertAlmostEqual(said["duration_ms"] / 1000, seconds, delta=0.1)

    def test_the_recording_is_what_was_sent(self):
        source = self.broadcast("/demo/a.mp3", 1)
        wait_for("it is done", lambda: [
            row for row in rows_of(self.server) if row["state"] == "done"])
        row, = rows_of(self.server)
        path = os.path.join(self.server.data, "archive", row["path"])
        with open(path, "rb") as file:
            media = file.read()
        sent = (source.bytes * 2)[:source.sent]
        # Behind the tag, and the frame that describes the others.
        frames = media[media.index(b"\xff\xfb\x90"):]
        self.assertTrue(frames in sent)
        self.assertGreater(len(frames), source.sent - 2000)

    def test_record_no_leaves_nothing_on_disk(self):
        self.broadcast("/demo/private.mp3", 1)
        self.assertEqual(rows_of(self.server), [])
        self.assertEqual(archive_of(self.server), [])

    def test_listings_in_all_formats(self):
        self.broadcast("/demo/a.mp3", 1)
        self.broadcast("/demo/b.mp3", 1)
        wait_for("both are done", lambda: [
            row["state"] for row in rows_of(self.server)] == ["done"] * 2)
        rows = rows_of(self.server)
        found = list(csv.DictReader(io.StringIO(
            self.server.ctl("recordings", "--format", "csv"))))
        self.assertEqual([row["id"] for row in found],
                         [row["id"] for row in rows])
        text = self.server.ctl("recordings", "--member", "demo")
        self.assertIn("/demo/b.mp3", text)
        self.server.ctl("recordings", "--member", "nobody", status=1)

    def test_a_source_that_returns_goes_on_in_the_same_file(self):
        self.server.write_conf('mount "/*" { grace = 20s }\n')
        self.server.ctl("reload")
        for turn in range(2):
            sock, head = login(self.server, "/demo/a.mp3", self.key)
            self.assertIn(b" 200 ", head)
            source = Replay(sock, "cbr128.mp3", 32000)
            wait_for("enough bytes", lambda: source.sent > 40000)
            source.stop()
            wait_for("it is away", lambda: self.server.mount(
                "/demo/a.mp3")["state"] == "away")
            wait_for("a row", lambda: rows_of(self.server))
            self.assertEqual(len(rows_of(self.server)), 1, turn)
        self.server.ctl("kick", "source", "/demo/a.mp3")
        wait_for("it is done", lambda: rows_of(
            self.server)[0]["state"] == "done")
        row, = rows_of(self.server)
        self.assertGreater(row["bytes"], 78000)

    def test_recording_ends_when_the_rules_say_so_meanwhile(self):
        self.server.write_conf('mount "/*" { grace = 20s }\n')
        self.server.ctl("reload")
        for rule in ("yes", "no"):
            self.server.write_conf(
                f'mount "/*" {{ grace = 20s  record = {rule} }}\n')
            self.server.ctl("reload")
            sock, head = login(self.server, "/demo/a.mp3", self.key)
            self.assertIn(b" 200 ", head)
            source = Replay(sock, "cbr128.mp3", 32000)
            wait_for("enough bytes", lambda: source.sent > 40000)
            if rule == "no":
                wait_for("it is done", lambda: rows_of(
                    self.server)[0]["state"] == "done")
            source.stop()
            wait_for("it is away", lambda: self.server.mount(
                "/demo/a.mp3")["state"] == "away")


class FullDisk(unittest.TestCase):
    """Files may not grow beyond a limit, so writes fail (EFBIG)."""

    def test_the_stream_goes_on_and_it_is_said_loudly(self):
        server = Server('recording-point = 500ms\n'
                        'mount "/*" { grace = 0  pace = 100ms }\n')
        with server:
            key = server.add_member("demo")
            server.stop()
            server.start(prefix=["prlimit", f"--fsize={LIMIT}"])
            sock, head = login(server, "/demo/a.mp3", key)
            self.assertIn(b" 200 ", head)
            source = Replay(sock, "cbr128.mp3", 160000)
            with Ears(server) as ears:
                ear = ears.join("/demo/a.mp3")
                server.wait_log("broken after")
                at = len(ear.got)
                ear.wait_bytes(at + 200000)
                ear.leave()
                ear.wait_over()
                self.check_broken(server)
                source.stop()
                wait_for("the end", lambda: not server.mount("/demo/a.mp3"))
                self.assertEqual(decode(ear.body, 5)[0], "")
                live = [line for line in server.ctl_json("usage")["usage"]
                        if line["kind"] == "live"]
                self.assertEqual(live[0]["payload_out"], len(ear.got))
            server.stop()
            server.start()
            self.check_broken(server)

    def check_broken(self, server):
        row = [row for row in rows_of(server) if row["state"] == "broken"][0]
        path = os.path.join(server.data, "archive", row["path"])
        self.assertIn("File too large", row["note"])
        self.assertLessEqual(os.path.getsize(path), LIMIT)
        self.assertEqual(os.path.getsize(path), row["bytes"])
        with open(path[:-4] + ".json", encoding="utf-8") as file:
            self.assertEqual(json.load(file)["state"], "broken")
        self.assertEqual(decode(path)[0], "")


if __name__ == "__main__":
    import tap
    tap.main()
