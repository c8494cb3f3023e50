#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Ten minutes of every format as it is on air, finished: the duration is the
sum of the frames, a seek lands where it should, titles are chapters, and no
decoder complains."""
import json
import os
import random
import subprocess
import tempfile
import unittest

from ears import decode
from server import BUILD

# What takes long is ffmpeg; a sanitizer sees as much in one minute.
SECONDS = 60 if os.environ.get("A2A_SANITIZED") else 600
SEEKS = 10
NOISE = ["-f", "lavfi", "-i", "anoisesrc=amplitude=0.1:seed=3:"
         "sample_rate=48000"]
PICTURE = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=10"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
        "-g", "50", "-c:a", "aac", "-b:a", "64k"]
# Name: extension, how it is made, how many seconds before its time a seek may
# land (a page, a table's entry; None: nobody can seek in it without an index),
# and by how many seconds what comes then may be another than it says (the table
# of an MP3 tells bytes as 256ths).
KINDS = {
    "mp3-cbr": ("mp3", NOISE + ["-c:a", "libmp3lame", "-b:a", "128k",
                                "-write_xing", "0", "-id3v2_version", "0",
                                "-f", "mp3"], 0.1, 0.05),
    "mp3-vbr": ("mp3", ["-f", "lavfi", "-i", "aevalsrc=exprs="
                        "'sin(400*t)*(mod(t\\,7)/7)+random(0)*lt(mod(t\\,40)"
                        "\\,10)/3':s=44100"] +
                ["-c:a", "libmp3lame", "-q:a", "2", "-write_xing", "0",
                 "-id3v2_version", "0", "-f", "mp3"], 7, 4),
    "flac": ("flac", NOISE + ["-c:a", "flac", "-f", "flac"], 11, 0.01),
    "opus": ("opus", NOISE + ["-c:a", "libopus", "-b:a", "48k", "-f",
                              "ogg"], 1.5, 0.01),
    "vorbis": ("ogg", NOISE + ["-c:a", "libvorbis", "-q:a", "1", "-f",
                               "ogg"], 1.5, 0.01),
    "ogg-flac": ("oga", NOISE + ["-c:a", "flac", "-f", "ogg"], 1.5, 0.01),
    "webm-audio": ("webm", NOISE + ["-c:a", "libopus", "-b:a", "48k", "-f",
                                    "webm"], 6, 0.01),
    "webm": ("webm", PICTURE + NOISE +
             ["-c:v", "libvpx", "-b:v", "60k", "-g", "50", "-deadline",
              "realtime", "-cpu-used", "16", "-c:a", "libopus", "-b:a",
              "48k", "-f", "webm"], 6, 0.01),
    "mkv": ("mkv", PICTURE + NOISE + X264 + ["-f", "matroska"], 6, 0.01),
    "aac": ("aac", NOISE + ["-c:a", "aac", "-b:a", "96k", "-f", "adts"],
            None, None),
    "ts": ("ts", PICTURE + NOISE + X264 + ["-f", "mpegts"], 6, 0.05),
    "ts-audio": ("ts", NOISE + ["-c:a", "aac", "-b:a", "96k", "-f",
                                "mpegts"], 1, 0.05),
}
# These cannot carry chapters.
BARE = ("aac", "ts")


def made(folder, name):
    extension, options, _, _ = KINDS[name]
    path = os.path.join(folder, f"{name}.{extension}")
    with open(path, "wb") as file:  # a pipe: nothing can be mended at its end
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", *options[:-2], "-t",
             str(SECONDS), *options[-2:], "pipe:1"], check=True, timeout=120,
            stdout=file)
    return path


def probe(path, *entries):
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", *entries, path],
        check=True, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


def packets(path):
    """When each packet of the sound is due."""
    return [float(packet["pts_time"])
            for packet in probe(path, "-select_streams", "a:0",
                                "-show_entries", "packet=pts_time")["packets"]
            if "pts_time" in packet]


def frames_sum(path):
    """Of the frames, counted one by one by somebody else."""
    total = 0.0
    if path.endswith(".mkv"):  # its times are rounded, its frames are AAC's
        return len(packets(path)) * 1024 / 48000
    for packet in probe(path, "-select_streams", "a:0", "-show_entries",
                        "packet=duration_time")["packets"]:
        total += float(packet.get("duration_time", 0))
    return total


def samples_hash(path):
    """Of all that comes out of the decoder."""
    return subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "hash", "-"],
        check=True, capture_output=True, timeout=120).stdout


PACKETS = ["-show_entries", "packet=pts_time,data_hash",
           "-show_data_hash", "md5"]


class Finish(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="a2a-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def finish(self, extension, path, marks=()):
        out = os.path.join(self.folder, "finished." + extension)
        words = [str(word) for mark in marks for word in mark]
        done = subprocess.run(
            [os.path.join(BUILD, "tests", "unit", "finish_tool"), extension,
             path, out, *words], capture_output=True, text=True, timeout=120,
            check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        facts = json.loads(done.stdout)
        return facts, out if facts["result"] == "written" else path

    def seek(self, path, at):
        """When the first sound after a seek to that time is due, and which
        that is."""
        packet = probe(path, "-select_streams", "a:0", "-read_intervals",
                       f"{at}%+#1", *PACKETS)["packets"][0]
        return float(packet["pts_time"]), packet["data_hash"]

    def check_seeks(self, path, duration, early, wrong, late=0.1):
        """It lands before that time, not by more than early, and what comes
        is what should come then, but for wrong seconds."""
        truth = {packet["data_hash"]: float(packet["pts_time"]) for packet in
                 probe(path, "-select_streams", "a:0", *PACKETS)["packets"]
                 if "pts_time" in packet}
        for _ in range(SEEKS):
            at = random.uniform(1, duration - 10)
            said, which = self.seek(path, at)
            self.assertLess(said, at + late)
            self.assertGreater(said, at - early)
            self.assertAlmostEqual(truth[which], said, delta=wrong)

    def check_points(self, path, extension, facts):
        """From each point on it can be decoded, and lasts as long as said."""
        with open(path, "rb") as file:
            media = file.read()
        points = facts["points"]
        for at_ms, byte in random.sample(points, min(SEEKS, len(points))):
            said, seconds = decode(media[byte:], None, "." + extension)
            self.assertEqual(said, "")
            # In MPEG-TS sound may come 0.7 s before its picture (-muxdelay).
            self.assertAlmostEqual(
                seconds, (facts["duration_ms"] - at_ms) / 1000,
                delta=0.7 if extension == "ts" else 0.1)

    def check_kind(self, name):
        extension, _, early, wrong = KINDS[name]
        path = made(self.folder, name)
        size = os.path.getsize(path)
        marks = [(size * part // 7, f"Title {part} \u00e9") for part in
                 range(1, 7)]
        facts, out = self.finish(extension, path, marks)
        want = frames_sum(path)
        self.assertAlmostEqual(facts["duration_ms"] / 1000, want, delta=0.05)
        self.assertEqual(facts["passed_over_bytes"], 0)
        said, seconds = decode(out)
        self.assertEqual(said, "")
        self.assertAlmostEqual(seconds, want, delta=0.1)
        self.assertEqual([title for _, title in facts["chapters"]],
                         [title for _, title in marks])
        if extension not in BARE:
            told = probe(out, "-show_entries", "format=duration")
            self.assertAlmostEqual(
                float(told["format"]["duration"]), want, delta=0.05)
        if early:
            # In MPEG-TS players find the next packet of sound, which holds
            # some frames.
            self.check_seeks(out, want, early, wrong,
                             late=0.3 if extension == "ts" else 0.1)
        if extension in BARE:
            self.check_points(out, extension, facts)
        else:
            self.check_chapters(out, facts)

    def check_chapters(self, path, facts):
        found = probe(path, "-show_chapters")["chapters"]
        self.assertEqual([round(float(chapter["start_time"]) * 1000)
                          for chapter in found],
                         [at_ms for at_ms, _ in facts["chapters"]])
        self.assertEqual([chapter["tags"]["title"] for chapter in found],
                         [title for _, title in facts["chapters"]])

    def test_aac_twin(self):
        """What players cannot seek in, once more as MPEG-4."""
        path = made(self.folder, "aac")
        size = os.path.getsize(path)
        marks = [(size * part // 5, f"Title {part} \u00e9") for part in
                 range(5)]
        facts, out = self.finish("m4a", path, marks)
        self.assertEqual(facts["result"], "written")
        want = frames_sum(path)
        told = probe(out, "-show_entries", "format=duration:format_tags")
        self.assertAlmostEqual(
            float(told["format"]["duration"]), want, delta=0.05)
        self.assertEqual(told["format"]["tags"]["title"], "A show")
        self.assertEqual(decode(out)[0], "")
        self.assertEqual(samples_hash(out), samples_hash(path))
        # A packet of sound, 21 ms, is as near as a seek can come.
        self.check_seeks(out, want, 0.03, 0.001)
        self.check_chapters(out, facts)

    def check_chain(self, extension, options):
        """Twenty titles, one after the other, as encoders do it."""
        path = os.path.join(self.folder, "chain." + extension)
        titles = [f"Piece {number}" for number in range(20)]
        with open(path, "wb") as file:
            for number, title in enumerate(titles):
                subprocess.run(
                    ["ffmpeg", "-nostdin", "-v", "error", *NOISE, *options,
                     "-t", str(2 + number / 7), "-metadata",
                     "title=" + title, "-metadata", "artist=Ana", "-f",
                     "ogg", "pipe:1"], check=True, stdout=file, timeout=60)
        want = sum(2 + number / 7 for number in range(20))
        facts, out = self.finish(extension, path)
        self.assertEqual(facts["result"], "written")
        said, seconds = decode(out)
        self.assertEqual(said, "")
        # What an encoder lets itself warm up with is heard where another
        # title goes on.
        self.assertAlmostEqual(facts["duration_ms"] / 1000, want, delta=0.5)
        self.assertAlmostEqual(
            facts["duration_ms"] / 1000, seconds, delta=0.05)
        told = probe(out, "-show_entries", "format=duration")
        self.assertAlmostEqual(float(told["format"]["duration"]), seconds,
                               delta=0.05)
        self.assertEqual([title for _, title in facts["chapters"]],
                         ["Ana - " + title for title in titles])
        self.check_chapters(out, facts)
        for at_ms, _ in facts["chapters"]:
            self.assertAlmostEqual(
                self.seek(out, at_ms / 1000)[0], at_ms / 1000, delta=1.5)

    def test_chain_of_opus(self):
        self.check_chain("opus", ["-c:a", "libopus"])

    def test_chain_of_vorbis(self):
        self.check_chain("ogg", ["-c:a", "libvorbis"])

    def test_chain_of_flac(self):
        self.check_chain("oga", ["-c:a", "flac"])


for kind in KINDS:
    def check(self, name=kind):
        self.check_kind(name)
    setattr(Finish, "test_" + kind.replace("-", "_"), check)


if __name__ == "__main__":
    import tap
    tap.main()
