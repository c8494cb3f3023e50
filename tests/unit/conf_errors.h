/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Rows of { text, the exact error } for test_conf.c. */
/* clang-format off */
#define CUT "the file ends too early: a value, a quote or a '}' is missing"
#define WITH(line) LEAST line "\n"
#define IN_MOUNT(line) LEAST "mount \"/a\" {\n" line "\n}\n"

/* Wrong as a whole. */
{ "", "c:1: data is missing: the folder for everything that is kept" },
{ "listen \"*:1\" { }\n",
  "c:1: data is missing: the folder for everything that is kept" },
{ "data = d\n\n", "c:2: there is no listen block" },
{ "<icecast>\n", "c:1: this is an icecast.xml: all2alld has a format of its own, see all2alld.conf(5)" },
{ "\xef\xbb\xbf \n<?xml version=\"1.0\"?>\n<icecast></icecast>\n",
  "c:1: this is an icecast.xml: all2alld has a format of its own, see all2alld.conf(5)" },
{ "data = d\ncontact = \"caf\xe9\"\n", "c:2: this is not UTF-8" },
{ "data = d\n\x01\n", "c:2: a control character" },
{ "data = d\n# all2alld-end-of-file = yes\n",
  "c:2: 'all2alld-end-of-file' is kept for the parser" },
{ "data = d", "c:1: the last line has no end: is this the whole file?" },
{ WITH("max-clients = 100\nworkers = 1") "max-clients = 1",
  "c:5: the last line has no end: is this the whole file?" },

/* Not closed. */
{ WITH("mount \"/a\" {"), "c:3: " CUT },
{ WITH("contact = \"x"), "c:3: " CUT },
{ WITH("contact = 'x"), "c:3: " CUT },
{ WITH("/* x"), "c:3: " CUT },
{ WITH("contact ="), "c:3: " CUT },
{ WITH("contact"), "c:3: " CUT },
{ WITH("mount"), "c:3: " CUT },
{ WITH("mount \"/a\""), "c:3: " CUT },
{ "end-of-file = true\n" LEAST, "c:1: no such option 'end-of-file'" },

/* Wrong form. */
{ WITH("burts = 1"), "c:3: no such option 'burts'" },
{ WITH("\"a\nb\" = 1"), "c:4: no such option 'a b'" },
{ WITH("burst = 1"), "c:3: no such option 'burst'" },
{ IN_MOUNT("workers = 1"), "c:4: no such option 'workers'" },
{ WITH("workers 1"), "c:3: missing equal sign after option 'workers'" },
{ WITH("workers = 1, 2"), "c:3: unexpected token ','" },
{ WITH("workers = { 1 }"), "c:3: unexpected token '{'" },
{ WITH("workers += 1"), "c:3: attempt to append to non-list option 'workers'" },
{ WITH("}"), "c:3: unexpected closing brace" },
{ WITH("include(\"/tmp\")"), "c:3: no such option 'include'" },
{ WITH("mount { }"), "c:3: missing title for section 'mount'" },
{ WITH("mount \"/a\" { }\n\nmount \"/a\" { }"),
  "c:5: found duplicate title '/a'" },

/* Comments: lines are counted right, and none hides what is not in it. */
{ "# a\n// b\n/* c\n * d */\n" WITH("burts = 1 # e"),
  "c:7: no such option 'burts'" },
{ WITH("mount \"/a\" { # '\n # \"\n burts = 1 }"),
  "c:5: no such option 'burts'" },
{ WITH("contact = \"a # b\" burts = 1"), "c:3: no such option 'burts'" },
{ WITH("contact = 'a \\' # b' burts = 1"), "c:3: no such option 'burts'" },
{ WITH("contact = \"a ${X\"} # b\" burts = 1"),
  "c:3: no such option 'burts'" },
{ WITH("contact = ${X#Y} burts = 1"), "c:3: no such option 'burts'" },
{ WITH("url = http://a/b burts = 1"), "c:3: no such option 'url'" },
{ WITH("public-url = http://a.example//b burts = 1"),
  "c:3: no such option 'burts'" },
{ WITH("workers = /* many */ # or\n 300"),
  "c:4: workers: 300 is not from 0 to 256" },
{ WITH("/* x *\n /"), "c:4: " CUT },

/* Given twice. */
{ WITH("workers = 1\nworkers = 2"), "c:4: workers is given twice" },
{ WITH("workers = 1\nmount \"/a\" { }\nworkers = 1"),
  "c:5: workers is given twice" },
{ IN_MOUNT("burst = 1\nburst = 2"), "c:5: burst is given twice" },
{ "data = d\nlisten \"*:1\" {\n tls { key = a key = b }\n}\n",
  "c:3: key is given twice" },
{ "data = d\nlisten \"*:1\" {\n tls { certificate = a key = b }\n"
  " tls { }\n}\n", "c:5: tls is given twice" },
{ "data = d\nlisten \"*:1\" { }\nlisten \"*:01\" { }\n",
  "c:3: listen \"*:1\" is given twice" },
{ "data = d\nlisten \"[::1]:1\" { }\nlisten \"[0::1]:1\" { }\n",
  "c:3: listen \"0::1:1\" is given twice" },

/* Wrong values. */
{ WITH("workers = many"), "c:3: workers: 'many' is not a number" },
{ WITH("workers = -1"), "c:3: workers: '-1' is not a number" },
{ WITH("workers = 257"), "c:3: workers: 257 is not from 0 to 256" },
{ WITH("workers = 1K"), "c:3: workers: '1K' is not a number" },
{ WITH("flush = 500ms"), "c:3: flush: 500ms is not from 1s to 1m" },
{ WITH("flush = 5"), "c:3: flush: '5' is not a time, write it as 500ms, 5s, 2m, 12h, 30d or 0" },
{ WITH("flush = 0"), "c:3: flush: 0 is not from 1s to 1m" },
{ WITH("request-bytes = 1G"), "c:3: request-bytes: '1G' is not a size, write it as 512, 64K or 16M" },
{ WITH("request-bytes = 1M"), "c:3: request-bytes: 1M is not from 1K to 64K" },
{ WITH("max-member-listeners = all"), "c:3: max-member-listeners: 'all' is neither a number nor none" },
{ WITH("log-level = loud"), "c:3: log-level: 'loud' is none of error, warn, info and debug" },
{ IN_MOUNT("record = true"), "c:4: record: 'true' is neither yes nor no" },
{ IN_MOUNT("slow = maybe"), "c:4: slow: 'maybe' is neither skip nor close" },
{ IN_MOUNT("member = Jazz"), "c:4: member: 'Jazz' is not a slug, that is a-z, 0-9 and -" },
{ IN_MOUNT("member = \"\""), "c:4: member is empty" },
{ IN_MOUNT("title = \"a\\r\\nX: y\""), "c:4: title has a control character" },
{ IN_MOUNT("title = \"\\xff\""), "c:4: title is not UTF-8" },
{ IN_MOUNT("url = \"javascript:alert(1)\""), "c:4: url: 'javascript:alert(1)' does not begin with http:// or https://" },
{ WITH("hostname = \"a b\""), "c:3: hostname: 'a b' is neither a host name nor an address" },
{ WITH("hostname = -a.example"), "c:3: hostname: '-a.example' is neither a host name nor an address" },
{ WITH("hostname = 127.0.0.300"), "c:3: hostname: '127.0.0.300' is neither a host name nor an address" },
{ WITH("hostname = \"\""), "c:3: hostname is empty" },
{ WITH("user = \"a/b\""), "c:3: user: 'a/b' is not a user's name" },
{ WITH("public-url = \"ftp://x\""), "c:3: public-url: 'ftp://x' does not begin with http:// or https://" },
{ WITH("public-url = \"http://\""), "c:3: public-url: 'http://' has no host" },
{ WITH("public-url = \"http://a/<b>\""), "c:3: public-url: 'http://a/<b>' has a character that a URL cannot have" },
{ WITH("public-url = \"http://a/?b\""), "c:3: public-url has more than a host, a port and a path" },

/* Wrong blocks. */
{ "data = d\nlisten \"8000\" { }\n", "c:2: listen \"8000\": write HOST:PORT, as in *:8000, 127.0.0.1:8000 or [::1]:8000" },
{ "data = d\nlisten \":8000\" { }\n", "c:2: listen \":8000\": write HOST:PORT, as in *:8000, 127.0.0.1:8000 or [::1]:8000" },
{ "data = d\nlisten \"::1:8000\" { }\n", "c:2: listen \"::1:8000\": write HOST:PORT, as in *:8000, 127.0.0.1:8000 or [::1]:8000" },
{ "data = d\nlisten \"[127.0.0.1]:8000\" { }\n", "c:2: listen \"[127.0.0.1]:8000\": write HOST:PORT, as in *:8000, 127.0.0.1:8000 or [::1]:8000" },
{ "data = d\nlisten \"[]:8000\" { }\n", "c:2: listen \"[]:8000\": write HOST:PORT, as in *:8000, 127.0.0.1:8000 or [::1]:8000" },
{ "data = d\nlisten \"*:65536\" { }\n", "c:2: listen \"*:65536\": the port is not from 0 to 65535" },
{ "data = d\nlisten \"*:\" { }\n", "c:2: listen \"*:\": the port is not from 0 to 65535" },
{ "data = d\nlisten \"*:8x\" { }\n", "c:2: listen \"*:8x\": the port is not from 0 to 65535" },
{ "data = d\nlisten \"*:1\" { tls { } }\n", "c:2: tls has no certificate" },
{ "data = d\nlisten \"*:1\" { tls { key = k } }\n", "c:2: tls has no certificate" },
{ "data = d\nlisten \"*:1\" { tls { certificate = c } }\n", "c:2: tls has no key" },
{ "data = d\nlisten \"*:1\" { tls-only = yes }\n", "c:2: tls-only needs a tls block" },
{ WITH("mount \"live\" { }"), "c:3: mount \"live\" does not begin with /" },
{ WITH("mount \"/a//b\" { }"), "c:3: mount \"/a//b\" has an empty part" },
{ WITH("mount \"/\" { }"), "c:3: mount \"/\" has an empty part" },
{ WITH("mount \"/a/../b\" { }"), "c:3: mount \"/a/../b\" has a part of dots" },
{ WITH("mount \"/a*b\" { }"), "c:3: mount \"/a*b\" has a * before its end" },
{ WITH("mount \"/a b\" { }"), "c:3: mount \"/a b\" has a character that a mount cannot have" },
{ IN_MOUNT("ring = 64K burst = 65K"), "c:5: mount \"/a\": burst is more than ring" },
{ IN_MOUNT("ring-time = 2s"), "c:5: mount \"/a\": burst-time is more than ring-time" },
#undef CUT
#undef WITH
#undef IN_MOUNT
    /* clang-format on */
