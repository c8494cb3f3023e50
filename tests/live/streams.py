# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Streams of every format, whole and in time, made by ffmpeg on the spot."""
import os
import subprocess
import tempfile

from encoder import FORMATS, TYPES, Replay, login

SECONDS = 30
ENDINGS = {"mp3": "mp3", "aac": "aac", "opus": "opus", "vorbis": "ogg",
           "oggflac": "oga", "flac": "flac", "vp8": "webm", "vp9": "webm",
           "h264": "mkv", "ts": "ts"}
MORE_FORMATS = dict(FORMATS)
MORE_FORMATS["h264"] = FORMATS["ts"][:-1] + ["matroska"]
MORE_TYPES = dict(TYPES, h264="video/x-matroska")
FOLDER = tempfile.TemporaryDirectory(prefix="all2all-streams-")


def stream(kind):
    """The path of that stream."""
    path = os.path.join(FOLDER.name, f"{kind}.{ENDINGS[kind]}")
    if not os.path.exists(path):
        options = [word for word in MORE_FORMATS[kind] if word != "-re"]
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", *options[:-2],
             "-t", str(SECONDS), *options[-2:], path],
            check=True, timeout=120)
    return path


def air(server, key, kind, member="demo"):
    """On air in real time on a mount of that name, for SECONDS."""
    mount = f"/{member}/{kind}.{ENDINGS[kind]}"
    sock, head = login(server, mount, key, content_type=MORE_TYPES[kind])
    assert b" 200 " in head, head
    path = stream(kind)
    return mount, Replay(sock, path, os.path.getsize(path) / SECONDS,
                         loop=False)
