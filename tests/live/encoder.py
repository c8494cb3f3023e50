# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Encoders: real ffmpeg, and a socket that says exactly what a test wants."""
import base64
import os
import subprocess
import threading
import time

from server import DATA, read_until

# One source for every format, of tones and test pictures made on the spot.
SOUND = ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
PICTURE = ["-re", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=15"]
FORMATS = {
    "mp3": SOUND + ["-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"],
    "aac": SOUND + ["-c:a", "aac", "-b:a", "128k", "-f", "adts"],
    "opus": SOUND + ["-c:a", "libopus", "-b:a", "96k", "-f", "ogg"],
    "vorbis": SOUND + ["-c:a", "libvorbis", "-q:a", "4", "-f", "ogg"],
    "oggflac": SOUND + ["-c:a", "flac", "-f", "ogg"],
    "flac": SOUND + ["-c:a", "flac", "-f", "flac"],
    "vp8": PICTURE + SOUND + ["-c:v", "libvpx", "-b:v", "300k", "-g", "30",
                              "-deadline", "realtime", "-cpu-used", "8",
                              "-c:a", "libopus", "-f", "webm"],
    "vp9": PICTURE + SOUND + ["-c:v", "libvpx-vp9", "-b:v", "300k", "-g",
                              "30", "-deadline", "realtime", "-cpu-used",
                              "8", "-c:a", "libopus", "-f", "webm"],
    "ts": PICTURE + SOUND + ["-c:v", "libx264", "-preset", "ultrafast",
                             "-pix_fmt", "yuv420p", "-g", "30", "-c:a",
                             "aac", "-f", "mpegts"],
}
TYPES = {"mp3": "audio/mpeg", "aac": "audio/aac", "opus": "audio/ogg",
         "vorbis": "audio/ogg", "oggflac": "audio/ogg", "flac": "audio/flac",
         "vp8": "video/webm", "vp9": "video/webm", "ts": "video/mp2t"}


class Ffmpeg:
    """ffmpeg on air in real time, until stop()."""

    def __init__(self, server, mount, key, kind="mp3", user="source",
                 extra=(), options=()):
        self.process = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "error"] + FORMATS[kind] +
            list(extra) +
            ["-content_type", TYPES[kind], *options,
             f"icecast://{user}:{key}@127.0.0.1:{server.port}{mount}"],
            stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=20)


def basic(user, key):
    return base64.b64encode(f"{user}:{key}".encode()).decode()


def login(server, mount, key, method="SOURCE", version="1.0", user="source",
          headers=(), content_type="audio/mpeg", tls=False):
    """Sends a login and returns the socket and the answer's head."""
    sock = server.connect(tls)
    lines = [f"{method} {mount} HTTP/{version}", "Host: localhost",
             f"Authorization: Basic {basic(user, key)}"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    sock.sendall("\r\n".join([*lines, *headers, "", ""]).encode())
    return sock, read_until(sock, b"\r\n\r\n")


class Replay(threading.Thread):
    """Sends a file over a logged-in socket at a rate, again and again."""

    def __init__(self, sock, name, bytes_per_second=16000, loop=True):
        super().__init__(daemon=True)
        self.sock, self.rate, self.loop = sock, bytes_per_second, loop
        with open(os.path.join(DATA, name), "rb") as file:
            self.bytes = file.read()
        self.is_over = threading.Event()
        self.sent = 0
        self.start()

    def run(self):
        start, sent = time.monotonic(), 0
        try:
            while not self.is_over.is_set():
                want = int((time.monotonic() - start + 0.5) * self.rate)
                while sent < want and not self.is_over.is_set():
                    if sent >= len(self.bytes) and not self.loop:
                        self.is_over.set()
                        break
                    at = sent % len(self.bytes)
                    piece = self.bytes[at:at + min(4096, want - sent)]
                    self.sock.sendall(piece)
                    sent += len(piece)
                    self.sent = sent
                self.is_over.wait(0.05)
        except OSError:
            pass

    def stop(self):
        self.is_over.set()
        self.join(10)
        self.sock.close()
