#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A broadcast in ADTS is kept as MPEG-4 too: the same sound, in which players
can seek; in feeds, in SHA256SUMS, in the member's storage; gone with its
recording, and made again when it is missing."""
import hashlib
import json
import os
import subprocess
import urllib.request
from xml.etree import ElementTree

from ears import decode
from fake_s3 import FakeS3
from offload import Archived
from replay import Played, address
from server import wait_for
from streams import SECONDS

PODCAST = "{https://podcastindex.org/namespace/1.0}"
FRAME = 1024 / 48000


def samples_hash(path):
    """Of all that comes out of the decoder."""
    return subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "hash", "-"],
        check=True, capture_output=True, timeout=60).stdout


def probe(where, *entries):
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", *entries, where],
        check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def packets(where, *interval):
    return [(float(packet["pts_time"]), packet["data_hash"]) for packet in
            probe(where, *interval, "-show_entries",
                  "packet=pts_time,data_hash", "-show_data_hash",
                  "md5")["packets"]]


def sha256(media):
    return hashlib.sha256(media).hexdigest()


class Twins(Played):
    conf = Played.conf + """trash-time = 1s
"""

    def setUp(self):
        super().setUp()
        self.server.write_conf(
            f'public-url = "{self.server.url("")}"\n' + self.conf)
        self.server.ctl("reload")

    def get(self, path, **headers):
        asked = urllib.request.Request(self.server.url(path), headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()

    def twin_path(self, row):
        return os.path.splitext(self.path_of(row))[0] + ".m4a"

    def twin(self, row):
        with open(self.twin_path(row), "rb") as file:
            return file.read()

    def twin_address(self, row):
        return address(row) + "/a-show.m4a"

    def sidecar(self, row):
        path = os.path.splitext(self.path_of(row))[0] + ".json"
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def check_sums(self, row, count):
        done = subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], check=True, text=True,
            capture_output=True, cwd=os.path.dirname(self.path_of(row)))
        self.assertEqual(done.stdout.count(": OK\n"), count)

    def test_it_is_the_same_sound_with_places_to_go_to(self):
        row = self.record("aac")
        media, twin = self.path_of(row), self.twin_path(row)
        self.assertEqual(samples_hash(twin), samples_hash(media))
        self.assertEqual(decode(twin)[0], "")
        truth = packets(twin)
        lasts = float(probe(twin, "-show_entries", "format=duration")[
            "format"]["duration"])
        self.assertAlmostEqual(lasts, len(truth) * FRAME, delta=0.05)
        self.assertAlmostEqual(lasts, SECONDS, delta=0.2)
        self.assertAlmostEqual(
            self.sidecar(row)["duration_ms"] / 1000, lasts, delta=0.05)
        url = self.server.url(self.twin_address(row))
        for at in (0.5, 11.3, 22.2):
            said, which = packets(url, "-read_intervals", f"{at}%+#1")[0]
            self.assertIn((said, which), truth)
            self.assertAlmostEqual(said, at, delta=2 * FRAME)

    def test_it_is_served_as_itself(self):
        row = self.record("aac")
        twin = self.twin(row)
        status, headers, body = self.get(self.twin_address(row))
        self.assertEqual((status, body), (200, twin))
        self.assertEqual(headers["Content-Type"], "audio/mp4")
        self.assertEqual(headers["ETag"], f'"{sha256(twin)[:32]}"')
        self.assertIn('.m4a"', headers["Content-Disposition"])
        status, headers, body = self.get(
            self.twin_address(row), Range="bytes=100-299")
        self.assertEqual((status, body), (206, twin[100:300]))
        self.assertEqual(
            headers["Content-Range"], f"bytes 100-299/{len(twin)}")
        _, headers, body = self.get(address(row))
        self.assertEqual(body, self.media(row))
        self.assertEqual(headers["Content-Type"], "audio/aac")
        self.assertEqual(self.sidecar(row)["twin"], {
            "container": "m4a", "media_type": "audio/mp4",
            "bytes": len(twin), "sha256": sha256(twin)})
        self.check_sums(row, 2)

    def test_feeds_name_it(self):
        row = self.record("aac")
        item = ElementTree.fromstring(
            self.get("/feed/demo.xml")[2]).find("channel").find("item")
        enclosure = item.find("enclosure")
        self.assertEqual(enclosure.get("type"), "audio/mp4")
        self.assertTrue(enclosure.get("url").endswith(".m4a"))
        with urllib.request.urlopen(enclosure.get("url")) as answer:
            body = answer.read()
        self.assertEqual(body, self.twin(row))
        self.assertEqual(int(enclosure.get("length")), len(body))
        first, second = item.findall(PODCAST + "alternateEnclosure")
        self.check_choice(first, "audio/mp4", "true", body)
        self.check_choice(second, "audio/aac", "false", self.media(row))
        told, = json.loads(self.get("/archive.json?member=demo")[2])[
            "recordings"]
        self.assertEqual(told["bytes"], len(self.media(row)))
        self.assertEqual(told["twin"]["url"], enclosure.get("url"))
        self.assertEqual(told["twin"]["bytes"], len(body))

    def check_choice(self, choice, kind, usual, media):
        self.assertEqual(choice.get("type"), kind)
        self.assertEqual(choice.get("default"), usual)
        self.assertEqual(int(choice.get("length")), len(media))
        with urllib.request.urlopen(
                choice.find(PODCAST + "source").get("uri")) as answer:
            self.assertEqual(answer.read(), media)

    def test_it_goes_with_its_recording(self):
        row = self.record("aac")
        other = self.record("aac")
        self.server.ctl("archive", "trash", row["id"])
        with self.assertRaises(urllib.error.HTTPError) as said:
            self.get(self.twin_address(row))
        self.assertEqual(said.exception.code, 404)
        said.exception.close()
        wait_for("it is deleted", lambda: not os.path.exists(
            self.path_of(row)), 40)
        wait_for("its row is", lambda: len(self.rows()) == 1)
        self.assertFalse(os.path.exists(self.twin_path(row)))
        self.check_sums(other, 2)

    def test_it_is_made_again(self):
        row = self.record("aac")
        twin = self.twin(row)
        os.unlink(self.twin_path(row))
        # Who had its address gets the recording meanwhile.
        self.assertEqual(
            self.get(self.twin_address(row))[2], self.media(row))
        told = self.server.ctl("archive", "rescan")
        self.assertIn("is made again", told)
        self.assertEqual(self.twin(row), twin)
        self.assertEqual(self.get(self.twin_address(row))[2], twin)
        told = self.server.ctl_json("archive", "rescan")
        self.assertEqual(told["rescan"], [])

    def test_not_every_recording_has_one(self):
        mp3 = self.record("mp3")
        self.assertFalse(os.path.exists(self.twin_path(mp3)))
        self.assertEqual(
            self.get(self.twin_address(mp3))[2], self.media(mp3))
        self.server.write_conf(self.conf.replace("grace = 0", "grace = 0  m4a-twin = no"))
        self.server.ctl("reload")
        bare = self.record("aac")
        self.assertFalse(os.path.exists(self.twin_path(bare)))
        self.assertNotIn("twin", self.sidecar(bare))
        self.check_sums(bare, 2)

    def test_it_goes_and_comes_with_the_file(self):
        """The recording is in the object store, its twin need not be."""
        row = self.record("aac")
        twin = self.twin(row)
        store = FakeS3(True)
        self.addCleanup(store.__exit__)
        relay = Archived(store.url)
        self.addCleanup(relay.close)
        with open(relay.conf, encoding="utf-8") as file:
            text = file.read()
        with open(relay.conf, "w", encoding="utf-8") as file:
            file.write(text.replace('data = "data"',
                                    f'data = "{self.server.data}"'))
        relay.socket = os.path.join(self.server.data, "archived.sock")
        relay.start()
        wait_for("it is there", lambda: [
            line for line in self.server.ctl_json("archive", "offload")[
                "objects"] if line["state"] == "verified"])
        self.server.ctl("archive", "offload", row["id"], "--drop")
        self.assertFalse(os.path.exists(self.twin_path(row)))
        self.assertNotIn("twin", self.sidecar(row))
        self.assertNotIn(b".m4a", self.get("/feed/demo.xml")[2])
        self.assertEqual(
            self.server.ctl_json("archive", "rescan")["rescan"], [])
        self.server.ctl("archive", "restore", row["id"], "--local")
        self.assertEqual(self.twin(row), twin)
        self.assertIn(b".m4a", self.get("/feed/demo.xml")[2])
        self.check_sums(row, 2)

    def test_no_room_no_twin(self):
        first = self.record("aac")
        size, twin = len(self.media(first)), len(self.twin(first))
        storage = (size + twin + size * 3 // 2) // 1000
        self.server.ctl("plan", "set", "small", "--storage", f"{storage}kB")
        self.server.ctl("member", "plan", "demo", "small")
        row = self.record("aac")
        self.assertFalse(os.path.exists(self.twin_path(row)))
        self.assertIn("has no twin: there is no room", self.server.log())


if __name__ == "__main__":
    import tap
    tap.main()
