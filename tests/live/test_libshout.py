#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Programs that use libshout, and other real encoders in their odder modes. One
port takes them plain, with TLS from the first byte, and with TLS by upgrade."""
import os
import shutil
import subprocess
import unittest

import tap
from encoder import FORMATS
from server import DATA, Case, tool, wait_for

EZSTREAM = """<ezstream><servers><server><protocol>{protocol}</protocol>
<hostname>localhost</hostname><port>{port}</port><user>source</user>
<password>{key}</password><tls>{tls}</tls>
<ca_file>{folder}/cert.pem</ca_file></server></servers>
<streams><stream><mountpoint>/demo/ez</mountpoint><format>{format}</format>
<stream_name>By ezstream</stream_name></stream></streams>
<intakes><intake><type>file</type><filename>{file}</filename>
<stream_once>yes</stream_once></intake></intakes></ezstream>
"""

ICES = """<ices><background>0</background><logpath>{folder}</logpath>
<logfile>ices.log</logfile><loglevel>4</loglevel><consolelog>0</consolelog>
<stream><metadata><name>By ices</name></metadata>
<input><module>playlist</module><param name="type">basic</param>
<param name="file">{folder}/playlist</param><param name="once">0</param>
</input><instance><hostname>localhost</hostname><port>{port}</port>
<password>{key}</password><mount>/demo/ices</mount>
<reconnectattempts>0</reconnectattempts></instance></stream></ices>
"""


class Encoders(Case):
    conf = 'log-level = "debug"\nmount "/*" { grace = 0 }\n'

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def log_lines(self, word):
        return [line for line in self.server.log().splitlines()
                if word in line]

    def on_air(self, command, mount):
        """A real encoder gets on air, and off when it is killed."""
        feeder = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE)
        try:
            wait_for(f"{command[0]} on air", lambda: (self.server.mount(
                mount) or {}).get("type"))
        finally:
            feeder.kill()
            said = feeder.communicate()[1]
        wait_for(f"it is gone {said}",
                 lambda: self.server.mount(mount) is None)


class Libshout(Encoders):
    tls = "only"

    def setUp(self):
        super().setUp()
        # libshout 2.4.6 never frees its certificates, and reads past the end
        # of the answer to an ICY login: neither is ours to answer for.
        self.env = {**os.environ, "ALL2ALL_KEY": self.key,
                    "ASAN_OPTIONS": "detect_leaks=0:intercept_strstr=0"}

    def cast(self, *options, name="cbr128.mp3", mount="/demo/cast", status=0):
        done = subprocess.run(
            [tool("all2all-cast"), "--host", "localhost", "--port",
             str(self.server.port), "--mount", mount, "--ca-file",
             os.path.join(self.server.folder, "cert.pem"), *options,
             os.path.join(DATA, name)], env=self.env, capture_output=True,
            text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def test_plain_tls_and_upgrade_on_one_port(self):
        for tls, secure in (("no", 0), ("yes", 1), ("auto", 1)):
            self.cast("--tls", tls, "--fast", "--title", f"By {tls} - X",
                      mount=f"/demo/{tls}")
            line, = self.log_lines(f"/demo/{tls} on air")
            self.assertIn(f"tls={secure}", line)
            wait_for("its title", lambda: self.log_lines(f"By {tls} - X"))
        # Feeling its way costs libshout a handful of connections, not a loop.
        self.assertLess(len(self.log_lines(" request ")), 30)

    def test_each_container_it_knows(self):
        for name, kind in (("cbr128.mp3", "audio/mpeg"),
                           ("opus.ogg", "audio/ogg"),
                           ("vorbis128.ogg", "audio/ogg"),
                           ("ffmpeg-vp8-opus-live.webm", "video/webm"),
                           ("aac128.adts", "audio/aac"),
                           ("h264-aac.ts", "video/mp2t")):
            mount = f"/demo/{name.replace('.', '-')}"
            self.cast("--tls", "no", "--duration", "2", name=name,
                      mount=mount)
            found = [row for row in self.server.ctl_json("recordings")[
                "recordings"] if row["mount"] == mount]
            self.assertEqual([row["media_type"] for row in found], [kind])

    def test_a_wrong_key_is_said_in_one_sentence(self):
        self.env["ALL2ALL_KEY"] = "wrong"
        said = self.cast("--tls", "no", "--fast", status=1)
        self.assertIn("key", said)
        self.assertEqual(len(said.strip().splitlines()), 1)

    def test_the_older_shoutcast_login(self):
        self.env["ALL2ALL_KEY"] = f"/demo/icy:{self.key}"
        # libshout logs in at the port above the one it is given.
        self.cast("--protocol", "icy", "--tls", "no", "--fast", "--port",
                  str(self.server.port - 1), mount="/demo/icy")
        self.assertTrue(self.log_lines("/demo/icy on air"))

    @unittest.skipUnless(shutil.which("ezstream"), "ezstream is not installed")
    def test_ezstream(self):
        for tls, name, kind in (("None", "cbr128.mp3", "MP3"),
                                ("Required", "vorbis128.ogg", "Ogg")):
            path = os.path.join(self.server.folder, "ezstream.xml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(EZSTREAM.format(
                    protocol="HTTP" if tls == "None" else "HTTPS", tls=tls,
                    port=self.server.port, key=self.key, format=kind,
                    folder=self.server.folder,
                    file=os.path.join(DATA, name)))
            os.chmod(path, 0o600)
            self.on_air(["ezstream", "-c", path], "/demo/ez")

    def test_ffmpegs_older_way_and_its_tls(self):
        for options in (["-legacy_icecast", "1"], ["-tls", "1"]):
            self.on_air(
                ["ffmpeg", "-nostdin", "-v", "error", *FORMATS["mp3"],
                 "-content_type", "audio/mpeg", *options,
                 f"icecast://source:{self.key}@localhost:{self.server.port}"
                 "/demo/ff"], "/demo/ff")


class WithoutTls(Encoders):
    # ices2 cannot be told whose certificates to believe.
    @unittest.skipUnless(shutil.which("ices2"), "ices2 is not installed")
    def test_ices2(self):
        path = os.path.join(self.server.folder, "ices.xml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(ICES.format(folder=self.server.folder,
                                   port=self.server.port, key=self.key))
        playlist = os.path.join(self.server.folder, "playlist")
        with open(playlist, "w", encoding="utf-8") as file:
            file.write(os.path.join(DATA, "vorbis128.ogg") + "\n")
        self.on_air(["ices2", path], "/demo/ices")
        # It asks for TLS, is told there is none, and asks no more than it must.
        self.assertLess(len(self.log_lines(" request ")), 10)


if __name__ == "__main__":
    tap.main()
