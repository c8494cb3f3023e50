# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A real all2alld in a folder of its own, on ports the system picks.

    with Server() as server:
        key = server.add_member("demo")
        ...
The log is printed only when a test fails: see Case.
"""
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = os.environ.get("A2A_BUILD", os.getcwd())
SOURCE = os.environ.get("A2A_SOURCE", os.getcwd())
DATA = os.path.join(SOURCE, "tests", "data", "muxers")
HOST, TLS_HOST = "127.0.0.1", "127.0.0.2"
# Sanitizers keep freed memory for a while, so that its use is seen.
SLACK = 1000 if os.environ.get("A2A_SANITIZED") else 1
DEADLINE = 20 * float(os.environ.get("A2A_PATIENCE", "1"))


def tool(name):
    folder = "server" if name == "all2alld" else "tools"
    return os.path.join(BUILD, folder, name)


def wait_for(what, check, seconds=DEADLINE):
    """Asks until it is so, or fails saying what never came."""
    end = time.monotonic() + seconds
    while True:
        result = check()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.02)


def at_once(conf):
    """The same configuration, in which recordings end with their mount and
    are kept however short they are, where it does not say anything else."""
    def add(match):
        text = match[0][:-1]
        grace = re.search(r"grace = (\w+)", text)
        for name, value in (("resume", grace[1] if grace else "30s"),
                            ("min-keep", "0")):
            if not re.search(rf"\b{name} =", text):
                text += f"  {name} = {value}"
        return text + " }"

    conf = re.sub(r'mount "[^"]*" \{[^}]*\}', add, conf)
    if 'mount "/*"' not in conf:
        conf += '\nmount "/*" { resume = 30s  min-keep = 0 }\n'
    return conf


class Server:
    """conf is added to the least configuration; tls adds a second listen
    block, on TLS_HOST; tls="only" has just one, that takes both."""

    def __init__(self, conf="", tls=False, tls_extra="", keep=None):
        self.folder = keep or tempfile.mkdtemp(prefix="a2a-")
        os.chmod(self.folder, 0o755)  # the server may run as somebody else
        self.data = os.path.join(self.folder, "data")
        self.conf_path = os.path.join(self.folder, "all2alld.conf")
        self.log_path = os.path.join(self.folder, "log")
        self.ports_path = os.path.join(self.folder, "ports")
        self.process = None
        self.stderr = None
        text = f'hostname = "localhost"\ndata = "{self.data}"\n'
        if tls != "only":
            text += f'listen "{HOST}:0" {{ }}\n'
        if tls:
            self.make_certificate()
            where = HOST if tls == "only" else TLS_HOST
            text += (f'listen "{where}:0" {{ tls {{ certificate = "cert.pem"'
                     f'  key = "key.pem" }} {tls_extra} }}\n')
        self.base_conf = text
        self.write_conf(conf)

    def make_certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext",
             f"subjectAltName=DNS:localhost,IP:{HOST},IP:{TLS_HOST}",
             "-keyout", os.path.join(self.folder, "key.pem"),
             "-out", os.path.join(self.folder, "cert.pem")],
            check=True, capture_output=True)

    def write_conf(self, conf):
        with open(self.conf_path, "w", encoding="utf-8") as file:
            file.write(self.base_conf + at_once(conf))

    def start(self, preload=None, ready=True, prefix=()):
        if os.path.exists(self.ports_path):
            os.remove(self.ports_path)
        env = dict(os.environ)
        if preload:
            env["LD_PRELOAD"] = preload
        self.stderr = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [*prefix, tool("all2alld"), "-c", self.conf_path, "-p",
             self.ports_path], stdin=subprocess.DEVNULL, stdout=self.stderr,
            stderr=self.stderr, env=env)
        if ready:
            wait_for("the server serves", self.is_serving)
        return self

    def is_serving(self):
        if self.process.poll() is not None:
            last = self.log().splitlines()[-20:]
            raise AssertionError(
                f"the server ended with {self.process.returncode}:\n" +
                "\n".join(last))
        try:
            with open(self.ports_path, encoding="ascii") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            return False
        if len(lines) < self.base_conf.count("listen "):
            return False
        ports = [int(line.rsplit(":", 1)[1]) for line in lines]
        self.port, self.tls_port = ports[0], ports[-1]
        return True

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, error, trace):
        self.stop()
        if kind is not None:
            print("# " + self.log().replace("\n", "\n# "))
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self, sign=signal.SIGTERM):
        """The exit status; a sanitizer's report makes it fail."""
        if self.process is None:
            return 0
        process, self.process = self.process, None
        process.send_signal(sign)
        try:
            status = process.wait(DEADLINE * 2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError("the server did not stop") from None
        self.stderr.close()
        if sign != signal.SIGKILL and status != 0:
            raise AssertionError(f"exit status {status}:\n{self.log()}")
        return status

    def kill(self):
        self.stop(signal.SIGKILL)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_log(self, text, seconds=DEADLINE):
        wait_for(f"'{text}' in the log", lambda: text in self.log(), seconds)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ctl(self, *words, status=0):
        """Runs all2allctl; what it printed on stdout (or stderr)."""
        done = subprocess.run(
            [tool("all2allctl"), "-c", self.conf_path, *words],
            capture_output=True, text=True, timeout=DEADLINE * 2, check=False)
        if done.returncode != status:
            raise AssertionError(f"{words}: {done.returncode}, not {status}: "
                                 f"{done.stdout}{done.stderr}")
        return done.stdout if status == 0 else done.stderr

    def ctl_json(self, *words):
        return json.loads(self.ctl(*words, "--format", "json"))

    def add_member(self, slug):
        out = self.ctl("member", "add", slug, "--name", slug.title())
        key, = [line[5:] for line in out.splitlines()
                if line.startswith("key: ")]
        return key

    def block(self, slug):
        """At once, as for an emergency."""
        return self.ctl("member", "block", slug, "--reason",
                        "security-emergency", "--reference", "T-1",
                        "--person", "Tess")

    def mount(self, name):
        """What `mounts` says of it, or None."""
        for mount in self.ctl_json("mounts")["mounts"]:
            if mount["mount"] == name:
                return mount
        return None

    def connect(self, tls=False, timeout=DEADLINE):
        sock = socket.create_connection(
            (TLS_HOST, self.tls_port) if tls else (HOST, self.port), timeout)
        if tls:
            context = ssl.create_default_context(
                cafile=os.path.join(self.folder, "cert.pem"))
            sock = context.wrap_socket(sock, server_hostname="localhost")
        return sock


def read_all(sock):
    """Until the peer ends; a reset is an end too."""
    got = b""
    try:
        while True:
            data = sock.recv(65536)
            if not data:
                return got
            got += data
    except (ConnectionResetError, ssl.SSLEOFError):
        return got


def read_until(sock, mark):
    got = b""
    while mark not in got:
        data = sock.recv(4096)
        if not data:
            break
        got += data
    return got


class Case(unittest.TestCase):
    """A test with one server; subclasses may set conf and tls."""
    conf = ""
    tls = False

    def setUp(self):
        self.server = Server(self.conf, self.tls)
        self.server.start()
        self.addCleanup(self.finish)

    def finish(self):
        try:
            self.server.stop()
        finally:
            outcome = self._outcome
            errors = getattr(outcome, "errors", None) or []
            result = getattr(outcome, "result", None)
            failed = any(error for _, error in errors) or any(
                test is self for test, _ in
                getattr(result, "failures", []) + getattr(result, "errors", []))
            if failed or sys.exc_info()[0] is not None:
                print("# " + self.server.log().replace("\n", "\n# "))
            shutil.rmtree(self.server.folder, ignore_errors=True)
