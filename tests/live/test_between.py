#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What happens between two steps of a login, a form or a stream, and what is
odd but fair: empty bodies, crowds after a restart, letters of many bytes."""
import itertools
import json
import socket
import ssl
import threading
import urllib.parse

import tap
from encoder import Replay, basic, login
from server import HOST, Case, read_all, read_until, wait_for

OK2 = b"OK2\r\nicy-caps:11\r\n\r\n"


class Between(Case):
    conf = 'mount "/*" { grace = 0 pace = 0 }\n'

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def say(self, data):
        sock = self.server.connect()
        sock.sendall(data)
        return sock

    def gone(self, mount):
        wait_for(f"{mount} gone", lambda: self.server.mount(mount) is None)

    def on_air(self, mount="/demo/a", headers=()):
        sock, _ = login(self.server, mount, self.key, headers=headers)
        feed = Replay(sock, "cbr128.mp3", 64000)
        self.addCleanup(feed.stop)
        wait_for("on air",
                 lambda: (self.server.mount(mount) or {}).get("type"))
        return feed


class Logins(Between):
    conf = Between.conf + "request-deadline = 60s\n"

    def granted(self):
        """A SHOUTcast encoder that was told OK2 and sent no headers yet."""
        sock = self.say(f"demo:{self.key}\r\n".encode())
        self.assertEqual(read_until(sock, b"\r\n\r\n"), OK2)
        return sock

    def test_a_kick_finds_an_encoder_that_has_yet_to_send_its_headers(self):
        sock = self.granted()
        self.server.ctl("kick", "source", "/demo/live")
        self.assertEqual(read_all(sock), b"")
        self.gone("/demo/live")

    def test_blocking_finds_it_too(self):
        sock = self.granted()
        self.server.block("demo")
        self.assertEqual(read_all(sock), b"")
        self.gone("/demo/live")

    def test_an_upload_of_nothing_is_over_at_once(self):
        for headers in ([], ["Expect: 100-continue"]):
            sock, head = login(self.server, "/demo/a", self.key, "PUT", "1.1",
                               headers=["Content-Length: 0", *headers])
            answer = head + read_all(sock)
            self.assertIn(b"HTTP/1.1 200 OK\r\n", answer)
            self.assertTrue(answer.endswith(b"Content-Length: 0\r\n\r\n"))
            sock.close()
            self.gone("/demo/a")

    def crowd(self, keys, address):
        """What each of them hears when all log in at once."""
        answers = {}

        def come(number, slug):
            sock = socket.create_connection(
                (HOST, self.server.port), 30, (address(number), 0))
            sock.sendall((f"SOURCE /{slug}/a HTTP/1.0\r\nAuthorization: Basic "
                          f"{basic('source', keys[slug])}\r\n\r\n").encode())
            answers[slug] = read_until(sock, b"\r\n\r\n").split(b"\r\n")[0]
            sock.close()
        crowd = [threading.Thread(target=come, args=row)
                 for row in enumerate(keys)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        return sorted(answer.split(b" ")[1] for answer in answers.values())

    def test_a_crowd_that_comes_back_after_a_restart_is_let_in(self):
        slugs = [f"m{number}" for number in range(40)]
        keys = {slug: self.server.add_member(slug) for slug in slugs}
        # Each from an address of its own, and all of one school.
        for address in (lambda number: f"127.0.1.{number + 1}",
                        lambda number: "127.0.2.1"):
            self.server.stop()
            self.server.start()
            self.assertEqual(self.crowd(keys, address), [b"200"] * 40)

    def test_a_crowd_of_guesses_is_held_to_the_limit(self):
        keys = {f"demo{number}": "wrong" for number in range(30)}
        self.assertEqual(self.crowd(keys, lambda number: "127.0.3.1"),
                         [b"401"] * 12 + [b"429"] * 18)


class Owners(Between):
    conf = 'mount "/live" { member = "demo" grace = 20s }\n'

    def test_a_mount_is_not_taken_over_from_a_member_who_may_come_back(self):
        other_key = self.server.add_member("other")
        sock, _ = login(self.server, "/live", self.key)
        sock.close()
        wait_for("away",
                 lambda: self.server.mount("/live")["state"] == "away")
        self.server.write_conf(self.conf.replace("demo", "other"))
        self.server.ctl("reload")
        _, answer = login(self.server, "/live", other_key)
        self.assertIn(b" 403 ", answer)
        self.server.ctl("kick", "source", "/live")
        self.gone("/live")
        sock, answer = login(self.server, "/live", other_key)
        self.assertIn(b" 200 ", answer)
        self.assertEqual(self.server.mount("/live")["member"], "other")
        sock.close()


class Upgrade(Between):
    tls = "only"

    def test_what_was_said_before_tls_is_not_heard_after_it(self):
        # RFC 2817: nobody on the way may put a request before ours.
        options = (b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                   b"Upgrade: TLS/1.0, HTTP/1.1\r\n\r\n")
        injected = b"GET /injected HTTP/1.1\r\nHost: x\r\nA: "
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for cut in (len(options), 20):
            sock = self.say(options[:cut])
            if cut < len(options):
                self.assertIn(b" 204 ", read_all(self.say(
                    b"OPTIONS * HTTP/1.0\r\n\r\n")))  # the first part is read
            sock.sendall(options[cut:] + injected)
            heard = b""
            try:
                self.assertIn(b"101 ", read_until(sock, b"\r\n\r\n"))
                secure = context.wrap_socket(sock)
                read_until(secure, b"\r\n\r\n")
                secure.sendall(b"b\r\n\r\n")
                heard = read_until(secure, b"\r\n\r\n")
            except (OSError, AssertionError):
                pass
            self.assertEqual(heard, b"")
        self.assertNotIn("injected", self.server.log())


class Titles(Between):
    def form(self, body, headers=""):
        return self.say(
            (f"POST /admin/metadata HTTP/1.1\r\nHost: x\r\nAuthorization: "
             f"Basic {basic('source', self.key)}\r\n{headers}\r\n"
             ).encode() + body)

    def wait_title(self, title):
        wait_for(title[:40], lambda: self.server.mount("/demo/a")["title"]
                 == title)

    def test_long_titles_end_between_two_letters(self):
        self.on_air()
        for letters in ("é" * 5000, "xé" + "é" * 5000, "日" * 5000,
                        "x" + "日" * 5000, "xx" + "日" * 5000, "𝄞" * 5000):
            body = b"mode=updinfo&mount=/demo/a&song=" + letters.encode()
            answer = read_all(self.form(
                body, f"Content-Length: {len(body)}\r\n"))
            self.assertIn(b"<return>1<", answer)
            wait_for("the title", lambda: self.server.mount("/demo/a")[
                "title"].startswith(letters[:2]))
            title = self.server.mount("/demo/a")["title"]
            self.assertTrue(letters.startswith(title), title[:40])
            self.assertGreater(len(title.encode()), 200)

    def test_a_form_may_come_in_chunks_or_after_100(self):
        self.on_air()
        body = b"mode=updinfo&mount=/demo/a&song=In%20chunks"
        self.assertIn(b"<return>1<", read_all(self.form(
            b"5\r\n" + body[:5] + b"\r\n%x;a=b\r\n" % (len(body) - 5) +
            body[5:] + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n")))
        self.wait_title("In chunks")
        sock = self.form(b"", f"Content-Length: {len(body)}\r\n"
                              "Expect: 100-continue\r\n")
        self.assertEqual(read_until(sock, b"\r\n\r\n"),
                         b"HTTP/1.1 100 Continue\r\n\r\n")
        sock.sendall(body.replace(b"chunks", b"_time_"))
        self.assertIn(b"<return>1<", read_all(sock))
        self.wait_title("In _time_")

    def test_odd_titles_are_text_everywhere(self):
        self.on_air()
        for title in ("-", "Infinity", "NaN", "true", "007", "1e999", "\\",
                      '"', "</script>", "]]>", "%s%n", "null"):
            read_all(self.say((
                "GET /admin/metadata?mode=updinfo&mount=/demo/a&"
                f"{urllib.parse.urlencode({'song': title})} HTTP/1.0\r\n"
                f"Authorization: Basic {basic('source', self.key)}\r\n\r\n"
                ).encode()))
            self.wait_title(title)
            status = read_all(self.say(
                b"GET /status-json.xsl HTTP/1.0\r\n\r\n"))
            source = json.loads(status.split(b"\r\n\r\n", 1)[1])[
                "icestats"]["source"]
            self.assertEqual(source["title"], title)
        for line in self.server.log().splitlines():
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[\d:.]+Z ")

    def test_only_one_mount_on_air_may_be_left_unnamed(self):
        first = self.on_air()
        query = ("GET /admin/metadata?mode=updinfo&song=Mine HTTP/1.0\r\n"
                 f"Authorization: Basic {basic('demo', self.key)}\r\n\r\n"
                 ).encode()
        self.assertIn(b"<return>1<", read_all(self.say(query)))
        self.wait_title("Mine")
        second = self.on_air("/demo/b")
        self.assertIn(b" 400 ", read_all(self.say(query)))
        second.stop()
        first.stop()
        self.gone("/demo/a")
        self.gone("/demo/b")
        self.assertIn(b"Source does not exist", read_all(self.say(query)))


class Listeners(Between):
    conf = Between.conf + "max-clients = 12\n"

    def test_an_agent_of_any_bytes_is_listed_as_text(self):
        self.on_air()
        ear = self.say(b"GET /demo/a HTTP/1.0\r\nUser-Agent: \x9b31m\xff \"<"
                       b"\xc2\x85\xe2\x80\xa8x\r\n\r\n")
        self.assertIn(b"200 OK", read_until(ear, b"\r\n\r\n"))
        row, = self.server.ctl_json("listeners", "/demo/a")["listeners"]
        self.assertEqual(row["agent"], "\u203a31m\xff \"<\xc2\u2026\xe2"
                         "\u20ac\xa8x")
        for line in self.server.ctl("listeners", "/demo/a").splitlines():
            self.assertNotRegex(line, "[\x00-\x1f\x7f-\x9f\u2028]")
        ear.close()

    def test_the_server_is_full_at_its_edge_and_says_so(self):
        self.on_air()
        ears = []
        for _ in range(11):  # the source is the twelfth client
            ears.append(self.say(b"GET /demo/a HTTP/1.0\r\n\r\n"))
            self.assertIn(b"200 OK", read_until(ears[-1], b"\r\n\r\n"))
        sock = self.server.connect()
        answer = read_all(sock)
        self.assertTrue(answer.startswith(b"HTTP/1.0 503 "), answer)
        self.assertIn(b"\r\nRetry-After: ", answer)
        head, body = answer.split(b"\r\n\r\n")
        self.assertIn(b"Content-Length: %d" % len(body), head)
        sock.close()
        ears.pop().close()

        def lets_in():
            one = self.server.connect()
            try:
                one.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                return b" 200 " in read_all(one)
            except OSError:
                return False  # refused before it had asked
            finally:
                one.close()
        wait_for("there is room", lets_in)
        for ear in ears:
            ear.close()

    def test_no_spelling_of_a_path_leaves_the_mounts(self):
        dots = ("..", "%2e%2e", ".%2e", "%252e%252e", "..;", "..%00",
                "%c0%ae%c0%ae", "...")
        slashes = ("/", "%2f", "\\", "%5c", "//", "%252f", "%c0%af")
        tops = ("", "/web", "/demo", "/admin")
        tails = ("etc/passwd", "demo/a", "lock", "store.db")
        spellings = [top + slash + dot + slash + tail for top, dot, slash, tail
                     in itertools.product(tops, dots, slashes, tails)]
        for path in spellings:
            answer = read_all(self.say(
                f"GET /{path.lstrip('/')} HTTP/1.0\r\n\r\n".encode()))
            self.assertRegex(answer, rb"^HTTP/1.1 40[04] ", path)
        self.assertEqual(len(spellings), 896)


if __name__ == "__main__":
    tap.main()
