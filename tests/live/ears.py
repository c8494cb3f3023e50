# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Listeners, many in one thread, that keep what they heard; and a decoder that
tells whether it made sense."""
import os
import selectors
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

from server import DEADLINE, HOST, TLS_HOST, wait_for


class Ear:
    """One listener. is_over: the server said end, or reset, or time is up."""

    def __init__(self, sock, until):
        self.sock, self.until = sock, until
        self.got = bytearray()
        self.times = []  # (when, how many bytes by then)
        self.is_over = self.was_reset = False
        self.is_leaving = self.is_aborted = False

    @property
    def head(self):
        return bytes(self.got).partition(b"\r\n\r\n")[0]

    @property
    def body(self):
        return bytes(self.got).partition(b"\r\n\r\n")[2]

    @property
    def status(self):
        return int(self.head.split(b" ")[1])

    def header(self, name):
        for line in self.head.decode().split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name:
                return value.strip()
        return None

    def read(self):
        """False: nothing more will come."""
        try:
            while True:
                data = self.sock.recv(65536)
                if not data:
                    return False
                self.got += data
                self.times.append((time.monotonic(), len(self.got)))
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except (ConnectionResetError, ssl.SSLError):
            self.was_reset = True
            return False

    def got_by(self, when):
        return max((count for at, count in self.times if at <= when),
                   default=0)

    def leave(self):
        """As a player that was stopped: says end, and reads what still comes,
        so that what it counts is what the server counts."""
        if not self.is_leaving and not self.is_over:
            self.is_leaving = True
            try:
                if isinstance(self.sock, ssl.SSLSocket):
                    socket.socket.shutdown(self.sock, socket.SHUT_WR)
                else:
                    self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def abort(self):
        """As a player that was killed, or a network that went away."""
        self.is_aborted = True

    def wait_bytes(self, count, seconds=DEADLINE):
        wait_for(f"{count} bytes", lambda: len(self.got) >= count, seconds)

    def wait_over(self, seconds=DEADLINE):
        wait_for("the end of a listener", lambda: self.is_over, seconds)


class Ears:
    """with Ears(server) as ears: ear = ears.join("/a.mp3")"""

    def __init__(self, server):
        self.server = server
        self.poller = selectors.DefaultSelector()
        self.ears, self.coming = [], []
        self.is_ending = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_ending = True
        self.thread.join()
        for ear in self.ears:
            ear.sock.close()

    def join(self, mount, seconds=None, tls=False, headers=(), address=None,
             where=None):
        server = self.server
        sock = socket.create_connection(
            where or ((TLS_HOST, server.tls_port) if tls
                      else (HOST, server.port)),
            DEADLINE, (address, 0) if address else None)
        if tls:
            context = ssl.create_default_context(
                cafile=os.path.join(server.folder, "cert.pem"))
            sock = context.wrap_socket(sock, server_hostname="localhost")
        sock.sendall("\r\n".join([f"GET {mount} HTTP/1.1", "Host: localhost",
                                  *headers, "", ""]).encode())
        sock.setblocking(False)
        ear = Ear(sock, time.monotonic() + seconds if seconds else None)
        self.ears.append(ear)
        self.coming.append(ear)
        return ear

    def run(self):
        while not self.is_ending:
            while self.coming:
                ear = self.coming.pop()
                self.poller.register(ear.sock, selectors.EVENT_READ, ear)
            for key, _ in self.poller.select(0.02):
                self.serve(key.data)
            now = time.monotonic()
            for ear in self.ears:
                if ear.until and now > ear.until:
                    ear.leave()
                if ear.is_aborted and not ear.is_over:
                    self.cut(ear)

    def cut(self, ear):
        ear.read()
        ear.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        self.end(ear)

    def serve(self, ear):
        if not ear.is_over and not ear.read():
            self.end(ear)

    def end(self, ear):
        self.poller.unregister(ear.sock)
        ear.sock.close()
        ear.is_over = True


def decode(media, seconds=None, suffix="", options=()):
    """What ffmpeg complained about, and how many seconds it decoded. media is
    bytes or a path."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        if isinstance(media, bytes):
            file.write(media)
            file.flush()
            media = file.name
        done = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", *options, "-i", media,
             "-map", "0", *(["-t", str(seconds)] if seconds else []),
             "-progress", "pipe:1", "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=False)
    times = [line[12:] for line in done.stdout.splitlines()
             if line.startswith("out_time_us=") and line[12:].isdigit()]
    return done.stderr.strip(), int(times[-1]) / 1e6 if times else 0.0
