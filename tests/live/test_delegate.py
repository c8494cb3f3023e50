#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A member lets somebody else feed a mount by a message it signed with gpg, and
only that mount, only then."""
import os
import re
import shutil
import subprocess
import tempfile
import time

import tap
from encoder import login
from server import DATA, Case, read_all, wait_for


def some_mp3(count=40000):
    with open(os.path.join(DATA, "cbr128.mp3"), "rb") as file:
        return file.read(count)


def utc(seconds_from_now):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(time.time() + seconds_from_now))


class Home:
    """Where people have their secret keys: a GNUPGHOME of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="a2a-gnupg-")
        self.env = dict(os.environ, GNUPGHOME=self.folder, LC_ALL="C")

    def gpg(self, *words, text=None):
        done = subprocess.run(
            ["gpg", "--batch", "--quiet", "--no-tty", "--pinentry-mode",
             "loopback", "--passphrase", "", *words], input=text,
            capture_output=True, text=True, env=self.env, check=False)
        if done.returncode != 0:
            raise AssertionError(f"gpg {words}: {done.stderr}")
        return done.stdout

    def add(self, name):
        self.gpg("--quick-gen-key", name, "ed25519", "cert,sign", "never")
        listed = self.gpg("--list-keys", "--with-colons", name)
        mark = re.search("^fpr:+([0-9A-F]{40}):", listed, re.M).group(1)
        self.gpg("--quick-add-key", mark, "cv25519", "encr", "never")
        return mark

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def close(self):
        subprocess.run(["gpgconf", "--kill", "all"], env=self.env, check=True)
        # The agent takes its own sockets away while we do.
        wait_for("an end", lambda: shutil.rmtree(
            self.folder, ignore_errors=True) or not os.path.exists(
                self.folder))


class Delegates(Case):
    conf = 'mount "/*" { grace = 0 }\n'

    def setUp(self):
        super().setUp()
        self.home = Home()
        self.addCleanup(self.home.close)
        self.own_key = self.server.add_member("ana")
        self.mark = self.home.add("ana")
        self.home.add("eve")
        public = self.home.gpg("--armor", "--export", "ana")
        out = self.server.ctl("member", "key", "ana",
                              self.home.file("ana.asc", public))
        self.assertIn(self.mark, out)
        self.nonce = 10 ** 15

    def order(self, mounts, begin=-3600, end=86400, name="bob", signer="ana"):
        """The name of a file with a signed delegation."""
        self.nonce += 1
        text = (f"delegate: {name}\nmember: ana\nmounts: {mounts}\n"
                f"from: {utc(begin)}\nuntil: {utc(end)}\n"
                f"nonce: {self.nonce}\n")
        return self.home.file("order.asc", self.home.gpg(
            "-u", signer, "--clear-sign", text=text))

    def delegate(self, *words, **more):
        out = self.server.ctl("member", "delegate", self.order(*words, **more))
        return re.fullmatch(r"key: (\S+)\n", out).group(1)

    def refused(self, path, why):
        self.assertIn(why, self.server.ctl("member", "delegate", path,
                                           status=1))
        self.assertEqual(
            self.server.ctl_json("member", "delegates", "ana")["delegates"],
            [])

    def answer(self, mount, key, **more):
        sock, answer = login(self.server, mount, key, **more)
        sock.close()
        wait_for(f"{mount} gone", lambda: self.server.mount(mount) is None)
        return answer.split(b"\r\n", 1)[0]

    def on_air(self, mount, key, **more):
        sock, answer = login(self.server, mount, key, **more)
        self.assertIn(b" 200 ", answer)
        sock.sendall(some_mp3())
        wait_for(f"{mount} on air",
                 lambda: (self.server.mount(mount) or {}).get("type"))
        return sock

    def test_a_delegate_feeds_its_mount_and_no_other(self):
        key = self.delegate("/ana/live /ana/talk")
        for user in ("source", "ana"):
            self.on_air("/ana/live", key, user=user).close()
            wait_for("gone", lambda: self.server.mount("/ana/live") is None)
        self.on_air("/ana/talk", key).close()
        self.assertIn(b" 403 ", self.answer("/ana/other", key))
        self.server.add_member("zoe")
        self.assertIn(b" 401 ", self.answer("/zoe/live", key))
        for wrong in (key[:-1], key[4:], "bob." + self.own_key,
                      "eva." + key[4:]):
            self.assertIn(b" 401 ", self.answer("/ana/live", wrong))
            time.sleep(0.1)
        self.assertIn("is the delegate bob", self.server.log())
        self.assertNotIn(key, self.server.log())

    def test_the_members_own_key_is_as_good_as_before(self):
        key = self.delegate("*")
        self.on_air("/ana/any", key).close()
        self.on_air("/ana/live", self.own_key).close()

    def test_a_delegate_tells_titles_of_its_mount_only(self):
        key = self.delegate("/ana/live")
        first = self.on_air("/ana/live", key)
        second = self.on_air("/ana/other", self.own_key)
        for mount, status in (("/ana/live", b" 200 "),
                              ("/ana/other", b" 403 ")):
            sock, answer = login(
                self.server, f"/admin/metadata?mode=updinfo&mount={mount}"
                "&song=News", key, "GET", content_type=None)
            sock.close()
            self.assertIn(status, answer)
        first.close()
        second.close()

    def test_a_delegate_reads_no_recording(self):
        key = self.delegate("*")
        self.on_air("/ana/live", key).close()
        row, = wait_for("it is done", lambda: [
            row for row in self.server.ctl_json("recordings")["recordings"]
            if row["state"] == "done"])
        for end in ("", ".json"):
            path = "/archive/" + row["id"] + end
            for user in ("source", "ana"):
                for what, status in ((key, b" 403 "), (self.own_key, b" 200 ")):
                    sock, answer = login(self.server, path, what, "GET",
                                         user=user, content_type=None)
                    sock.close()
                    self.assertIn(status, answer.split(b"\r\n")[0], path)

    def test_not_before_and_not_after(self):
        later = self.delegate("*", begin=3600)
        sock, answer = login(self.server, "/ana/live", later)
        answer += read_all(sock)
        sock.close()
        self.assertIn(b" 403 ", answer)
        self.assertIn(b"this key may be used from ", answer)
        soon = self.delegate("*", end=4, name="eva")
        sock = self.on_air("/ana/live", soon)
        time.sleep(5)
        # Who is on air stays, and nobody new comes.
        self.assertIsNotNone(self.server.mount("/ana/live"))
        self.assertIn(b" 403 ", login(self.server, "/ana/more", soon)[1])
        sock.close()

    def test_to_be_revoked_ends_what_is_on_air(self):
        key = self.delegate("*")
        sock = self.on_air("/ana/live", key)
        own = self.on_air("/ana/own", self.own_key)
        self.server.ctl("member", "undelegate", "ana", "bob", "--person",
                        "Eva")
        wait_for("gone", lambda: self.server.mount("/ana/live") is None)
        self.assertIsNotNone(self.server.mount("/ana/own"))
        sock.close()
        own.close()
        self.assertIn(b" 401 ", self.answer("/ana/live", key))

    def test_a_member_revokes_by_a_signed_message(self):
        key = self.delegate("*")
        sock = self.on_air("/ana/live", key)
        path = self.home.file("revoke.asc", self.home.gpg(
            "-u", "ana", "--clear-sign",
            text="revoke: bob\nmember: ana\nnonce: abcdefghijklmnop\n"))
        self.server.ctl("member", "delegate", path)
        wait_for("gone", lambda: self.server.mount("/ana/live") is None)
        sock.close()

    def test_what_is_not_signed_by_the_member_changes_nothing(self):
        self.refused(self.order("*", signer="eve"), "not known here")
        path = self.order("/ana/live")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.refused(self.home.file("bad", text.replace("/ana/live", "*")),
                     "signature is not good")
        self.refused(self.order("*", begin=-7200, end=-3600), "is over")
        self.refused(self.order("/zoe/live"), "below /ana/")

    def test_a_message_is_good_for_once_and_alone(self):
        path = self.order("/ana/live")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        around = self.home.file(
            "around", f"mounts: /ana/before\n\n{text}\nmounts: *\n")
        self.server.ctl("member", "delegate", around)
        row, = self.server.ctl_json("member", "delegates", "ana")["delegates"]
        self.assertEqual(row["mounts"], "/ana/live")
        self.assertIn("used before", self.server.ctl(
            "member", "delegate", path, status=1))

    def test_it_is_all_known_after_a_start(self):
        key = self.delegate("/ana/live")
        self.server.stop()
        self.server.start()
        self.on_air("/ana/live", key).close()
        self.assertIn(b" 403 ", self.answer("/ana/other", key))

    def test_no_agent_is_left_behind(self):
        self.delegate("*")
        folder = os.path.join(self.server.data, "gnupg")
        self.assertEqual(os.stat(folder).st_mode & 0o7777, 0o700)
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True,
                                text=True, check=True).stdout
        self.assertNotIn(folder, listed)
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    tap.main()
