#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Streams of many muxers, replayed in real time, and sources that come back.

Listeners stay until the end, so what they heard is whole, to its last unit."""
import concurrent.futures
import os
import shutil
import socket
import struct
import time
import unittest

from ears import Ears, decode
from encoder import Replay, login
from server import DATA, Case, Server, wait_for

# The file, its type, how many seconds of media it holds.
STREAMS = {
    "cbr128.mp3": ("audio/mpeg", 12.5),
    "aac128.adts": ("audio/aac", 12.3),
    "opus.ogg": ("audio/ogg", 20.0),
    "vorbis128.ogg": ("audio/ogg", 40.0),
    "flac.ogg": ("audio/ogg", 20.0),
    "theora-vorbis.ogv": ("video/ogg", 5.1),
    "h264-aac.ts": ("video/mp2t", 1.6),
    "av1.webm": ("video/webm", 2.0),
    "chromium-mediarecorder-avc-nocodecprivate.mkv":
        ("video/x-matroska", 4.1),
    "chromium-mediarecorder-blockgroup.webm": ("video/webm", 5.0),
    "ffmpeg-h264-aac.mkv": ("video/x-matroska", 1.8),
    "ffmpeg-h264-bframes.mkv": ("video/x-matroska", 3.8),
    "ffmpeg-midcluster-keyframes.webm": ("video/webm", 20.0),
    "ffmpeg-vp8-flac-audiofirst.mkv": ("video/x-matroska", 1.3),
    "ffmpeg-vp8-opus-live.webm": ("video/webm", 5.1),
    "firefox-mediarecorder.webm": ("video/webm", 5.8),
    "gst-streamable-nul-strings.webm": ("video/webm", 4.3),
}
SHORTEST, LONGEST = 8, 20  # real time, but for those outside of it
MOMENTS = (1, 2.5, 4)  # of the joins, in seconds
CONF = """max-member-sources = 30
mount "/*" { grace = 0  burst = 0  burst-time = 500ms  pace = 100ms }
"""


def replay(sock, name, seconds):
    size = os.path.getsize(os.path.join(DATA, name))
    return Replay(sock, name, size / seconds, loop=False)


class Muxers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(CONF).start()
        cls.addClassCleanup(cls.end)
        cls.ears = Ears(cls.server)
        key = cls.server.add_member("demo")
        replays = []
        cls.heard = {name: [] for name in STREAMS}
        for name, (media_type, seconds) in STREAMS.items():
            sock, head = login(cls.server, f"/demo/{name}", key,
                               content_type=media_type)
            assert b" 200 " in head, (name, head)
            replays.append(replay(
                sock, name, min(max(seconds, SHORTEST), LONGEST)))
        begin = time.monotonic()
        for moment in MOMENTS:
            time.sleep(max(0, begin + moment - time.monotonic()))
            for name in STREAMS:
                cls.heard[name].append(cls.ears.join(f"/demo/{name}"))
        for source in replays:
            wait_for("the end of a file", source.is_over.is_set, 60)
            source.stop()
        for heard in cls.heard.values():
            for ear in heard:
                ear.wait_over()
        wait_for("the recordings are finished", cls.recorded)

    @classmethod
    def recorded(cls):
        rows = cls.server.ctl_json("recordings")["recordings"]
        cls.recordings = {row["mount"][6:]: row for row in rows}
        return len(cls.recordings) == len(cls.heard) and all(
            row["state"] == "done" for row in rows)

    @classmethod
    def end(cls):
        cls.ears.__exit__()
        cls.server.stop()
        if os.environ.get("A2A_KEEP"):
            print("# kept", cls.server.folder)
        else:
            shutil.rmtree(cls.server.folder, ignore_errors=True)

    def check(self, name):
        path = os.path.join(self.server.data, "archive",
                            self.recordings[name]["path"])
        said, whole = decode(path)
        self.assertEqual(said, "", "recording")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(
                lambda ear: decode(ear.body), self.heard[name]))
        for ear, (said, seconds) in zip(self.heard[name], answers):
            self.assertEqual(ear.status, 200)
            self.assertEqual(said, "")
            self.assertGreater(seconds, 0.2 * whole)
        print(f"# {name}: {whole:.1f} s, joins heard "
              f"{', '.join(f'{seconds:.1f}' for _, seconds in answers)}")


def add_test(name):
    def test(self):
        self.check(name)
    word = name.replace(".", "_").replace("-", "_")
    setattr(Muxers, f"test_{word}", test)


for stream in STREAMS:
    add_test(stream)


class Splices(Case):
    """The source is cut in the middle of something and comes back in time:
    who listens hears on, and the decoder does not notice."""
    conf = 'mount "/*" { grace = 20s  burst = 0  burst-time = 500ms ' \
           'pace = 100ms }\n'

    def on_air(self, name, media_type, seconds):
        sock, head = login(self.server, "/demo/a", self.key,
                           content_type=media_type)
        self.assertIn(b" 200 ", head)
        return replay(sock, name, SHORTEST)

    def splice(self, name, media_type, seconds, how):
        server = self.server
        self.key = server.add_member("demo")
        source = self.on_air(name, media_type, seconds)
        with Ears(server) as ears:
            ear = ears.join("/demo/a")
            ear.wait_bytes(len(source.bytes) // 3)
            if how == "reset":
                source.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            source.stop()
            wait_for("the mount waits for its source",
                     lambda: server.mount("/demo/a")["state"] == "away")
            before = len(ear.got)
            source = self.on_air(name, media_type, seconds)
            ear.wait_bytes(before + len(source.bytes) // 3)
            late = ears.join("/demo/a")
            late.wait_bytes(len(source.bytes) // 6)
            source.stop()
            server.ctl("kick", "source", "/demo/a")
            ear.wait_over()
            late.wait_over()
        said, heard = decode(ear.body)
        self.assertEqual(said, "")
        self.assertGreater(heard, 0.4 * seconds)
        self.assertEqual(decode(late.body)[0], "")
        wait_for("one recording of both", lambda: [
            row for row in server.ctl_json("recordings")["recordings"]
            if row["state"] == "done"])
        row, = server.ctl_json("recordings")["recordings"]
        self.assertEqual(decode(os.path.join(
            server.data, "archive", row["path"]))[0], "")


for stream in ("cbr128.mp3", "aac128.adts", "opus.ogg", "vorbis128.ogg",
               "flac.ogg", "h264-aac.ts", "ffmpeg-vp8-opus-live.webm",
               "firefox-mediarecorder.webm"):
    for way in ("close", "reset"):
        if way == "reset" and stream[:4] in ("flac", "vorb", "aac1", "fire"):
            continue
        def test_splice(self, name=stream, how=way):
            self.splice(name, *STREAMS[name], how)
        setattr(Splices, "test_" + "_".join(
            [stream.replace(".", "_").replace("-", "_"), way]), test_splice)

if __name__ == "__main__":
    import tap
    tap.main()
