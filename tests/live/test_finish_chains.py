#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Nothing is lost when a recording is finished: the packets of a chain of Ogg
are those of its links, its samples as many as is said; so for WebM that began
in the middle of a cluster, and for what has holes."""
import array
import json
import os
import subprocess
import tempfile
import unittest

from server import BUILD

RATE = 48000
TITLES = 20


def run(*words, **options):
    done = subprocess.run(words, check=True, capture_output=True, timeout=120,
                          **options)
    return done.stdout, done.stderr


def ffmpeg(*words):
    """What it made; it says nothing."""
    out, said = run("ffmpeg", "-nostdin", "-v", "error", *words)
    return out, said


def sound(seconds, seed, *options):
    return ffmpeg("-f", "lavfi", "-i", f"anoisesrc=amplitude=0.1:seed={seed}:"
                  f"sample_rate={RATE}", "-t", str(seconds), *options,
                  "pipe:1")[0]


def samples(path):
    out, said = ffmpeg("-i", path, "-f", "s32le", "-ac", "1", "pipe:1")
    if said:
        raise AssertionError(said)
    return array.array("i", out)


def packets(path, stream):
    out, _ = run("ffprobe", "-v", "error", "-select_streams", stream, "-of",
                 "json", "-show_entries",
                 "packet=data_hash,pts_time,dts_time,flags",
                 "-show_data_hash", "md5", path)
    return json.loads(out)["packets"]


def hashes(path, stream="a:0"):
    return [packet["data_hash"] for packet in packets(path, stream)]


def pages(stream):
    """Where each page of an Ogg begins, and how long it is."""
    at = 0
    while at < len(stream):
        count = stream[at + 26]
        length = 27 + count + sum(stream[at + 27:at + 27 + count])
        yield at, length
        at += length


class Chains(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="a2a-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, content=None):
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def finish(self, extension, content):
        path = self.file("recording." + extension, content)
        out = self.file("finished." + extension)
        said, _ = run(os.path.join(BUILD, "tests", "unit", "finish_tool"),
                      extension, path, out)
        facts = json.loads(said)
        self.assertEqual(facts["result"], "written")
        return facts, out

    def check_length(self, facts, path, delta_ms):
        """As many samples come out as its own time says."""
        count = len(samples(path))
        self.assertEqual(facts["duration_ms"], count * 1000 // RATE)
        told, _ = run("ffprobe", "-v", "error", "-of", "csv=p=0",
                      "-show_entries", "format=duration", path)
        self.assertAlmostEqual(float(told) * 1000, count * 1000 / RATE,
                               delta=delta_ms)
        return count

    def check_chain(self, extension, *codec):
        links = [sound(0.5 + number / 30, number, *codec, "-metadata",
                       f"title=Piece {number}", "-f", "ogg")
                 for number in range(TITLES)]
        facts, out = self.finish(extension, b"".join(links))
        paths = [self.file(f"{number}.{extension}", link)
                 for number, link in enumerate(links)]
        self.assertEqual(facts["passed_over_bytes"], 0)
        self.assertEqual(len(facts["chapters"]), TITLES)
        return facts, out, paths

    def check_packets(self, path, links):
        self.assertEqual(hashes(path),
                         sum((hashes(link) for link in links), []))

    def test_flac_comes_out_bit_by_bit(self):
        facts, out, paths = self.check_chain("oga", "-c:a", "flac")
        heard = samples(out)
        want = array.array("i")
        for number, path in enumerate(paths):
            self.assertEqual(facts["chapters"][number][0],
                             len(want) * 1000 // RATE)
            want.extend(samples(path))
        self.assertEqual(heard, want)
        self.check_length(facts, out, 1)

    def test_opus_has_no_packet_more_or_less(self):
        facts, out, paths = self.check_chain("opus", "-c:a", "libopus")
        self.check_packets(out, paths)
        count = self.check_length(facts, out, 7)  # ffprobe adds the pre-skip
        # Each join lets hear what the encoder warmed up with, and the rest of
        # the last packet before.
        own = sum(len(samples(path)) for path in paths)
        self.assertGreaterEqual(count, own)
        self.assertLess(count, own + TITLES * (312 + 960))

    def test_vorbis_has_no_packet_more_or_less(self):
        facts, out, paths = self.check_chain("ogg", "-c:a", "libvorbis")
        self.check_packets(out, paths)
        count = self.check_length(facts, out, 1)
        own = sum(len(samples(path)) for path in paths)
        self.assertGreaterEqual(count, own)
        self.assertLess(count, own + TITLES * 2048)

    def test_a_hole_is_heard_as_what_is_around_it(self):
        # From the middle of a stream on; each seventh page was lost.
        for extension, codec in (("opus", "libopus"), ("ogg", "libvorbis"),
                                 ("oga", "flac")):
            stream = sound(60, 7, "-c:a", codec, "-page_duration", "200000",
                           "-f", "ogg")
            left, count = b"", 0
            for number, (at, length) in enumerate(pages(stream)):
                if number < 2 or (number > 40 and number % 7 != 0):
                    left += stream[at:at + length]
                    count += 1
            facts, out = self.finish(extension, left)
            heard = self.check_length(facts, out, 7)
            self.assertGreater(heard / RATE, 40)
            self.assertLess(heard / RATE, 50)
            start = packets(out, "a:0")[0]["pts_time"]
            self.assertAlmostEqual(float(start), 0, delta=0.03)

    def check_film(self, extension, codecs):
        whole = self.file("whole." + extension)
        ffmpeg("-f", "lavfi", "-i", "testsrc=size=160x120:rate=25", "-f",
               "lavfi", "-i", f"anoisesrc=amplitude=0.1:sample_rate={RATE}",
               "-t", "40", *codecs, "-g", "50", "-live", "1", whole)
        with open(whole, "rb") as file:
            stream = file.read()
        facts, out = self.finish(extension, stream)
        self.assertEqual(ffmpeg("-i", out, "-f", "null", "-")[1], b"")
        pictures = packets(out, "v:0")
        self.assertEqual([packet["data_hash"] for packet in pictures],
                         hashes(whole, "v:0"))
        sounds = hashes(whole)
        # What comes before the first key picture cannot be shown.
        self.assertIn(len(sounds) - len(hashes(out)), range(3))
        self.assertEqual(float(pictures[0]["pts_time"]), 0)
        self.assertAlmostEqual(facts["duration_ms"], 40000, delta=50)
        keys = [float(packet["pts_time"]) for packet in pictures
                if packet["flags"].startswith("K")]
        for at in (3.3, 17.9, 38.5):
            found, _ = run("ffprobe", "-v", "error", "-select_streams", "v:0",
                           "-of", "csv=p=0", "-show_entries",
                           "packet=pts_time", "-read_intervals", f"{at}%+#1",
                           out)
            self.assertEqual(float(found.split()[0].rstrip(b",")),
                             max(key for key in keys if key <= at))

    def test_webm_is_sought_at_its_key_pictures(self):
        self.check_film("webm", ["-c:v", "libvpx", "-b:v", "100k",
                                 "-deadline", "realtime", "-cpu-used", "16",
                                 "-c:a", "libopus"])

    def test_matroska_is_sought_at_its_key_pictures(self):
        self.check_film("mkv", ["-c:v", "libx264", "-preset", "ultrafast",
                                "-pix_fmt", "yuv420p", "-bf", "2", "-c:a",
                                "aac"])


if __name__ == "__main__":
    import tap
    tap.main()
