#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A report as people get it: a page that a browser shows without a script or a
request, and a PDF whose figures can be found, in three languages.
"""
import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import tap
from browser import CHROMIUM, Browser
from server import BUILD

RENDER = os.path.join(BUILD, "tests", "unit", "render")
TITLES = {"en": "Usage statement", "fr": "Relevé d’utilisation",
          "nl": "Verbruiksstaat"}
HOURS = {"en": "18,098.0", "fr": "18\u202f098,0", "nl": "18.098,0"}
DIGEST = "9f2b6c1de07a4415c8e3d6a0b95f7c2214de86a3f05b91c7e46d2038ab75f19c"


def render(*options):
    return subprocess.run([RENDER, *options], check=True,
                          stdout=subprocess.PIPE).stdout


def plain(text):
    """All spaces the same, narrow ones too, which pdftotext makes wide."""
    return " ".join(text.split())


def pdf_tool(tool, document, *options):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        return subprocess.run(
            [tool, *options, file.name, *(["-"] if tool == "pdftotext"
                                          else [])],
            check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout.decode()


class Faces(unittest.TestCase):
    def test_the_page_is_read_by_a_strict_parser(self):
        for language, title in TITLES.items():
            page = xml.etree.ElementTree.fromstring(render("html", language))
            self.assertEqual(page.get("lang"), language)
            self.assertIn(title, page.findtext("head/title"))
            self.assertEqual(page.findall(".//script"), [])
            images = page.findall(".//svg")
            self.assertGreater(len(images), 8)
            for image in images:
                self.assertTrue(image.get("aria-label"))
            text = "".join(page.itertext())
            self.assertIn(HOURS[language], text)
            self.assertIn(DIGEST, text)

    def test_each_day_has_a_row(self):
        page = xml.etree.ElementTree.fromstring(render("html", "en"))
        rows = page.findall(".//table[@class='days']/tbody/tr")
        self.assertEqual(len(rows), 30)
        peaks = [int(row.findall("td")[5].text) for row in rows]
        self.assertEqual(max(peaks), 136)

    def test_the_pdf_has_the_same_figures(self):
        for language, title in TITLES.items():
            document = render("pdf", language)
            text = plain(pdf_tool("pdftotext", document, "-layout"))
            for wanted in (title, "Demo Radio", HOURS[language],
                           "Łódź et Œuvres", DIGEST, "/demo/"):
                self.assertIn(plain(wanted), text)
            told = pdf_tool("pdfinfo", document)
            self.assertIn(title, told)
            self.assertRegex(told, r"Pages:\s+5\n")
            self.assertRegex(told, r"Page size:.*\(A4\)")
            self.assertRegex(told, r"CreationDate:\s+Tue Dec  1 0\d:00:00")

    def test_every_font_is_in_the_pdf(self):
        fonts = pdf_tool("pdffonts", render("pdf", "fr")).splitlines()[2:]
        self.assertGreaterEqual(len(fonts), 3)
        for line in fonts:
            self.assertRegex(line, r" yes yes yes ")

    def test_a_report_of_nothing_and_one_of_a_year_are_made(self):
        for which in ("open", "empty", "long"):
            for language in TITLES:
                xml.etree.ElementTree.fromstring(
                    render("html", language, which))
                pdf_tool("pdftotext", render("pdf", language, which))

    @unittest.skipUnless(CHROMIUM, "needs chromium")
    def test_a_browser_shows_it_and_asks_for_nothing(self):
        with tempfile.TemporaryDirectory() as folder, Browser() as browser:
            path = os.path.join(folder, "report.html")
            with open(path, "wb") as file:
                file.write(render("html", "fr"))
            for width in (360, 1200):
                browser.call("Emulation.setDeviceMetricsOverride",
                             width=width, height=800, deviceScaleFactor=1,
                             mobile=False)
                browser.open("file://" + path)
                self.assertLessEqual(
                    browser.run("document.documentElement.scrollWidth"),
                    width)
            shown = browser.run(
                "[...document.querySelectorAll('figure svg')].filter("
                "svg => svg.getBoundingClientRect().height > 50).length")
            self.assertEqual(shown, 5)
            self.assertEqual({url for url in browser.requests()
                              if not url.startswith("data:")},
                             {"file://" + path})
            self.assertEqual(browser.complaints(), [])


if __name__ == "__main__":
    tap.main()
