#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""How long a page takes to begin, while LISTENERS listen: from the connection's
begin to the answer's first byte, of each page in turn.

    tests/bench/pages.py BUILD [--listeners 1000] [--visits 200]

BUILD is a folder with a built all2alld and all2all-load."""
import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def log_in(server, key):
    form = urllib.parse.urlencode({"name": "demo", "key": key}).encode()
    try:
        urllib.request.build_opener(Stay).open(server.url("/login"), form)
    except urllib.error.HTTPError as answer:
        return re.match(r"all2all=\w+", answer.headers["Set-Cookie"])[0]
    raise SystemExit("nobody could log in")


def first_byte_ms(port, path, cookie):
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n"
                     f"Accept-Encoding: gzip\r\nCookie: {cookie}\r\n\r\n"
                     .encode())
        sock.recv(1)
        took = time.perf_counter() - began
        while sock.recv(65536):
            pass
    return took * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--visits", type=int, default=200)
    options = parser.parse_args()
    os.environ["A2A_BUILD"] = os.path.abspath(options.build)
    os.environ["A2A_SOURCE"] = os.path.join(HERE, "..", "..")
    sys.path.insert(0, os.path.join(HERE, "..", "live"))
    from encoder import Replay, login
    from server import Server, tool, wait_for

    server = Server("max-unfinished-per-address = 20000\n")
    server.start()
    key = server.add_member("demo")
    source = Replay(login(server, "/demo/mp3.mp3", key)[0], "cbr128.mp3",
                    16000)
    wait_for("it is on air", lambda: (server.mount(
        "/demo/mp3.mp3") or {}).get("type"))
    seconds = 10 + options.visits * 0.2
    load = subprocess.Popen(
        [tool("all2all-load"), "--url", server.url("/demo/mp3.mp3"),
         "-n", str(options.listeners), "-d", str(int(seconds))],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("all listen", lambda: server.mount(
            "/demo/mp3.mp3")["listeners"] >= options.listeners)
        cookie = log_in(server, key)
        print("| page | first byte, median ms | 95 % | bytes |")
        print("|---|---|---|---|")
        for path in ("/", "/demo/", "/demo/mp3.mp3/", "/login", "/privacy",
                     "/portal/demo/", "/portal/demo/live/",
                     "/portal/demo/recordings/", "/portal/demo/usage/",
                     "/portal/demo/account/"):
            took = sorted(first_byte_ms(server.port, path, cookie)
                          for _ in range(options.visits))
            with urllib.request.urlopen(urllib.request.Request(
                    server.url(path), headers={
                        "Accept-Encoding": "gzip", "Cookie": cookie})) as page:
                size = len(page.read())
            print(f"| {path} | {statistics.median(took):.2f} | "
                  f"{took[int(len(took) * 0.95)]:.2f} | {size} |", flush=True)
        print(f"\n{server.mount('/demo/mp3.mp3')['listeners']} listened")
    finally:
        load.kill()
        load.wait()
        source.stop()
        server.kill()


if __name__ == "__main__":
    main()
