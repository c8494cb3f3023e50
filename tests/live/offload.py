# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A real all2all-archived with an archive of its own, and who asks it."""
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile

from fake_s3 import KEY_ID, REGION, SECRET
from server import BUILD, DEADLINE, wait_for

PART = 5 << 20  # the least that stores allow
DAY = os.path.join("demo", "2026", "11", "22")


def item_id(number):
    return f"{number:026d}"


class Archive:
    """data/archive as the relay makes it."""

    def __init__(self, folder):
        self.data = os.path.join(folder, "data")
        self.day = os.path.join(self.data, "archive", DAY)
        os.makedirs(self.day)

    def stem(self, number):
        return os.path.join(self.day, f"20261122T190000Z_{item_id(number)}")

    def add(self, number, body, state="done", **more):
        """Returns the media's name and its SHA-256."""
        path = self.stem(number) + ".mp3"
        with open(path, "wb") as file:
            file.write(body)
        sha256 = hashlib.sha256(body).hexdigest()
        self.write_sidecar(number, {
            "version": 1, "id": item_id(number), "slug": "demo",
            "mount": "/live.mp3", "kind": "programme", "state": state,
            "media_type": "audio/mpeg", "bytes": len(body),
            "sha256": sha256, **more})
        return path, sha256

    def write_sidecar(self, number, members):
        path = self.stem(number) + ".json"
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(members, file)
        os.rename(path + ".new", path)

    def state_of_all(self):
        """Names and contents of everything: it must stay as it is."""
        found = {}
        for folder, _, names in os.walk(os.path.join(self.data, "archive")):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[path] = hashlib.sha256(file.read()).hexdigest()
        return found


class Archived:
    """The program, pointed at a store."""

    def __init__(self, store_url, bucket="recordings", extra="",
                 secret=SECRET, key_id=KEY_ID, region=REGION):
        self.folder = tempfile.mkdtemp(prefix="a2a-")
        self.archive = Archive(self.folder)
        self.data = self.archive.data
        self.conf = os.path.join(self.folder, "archived.conf")
        self.log_path = os.path.join(self.folder, "log")
        self.socket = os.path.join(self.data, "archived.sock")
        self.secret_path = os.path.join(self.folder, "secret")
        self.process = None
        with open(self.secret_path, "w", encoding="ascii") as file:
            file.write(secret + "\n")
        os.chmod(self.secret_path, 0o600)
        os.chmod(self.folder, 0o755)
        plain = "insecure = yes\n" if store_url.startswith("http:") else ""
        user = 'user = "nobody"\n' if os.geteuid() == 0 else ""
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(f"""data = "data"
endpoint = "{store_url}"
region = {region}
bucket = {bucket}
prefix = relay1
key-id = {key_id}
secret-file = secret
part-size = 5M
retry = 20ms
every = 1s
{plain}{user}{extra}
""")

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(BUILD, "server", "all2all-archived"), "-c",
                 self.conf], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("all2all-archived listens", self.is_there)
        return self

    def is_there(self):
        if self.process.poll() is not None:
            raise AssertionError("it ended:\n" + self.log())
        try:
            return self.ask("STATE none") == "NONE"
        except OSError:
            return False

    def stop(self, sign=signal.SIGTERM):
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(sign)
        status = process.wait(DEADLINE)
        if sign != signal.SIGKILL and status != 0:
            raise AssertionError(f"exit status {status}:\n{self.log()}")

    def kill(self):
        self.stop(signal.SIGKILL)

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def connect(self):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(DEADLINE)
        sock.connect(self.socket)
        return sock

    def ask(self, line):
        """The first line of the answer."""
        with self.connect() as sock, sock.makefile("rb") as file:
            sock.sendall(line.encode() + b"\n")
            return file.readline().decode().rstrip("\n")

    def state(self, number):
        """local, uploading ... or NONE."""
        words = self.ask("STATE " + item_id(number)).split(" ")
        return words[1] if words[0] == "OK" else words[0]

    def words(self, number):
        """What went wrong last with an item."""
        with self.connect() as sock, sock.makefile("rb") as file:
            sock.sendall(b"LIST\n")
            for line in file:
                words = line.decode().rstrip("\n").split(" ", 8)
                if words[0] != "ITEM":
                    break
                if words[1] == item_id(number):
                    return words[8]
        return ""

    def get(self, number, offset, length):
        """The bytes, or the line that says why not."""
        with self.connect() as sock, sock.makefile("rb") as file:
            sock.sendall(f"GET {item_id(number)} {offset} {length}\n"
                         .encode())
            line = file.readline().decode().rstrip("\n")
            return file.read(length) if line == f"OK {length}" else line

    def wait_state(self, number, state, seconds=DEADLINE):
        wait_for(f"{state} of {number}",
                 lambda: self.state(number) == state, seconds)

    def memory_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return {line.split(":")[0]: int(line.split()[1])
                    for line in file if line.startswith("Vm")}["VmHWM"]


def key_of(number, end="mp3", prefix="relay1"):
    name = item_id(number)
    return f"{prefix}/demo/{name}/20261122T190000Z_{name}.{end}"


def random_bytes(count, seed=1):
    pieces = (random.Random(f"{seed} {at}").randbytes(1 << 20)
              for at in range(0, count, 1 << 20))
    return b"".join(pieces)[:count]


def read_by_s3cmd(port, key_id, secret, region, key):
    """An object as a client that is not ours gets it."""
    where = f"127.0.0.1:{port}"
    done = subprocess.run(
        ["s3cmd", "--config=/dev/null", f"--access_key={key_id}",
         f"--secret_key={secret}", f"--region={region}", f"--host={where}",
         f"--host-bucket={where}", "--no-ssl", "--no-progress", "get",
         f"s3://recordings/{key}", "-"],
        check=True, capture_output=True, timeout=DEADLINE)
    return done.stdout
