# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The three servers that are compared, each alone on ports the system picks.

    server = make(name, scenario, build, tick)
    try:
        server.open()
        server.pid, server.port, server.user, server.key
    finally:
        server.close()

Limits are raised as far as the load needs; all else is as it comes, and ours
records and counts what it sends."""
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time

from build import CannotRun
from scenarios import FLOOR, ICECAST, OURS

HOST = "127.0.0.1"
TEMPORARY = "/var/tmp"  # on a disk, where /tmp may be memory
NOBODY = ("nobody", "nogroup")

ICECAST_CONF = """<icecast>
<limits><clients>20000</clients><sources>600</sources>
<queue-size>524288</queue-size><client-timeout>30</client-timeout>
<header-timeout>15</header-timeout><source-timeout>10</source-timeout>
<burst-on-connect>1</burst-on-connect><burst-size>65535</burst-size></limits>
<authentication><source-password>{key}</source-password>
<admin-user>admin</admin-user><admin-password>{key}</admin-password>
</authentication>
<hostname>localhost</hostname>
<listen-socket><bind-address>{host}</bind-address><port>{port}</port>{ssl}
</listen-socket>
<fileserve>1</fileserve>
<paths><basedir>/usr/share/icecast2</basedir><logdir>{folder}</logdir>
<webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot>
<ssl-certificate>{folder}/both.pem</ssl-certificate></paths>
<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog>
<loglevel>3</loglevel><logsize>10000</logsize></logging>
<security><chroot>0</chroot>{owner}</security>
</icecast>
"""
OWNER = "<changeowner><user>{}</user><group>{}</group></changeowner>"


def default_pace_ms(source):
    """As the manual page has it, which lint compares with the server."""
    path = os.path.join(source, "man", "all2alld.conf.5")
    with open(path, encoding="utf-8") as file:
        found = re.search(r"^\.It Ic pace .*?^Default: (\d+)(ms|s)\.$",
                          file.read(), re.M | re.S)
    return int(found[1]) * (1000 if found[2] == "s" else 1)


def free_port():
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return sock.getsockname()[1]


def answers(port):
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def end(process):
    if process is None:
        return
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Ours:
    """all2alld with a data folder on a disk; started by tests/live."""
    user = "source"

    def __init__(self, scenario, _build, _tick):
        from server import Server  # needs A2A_BUILD to be set

        pace = "" if scenario.pace is None else f"pace = {scenario.pace}ms"
        flush = "" if scenario.flush is None else f"flush = {scenario.flush}\n"
        self.server = Server(
            f"max-clients = {scenario.listeners + scenario.mounts + 2000}\n"
            f"max-sources = {scenario.mounts + 10}\n"
            f"max-member-sources = {scenario.mounts + 10}\n"
            "max-unfinished-per-address = 100000\n"
            f"{flush}"
            f'mount "/*" {{ {pace} }}\n',
            tls="only" if scenario.tls else False)

    def open(self):
        server = self.server.start()
        self.key = server.add_member("bench")
        self.port, self.pid = server.port, server.process.pid

    def close(self):
        try:
            self.server.stop()
        finally:
            shutil.rmtree(self.server.folder, ignore_errors=True)


class Icecast:
    """Debian's, with the limits of its sample raised."""
    user, key = "source", "bench"

    def __init__(self, scenario, _build, _tick):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="a2a-icecast-")
        self.process = None
        if scenario.tls:
            self.make_certificate()
        is_root = os.geteuid() == 0
        self.conf = os.path.join(self.folder, "icecast.xml")
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(ICECAST_CONF.format(
                key=self.key, host=HOST, port=self.port, folder=self.folder,
                ssl="<ssl>1</ssl>" if scenario.tls else "",
                owner=OWNER.format(*NOBODY) if is_root else ""))
        if is_root:
            for path in (self.folder, *self.files()):
                os.chown(path, pwd.getpwnam(NOBODY[0]).pw_uid, -1)

    def files(self):
        return [os.path.join(self.folder, name)
                for name in os.listdir(self.folder)]

    def make_certificate(self):
        """Of the same kind as ours; Icecast wants both parts in one file."""
        both = os.path.join(self.folder, "both.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-keyout", both, "-out",
             both + ".cert"], check=True, capture_output=True)
        with open(both + ".cert", "rb") as cert, open(both, "ab") as file:
            file.write(cert.read())

    def open(self):
        self.process = subprocess.Popen(
            ["icecast2", "-c", self.conf], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not answers(self.port):
            if self.process.poll() is not None or \
                    time.monotonic() > deadline:
                raise CannotRun("icecast2 does not start.")
            time.sleep(0.05)
        self.pid = self.process.pid

    def close(self):
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


class Floor:
    """floor.c: it makes its stream by itself, and serves it for any path."""
    user = key = process = None

    def __init__(self, scenario, build, tick):
        self.words = [
            os.path.join(build, "tests", "bench", "floor"), "--port", "0",
            "--tick", str(tick), "--bitrate", str(scenario.bitrate),
            "--format", scenario.encoding]

    def open(self):
        self.process = subprocess.Popen(
            self.words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            text=True)
        with self.process.stdout as said:
            line = said.readline()
        if not line:
            raise CannotRun("The floor program does not start.")
        self.port, self.pid = int(line), self.process.pid

    def close(self):
        end(self.process)


KINDS = {OURS: Ours, ICECAST: Icecast, FLOOR: Floor}


def make(name, scenario, build, usual_tick):
    """Not open yet; the floor ticks as often as we send."""
    tick = usual_tick if scenario.tick is None else scenario.tick
    return KINDS[name](scenario, build, tick)
