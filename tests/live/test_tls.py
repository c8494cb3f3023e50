#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""TLS at the listening port: versions, certificates, and the same bytes."""
import hashlib
import os
import signal
import socket
import ssl
import subprocess
import unittest

from encoder import Replay, login
from server import Case, Server, TLS_HOST, read_all, read_until, wait_for

# OpenSSL of Debian speaks TLS 1.1 only at the lowest level of security.
OLD = ["-cipher", "ALL:@SECLEVEL=0"]


def handshake(server, *options):
    """openssl s_client's exit status and what it said."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"{TLS_HOST}:{server.tls_port}",
         "-CAfile", os.path.join(server.folder, "cert.pem"),
         "-verify_return_error", "-verify_hostname", "localhost", *options],
        input=b"", capture_output=True, timeout=30, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


def serial_of(server):
    """The certificate a newcomer is shown, as a digest."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((TLS_HOST, server.tls_port), 10) as sock:
        with context.wrap_socket(sock) as tls:
            return hashlib.sha256(tls.getpeercert(True)).hexdigest()


def get(server, path, tls=False, port=None):
    sock = server.connect(tls) if port is None else \
        socket.create_connection((TLS_HOST, port), 10)
    with sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                     "Connection: close\r\n\r\n".encode())
        return read_all(sock)


class Versions(Case):
    tls = True

    def test_tls_1_2_is_spoken(self):
        status, said = handshake(self.server, "-tls1_2")
        self.assertEqual(status, 0, said)
        self.assertIn("TLSv1.2", said)

    def test_tls_1_3_is_spoken(self):
        status, said = handshake(self.server, "-tls1_3")
        self.assertEqual(status, 0, said)
        self.assertIn("TLSv1.3", said)

    def test_tls_1_1_is_refused(self):
        status, said = handshake(self.server, "-tls1_1", *OLD)
        self.assertNotEqual(status, 0)
        self.assertIn("alert protocol version", said)

    def test_tls_1_0_is_refused(self):
        status, said = handshake(self.server, "-tls1", *OLD)
        self.assertNotEqual(status, 0)
        self.assertIn("alert protocol version", said)

    def test_the_first_byte_tells_tls_from_plain_on_one_port(self):
        over_tls = get(self.server, "/healthz", tls=True)
        plain = get(self.server, "/healthz", port=self.server.tls_port)
        self.assertIn(b" 200 ", over_tls.split(b"\r\n")[0])
        # A second may have begun between the two.
        self.assertEqual(*[[line for line in answer.split(b"\r\n")
                            if not line.startswith(b"Date: ")]
                           for answer in (over_tls, plain)])

    def test_a_port_without_a_certificate_speaks_no_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with self.server.connect() as sock:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(sock)

    def test_a_client_that_never_ends_its_hello_is_let_go(self):
        with socket.create_connection(
                (TLS_HOST, self.server.tls_port), 40) as sock:
            sock.sendall(b"\x16\x03\x01\x02\x00\x01")
            self.assertEqual(read_all(sock), b"")

    conf = 'request-deadline = 2s\n'


class OnlyTls(unittest.TestCase):
    def test_plain_requests_are_refused_where_only_tls_is_spoken(self):
        with Server(tls=True, tls_extra="tls-only = yes") as server:
            self.assertIn(b" 200 ", get(server, "/healthz", tls=True))
            self.assertNotIn(
                b" 200 ", get(server, "/healthz", port=server.tls_port))
            self.assertIn(b" 200 ", get(server, "/healthz"))


class Reload(Case):
    tls = True

    def setUp(self):
        super().setUp()
        self.readable()

    def readable(self):
        """The server reads it again, perhaps as another user."""
        os.chmod(os.path.join(self.server.folder, "key.pem"), 0o644)

    def hang_up(self, text):
        before = self.server.log().count(text)
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(f"'{text}' in the log",
                 lambda: self.server.log().count(text) > before)

    def test_a_renewed_certificate_is_shown_after_sighup(self):
        old = serial_of(self.server)
        kept = self.server.connect(tls=True)
        self.server.make_certificate()
        self.readable()
        self.assertEqual(serial_of(self.server), old)
        self.server.process.send_signal(signal.SIGHUP)
        wait_for("the new certificate",
                 lambda: serial_of(self.server) != old)
        self.assertEqual(handshake(self.server)[0], 0)
        with kept:  # who was there before goes on
            kept.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            self.assertIn(b" 200 ", read_all(kept))

    def test_a_key_of_another_certificate_is_refused_and_the_old_kept(self):
        old = serial_of(self.server)
        folder = self.server.folder
        with open(os.path.join(folder, "cert.pem"), "rb") as file:
            certificate = file.read()
        self.server.make_certificate()
        self.readable()
        with open(os.path.join(folder, "cert.pem"), "wb") as file:
            file.write(certificate)
        said = self.server.ctl("reload", status=1)
        self.assertIn("key.pem", said)
        self.assertEqual(serial_of(self.server), old)
        self.hang_up("key.pem")
        self.assertEqual(serial_of(self.server), old)


class Listening(Case):
    tls = True
    conf = 'mount "/*" {\n\tburst = 0\n\tburst-time = 0s\n}\n'

    def test_a_listener_over_tls_gets_the_bytes_that_plain_ones_get(self):
        key = self.server.add_member("demo")
        sock, answer = login(self.server, "/demo/live.mp3", key)
        self.assertIn(b"200", answer)
        listeners = []
        replay = Replay(sock, "cbr128.mp3", 32000)
        self.addCleanup(replay.stop)
        wait_for("the mount plays", lambda: b" 200 " in self.head())
        for tls in (False, True):
            listener = self.server.connect(tls)
            listener.sendall(b"GET /demo/live.mp3 HTTP/1.0\r\n\r\n")
            head = read_until(listener, b"\r\n\r\n")
            self.assertIn(b" 200 ", head)
            listeners.append((listener, head.split(b"\r\n\r\n", 1)[1]))
        got = [first + self.read(listener, 120000)
               for listener, first in listeners]
        # They came at different moments: one is a later part of the other.
        at = got[0].find(got[1][:4000])
        self.assertGreaterEqual(at, 0, "nothing in common")
        length = min(len(got[0]) - at, len(got[1]))
        self.assertGreater(length, 60000)
        self.assertEqual(got[0][at:at + length], got[1][:length])

    def head(self):
        with self.server.connect() as sock:
            sock.sendall(b"HEAD /demo/live.mp3 HTTP/1.0\r\n\r\n")
            return read_all(sock)

    @staticmethod
    def read(sock, least):
        got = b""
        with sock:
            while len(got) < least:
                got += sock.recv(65536)
        return got

    def test_a_source_over_tls_is_taken(self):
        key = self.server.add_member("demo")
        sock, answer = login(self.server, "/demo/live.mp3", key, tls=True)
        self.assertIn(b"200", answer)
        replay = Replay(sock, "cbr128.mp3")
        self.addCleanup(replay.stop)
        wait_for("the mount plays", lambda: b" 200 " in self.head())


if __name__ == "__main__":
    import tap
    tap.main()
