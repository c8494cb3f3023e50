#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Letters to members: each reaches a mail server once, over TLS or not at all,
whatever that server does."""
import datetime
import email
import email.policy
import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
import unittest

import books
import tap
from letterbox import HOST, PASSWORD, USER, Letterbox, make_certificate
from server import Server, wait_for
from test_delegate import Home


def day(days):
    date = datetime.datetime.now(datetime.timezone.utc).date()
    return (date + datetime.timedelta(days=days)).isoformat()


class Letters(unittest.TestCase):
    scheme = "smtps"
    is_implicit, has_starttls = True, False
    extra = ""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="a2a-mail-")
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.mail = Letterbox(self.folder, self.is_implicit, self.has_starttls)
        self.addCleanup(self.mail.close)
        secret = os.path.join(self.folder, "password")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        # Only who starts the server can read it.
        os.chmod(secret, 0o600)
        self.server = Server(self.conf(self.mail.cert))
        self.server.start()
        self.addCleanup(self.finish)
        self.key = self.server.add_member("ana")
        self.server.ctl("member", "set", "ana", "--email", "ana@example.org",
                        "--name", "Ana Łódź")

    def finish(self):
        self.server.stop()
        shutil.rmtree(self.server.folder, ignore_errors=True)

    def conf(self, ca):
        return (f'mail-server = "{self.scheme}://{HOST}:{self.mail.port}"\n'
                f'mail-user = "{USER}"\n'
                f'mail-password-file = "{self.folder}/password"\n'
                f'mail-from = "radio@example.org"\nmail-ca = "{ca}"\n'
                + self.extra)

    def owe(self, days=1, reference="2026-1"):
        self.server.ctl(
            "member", "invoice", "ana", reference, "--sent", day(-days - 14),
            "--due", day(-days), "--amount", "120.00", "--currency", "EUR")

    def rows(self):
        return self.server.ctl_json("letter", "list")["letters"]

    def wait_state(self, state, count=1):
        wait_for(f"{count} letters {state}", lambda: sum(
            row["state"] == state for row in self.rows()) == count)

    def wait_failure(self, *parts):
        row = wait_for("a failure", lambda: next(
            (row for row in self.rows() if row["tries"]), None))
        self.assertEqual(row["state"], "waits")
        self.assertEqual(row["tries"], 1)
        for part in parts:
            self.assertIn(part, row["error"])
        return row

    def retry(self):
        for row in self.rows():
            if row["state"] != "sent":
                self.server.ctl("letter", "retry", str(row["id"]))


class Delivery(Letters):
    def test_a_letter_arrives_once_and_is_what_was_written(self):
        self.owe()
        self.wait_state("sent")
        letter, = self.mail.letters
        self.assertEqual(letter["subject"], "Invoice 2026-1")
        self.assertEqual(letter["to"].addresses[0].addr_spec,
                         "ana@example.org")
        self.assertEqual(letter["to"].addresses[0].display_name, "Ana Łódź")
        self.assertEqual(letter["from"].addresses[0].addr_spec,
                         "radio@example.org")
        self.assertIn("mailto:radio@example.org", letter["list-unsubscribe"])
        relay, = books.ask(self.server, "SELECT uuid FROM relay")[0]
        self.assertEqual(letter["message-id"], f"<{relay}.1@example.org>")
        self.assertEqual(letter.get_content_type(), "text/plain")
        body, = books.ask(self.server, "SELECT body FROM letter")[0]
        self.assertEqual(letter.get_content().replace("\r\n", "\n"), body)
        self.assertIn("Dear Ana Łódź,", body)
        self.assertTrue(self.mail.raw[0].isascii())
        self.assertEqual(self.mail.to, ["RCPT TO:<ana@example.org>"])
        self.assertEqual(self.mail.logins, [(USER, PASSWORD, True)])
        log = self.server.log()
        self.assertNotIn(PASSWORD, log)

    def test_neither_restarts_nor_rounds_make_another(self):
        self.owe()
        self.wait_state("sent")
        for stop in (self.server.stop, self.server.kill):
            stop()
            self.server.start()
            self.server.ctl("member", "set", "ana", "--publisher", "x")
        self.assertEqual(len(self.mail.letters), 1)
        self.assertEqual(len(self.rows()), 1)

    def test_many_go_one_after_the_other(self):
        for number in range(20):
            self.server.add_member(f"m{number}")
            self.server.ctl("member", "set", f"m{number}", "--email",
                            f"m{number}@example.org")
        begin = time.monotonic()
        for number in range(20):
            self.server.ctl(
                "member", "invoice", f"m{number}", "1", "--sent", day(-15),
                "--due", day(-1), "--amount", "1", "--currency", "EUR")
        self.wait_state("sent", 20)
        print(f"# 20 letters took {time.monotonic() - begin:.2f} s")
        self.assertEqual(len(self.mail.to), 20)
        self.assertEqual(len(set(self.mail.to)), 20)

    def test_no_letter_has_a_key(self):
        key = self.server.ctl("member", "key", "ana", "--new")
        key = key.split("key: ")[1].split()[0]
        self.owe(32)
        self.server.ctl("member", "invoice", "ana", "2026-1", "--paid",
                        day(-1))
        self.server.block("ana")
        self.wait_state("sent", 2)
        hashed, = books.ask(self.server, "SELECT key_hash FROM member")[0]
        for letter in self.mail.letters:
            for secret in (key, self.key, hashed):
                self.assertNotIn(secret, letter.as_string())
                self.assertNotIn(secret, letter.get_content())
        kinds = {row["kind"] for row in self.rows()}
        self.assertEqual(kinds, {"blocked", "cut"})

    def test_a_name_makes_no_header(self):
        self.server.ctl("member", "set", "ana", "--name",
                        "Eve\r\nBcc: eve@example.com\r\n\r\nhello")
        self.owe(1, "1 Bcc: eve@example.com")
        self.wait_state("sent")
        letter, = self.mail.letters
        self.assertNotIn("bcc", letter)
        self.assertEqual(len(letter["to"].addresses), 1)
        self.assertNotIn("\nBcc", self.mail.raw[0])
        self.assertEqual(len(self.mail.to), 1)

    def test_a_name_of_before_is_refused_in_a_header(self):
        """What can only come into the store by another hand."""
        self.server.stop()
        self.harm("UPDATE member SET name = 'Eve' || char(13, 10) || "
                  "'Bcc: eve@example.com'")
        self.server.start()
        self.owe()
        self.wait_failure("control character")
        self.assertEqual(self.mail.offers, 0)

    def harm(self, sql):
        store = self.open_store()
        store.execute(sql)
        store.commit()
        store.close()

    def open_store(self):
        return sqlite3.connect(
            os.path.join(self.server.data, "all2all.sqlite"),
            isolation_level=None, check_same_thread=False)

    def test_a_store_that_cannot_be_written_makes_no_second_letter(self):
        store = self.open_store()
        self.addCleanup(store.close)
        self.mail.on_take = lambda: store.execute("BEGIN IMMEDIATE")
        self.owe()
        self.server.wait_log("what became of letter 1 is not written")
        self.assertEqual(self.mail.offers, 1)
        self.mail.on_take = None
        store.execute("ROLLBACK")
        self.wait_state("sent")
        self.assertEqual(self.mail.offers, 1)

    def test_who_has_a_key_that_is_not_here_gets_no_clear_letter(self):
        self.server.stop()
        self.harm("UPDATE member SET fingerprint = '" + "AB" * 20 + "'")
        self.server.start()
        self.owe()
        self.wait_failure()
        self.assertEqual(self.mail.offers, 0)

    def test_a_letter_that_is_on_its_way_holds_up_no_stop(self):
        self.mail.mood = "mute"
        self.owe()
        wait_for("a call", lambda: self.mail.sockets)
        begin = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begin, 12)
        self.mail.mood = ""
        self.server.start()
        self.wait_state("sent")
        self.assertEqual(len(self.mail.letters), 1)


class Sealed(Letters):
    def setUp(self):
        super().setUp()
        self.home = Home()
        self.addCleanup(self.home.close)
        self.home.add("ana")
        public = self.home.gpg("--armor", "--export", "ana")
        self.server.ctl("member", "key", "ana",
                        self.home.file("ana.asc", public))

    def test_who_has_a_key_reads_what_nobody_else_can(self):
        self.owe()
        self.wait_state("sent")
        letter, = self.mail.letters
        for part in ("2026-1\n", "2026-1 ", "Invoice", "Dear", "120.00"):
            self.assertNotIn(part, self.mail.raw[0])
        self.assertEqual(letter.get_content_type(), "multipart/encrypted")
        self.assertEqual(letter.get_param("protocol"),
                         "application/pgp-encrypted")
        version, armored = letter.iter_parts()
        self.assertEqual(version.get_content_type(),
                         "application/pgp-encrypted")
        self.assertEqual(version.get_payload().strip(), "Version: 1")
        sealed = self.home.file(
            "sealed.asc", armored.get_payload().replace("\r\n", "\n"))
        inner = email.message_from_string(
            self.home.gpg("--decrypt", sealed), policy=email.policy.default)
        self.assertEqual(inner["subject"], "Invoice 2026-1")
        body, = books.ask(self.server, "SELECT body FROM letter")[0]
        self.assertEqual(inner.get_content().replace("\r\n", "\n"), body)

    def test_a_key_that_is_lost_makes_no_clear_letter(self):
        shutil.rmtree(os.path.join(self.server.data, "gnupg"))
        self.owe()
        self.wait_failure()
        self.assertEqual(self.mail.offers, 0)
        # Without a key again, it may be read by all who carry it.
        self.server.ctl("member", "key", "ana", "--remove", "--person", "Tess")
        self.retry()
        self.wait_state("sent")
        self.assertEqual(self.mail.letters[0]["subject"], "Invoice 2026-1")


class Statements(Letters):
    extra = "statement-day = 1\n"

    def test_last_month_is_closed_and_told_once(self):
        self.server.stop()
        store = sqlite3.connect(os.path.join(self.server.data,
                                             "all2all.sqlite"))
        store.execute("UPDATE member SET activated_ms = activated_ms "
                      "- 100 * 86400000")
        store.commit()
        store.close()
        self.server.start()
        self.wait_state("sent")
        period, digest = books.ask(
            self.server, "SELECT period, csv_sha256 FROM statement")[0]
        letter, = self.mail.letters
        self.assertEqual(letter["subject"], f"Statement of {period}")
        self.assertIn(digest, letter.get_content())
        self.assertIsNone(letter["list-unsubscribe"])
        csv = self.server.ctl("statement", "show", "--member", "ana",
                              "--period", period, "--format", "csv")
        csv = csv.replace("\n", "\r\n")  # as it is in the file
        self.assertEqual(hashlib.sha256(csv.encode()).hexdigest(), digest)
        self.server.stop()
        self.server.start()
        self.assertIn("all are closed", self.server.ctl("statement", "due"))
        self.assertEqual(len(self.rows()), 1)
        self.server.ctl("statement", "mail", "--member", "ana", "--period",
                        period)
        wait_for("it again", lambda: len(self.mail.letters) == 2)
        self.assertEqual(self.mail.letters[1]["message-id"],
                         letter["message-id"])


class BadServers(Letters):
    def check_mood(self, mood, *parts):
        self.mail.mood = mood
        self.owe()
        self.wait_failure(*parts)
        self.assertEqual(self.mail.letters, [])
        self.assertIn("is not sent, again in 5 minutes", self.server.log())
        # It waits for its time, also over a restart.
        self.mail.mood = ""
        self.server.stop()
        self.server.start()
        time.sleep(1)
        self.assertEqual(self.mail.letters, [])
        self.retry()
        self.wait_state("sent")
        self.assertEqual(len(self.mail.letters), 1)

    def test_not_now(self):
        self.check_mood("rcpt-450", "450")

    def test_never(self):
        self.check_mood("mail-550", "550")

    def test_not_this_text(self):
        self.check_mood("end-554", "554")

    def test_later_at_the_end(self):
        self.check_mood("end-451", "451")

    def test_cut_within_the_text(self):
        self.check_mood("cut-data")

    def test_cut_before_the_answer(self):
        self.check_mood("cut-end")

    def test_nobody_knows_us(self):
        self.check_mood("auth-535", "535")

    def test_nobody_is_there(self):
        self.mail.close()
        self.owe()
        self.wait_failure("not reached")
        self.mail.open()
        self.retry()
        self.wait_state("sent")
        self.assertEqual(len(self.mail.letters), 1)

    def test_a_kill_while_it_is_sent(self):
        self.mail.mood = "mute"
        self.owe()
        wait_for("a call", lambda: self.mail.sockets)
        self.server.kill()
        self.mail.mood = ""
        self.server.start()
        self.wait_state("sent")
        self.assertEqual(len(self.mail.letters), 1)


class Strangers(Letters):
    def check_nothing_said(self):
        self.assertEqual(self.mail.logins, [])
        self.assertEqual(self.mail.offers, 0)
        said = "\n".join(self.mail.lines)
        self.assertNotIn("MAIL FROM", said)
        self.assertNotIn("AUTH ", said)

    def restart(self, ca):
        self.server.stop()
        self.server.write_conf(self.conf(ca))
        self.server.start()

    def test_an_unknown_authority(self):
        other, _ = make_certificate(self.folder, "other")
        self.restart(other)
        self.owe()
        self.wait_failure("certificate")
        self.check_nothing_said()

    def test_another_host(self):
        cert, key = make_certificate(self.folder, "elsewhere", "127.0.0.9")
        self.mail.context.load_cert_chain(cert, key)
        self.restart(cert)
        self.owe()
        self.wait_failure("certificate")
        self.check_nothing_said()


class StartTls(Letters):
    scheme = "smtp"
    is_implicit, has_starttls = False, True

    def test_a_letter_arrives(self):
        self.owe()
        self.wait_state("sent")
        self.assertEqual(len(self.mail.letters), 1)
        self.assertEqual(self.mail.logins, [(USER, PASSWORD, True)])

    def test_without_it_nothing_is_said(self):
        self.mail.has_starttls = False
        self.owe()
        self.wait_failure("TLS")
        Strangers.check_nothing_said(self)


class PlainServer(Letters):
    is_implicit = False

    def test_it_gets_nothing(self):
        self.owe()
        self.wait_failure()
        Strangers.check_nothing_said(self)


class NoServer(Letters):
    def conf(self, ca):
        return ""

    def test_letters_wait_until_there_is_one(self):
        self.owe()
        row, = self.rows()
        self.assertEqual((row["state"], row["tries"]), ("waits", 0))
        self.server.stop()
        self.server.write_conf(Letters.conf(self, self.mail.cert))
        self.server.start()
        self.wait_state("sent")
        self.assertEqual(len(self.mail.letters), 1)


if __name__ == "__main__":
    tap.main()
