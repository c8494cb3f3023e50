# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What the store says, read beside the server by a connection that cannot
write; and a broadcast to count."""
import os
import sqlite3

from ears import Ears
from encoder import Replay, login
from server import Case, wait_for


def ask(server, sql, *values):
    """All rows."""
    store = sqlite3.connect("file:" + os.path.join(
        server.data, "all2all.sqlite") + "?mode=ro", uri=True, timeout=5)
    try:
        return store.execute(sql, values).fetchall()
    finally:
        store.close()


class Counted(Case):
    """One member, "one", and ears."""
    conf = 'flush = 1s\n' \
           'mount "/*" { burst = 16K  burst-time = 1s  pace = 200ms ' \
           'grace = 0  record = no }\n'
    mount = "/one/a.mp3"

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("one")
        self.ears = Ears(self.server)
        self.addCleanup(self.ears.__exit__)

    def on_air(self, mount=None, rate=32000, headers=()):
        mount = mount or self.mount
        sock, head = login(self.server, mount, self.key, headers=headers)
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", rate)
        self.addCleanup(source.stop)
        wait_for("on air", lambda: (self.server.mount(mount) or {}).get(
            "type"))
        return source

    def gone(self, mount=None):
        wait_for("the mount is gone",
                 lambda: not self.server.mount(mount or self.mount))

    def all_left(self):
        wait_for("all have left", lambda: self.server.mount(
            self.mount)["listeners"] == 0)

    def hear(self, listeners, count):
        """Each gets that many bytes and leaves; what they got in all."""
        for ear in listeners:
            ear.wait_bytes(count)
        for ear in listeners:
            ear.leave()
        for ear in listeners:
            ear.wait_over()
            self.assertFalse(ear.was_reset)
        return sum(len(ear.got) for ear in listeners)

    def total(self):
        return self.server.ctl_json("usage")["total"]

    def live(self, word="payload_out"):
        return sum(line[word] for line
                   in self.server.ctl_json("usage")["usage"]
                   if line["kind"] == "live")

    def sessions(self):
        """Begun, ended, by length."""
        self.server.ctl("usage")  # all that is in memory is written before
        begun, = ask(self.server, "SELECT coalesce(sum(starts), 0) FROM usage "
                     "WHERE kind = 'live'")[0]
        lengths = dict(ask(self.server, "SELECT length, sum(ended) "
                           "FROM session GROUP BY length"))
        return begun, sum(lengths.values()), lengths

    def check_sessions(self, listening=0):
        begun, ended, _ = self.sessions()
        self.assertEqual(begun, ended + listening)
        return begun
