#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""all2all-archived with a store that is not ours (s3rver, of npm); what it took
is read by a client that is not ours either (s3cmd). s3rver can neither list nor
abort uploads, and looks at who signed, not at the signature: fake_s3.py does
that, and believes s3cmd."""
import hashlib
import os
import subprocess
import tempfile
import unittest

import tap
from npm import install
from offload import (Archived, PART, item_id, key_of, random_bytes,
                     read_by_s3cmd)
from server import BUILD, wait_for

VERSION = "3.7.1"
FOLDER = os.path.join(BUILD, "tests", "s3rver")
KEY = "S3RVER"  # and its secret
START = """
const S3rver = require('s3rver');
new S3rver({ port: 0, address: '127.0.0.1', silent: true,
             directory: process.argv[1],
             configureBuckets: [{ name: 'recordings' }] })
    .run().then((at) => console.log(at.port));
"""


class S3rver(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install("s3rver", VERSION)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="a2a-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.process = subprocess.Popen(
            ["node", "-e", START, self.folder], cwd=FOLDER,
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        line = self.process.stdout.readline()
        self.assertTrue(line.strip().isdigit(), "s3rver did not start")
        self.port = int(line)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def relay(self, key_id=KEY):
        relay = Archived(f"http://127.0.0.1:{self.port}", secret=KEY,
                         key_id=key_id, region="us-east-1")
        self.addCleanup(relay.close)
        return relay

    def read(self, key):
        return read_by_s3cmd(self.port, KEY, KEY, "us-east-1", key)

    def test_another_client_reads_what_was_brought_there(self):
        relay = self.relay()
        body = random_bytes(3 * PART + 777)
        _, sha256 = relay.archive.add(1, body)
        relay.start()
        relay.wait_state(1, "verified")
        read = self.read(key_of(1))
        self.assertEqual(hashlib.sha256(read).hexdigest(), sha256)
        self.assertIn(b'"mount": "/live.mp3"',
                      self.read(key_of(1, "json")))
        self.assertEqual(relay.get(1, PART - 10, 20),
                         body[PART - 10:PART + 10])
        self.assertEqual(relay.ask("FORGET " + item_id(1)), "OK")
        with self.assertRaises(subprocess.CalledProcessError):
            self.read(key_of(1))

    def test_a_key_that_is_not_known_is_said(self):
        relay = self.relay(key_id="somebody")
        relay.archive.add(1, b"x" * 1000)
        relay.start()
        wait_for("the reason", lambda: "403" in relay.words(1))
        self.assertEqual(relay.state(1), "local")


if __name__ == "__main__":
    tap.main()
