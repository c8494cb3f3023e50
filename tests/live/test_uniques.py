#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""How many different listeners there were is counted, and nothing below the
data folder or in the log says who they were."""
import os
import socket
import time

from books import Counted, ask
from server import wait_for

PLACES = [f"127.0.0.{number}" for number in range(2, 10)]
SIX = "::1"
PLAYERS = ("VLC/3.0.18 LibVLC/3.0.18", "Mozilla/5.0 (X11) AppleWebKit/537.36 "
           "(KHTML, like Gecko) Chrome/119.0 Safari/537.36")


def has_six():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind((SIX, 0))
        return True
    except OSError:
        return False


class Uniques(Counted):
    conf = Counted.conf + (f'listen "[{SIX}]:0" {{ }}\n' if has_six() else "")

    def crowd(self):
        """Twice from each place with one player, once more with another."""
        for player in (PLAYERS[0], PLAYERS[0].replace("18", "19"),
                       PLAYERS[1]):
            agent = [f"User-Agent: {player}"]
            for place in PLACES:
                yield self.ears.join(self.mount, headers=agent, address=place)
            if has_six():
                yield self.ears.join(self.mount, headers=agent, where=(
                    SIX, self.server.tls_port))

    def forms(self):
        """An address as text and bytes; of IPv6 only as text, for the bytes
        of this one are mostly zeros, which are everywhere."""
        for place in PLACES:
            packed = socket.inet_aton(place)
            yield from (place.encode(), packed, packed[::-1],
                        packed.hex().encode(), packed.hex().upper().encode(),
                        place.replace(".", "-").encode())
        yield from (b"::1", b"0:0:0:0:0:0:0:1", b"ip6-localhost",
                    b"00000000000000000000000000000001")

    def check_files(self):
        names = [os.path.join(folder, name) for folder, _, names
                 in os.walk(self.server.data) for name in names]
        names = [name for name in names if os.path.isfile(name)]
        names.append(self.server.log_path)
        self.assertGreater(len(names), 2)
        for name in names:
            with open(name, "rb") as file:
                text = file.read()
            for form in self.forms():
                self.assertNotIn(form, text, name)

    def audience(self):
        self.server.ctl("usage")
        return dict(ask(
            self.server, "SELECT path, sum(listeners) FROM audience JOIN "
            "mount ON mount.id = audience.mount GROUP BY path"))

    def test_they_are_counted_and_nobody_is_known(self):
        self.on_air()
        listeners = list(self.crowd())
        early = [self.ears.join(self.mount, address="127.0.1.1")
                 for _ in range(3)]
        for ear in listeners + early:
            ear.wait_bytes(20000)
        time.sleep(31)
        for ear in early:
            ear.leave()
        people = 2 * (len(PLACES) + has_six())
        wait_for("a minute is over", lambda: self.audience() == {
            self.mount: people, "": people}, 60)
        self.server.ctl("listeners", self.mount)
        self.check_files()
        self.hear(listeners, 20000)
        self.all_left()
        _, _, lengths = self.sessions()
        self.assertEqual(lengths, {1: 3, 2: len(listeners)})
        self.assertEqual(self.audience(), {self.mount: people, "": people})
        self.server.stop()
        self.check_files()


if __name__ == "__main__":
    import tap
    tap.main()
