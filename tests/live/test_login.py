#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Logging in as each kind of encoder does it, and what each is told when it may
not. The answers decide whether butt, libshout, liquidsoap and curl work."""
import os
import re
import subprocess

import tap
from encoder import Replay, basic, login
from server import DATA, Case, read_all, read_until, wait_for

GO = b"HTTP/1.0 200 OK\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
DONE = b"HTTP/1.1 200 OK\r\n"


def status(answer):
    return int(answer.split(b" ", 2)[1])


def some_mp3(count=40000):
    with open(os.path.join(DATA, "cbr128.mp3"), "rb") as file:
        return file.read(count)


class Logins(Case):
    conf = ('mount "/live.mp3" { member = "demo" grace = 0 }\n'
            'mount "/*" { grace = 0 }\n')

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def on_air(self, mount):
        wait_for(f"{mount} on air",
                 lambda: (self.server.mount(mount) or {}).get("type"))

    def gone(self, mount):
        wait_for(f"{mount} gone", lambda: self.server.mount(mount) is None)

    def feed(self, sock, mount):
        """It really is a source: its bytes put the mount on air."""
        sock.sendall(some_mp3())
        self.on_air(mount)
        sock.close()
        self.gone(mount)

    def test_source_is_told_to_go_at_once(self):
        for version in ("1.0", "1.1"):
            sock, answer = login(self.server, "/demo/a", self.key,
                                 "SOURCE", version)
            self.assertEqual(answer, GO)
            self.feed(sock, "/demo/a")

    def test_put_without_framing_is_told_to_go_at_once(self):
        sock, answer = login(self.server, "/demo/a", self.key, "PUT", "1.1")
        self.assertEqual(answer, GO)
        self.feed(sock, "/demo/a")

    def test_put_that_expects_gets_100_and_its_200_at_the_end(self):
        body = some_mp3()
        sock, answer = login(
            self.server, "/demo/a", self.key, "PUT", "1.1",
            headers=["Expect: 100-continue", f"Content-Length: {len(body)}"])
        self.assertEqual(answer, CONTINUE)
        sock.sendall(body[:-1])
        self.on_air("/demo/a")
        sock.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            sock.recv(100)
        sock.settimeout(20)
        sock.sendall(body[-1:])
        answer = read_all(sock)
        self.assertTrue(answer.startswith(DONE), answer)
        self.assertIn(b"\r\nContent-Length: 0\r\n", answer)
        self.gone("/demo/a")

    def test_put_with_a_length_is_answered_at_its_end(self):
        body = some_mp3()
        sock = self.server.connect()
        sock.sendall((f"PUT /demo/a HTTP/1.1\r\nHost: x\r\n"
                      f"Authorization: Basic {basic('source', self.key)}\r\n"
                      f"Content-Length: {len(body)}\r\n\r\n").encode() +
                     body[:-1])
        self.on_air("/demo/a")
        sock.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            sock.recv(100)
        sock.settimeout(20)
        sock.sendall(body[-1:])
        self.assertTrue(read_all(sock).startswith(DONE))

    def test_chunks_are_taken_off(self):
        for method, headers in (("PUT", ["Expect: 100-continue"]),
                                ("SOURCE", [])):
            sock, _ = login(self.server, "/demo/a", self.key, method, "1.1",
                            headers=headers + ["Transfer-Encoding: chunked"])
            body = some_mp3()
            for at in range(0, len(body), 999):
                piece = body[at:at + 999]
                sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.on_air("/demo/a")
            mp3 = self.server.mount("/demo/a")
            self.assertEqual(mp3["codecs"], "mp3")
            sock.sendall(b"0\r\n\r\n")
            self.gone("/demo/a")
            sock.close()

    def test_curl_uploads_to_its_end(self):
        done = subprocess.run(
            ["curl", "-s", "-S", "-m", "20", "-T", "-", "-D", "-", "-u",
             f"source:{self.key}", "-H", "Content-Type: audio/mpeg",
             self.server.url("/demo/a")], input=some_mp3(200000),
            capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith(CONTINUE + DONE), done.stdout)

    def test_audio_in_the_same_segment_is_kept(self):
        sock = self.server.connect()
        sock.sendall((f"SOURCE /demo/a HTTP/1.0\r\nAuthorization: Basic "
                      f"{basic('demo', self.key)}\r\n\r\n").encode() +
                     some_mp3())
        self.assertEqual(read_until(sock, b"\r\n\r\n"), GO)
        self.on_air("/demo/a")
        sock.close()

    def test_old_encoders_may_end_lines_with_lf_and_say_ice(self):
        for line in ("SOURCE /demo/a ICE/1.0", "SOURCE /demo/a HTTP/1.0"):
            sock = self.server.connect()
            sock.sendall((f"{line}\nAuthorization: Basic "
                          f"{basic('source', self.key)}\nice-name: old\n\n"
                          ).encode())
            self.assertEqual(read_until(sock, b"\r\n\r\n"), GO)
            self.feed(sock, "/demo/a")

    def test_titles_between_the_bytes_of_a_source_are_taken_out(self):
        sock, _ = login(self.server, "/demo/a", self.key,
                        headers=["icy-metaint: 1000"])
        body, out = some_mp3(), b""
        title = b"StreamTitle='Woven - In';".ljust(32, b"\0")
        for at in range(0, len(body), 1000):
            out += body[at:at + 1000]
            out += b"\x02" + title if at == 4000 else b"\0"
        sock.sendall(out)
        self.on_air("/demo/a")
        wait_for("the title", lambda: self.server.mount("/demo/a")["title"]
                 == "Woven - In")
        sock.close()

    def test_a_mount_given_by_name_takes_its_members_key(self):
        sock, answer = login(self.server, "/live.mp3", self.key)
        self.assertEqual(answer, GO)
        self.feed(sock, "/live.mp3")

    def test_a_wrong_type_is_corrected_by_the_bytes(self):
        sock, _ = login(self.server, "/demo/a", self.key,
                        content_type="audio/mpeg")
        with open(os.path.join(DATA, "opus.ogg"), "rb") as file:
            sock.sendall(file.read(100000))
        self.on_air("/demo/a")
        self.assertEqual(self.server.mount("/demo/a")["type"], "audio/ogg")
        sock.close()


class Refusals(Case):
    conf = ("max-sources = 3\nmax-member-sources = 2\nsource-stall = 1s\n"
            'mount "/*" { grace = 0 }\n')

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")
        self.other_key = self.server.add_member("other")

    def refused(self, answer_of, code, words):
        sock, head = answer_of
        answer = head + read_all(sock)
        self.assertEqual(status(answer), code, answer)
        self.assertIn(words, answer)
        self.assertIn(b"\r\nConnection: close\r\n", answer)
        length = int(re.search(rb"Content-Length: (\d+)", answer).group(1))
        self.assertEqual(len(answer.split(b"\r\n\r\n", 1)[1]), length)
        sock.close()
        return answer

    def test_without_the_right_key_nothing_else_is_told(self):
        busy, _ = login(self.server, "/demo/busy", self.key)
        for mount, user, key, kind in (
                ("/demo/a", "source", "wrong", "audio/mpeg"),
                ("/demo/a", "somebody", self.key, "audio/mpeg"),
                ("/demo/a", "source", self.other_key, "audio/mpeg"),
                ("/nobody/a", "source", self.key, "audio/mpeg"),
                ("/demo/busy", "source", "wrong", "audio/mpeg"),
                ("/demo/a", "source", "wrong", "text/html"),
                ("/admin/x", "source", "wrong", "audio/mpeg")):
            answer = self.refused(
                login(self.server, mount, key, "PUT", "1.1", user,
                      ["Expect: 100-continue"], kind), 401,
                b"You need to authenticate")
            self.assertIn(b'WWW-Authenticate: Basic realm="Icecast2 Server"',
                          answer)
        busy.close()

    def test_a_login_without_a_key_is_asked_for_one(self):
        sock = self.server.connect()
        sock.sendall(b"SOURCE /demo/a HTTP/1.0\r\nContent-Length: 0\r\n"
                     b"Connection: Keep-Alive\r\n\r\n")
        self.refused((sock, b""), 401, b"You need to authenticate")

    def test_a_mount_in_use_is_403_in_icecasts_words(self):
        busy, _ = login(self.server, "/demo/a", self.key)
        self.refused(login(self.server, "/demo/a", self.key), 403,
                     b"Mountpoint in use")
        busy.close()

    def test_other_types_are_refused(self):
        self.refused(login(self.server, "/demo/a", self.key,
                           content_type="text/html"), 403,
                     b"Content-type not supported")

    def test_playlist_names_are_reserved(self):
        self.refused(login(self.server, "/demo/a.m3u", self.key), 403,
                     b"reserved")

    def test_bad_names_are_400(self):
        for name in ("/demo/../x", "/demo//x", "/demo/%00", "/demo/<b>",
                     "/demo/" + "x" * 300):
            self.refused(login(self.server, name, self.key), 400, b"")

    def test_a_blocked_member_is_told_so_and_restored(self):
        busy, _ = login(self.server, "/demo/a", self.key)
        busy.sendall(some_mp3())
        self.server.block("demo")
        self.assertEqual(read_all(busy), b"")  # what was on air ends
        self.refused(login(self.server, "/demo/a", self.key), 403,
                     b"blocked")
        self.server.ctl("member", "unblock", "demo")
        sock, answer = login(self.server, "/demo/a", self.key)
        self.assertEqual(answer, GO)
        sock.close()

    def test_limits_hold_at_their_edge(self):
        mine = [login(self.server, f"/demo/{i}", self.key)[0]
                for i in range(2)]
        self.refused(login(self.server, "/demo/2", self.key), 403,
                     b"too many sources connected for this member")
        third, answer = login(self.server, "/other/0", self.other_key)
        self.assertEqual(answer, GO)
        self.refused(login(self.server, "/other/1", self.other_key), 403,
                     b"too many sources connected")
        for sock in (*mine, third):
            sock.close()

    def test_a_source_that_sends_no_frame_loses_its_mount(self):
        silent, _ = login(self.server, "/demo/a", self.key)
        wait_for("the silent source is gone",
                 lambda: self.server.mount("/demo/a") is None)
        self.assertIn("sent no whole frame in time", self.server.log())
        sock, answer = login(self.server, "/demo/a", self.key)
        self.assertEqual(answer, GO)
        silent.close()
        sock.close()

    def test_a_new_key_forgets_the_old_one(self):
        login(self.server, "/demo/a", self.key)[0].close()
        new = self.server.ctl("member", "key", "demo", "--new")[5:].strip()
        self.refused(login(self.server, "/demo/a", self.key), 401, b"")
        wait_for("the mount is free",
                 lambda: self.server.mount("/demo/a") is None)
        sock, answer = login(self.server, "/demo/a", new)
        self.assertEqual(answer, GO)
        sock.close()


class Return(Case):
    conf = 'mount "/*" { grace = 20s pace = 100ms }\n'

    def test_listeners_stay_while_the_source_is_away(self):
        key = self.server.add_member("demo")
        sock, _ = login(self.server, "/demo/a", key)
        first = Replay(sock, "cbr128.mp3", 64000)
        wait_for("on air",
                 lambda: (self.server.mount("/demo/a") or {}).get("type"))
        ear = self.server.connect()
        ear.sendall(b"GET /demo/a HTTP/1.0\r\n\r\n")
        read_until(ear, b"\r\n\r\n")
        first.stop()
        wait_for("away",
                 lambda: self.server.mount("/demo/a")["state"] == "away")
        self.assertEqual(self.server.mount("/demo/a")["listeners"], 1)
        sock, answer = login(self.server, "/demo/a", key)
        self.assertEqual(answer, GO)
        second = Replay(sock, "cbr128.mp3", 64000)
        ear.settimeout(20)
        got = 0
        while got < 300000:  # far more than the burst that was left
            data = ear.recv(65536)
            self.assertTrue(data, "the listener was let go")
            got += len(data)
        second.stop()
        ear.close()


if __name__ == "__main__":
    tap.main()
