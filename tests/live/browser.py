# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Chromium without a window, told what to do over its DevTools protocol.

    with Browser() as browser:
        browser.open(url)
        browser.run("document.title")
"""
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request

from server import DEADLINE, wait_for

CHROMIUM = shutil.which("chromium")
OPTIONS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-dev-shm-usage", "--mute-audio", "--no-proxy-server",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-port=0"]


class WebSocket:
    """As much of RFC 6455 as a client of one trusted server needs."""

    def __init__(self, port, path):
        self.sock = socket.create_connection(("127.0.0.1", port), DEADLINE)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode())
        self.file = self.sock.makefile("rb")
        status = self.file.readline()
        if b" 101 " not in status:
            raise AssertionError(f"no websocket: {status}")
        while self.file.readline() not in (b"\r\n", b""):
            pass

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        head = b"\x81"
        if len(data) < 126:
            head += bytes([0x80 | len(data)])
        elif len(data) < 65536:
            head += struct.pack(">BH", 0xfe, len(data))
        else:
            head += struct.pack(">BQ", 0xff, len(data))
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        self.sock.sendall(head + mask + masked)

    def receive(self):
        """The next text, put together from its frames."""
        whole = b""
        while True:
            first, second = self.file.read(2)
            length = second & 0x7f
            if length == 126:
                length, = struct.unpack(">H", self.file.read(2))
            elif length == 127:
                length, = struct.unpack(">Q", self.file.read(8))
            data = self.file.read(length)
            if first & 0x0f in (0, 1, 2):
                whole += data
                if first & 0x80:
                    return whole.decode()

    def close(self):
        self.file.close()
        self.sock.close()


class Browser:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="a2a-browser-")
        self.process = subprocess.Popen(
            [CHROMIUM, *OPTIONS, f"--user-data-dir={self.folder}",
             "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.folder})
        self.last_id = 0
        self.events = []
        port = wait_for("chromium listens", self.debugging_port, 60)
        page = wait_for("a page", lambda: self.find_page(port))
        self.socket = WebSocket(port, "/devtools/page/" + page)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def debugging_port(self):
        try:
            with open(os.path.join(self.folder, "DevToolsActivePort"),
                      encoding="ascii") as file:
                return int(file.readline())
        except (FileNotFoundError, ValueError):
            return None

    @staticmethod
    def find_page(port):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/json/list") as answer:
            for target in json.load(answer):
                if target["type"] == "page":
                    return target["id"]
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, **params):
        self.last_id += 1
        self.socket.send(json.dumps(
            {"id": self.last_id, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.last_id:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, url):
        self.call("Page.navigate", url=url)
        wait_for(url, lambda: self.run("document.readyState") == "complete"
                 and self.run("location.href") == url)

    def run(self, script):
        """What the script, or the promise it makes, comes to."""
        result = self.call("Runtime.evaluate", expression=script,
                           awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def requests(self):
        """The addresses that pages asked for."""
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """What the console says, except of addresses that are not there."""
        said = [event["params"]["entry"] for event in self.events
                if event["method"] == "Log.entryAdded"]
        said = [entry["text"] for entry in said if entry["source"] != "network"]
        return said + [
            event["params"]["exceptionDetails"]["text"]
            for event in self.events
            if event["method"] == "Runtime.exceptionThrown"]

    def plays(self, element, seconds=3):
        """Starts an <audio> or <video>; how far it comes in that time."""
        self.run(f"{element}.play()")
        before = wait_for("it begins",
                          lambda: self.run(f"{element}.currentTime"))
        time.sleep(seconds)
        return self.run(f"{element}.currentTime") - before
