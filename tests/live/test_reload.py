#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A configuration is read again whole or not at all, and who is on air or
listens stays."""
import os
import signal

from ears import Ears
from encoder import Replay, login
from server import Case, wait_for

FIRST = 'mount "/*" { grace = 0  burst = 16K  burst-time = 1s }\n'


class Reload(Case):
    conf = FIRST

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")
        sock, head = login(self.server, "/demo/a.mp3", self.key)
        self.assertIn(b" 200 ", head)
        self.source = Replay(sock, "cbr128.mp3", 32000)
        self.addCleanup(self.source.stop)
        self.ears = Ears(self.server)
        self.addCleanup(self.ears.__exit__)
        self.ear = self.ears.join("/demo/a.mp3")
        self.ear.wait_bytes(10000)

    def join(self):
        ear = self.ears.join("/demo/a.mp3")
        ear.wait_bytes(20)
        return ear

    def all_stays(self):
        """The listener from before is fed by the source from before."""
        self.ear.wait_bytes(len(self.ear.got) + 30000)
        self.assertFalse(self.ear.is_over)
        self.assertEqual(self.server.mount("/demo/a.mp3")["state"], "live")
        self.assertEqual(self.server.log().count("on air"), 1)

    def hang_up(self, text):
        times = self.server.log().count(text)
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(text, lambda: self.server.log().count(text) > times)

    def test_a_new_limit_holds_for_newcomers(self):
        self.server.write_conf(
            'mount "/*" { grace = 0  max-listeners = 1 }\n')
        self.assertEqual(self.server.ctl("reload"),
                         "the configuration is read again\n")
        self.assertEqual(self.join().status, 403)
        self.all_stays()
        self.server.write_conf(FIRST)
        self.server.ctl("reload")
        self.assertEqual(self.join().status, 200)

    def test_sighup_does_the_same(self):
        self.server.write_conf(
            'mount "/*" { grace = 0  max-listeners = 1 }\n')
        self.hang_up("the configuration is read again")
        self.assertEqual(self.join().status, 403)
        self.all_stays()

    def test_a_mistake_is_told_with_file_and_line(self):
        line = self.server.base_conf.count("\n") + 2
        self.server.write_conf("max-clients = 5000\nlisteners = many\n")
        said = self.server.ctl("reload", status=1)
        self.assertIn(f"{self.server.conf_path}:{line}:", said)
        self.assertIn("listeners", said)
        self.hang_up("the old configuration stays")
        self.assertIn(f"{self.server.conf_path}:{line}:", self.server.log())
        self.all_stays()
        self.assertEqual(self.join().status, 200)

    def test_broken_files_change_nothing(self):
        broken = ('mount "/*" { grace = 0  max-listeners = 0 }\nnonsense\n',
                  'mount "/*" { max-listeners = 0 ',
                  'mount "/*" { max-listeners = -1 }\n',
                  'max-clients = 1\nmax-clients = 2\n',
                  'mount "/*" { max-listeners = 0 }\nflush = 3 apples\n',
                  '\x00\x01\x02\n')
        for text in broken:
            self.server.write_conf(text)
            said = self.server.ctl("reload", status=1)
            self.assertRegex(said, r"all2alld\.conf:\d+: ", text)
        self.all_stays()
        self.assertEqual(self.join().status, 200)

    def test_a_missing_file_changes_nothing(self):
        self.server.write_conf(FIRST)
        other = self.server.conf_path + ".away"
        os.rename(self.server.conf_path, other)
        self.hang_up("the old configuration stays")
        os.rename(other, self.server.conf_path)
        self.all_stays()
        self.server.ctl("reload")

    def test_what_needs_a_restart_is_said(self):
        self.server.write_conf(FIRST + 'workers = 7\n')
        self.server.ctl("reload")
        self.assertIn("another number of workers needs a restart",
                      self.server.log())
        self.all_stays()

    def test_hidden_mounts_leave_the_listings_at_once(self):
        self.server.write_conf('mount "/*" { grace = 0  hidden = yes }\n')
        self.server.ctl("reload")
        ear = self.ears.join("/status-json.xsl")
        ear.wait_over()
        self.assertEqual(ear.status, 200)
        self.assertNotIn(b"/demo/a.mp3", ear.body)
        self.all_stays()

    def test_a_hundred_times_in_a_row(self):
        for number in range(100):
            self.server.write_conf(
                FIRST + f'max-clients = {1000 + number}\n')
            self.server.process.send_signal(signal.SIGHUP)
        self.server.ctl("reload")
        self.all_stays()


if __name__ == "__main__":
    import tap
    tap.main()
