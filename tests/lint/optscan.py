#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Fails when schema, manual page and sample do not have the same options.

Usage: optscan.py [SOURCE-FOLDER]

Each row of server/conf/schema.c must be in man/all2alld.conf.5, with the same
default and range, and in conf/all2alld.conf, with the same default, in its
block; and nothing else may be there. The same goes for the rows of
server/offload/settings.c, man/all2all-archived.8 and conf/all2all-archived.conf.
"""
import os
import re
import sys

UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "ms": 1, "s": 1000, "m": 60000,
         "h": 3600000, "d": 86400000}
NAMES = {"K": 1024, "M": 1024**2, "G": 1024**3, "MS": 1, "S": 1000, "MIN": 60000, "HOUR": 3600000,
         "DAY": 86400000,
         "CONF_NO_LIMIT": -1, "true": 1, "false": 0}
WORDS = {"none": -1, "yes": 1, "no": 0}
NUMBERS = {"COUNT", "SIZE", "TIME", "YES", "KIND_COUNT", "KIND_LIMIT", "KIND_SIZE", "KIND_TIME", "KIND_YES"}
WORD_DEFAULTS = {"LOG_INFO": "info", "SLOW_SKIP": "skip", "ANCHOR_DUE": "due",
                 "BLOCK_AUTO": "auto", "RECORD_YES": "yes", "SPLIT_NEVER": "never"}
HEADS = {"LISTEN BLOCKS": "listen", "MOUNT BLOCKS": "mount"}
ROW = re.compile(r'\{ "([a-z0-9-]+)", (KIND_\w+), ([^,]+), ([^,]+), ([^,]+),([^}]*)\}')


def number(text):
    match = re.fullmatch(r"(\d+)([a-zA-Z]*)", text)
    if match is None or match[2] not in UNITS:
        return WORDS.get(text)
    return int(match[1]) * UNITS[match[2]]


def c_number(text):
    product = 1
    for word in text.split("*"):
        word = word.strip()
        product *= NAMES[word] if word in NAMES else int(word)
    return product


def schema(path):
    """{(block, name): (default as text or number, least, most)}"""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    rows = {}
    for block, body in re.findall(r"conf_option (\w+)_options\[\] = \{\n(.*?)\n\};", text, re.S):
        for name, kind, usual, least, most, rest in ROW.findall(body):
            place = ("" if block == "top" else block, name)
            if kind in NUMBERS:
                ranged = kind != "KIND_YES"
                rows[place] = (c_number(usual), c_number(least) if ranged else None,
                               c_number(most) if ranged else None)
            else:
                text_default = re.search(r'"([^"]*)"', rest)
                rows[place] = (WORD_DEFAULTS.get(usual) or
                               (text_default[1] if text_default else None), None, None)
    return rows


def settings(path):
    """The same of all2all-archived; 0 is "no limit" there."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    rows = {}
    for name, kind, usual, least, most, text_default in re.findall(
            r'\{ "([a-z0-9-]+)", (\w+), AT\(\w+\), ([^,]+), ([^,]+), ([^,]+),\s*(\S+),', text):
        if kind in NUMBERS:
            ranged = kind != "YES"
            rows[("", name)] = (c_number(usual) or (None if ranged else 0),
                                c_number(least) if ranged else None,
                                c_number(most) if ranged else None)
        else:
            rows[("", name)] = (WORD_DEFAULTS.get(usual) or
                                (text_default.strip('"') if text_default.startswith('"') else
                                 None) or None, None, None)
    return rows


def page(path):
    """The same from the manual page."""
    rows, block, item = {}, "", None
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        if line.startswith(".Sh "):
            block, item = HEADS.get(line[4:], ""), None
        elif line == ".Ic tls":
            block = "tls"
        elif line.startswith(".It Ic "):
            item = (block, line.split()[2])
            rows[item] = ["", ""]
        elif line == ".Pp":
            item = None
        elif item is not None:
            if line.startswith("Range: "):
                rows[item][1] = line[7:]
            elif line.startswith(("Default: ", "No default")):
                rows[item][0] = line.removeprefix("Default: ").rstrip(".")
    return rows


def sample(path):
    """{(block, name): value, or None when it is only an example}"""
    rows, blocks = {}, [""]
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        line = line.strip()
        is_example = re.match(r"#[a-z0-9-]+( = .*| \{)$|#\}$", line) is not None
        line = line[1:] if is_example else line
        option = re.fullmatch(r"([a-z0-9-]+) = (.*)", line)
        if line.startswith("#"):
            continue
        if option is not None:
            value = None if is_example else option[2].strip('"')
            rows[(blocks[-1], option[1])] = value
        elif line.endswith("{"):
            blocks.append(line.split()[0])
        elif line == "}":
            blocks.pop()
    return rows


def compare(known, manual, conf, manual_name, conf_name):
    for place in sorted(known.keys() | manual.keys() | conf.keys()):
        name = " ".join(filter(None, place))
        for where, rows in (("the schema", known), (manual_name, manual), (conf_name, conf)):
            if place not in rows:
                yield f"{name} is not in {where}"
        if not (place in known and place in manual and place in conf):
            continue
        usual, least, most = known[place]
        said, extent = manual[place]
        if not said:
            yield f"{name} has no default in {manual_name}"
        if usual is not None and usual not in (said, number(said)):
            yield f"{name}: the default is {usual}, {manual_name} has {said}"
        value = conf[place]
        if usual is not None and (value is None or usual not in (value, number(value))):
            yield f"{name}: the default is {usual}, {conf_name} has {value}"
        limits = re.search(r"(\w+) to (\w+)", extent)
        if least is not None and (
                limits is None or (number(limits[1]), number(limits[2])) != (least, most)):
            yield f"{name}: the range is {least} to {most}, {manual_name} has {extent or 'none'}"


PROGRAMS = ((schema, "server/conf/schema.c", "man/all2alld.conf.5", "conf/all2alld.conf", 40),
            (settings, "server/offload/settings.c", "man/all2all-archived.8",
             "conf/all2all-archived.conf", 20))


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else "."
    wrong = []
    for read, code, manual, conf, least in PROGRAMS:
        known = read(os.path.join(top, code))
        wrong += compare(known, page(os.path.join(top, manual)),
                         sample(os.path.join(top, conf)),
                         os.path.basename(manual), os.path.basename(conf))
        if len(known) < least:
            wrong.append(f"only {len(known)} options were found in {code}")
    if wrong:
        print("\n".join(wrong))
    return bool(wrong)


sys.exit(main())
