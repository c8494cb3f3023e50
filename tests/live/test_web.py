#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Files beside the pages: styles and scripts, at addresses that say what is
in them."""
import gzip
import hashlib
import http.client
import os
import re

import tap
from server import SOURCE, Case

KEEP = "public, max-age=31536000, immutable"


class Web(Case):
    def ask(self, path, headers=(), method="GET"):
        conn = http.client.HTTPConnection("127.0.0.1", self.server.port,
                                          timeout=20)
        self.addCleanup(conn.close)
        conn.request(method, path, headers=dict(headers))
        answer = conn.getresponse()
        return answer.status, answer.headers, answer.read()

    def addresses(self):
        page = self.ask("/")[2].decode()
        found = re.findall(r'"(/web/[^"]*)"', page)
        self.assertGreaterEqual(len(found), 2)
        return found

    def test_each_is_the_file_its_address_says(self):
        for path in self.addresses():
            name, sha, end = path[len("/web/"):].rsplit(".", 2)
            with open(os.path.join(SOURCE, "web", f"{name}.{end}"),
                      "rb") as file:
                wanted = file.read()
            self.assertEqual(sha, hashlib.sha256(wanted).hexdigest()[:12])
            status, head, body = self.ask(path)
            self.assertEqual((status, body), (200, wanted))
            self.assertIsNone(head["Content-Encoding"])
            self.assertEqual(head["Cache-Control"], KEEP)
            self.assertEqual(head["Vary"], "Accept-Encoding")
            self.assertEqual(head["X-Content-Type-Options"], "nosniff")
            kind = {"css": "text/css", "js": "text/javascript"}[end]
            self.assertEqual(head["Content-Type"], kind + "; charset=utf-8")

    def test_gzip_for_those_who_take_it(self):
        for path in self.addresses():
            plain = self.ask(path)[2]
            status, head, body = self.ask(path, {"Accept-Encoding":
                                                 "br, gzip"})
            self.assertEqual(status, 200)
            self.assertEqual(head["Content-Encoding"], "gzip")
            self.assertEqual(head["Cache-Control"], KEEP)
            self.assertEqual(gzip.decompress(body), plain)
            self.assertLess(len(body), len(plain))
            head = self.ask(path, {"Accept-Encoding": "gzip;q=0"})[1]
            self.assertIsNone(head["Content-Encoding"])

    def test_a_head_has_no_body(self):
        path = self.addresses()[0]
        length = str(len(self.ask(path)[2]))
        status, head, body = self.ask(path, method="HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertEqual(head["Content-Length"], length)

    def test_other_addresses_are_404(self):
        path = self.addresses()[0]
        stem, sha, end = path.rsplit(".", 2)
        for other in (f"{stem}.{end}", f"{stem}.{'0' * 12}.{end}",
                      f"{stem}.{sha.upper()}x.{end}", path + "x", "/web/",
                      "/web/pages/front.html", "/web/words/fr.json",
                      "/web/../conf/all2alld.conf", "/web/%2e%2e/README.md"):
            status, head, _ = self.ask(other)
            self.assertIn(status, (400, 404), other)
            self.assertNotEqual(head["Cache-Control"], KEEP, other)


if __name__ == "__main__":
    tap.main()
