#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What is counted as on the wire is what the network interface counted."""
import array
import fcntl
import os
import socket
import struct
import subprocess
import time
import unittest

from ears import Ears
from encoder import Replay, basic
from server import HOST, Server, read_until, wait_for

SERVER, CLIENT = "198.18.77.2", "198.18.77.1"  # RFC 2544
ETHERNET_BYTES = 14
SIOCETHTOOL = 0x8946
OFFLOADS = (0x1f, 0x24, 0x2c, 0x19)  # TSO, GSO, GRO, scatter-gather: set
LISTENERS = 30
MOST_EACH = 200  # handshake and end of each connection


def run(*words):
    subprocess.run(words, check=True, capture_output=True, text=True)


def switch_off_offloads(name):
    """Packets are those of the wire then, not bundles of them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for command in OFFLOADS:
            value = array.array("I", [command, 0])
            fcntl.ioctl(sock, SIOCETHTOOL, struct.pack(
                "16sP16x", name.encode(), value.buffer_info()[0]))


class Wire(unittest.TestCase):
    """A network namespace with a server in it, and one wire to it."""

    def setUp(self):
        self.space = f"a2a{os.getpid()}"
        self.near, self.far = f"an{os.getpid()}", f"af{os.getpid()}"
        try:
            run("ip", "netns", "add", self.space)
        except (OSError, subprocess.CalledProcessError) as why:
            said = getattr(why, "stderr", None) or str(why)
            self.skipTest(f"no network namespace here: {said.strip()}")
        self.addCleanup(subprocess.run, ["ip", "netns", "del", self.space],
                        check=False)
        self.make_wire()

    def inside(self, *words):
        run("ip", "netns", "exec", self.space, *words)

    def make_wire(self):
        """Nothing is said on it but TCP: no IPv6, no ARP."""
        near, far = self.near, self.far
        run("ip", "link", "add", near, "address", "02:00:00:00:00:01",
            "type", "veth", "peer", "name", far, "address",
            "02:00:00:00:00:02")
        switch_off_offloads(near)
        switch_off_offloads(far)
        for name in (near, far):
            path = f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6"
            if os.path.exists(path):
                with open(path, "w", encoding="ascii") as file:
                    file.write("1")
        run("ip", "link", "set", far, "netns", self.space)
        path = f"/proc/sys/net/ipv6/conf/{far}/disable_ipv6"
        self.inside("sh", "-c", f"test ! -e {path} || echo 1 > {path}")
        run("ip", "addr", "add", f"{CLIENT}/30", "dev", near)
        self.inside("ip", "addr", "add", f"{SERVER}/30", "dev", far)
        run("ip", "link", "set", near, "up")
        self.inside("ip", "link", "set", far, "up")
        run("ip", "neigh", "replace", SERVER, "lladdr", "02:00:00:00:00:02",
            "dev", near, "nud", "permanent")
        self.inside("ip", "neigh", "replace", CLIENT, "lladdr",
                    "02:00:00:00:00:01", "dev", far, "nud", "permanent")

    def counters(self):
        """IP bytes to and from the server so far."""
        def read(name):
            path = f"/sys/class/net/{self.near}/statistics/{name}"
            with open(path, encoding="ascii") as file:
                return int(file.read())

        return [read(f"{way}_bytes") - ETHERNET_BYTES * read(f"{way}_packets")
                for way in ("tx", "rx")]

    def start(self):
        server = Server()
        server.base_conf = server.base_conf.replace(HOST, SERVER)
        server.write_conf('mount "/*" { pace = 200ms  grace = 0 '
                          'record = no }\n')
        server.start(prefix=["ip", "netns", "exec", self.space])
        self.addCleanup(server.stop)
        return server

    def feed(self, server, key):
        sock = socket.create_connection((SERVER, server.port), 20)
        sock.sendall(b"SOURCE /one/a.mp3 HTTP/1.0\r\nContent-Type: audio/mpeg"
                     b"\r\nAuthorization: Basic " +
                     basic("source", key).encode() + b"\r\n\r\n")
        self.assertIn(b" 200 ", read_until(sock, b"\r\n\r\n"))
        return Replay(sock, "cbr128.mp3", 64000)

    def listen(self, server):
        with Ears(server) as ears:
            listeners = [ears.join("/one/a.mp3",
                                   where=(SERVER, server.port))
                         for _ in range(LISTENERS)]
            for ear in listeners:
                ear.wait_bytes(400000)
            for ear in listeners:
                ear.leave()
            for ear in listeners:
                ear.wait_over()
            return sum(len(ear.got) for ear in listeners)

    def test_wire_bytes_are_those_of_the_interface(self):
        server = self.start()
        key = server.add_member("one")
        source = self.feed(server, key)
        got = self.listen(server)
        source.stop()
        wait_for("the end", lambda: not server.mount("/one/a.mp3"))
        total = server.ctl_json("usage")["total"]
        time.sleep(0.5)  # the last acknowledgements
        to_server, from_server = self.counters()
        most = MOST_EACH * (LISTENERS + 1)
        print(f"# {got} bytes heard; out: counted {total['wire_out']}, the "
              f"interface {from_server}; in: {total['wire_in']}, {to_server}")
        self.assertGreater(got, LISTENERS * 400000 - 1)
        self.assertAlmostEqual(total["wire_out"], from_server,
                               delta=from_server / 10000 + most)
        self.assertAlmostEqual(total["wire_in"], to_server,
                               delta=to_server / 10000 + most)


if __name__ == "__main__":
    import tap
    tap.main()
