#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The addresses of Icecast and SHOUTcast, asked as existing tools ask them;
one of these, icecast-monitor, is from npm's registry and unchanged."""
import base64
import json
import subprocess
import xml.etree.ElementTree

import tap
from npm import install
from server import wait_for
from streams import air
from test_portal import Case, ask

MONITOR = """
const Monitor = require("icecast-monitor");
const [port, password, mount] = process.argv.slice(1);
const monitor = new Monitor({ host: "127.0.0.1", port, user: "admin",
                              password });
monitor.getServerInfo((error, server) => {
    if (error) throw error;
    monitor.getSources((error, sources) => {
        if (error) throw error;
        monitor.getSource(mount, (error, source) => {
            if (error) throw error;
            console.log(JSON.stringify({ server, sources, source }));
        });
    });
});
"""


class Doors(Case):
    def setUp(self):
        super().setUp()
        self.source = air(self.server, self.keys["ana"], "mp3", "ana")[1]
        self.addCleanup(self.source.stop)
        wait_for("it is on air", lambda: (self.server.mount(
            "/ana/mp3.mp3") or {}).get("type"))
        self.reader = self.server.ctl("token", "add", "reader").split()[-1]

    def admin(self, path, token=None, headers=()):
        login = base64.b64encode(
            f"admin:{token or self.token}".encode()).decode()
        return ask(self.server.url("/admin/" + path), headers={
            "Authorization": "Basic " + login, **dict(headers)})

    def xml(self, path):
        status, head, text = self.admin(path)
        self.assertEqual(status, 200, text)
        self.assertTrue(head["Content-Type"].startswith("text/xml"))
        return xml.etree.ElementTree.fromstring(text)

    def listen(self):
        sock = self.server.connect()
        sock.sendall(b"GET /ana/mp3.mp3 HTTP/1.0\r\n"
                     b"User-Agent: <Ear & eye>\r\n\r\n")
        self.addCleanup(sock.close)
        wait_for("it is heard", lambda: self.server.mount(
            "/ana/mp3.mp3")["listeners"] == 1)
        return sock

    def test_an_unchanged_client_reads_the_statistics(self):
        self.listen()
        folder = install("icecast-monitor", "1.0.2")
        done = subprocess.run(
            ["node", "-e", MONITOR, "--", str(self.server.port), self.token,
             "/ana/mp3.mp3"], cwd=folder, capture_output=True, text=True,
            timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["server"]["serverId"], "all2all")
        self.assertEqual(told["server"]["sources"], 1)
        self.assertEqual(told["server"]["listeners"], 1)
        source, = told["sources"]
        self.assertEqual(source["serverType"], "audio/mpeg")
        self.assertEqual(source["listeners"], 1)
        self.assertEqual(source["mount"], "/ana/mp3.mp3")
        self.assertEqual(told["source"]["listenerPeak"], 1)

    def test_the_shapes_are_icecasts(self):
        self.listen()
        stats = self.xml("stats")
        self.assertEqual(stats.tag, "icestats")
        source = stats.find("source")
        self.assertEqual(source.get("mount"), "/ana/mp3.mp3")
        self.assertEqual(source.findtext("bitrate"), "128")
        self.assertTrue(source.findtext("listenurl").endswith(
            "/ana/mp3.mp3"))
        self.assertIsNone(self.xml("stats?mount=/no").find("source"))
        mounts = self.xml("listmounts")
        self.assertEqual(mounts.findtext("source/content-type"),
                         "audio/mpeg")
        clients = self.xml("listclients?mount=/ana/mp3.mp3")
        listener = clients.find("source/listener")
        self.assertEqual(clients.findtext("source/Listeners"), "1")
        self.assertEqual(listener.findtext("UserAgent"), "<Ear & eye>")
        self.assertEqual(listener.findtext("IP"), "-")
        self.assertEqual(listener.get("id"), listener.findtext("ID"))

    def test_a_listener_and_a_source_are_ended(self):
        sock = self.listen()
        number = self.xml("listclients?mount=/ana/mp3.mp3").findtext(
            "source/listener/ID")
        gone = self.xml("killclient?mount=/ana/mp3.mp3&id=99999")
        self.assertEqual(gone.findtext("return"), "0")
        done = self.xml(f"killclient?mount=/ana/mp3.mp3&id={number}")
        self.assertEqual((done.findtext("message"), done.findtext("return")),
                         (f"Client {number} removed", "1"))
        sock.settimeout(10)
        while sock.recv(65536):
            pass
        done = self.xml("killsource?mount=/ana/mp3.mp3")
        self.assertEqual(done.findtext("message"), "Source Removed")
        wait_for("it is ended", lambda: not self.server.ctl_json(
            "mounts")["mounts"])
        self.assertEqual(self.xml("killsource?mount=/ana/mp3.mp3").findtext(
            "return"), "0")

    def test_who_may(self):
        kill = "killsource?mount=/ana/mp3.mp3"
        status, head, _ = ask(self.server.url("/admin/stats"))
        self.assertEqual(status, 401)
        self.assertIn("Basic", head["WWW-Authenticate"])
        self.assertEqual(self.admin("stats", "wrong")[0], 401)
        self.assertEqual(self.admin("stats", self.keys["ana"])[0], 401)
        self.assertEqual(self.admin("stats", self.reader)[0], 200)
        self.assertEqual(self.admin(kill, self.reader)[0], 403)
        # A browser that has the password kept, on another's page.
        for site in ("cross-site", "same-site"):
            self.assertEqual(self.admin(
                kill, headers={"Sec-Fetch-Site": site})[0], 403)
        self.assertEqual(self.admin(
            kill, headers={"Origin": "https://evil.example"})[0], 403)
        # A session is not for these.
        cookie = self.log_in("", self.token)
        status, head, _ = ask(self.server.url("/admin/" + kill),
                              cookie=cookie,
                              headers={"Sec-Fetch-Site": "same-origin"})
        self.assertEqual((status, head["WWW-Authenticate"]), (401, None))
        self.assertEqual(len(self.server.ctl_json("mounts")["mounts"]), 1)

    def test_shoutcasts(self):
        self.listen()
        self.server.ctl("mounts")
        status, _, text = ask(self.server.url("/7.html"))
        self.assertEqual(status, 200)
        self.assertIn("<body>1,1,1,0,1,128,", text)
        told = json.loads(ask(self.server.url("/statistics?json=1"))[2])
        self.assertEqual((told["currentlisteners"], told["bitrate"]),
                         (1, 128))
        stats = xml.etree.ElementTree.fromstring(
            ask(self.server.url("/stats?sid=1"))[2])
        self.assertEqual(stats.findtext("STREAMSTATUS"), "1")
        self.assertEqual(ask(self.server.url("/currentsong?sid=1"))[0], 200)


if __name__ == "__main__":
    tap.main()
