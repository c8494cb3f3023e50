#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What recording costs: MOUNTS mounts of 128 kbit/s at once, without recording,
with it, and with the legal log too, one after the other, ROUNDS times in one
run; and what a listener of one of them notices.

    tests/bench/recording.py BUILD [--mounts 100] [--rounds 3] [--seconds 25]

BUILD is a folder with a built all2alld. The time is the server's own, as the
kernel counts it for each of its threads; "gap" is the longest that a listener
waited for the next bytes."""
import argparse
import os
import shutil
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"without": "record = no", "programme": "record = yes",
         "programme and log": "record = yes  log = yes"}
BYTES_PER_SECOND = 16000
SETTLE_SECONDS = 5


class Ear(threading.Thread):
    """Listens to one mount; the longest wait between two reads."""

    def __init__(self, sock):
        super().__init__(daemon=True)
        self.sock, self.longest = sock, 0.0
        self.since = None

    def run(self):
        try:
            while self.sock.recv(65536):
                now = time.monotonic()
                if self.since is not None:
                    self.longest = max(self.longest, now - self.since)
                    self.since = now
        except OSError:
            pass

    def begin(self):
        self.since, self.longest = time.monotonic(), 0.0


def cpu_seconds(pid):
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat",
                  encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
        total += int(words[11]) + int(words[12])
    return total / os.sysconf("SC_CLK_TCK")


def feed(socks, sound, seconds, began, sent):
    """In real time, for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        wanted = int((time.monotonic() - began) * BYTES_PER_SECOND)
        for number, sock in enumerate(socks):
            while sent[number] < wanted:
                at = sent[number] % len(sound)
                piece = sound[at:at + min(4000, wanted - sent[number])]
                sock.sendall(piece)
                sent[number] += len(piece)
        time.sleep(0.1)


def measure(kind, options, sound):
    """The share of one core, and the longest gap."""
    from encoder import login
    from server import Server

    server = Server(f"max-sources = {options.mounts}\nworkers = 1\n"
                    f"max-member-sources = {options.mounts}\n"
                    f'mount "/*" {{ grace = 0  {KINDS[kind]} }}\n')
    server.start()
    try:
        key = server.add_member("demo")
        socks = [login(server, f"/demo/m{number}", key)[0]
                 for number in range(options.mounts)]
        sent, began = [0] * len(socks), time.monotonic()
        feed(socks, sound, SETTLE_SECONDS / 2, began, sent)
        sock = server.connect()
        sock.sendall(b"GET /demo/m0 HTTP/1.0\r\n\r\n")
        ear = Ear(sock)
        ear.start()
        feed(socks, sound, SETTLE_SECONDS / 2, began, sent)
        ear.begin()
        before, at = cpu_seconds(server.process.pid), time.monotonic()
        feed(socks, sound, options.seconds, began, sent)
        used = cpu_seconds(server.process.pid) - before
        share = used / (time.monotonic() - at)
        longest = ear.longest
        for one in (sock, *socks):
            one.close()
        return share * 100, longest * 1000
    finally:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--mounts", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=25)
    options = parser.parse_args()
    os.environ["A2A_BUILD"] = os.path.abspath(options.build)
    os.environ["A2A_SOURCE"] = os.path.join(HERE, "..", "..")
    sys.path.insert(0, os.path.join(HERE, "..", "live"))
    with open(os.path.join(HERE, "..", "data", "muxers", "cbr128.mp3"),
              "rb") as file:
        sound = file.read()
    seen = {kind: [] for kind in KINDS}
    for _ in range(options.rounds):
        for kind, figures in seen.items():
            figures.append(measure(kind, options, sound))
    base = statistics.median(share for share, _ in seen["without"])
    print(f"{options.mounts} mounts of 128 kbit/s, median of "
          f"{options.rounds} rounds of {options.seconds} s\n")
    print("| recording | % of one core | more | longest gap, ms |")
    print("|---|---|---|---|")
    for kind, figures in seen.items():
        share = statistics.median(one for one, _ in figures)
        gap = statistics.median(one for _, one in figures)
        print(f"| {kind} | {share:.2f} | {share - base:+.2f} | {gap:.0f} |")


if __name__ == "__main__":
    main()
