# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""An object store of our own, in memory, that behaves as badly as it is told.

    with FakeS3() as store:
        store.fault("part", "cut", times=2)
        ...
        store.objects["prefix/key"].body

It knows what all2all-archived uses of S3: multipart uploads, lists of parts and
uploads (unless has_lists is False), HEAD, GET of a range, PUT, DELETE. Every
signature is checked here with python's hmac, from the request as it came.

Faults are for an operation (create, part, complete, list, head, get, put,
delete, abort; "any") and a number of times:

    cut        the connection ends in the middle
    500, 503   InternalError, SlowDown
    slow       it says nothing for a while
    etag       the part's ETag is another
    harm       the object that is put together has a wrong byte at each KiB
    empty      the object that is put together has no bytes
    late       complete answers 200 with an Error inside
    done-late  the same, but it was done
    expired    the upload is not known
    skew       RequestTimeTooSkewed
    denied     AccessDenied
    size       HEAD says one byte more
    short      a range has too few bytes
    whole      a range is ignored: 200 with everything
    other      a range is answered with the one a byte before it
"""
import datetime
import email.utils
import hashlib
import hmac
import http.server
import socket
import ssl
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

HOST = "127.0.0.1"
KEY_ID, SECRET, REGION = "AKIDTESTS", "s3cret/w+rds", "eu-test-1"
CLOCK_APART_MOST = 15 * 60
SLOW_SECONDS = 3


class Object:
    def __init__(self, body, headers, parts=0):
        self.body = body
        self.sha256_said = headers.get("x-amz-meta-sha256", "")
        self.type = headers.get("content-type", "")
        digest = hashlib.md5(body).hexdigest()
        self.etag = f"{digest}-{parts}" if parts else digest

    def sha256(self):
        return hashlib.sha256(self.body).hexdigest()


class Upload:
    def __init__(self, key, headers, begun):
        self.key, self.headers, self.begun = key, headers, begun
        self.parts = {}


class Refused(Exception):
    """The status, the code of S3, and some words."""


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-._~")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def store(self):
        return self.server.store

    def log_message(self, *_):
        pass

    # --- what was asked ---------------------------------------------------

    def check_signature(self, query):
        """As in AWS's own description, and only from what is on the wire."""
        words = self.headers["Authorization"].replace(",", " ").split()
        if words[0] != "AWS4-HMAC-SHA256":
            raise Refused(400, "AuthorizationHeaderMalformed", words[0])
        named = dict(word.split("=", 1) for word in words[1:])
        when = self.headers["x-amz-date"]
        scope = f"{when[:8]}/{REGION}/s3/aws4_request"
        if named["Credential"] != f"{KEY_ID}/{scope}":
            raise Refused(403, "InvalidAccessKeyId", named["Credential"])
        names = named["SignedHeaders"].split(";")
        for needed in ("host", "x-amz-date", "x-amz-content-sha256"):
            if needed not in names:
                raise Refused(403, "AccessDenied", f"{needed} not signed")
        for name in self.headers:
            if name.lower().startswith("x-amz-") and name.lower() not in names:
                raise Refused(403, "AccessDenied", f"{name} not signed")
        path = self.path.split("?", 1)[0]
        pairs = sorted((quote(name), quote(value)) for name, value in query)
        canonical = "\n".join([
            self.command, path, "&".join(f"{n}={v}" for n, v in pairs),
            *(f"{name}:{' '.join(self.headers[name].split())}"
              for name in names), "",
            ";".join(names), self.headers["x-amz-content-sha256"]])
        text = "\n".join(["AWS4-HMAC-SHA256", when, scope, hashlib.sha256(
            canonical.encode()).hexdigest()])
        key = ("AWS4" + SECRET).encode()
        for part in (when[:8], REGION, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        if not hmac.compare_digest(signature, named["Signature"]):
            raise Refused(403, "SignatureDoesNotMatch", canonical)
        self.check_clock(when)

    def check_clock(self, when):
        at = datetime.datetime.strptime(when, "%Y%m%dT%H%M%SZ").replace(
            tzinfo=datetime.timezone.utc).timestamp()
        if abs(at - self.store.now()) > CLOCK_APART_MOST:
            raise Refused(403, "RequestTimeTooSkewed", "clocks")

    def read_body(self, cut):
        length = int(self.headers.get("Content-Length") or 0)
        body = bytearray()
        while len(body) < length:
            if cut and len(body) >= length // 2:
                self.hang_up()
            data = self.rfile.read(min(65536, length - len(body)))
            if not data:
                self.hang_up()
            body += data
            self.store.on_bytes(self, len(data))
        body = bytes(body)
        said = self.headers["x-amz-content-sha256"]
        if hashlib.sha256(body).hexdigest() != said:
            raise Refused(400, "XAmzContentSHA256Mismatch", said)
        return body

    def operation(self, query):
        method, names = self.command, {name for name, _ in query}
        if method == "POST":
            return "create" if "uploads" in names else "complete"
        if method == "PUT":
            return "part" if "partNumber" in names else "put"
        if method == "GET" and names & {"uploadId", "uploads"}:
            return "list"
        if method == "DELETE":
            return "abort" if "uploadId" in names else "delete"
        return method.lower()

    def answer(self):
        where, _, rest = self.path.partition("?")
        query = urllib.parse.parse_qsl(rest, keep_blank_values=True)
        what = self.operation(query)
        mood = self.store.mood(what)
        try:
            self.store.asked.append((what, where, dict(query)))
            body = self.read_body(mood == "cut")
            if mood == "slow":
                time.sleep(SLOW_SECONDS)
            self.check_signature(query)
            self.be_bad(mood, dict(query))
            key = self.key_of(where)
            with self.store.lock:
                getattr(self, "do_" + what)(key, dict(query), body, mood)
        except Refused as refused:
            self.refuse(*refused.args)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

    def be_bad(self, mood, query):
        if mood == "expired":
            self.store.uploads.pop(query.get("uploadId"), None)
        known = {"500": (500, "InternalError", "We are sorry"),
                 "503": (503, "SlowDown", "Reduce your request rate."),
                 "skew": (403, "RequestTimeTooSkewed", "clocks"),
                 "denied": (403, "AccessDenied", "No <way> & never"),
                 "expired": (404, "NoSuchUpload", "not any more")}
        if mood in known:
            raise Refused(*known[mood])
        if mood == "cut":
            self.hang_up()

    def key_of(self, where):
        name = urllib.parse.unquote(where)
        host = self.headers["Host"]
        if host.startswith(self.store.bucket + "."):
            return name[1:]
        if name == "/" + self.store.bucket:
            return ""
        if not name.startswith(f"/{self.store.bucket}/"):
            raise Refused(404, "NoSuchBucket", name)
        return name[len(self.store.bucket) + 2:]

    # --- answers ----------------------------------------------------------

    def hang_up(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        raise ConnectionResetError

    def reply(self, status, body=b"", headers=(), length=None):
        self.send_response_only(status)
        for name in ("Date", "Last-Modified"):
            self.send_header(name, email.utils.formatdate(
                self.store.now(), usegmt=True))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length",
                         str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def reply_xml(self, text, status=200):
        self.reply(status, b'<?xml version="1.0" encoding="UTF-8"?>\n' +
                   text.encode(), [("Content-Type", "application/xml")])

    def refuse(self, status, code, words):
        self.reply_xml(f"<Error><Code>{code}</Code><Message>{escape(words)}"
                       "</Message></Error>", status)

    # --- operations -------------------------------------------------------

    def do_create(self, key, _query, _body, _mood):
        name = f"up+load/{len(self.store.uploads_seen)}=&"
        self.store.uploads_seen.append(name)
        self.store.uploads[name] = Upload(key, self.headers, self.store.now())
        self.reply_xml("<InitiateMultipartUploadResult><Key>x</Key><UploadId>"
                       f"{escape(name)}</UploadId>"
                       "</InitiateMultipartUploadResult>")

    def find_upload(self, key, query):
        upload = self.store.uploads.get(query["uploadId"])
        if upload is None or upload.key != key:
            raise Refused(404, "NoSuchUpload", "There is no such upload.")
        return upload

    def do_part(self, key, query, body, mood):
        upload, number = self.find_upload(key, query), int(query["partNumber"])
        etag = hashlib.md5(body).hexdigest()
        upload.parts[number] = (etag, body)
        self.store.parts_taken.append(number)
        if mood == "etag":
            del upload.parts[number]
            etag = "0" * 32
        self.reply(200, headers=[("ETag", f'"{etag}"')])

    def do_list(self, key, query, _body, _mood):
        if not self.store.has_lists:
            raise Refused(405, "MethodNotAllowed", "not here")
        if "uploads" in query:
            self.reply_xml(
                "<ListMultipartUploadsResult>" + "".join(
                    f"<Upload><Key>{escape(upload.key)}</Key><UploadId>"
                    f"{escape(name)}</UploadId><Initiated>"
                    + datetime.datetime.utcfromtimestamp(
                        upload.begun).isoformat(timespec="milliseconds") +
                    "Z</Initiated></Upload>"
                    for name, upload in self.store.uploads.items()
                    if upload.key.startswith(query.get("prefix", ""))) +
                "</ListMultipartUploadsResult>")
            return
        upload = self.find_upload(key, query)
        after = int(query.get("part-number-marker") or 0)
        numbers = [n for n in sorted(upload.parts) if n > after]
        page = numbers[:self.store.page]
        more = "true" if len(numbers) > len(page) else "false"
        self.reply_xml(
            f"<ListPartsResult><IsTruncated>{more}</IsTruncated>"
            f"<NextPartNumberMarker>{page[-1] if page else 0}"
            "</NextPartNumberMarker>" + "".join(
                f"<Part><PartNumber>{n}</PartNumber><ETag>&quot;"
                f"{upload.parts[n][0]}&quot;</ETag><Size>"
                f"{len(upload.parts[n][1])}</Size></Part>" for n in page) +
            "</ListPartsResult>")

    def do_complete(self, key, query, body, mood):
        upload = self.find_upload(key, query)
        space = "{http://s3.amazonaws.com/doc/2006-03-01/}"
        wanted = [(int(part.find(space + "PartNumber").text),
                   part.find(space + "ETag").text.strip('"'))
                  for part in ElementTree.fromstring(body)]
        if mood == "late":
            self.refuse(200, "InternalError", "We encountered an error.")
            return
        if wanted != sorted(wanted):
            raise Refused(400, "InvalidPartOrder", str(wanted))
        for number, etag in wanted:
            if upload.parts.get(number, ("",))[0] != etag:
                raise Refused(400, "InvalidPart", str(number))
        for number, _ in wanted[:-1]:
            if len(upload.parts[number][1]) < 5 << 20:
                raise Refused(400, "EntityTooSmall", str(number))
        whole = bytearray()
        for number, _ in wanted:
            whole += upload.parts.pop(number)[1]
        if mood == "harm":
            whole[::1024] = bytes(byte ^ 1 for byte in whole[::1024])
        if mood == "empty":
            whole = bytearray()
        self.store.objects[key] = Object(whole, upload.headers,
                                         len(wanted))
        del self.store.uploads[query["uploadId"]]
        if mood == "done-late":
            self.refuse(200, "InternalError", "We encountered an error.")
            return
        self.reply_xml(
            '<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/'
            'doc/2006-03-01/"><ETag>&quot;x-1&quot;</ETag>'
            "</CompleteMultipartUploadResult>")

    def do_abort(self, key, query, _body, _mood):
        self.find_upload(key, query)
        del self.store.uploads[query["uploadId"]]
        self.reply(204)

    def do_put(self, key, _query, body, _mood):
        self.store.objects[key] = Object(body, self.headers)
        self.reply(200, headers=[("ETag", f'"{self.store.objects[key].etag}"')])

    def find_object(self, key):
        if key not in self.store.objects:
            raise Refused(404, "NoSuchKey", key)
        return self.store.objects[key]

    def do_head(self, key, _query, _body, mood):
        found = self.find_object(key)
        self.reply(200, headers=[("ETag", f'"{found.etag}"'),
                                 ("x-amz-meta-sha256", found.sha256_said)],
                   length=len(found.body) + (mood == "size"))

    def do_get(self, key, _query, _body, mood):
        found, body = self.find_object(key), self.find_object(key).body
        if "Range" not in self.headers:
            self.reply(200, body, [("ETag", f'"{found.etag}"')])
            return
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        first, last = int(first), min(int(last), len(body) - 1)
        if first >= len(body):
            raise Refused(416, "InvalidRange", "not there")
        if mood == "whole":
            self.reply(200, body)
            return
        if mood == "other":
            first, last = first - 1, last - 1
        part = body[first:last + 1]
        headers = [("ETag", f'"{found.etag}"'),
                   ("Content-Range", f"bytes {first}-{last}/{len(body)}")]
        if mood == "short":
            self.reply(206, part[:len(part) // 2], headers, length=len(part))
            self.hang_up()
        self.reply(206, part, headers)

    def do_delete(self, key, _query, _body, _mood):
        self.store.objects.pop(key, None)
        self.reply(204)


class Threads(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class FakeS3:
    def __init__(self, has_lists=True, certificate=None):
        self.bucket = "recordings"
        self.has_lists = has_lists
        self.page = 3  # parts in one list
        self.clock_ahead = 0
        self.objects, self.uploads, self.uploads_seen = {}, {}, []
        self.parts_taken, self.asked = [], []
        self.faults = []
        self.lock = threading.Lock()
        self.on_bytes = lambda handler, count: None
        self.server = Threads((HOST, 0), Handler)
        self.server.store = self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://{HOST}:{self.port}"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def now(self):
        return time.time() + self.clock_ahead

    def fault(self, operation, mood, times=1):
        self.faults.append([operation, mood, times])

    def mood(self, operation):
        with self.lock:
            for fault in self.faults:
                if fault[0] in (operation, "any") and fault[2] > 0:
                    fault[2] -= 1
                    return fault[1]
        return ""

    def left(self):
        """Of the faults, how many times did not come about."""
        return sum(fault[2] for fault in self.faults)

    def count(self, operation):
        return sum(what == operation for what, _, _ in self.asked)
