# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A mail server of our own, that takes letters or behaves as badly as it is
told to.

    with Letterbox(folder) as mail:
        mail.mood = "rcpt-450"
        ...
        mail.letters[0].get_content()

Moods: "" takes all; "WORD-CODE" answers CODE to the command WORD ("end" is
the end of a letter's text); "cut-data" closes within the text, "cut-end" after
it and without an answer; "mute" says nothing at all.
"""
import base64
import email
import email.policy
import os
import socket
import socketserver
import ssl
import subprocess
import threading

HOST = "127.0.0.1"
USER, PASSWORD = "relay", "s3cret words"


def make_certificate(folder, name="mail", address=HOST):
    """Self-signed; its own authority."""
    key, cert = (os.path.join(folder, name + end) for end in (".key", ".pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=mail.test", "-addext", f"subjectAltName=IP:{address}",
         "-keyout", key, "-out", cert], check=True, capture_output=True)
    os.chmod(cert, 0o644)
    return cert, key


class Talk(socketserver.BaseRequestHandler):
    """One connection; the commands are the methods do_WORD."""

    def setup(self):
        self.mail = self.server.mail
        self.mail.sockets.add(self.request)
        self.is_tls = self.is_known = False
        self.rest = b""
        self.sender = self.to = None

    def say(self, text):
        self.request.sendall(text.encode() + b"\r\n")

    def line(self):
        while b"\r\n" not in self.rest:
            data = self.request.recv(4096)
            if not data:
                raise ConnectionResetError
            self.rest += data
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line.decode("ascii")

    def wrap(self):
        self.request = self.mail.context.wrap_socket(
            self.request, server_side=True)
        self.mail.sockets.add(self.request)
        self.is_tls = True

    def handle(self):
        try:
            if self.mail.is_implicit:
                self.wrap()
            if self.mail.mood == "mute":
                self.line()
                return
            self.say("220 mail.test")
            while self.command(self.line()):
                pass
        except (OSError, ValueError):
            pass

    def finish(self):
        self.request.close()

    def command(self, line):
        self.mail.lines.append(line)
        word = line.split(" ")[0].lower()
        mood = self.mail.mood
        if mood.startswith(word + "-"):
            self.say(mood.split("-")[1] + " not now")
            return True
        return getattr(self, "do_" + word, self.unknown)(line)

    def unknown(self, _):
        self.say("500 what?")
        return True

    def do_ehlo(self, _):
        self.say("250-mail.test")
        if self.mail.has_starttls and not self.is_tls:
            self.say("250-STARTTLS")
        self.say("250 AUTH PLAIN")
        return True

    def do_starttls(self, _):
        if not self.mail.has_starttls:
            return self.unknown(_)
        self.say("220 go on")
        self.wrap()
        return True

    def do_auth(self, line):
        words = line.split(" ")
        if len(words) < 3:
            self.say("334 ")
            words.append(self.line())
        _, user, password = base64.b64decode(words[2]).split(b"\0")
        self.mail.logins.append((user.decode(), password.decode(),
                                 self.is_tls))
        self.is_known = (user, password) == (USER.encode(), PASSWORD.encode())
        self.say("235 welcome" if self.is_known else "535 who?")
        return True

    def do_mail(self, line):
        self.sender = line
        self.say("250 fine" if self.is_known else "530 log in first")
        return True

    def do_rcpt(self, line):
        self.to = line
        self.say("250 fine")
        return True

    def do_data(self, _):
        self.say("354 go on")
        lines = []
        while True:
            line = self.line()
            if self.mail.mood == "cut-data":
                return False
            if line == ".":
                break
            lines.append(line[1:] if line.startswith(".") else line)
        self.mail.offers += 1
        if self.mail.mood == "cut-end":
            return False
        if self.mail.mood.startswith("end-"):
            self.say(self.mail.mood.split("-")[1] + " not now")
            return True
        if self.mail.on_take:
            self.mail.on_take()
        self.mail.take(self.to, "\r\n".join(lines) + "\r\n")
        self.say("250 taken")
        return True

    def do_rset(self, _):
        self.say("250 fine")
        return True

    def do_quit(self, _):
        self.say("221 bye")
        return False


class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Letterbox:
    def __init__(self, folder, is_implicit=True, has_starttls=False, port=0):
        self.cert, key = make_certificate(folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.cert, key)
        self.is_implicit, self.has_starttls = is_implicit, has_starttls
        self.mood = ""
        self.on_take = None  # called before the server says that it has it
        self.offers = 0     # letters whose end was seen
        self.letters, self.raw, self.to = [], [], []
        self.lines, self.logins = [], []
        self.sockets = set()
        self.port = port
        self.server = None
        self.open()

    def open(self):
        self.server = Threads((HOST, self.port), Talk)
        self.server.mail = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def close(self):
        if self.server is None:
            return
        self.server.shutdown()
        self.server.server_close()
        self.server = None
        for sock in list(self.sockets):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def take(self, to, text):
        self.to.append(to)
        self.raw.append(text)
        self.letters.append(email.message_from_string(
            text, policy=email.policy.default))
