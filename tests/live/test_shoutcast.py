#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""SHOUTcast logins: strict encoders wait for "OK2" before they send headers,
others send all at once. Both must work on the same port as everything else."""
import os

import tap
from server import DATA, Case, read_all, read_until, wait_for

OK2 = b"OK2\r\nicy-caps:11\r\n\r\n"
HEADERS = (b"icy-name:Caf\xe9\r\nicy-genre:test\r\nicy-url:http://x.example\r\n"
           b"icy-pub:1\r\nicy-br:128\r\ncontent-type:audio/mpeg\r\n\r\n")


def mp3(count=40000):
    with open(os.path.join(DATA, "cbr128.mp3"), "rb") as file:
        return file.read(count)


class Shoutcast(Case):
    conf = 'mount "/*" { grace = 0 }\nlogin-tries = 1000\n'

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def say(self, data):
        sock = self.server.connect()
        sock.sendall(data)
        return sock

    def on_air(self, mount):
        return wait_for(f"{mount} on air", lambda: (
            lambda found: found if found and found["type"] else None)(
                self.server.mount(mount)))

    def test_a_strict_encoder_gets_ok2_before_its_headers(self):
        sock = self.say(f"demo:{self.key}\r\n".encode())
        self.assertEqual(read_until(sock, b"\r\n\r\n"), OK2)
        sock.sendall(HEADERS + mp3())
        self.on_air("/demo/live")
        status = self.say(b"GET /status-json.xsl HTTP/1.0\r\n\r\n")
        self.assertIn('"server_name":"Café"'.encode(), read_all(status))
        sock.close()

    def test_a_hasty_encoder_sends_all_at_once(self):
        sock = self.say(f"/demo/fast:{self.key}\n".encode() + HEADERS + mp3())
        self.assertEqual(read_until(sock, b"\r\n\r\n"), OK2)
        self.on_air("/demo/fast")
        sock.close()

    def test_there_may_be_no_headers_at_all(self):
        sock = self.say(f"demo:{self.key}:#2\r\n\r\n".encode() + mp3())
        self.assertEqual(read_until(sock, b"\r\n\r\n"), OK2)
        self.on_air("/demo/live")
        sock.close()

    def test_a_wrong_key_hears_so_and_nothing_else(self):
        for line in (b"demo:wrong\r\n", b"nobody:x\r\n", b"wrong\r\n",
                     b"/demo/live:wrong\n", b"/../x:y\r\n", b"!POKE\n"):
            self.assertEqual(read_all(self.say(line)),
                             b"Invalid Password\r\n", line)

    def test_an_ultravox_login_is_closed(self):
        sock = self.say(b"Z\x00\x10\x09\x00\x00\x00\x00")
        self.assertNotIn(b"OK", read_all(sock))

    def test_titles_come_by_admin_cgi(self):
        sock = self.say(f"demo:{self.key}\r\n".encode())
        read_until(sock, b"\r\n\r\n")
        sock.sendall(HEADERS + mp3())
        self.on_air("/demo/live")
        answer = read_all(self.say(
            f"GET /admin.cgi?pass=demo:{self.key}&mode=updinfo&song=One%20-%20"
            "Two HTTP/1.0\r\nUser-Agent: Mozilla\r\n\r\n".encode()))
        self.assertIn(b"200 OK", answer)
        wait_for("the title",
                 lambda: self.server.mount("/demo/live")["title"]
                 == "One - Two")
        answer = read_all(self.say(
            b"GET /admin.cgi?pass=demo:no&mode=updinfo&song=X HTTP/1.0\r\n\r\n"
        ))
        self.assertIn(b" 401 ", answer)
        sock.close()

    def test_a_mount_that_was_granted_but_never_fed_is_free_again(self):
        sock = self.say(f"demo:{self.key}\r\n".encode())
        self.assertEqual(read_until(sock, b"\r\n\r\n"), OK2)
        sock.close()
        wait_for("the mount is free",
                 lambda: self.server.mount("/demo/live") is None)


if __name__ == "__main__":
    tap.main()
