# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A PostgreSQL of the test's own, and a wire to it that can be cut."""
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading

HOST = "127.0.0.1"


def free_port():
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return sock.getsockname()[1]


class Postgres:
    """It runs as nobody when the test is root: PostgreSQL refuses root."""

    def __init__(self):
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.folder = tempfile.mkdtemp(prefix="a2a-pg-")
        self.data = os.path.join(self.folder, "data")
        self.port = free_port()
        self.user = None
        if os.getuid() == 0:
            self.user = "nobody"
            person = pwd.getpwnam(self.user)
            os.chown(self.folder, person.pw_uid, person.pw_gid)
        self.run("initdb", "-D", self.data, "-U", "all2all", "-A", "trust",
                 "-E", "UTF8", "--no-sync")
        # Not durable: nobody pulls its plug here.
        self.run("pg_ctl", "-D", self.data, "-w", "-l",
                 os.path.join(self.folder, "log"), "-o",
                 f"-p {self.port} -k {self.folder} -c fsync=off "
                 f"-c listen_addresses={HOST}", "start")

    def run(self, name, *words, text=None):
        done = subprocess.run(
            [os.path.join(self.bin, name), *words], input=text, text=True,
            user=self.user, cwd=self.folder, capture_output=name == "psql",
            stdout=None if name == "psql" else subprocess.DEVNULL,
            check=True)
        return done.stdout

    def ask(self, sql):
        """Rows as lists of texts."""
        out = self.run("psql", "-h", HOST, "-p", str(self.port), "-U",
                       "all2all", "-d", "postgres", "-AtX", "-F", "\t", "-v",
                       "ON_ERROR_STOP=1", "-c", sql)
        return [line.split("\t") for line in out.splitlines()]

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class Wire:
    """Carries bytes to a port and back, until it is cut."""

    def __init__(self, port):
        self.target = port
        self.is_cut = self.is_mute = False
        self.pairs = []
        self.listening = socket.create_server((HOST, 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            if self.is_mute:
                self.pairs.append((near,))
                continue
            far = socket.create_connection((HOST, self.target))
            self.pairs.append((near, far))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other),
                                 daemon=True).start()

    @staticmethod
    def carry(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for sock in (one, other):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        self.is_cut = True
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for sock in pair:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def mute(self):
        """From now on who calls is taken, and never answered."""
        self.is_mute = True
        self.cut()
        self.is_cut = False

    def mend(self):
        self.is_cut = False

    def close(self):
        self.cut()
        self.listening.close()
