"""A small HTTP/1.1 client that says exactly what goes over the wire, for registries on loopback.

Standard library only, and cheap enough not to be what is measured: files go out by sendfile, and bodies
that are not used are received into one buffer.
"""

import hashlib
import pathlib
import re
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
PIECE = 1 << 20


class Response(NamedTuple):
    status: int
    headers: dict  # names in lower case
    body: bytes

    def expect(self, *statuses):
        if self.status not in statuses:
            raise UnexpectedAnswer(f"{self.status} instead of {statuses}: {self.body[:300]!r}")
        return self

    def location(self):
        """Path and query of the Location header, absolute or not."""
        return _path_and_query(self.headers["location"])

    def next_page(self):
        """Path and query of the Link to the next page; None: this was the last."""
        link = re.match(r'<([^>]*)>; *rel="?next"?', self.headers.get("link", ""))
        return _path_and_query(link.group(1)) if link else None

    def port(self):
        """The port of the Location header, which is absolute."""
        return urlsplit(self.headers["location"]).port


def _path_and_query(address):
    parts = urlsplit(address)
    return parts.path + ("?" + parts.query if parts.query else "")


class UnexpectedAnswer(Exception):
    """The server answered, and wrongly. A connection that broke is an OSError instead."""


class Connection:
    """One keep-alive connection, opened with the first request. For one thread."""

    def __init__(self, port, timeout=120):
        self.port = port
        self.timeout = timeout
        self.socket = None
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.socket:
            self.socket.close()
            self.socket = None

    def request(self, method, path, headers=None, body=None, into=None):
        """Sends a request and reads its answer, whose body goes to into, piece by piece, if given."""
        self.send(method, path, headers, body)
        return self.receive(method, into)

    def send(self, method, path, headers=None, body=None):
        """Sends a request. Its answer has to be received before the next.

        The body is bytes, a pathlib.Path for a file's content, or an iterable of bytes for a
        chunked transfer, or for one of a length that the headers say.
        """
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), self.timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.buffer = b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if isinstance(body, pathlib.Path):
            self._send_head(lines + [f"Content-Length: {body.stat().st_size}"])
            with body.open("rb") as file:
                self.socket.sendfile(file)
        elif body is None or isinstance(body, bytes):
            if body is not None or method in ("POST", "PUT", "PATCH"):
                lines.append(f"Content-Length: {len(body or b'')}")
            self._send_head(lines, body or b"")
        elif "Content-Length" in (headers or {}):
            self._send_head(lines)
            for piece in body:
                self.socket.sendall(piece)
        else:
            self._send_head(lines + ["Transfer-Encoding: chunked"])
            for piece in body:
                self.socket.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.socket.sendall(b"0\r\n\r\n")

    def receive(self, method, into=None):
        """Reads the answer to a request of that method. Only a body of a known length goes to into."""
        first, *fields = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(first.split()[1])
        headers = {}
        for field in fields:
            name, value = field.split(":", 1)
            headers[name.lower()] = value.strip()
        if method == "HEAD" or status in (204, 304):
            body = b""
        elif headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            body = self._exactly(int(headers.get("content-length", 0)), into)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Response(status, headers, body)

    def _send_head(self, lines, body=b""):
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode("ascii") + body)

    def _receive(self):
        data = self.socket.recv(PIECE)
        if not data:
            raise ConnectionResetError("the server closed the connection")
        self.buffer += data

    def _until(self, mark):
        while mark not in self.buffer:
            self._receive()
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def _exactly(self, length, into=None):
        parts = []
        take = into or (lambda piece: parts.append(bytes(piece)))
        begun, self.buffer = self.buffer[:length], self.buffer[length:]
        take(begun)
        missing = length - len(begun)
        scratch = memoryview(bytearray(min(PIECE, max(missing, 1))))
        while missing:
            received = self.socket.recv_into(scratch, min(len(scratch), missing))
            if not received:
                raise ConnectionResetError("the server closed the connection in a body")
            missing -= received
            take(scratch[:received])
        return b"".join(parts)

    def _chunks(self):
        parts = []
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            parts.append(self._exactly(size))
            self._exactly(2)
        self._until(b"\r\n")
        return b"".join(parts)


def nowhere(_):
    """Discards a body that is not used."""


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def file_sha256(path):
    with open(path, "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def with_query(path, query):
    return path + ("&" if "?" in path else "?") + query


def open_upload(connection, repository):
    """Opens an upload session and returns its path."""
    return connection.request("POST", f"/v2/{repository}/blobs/uploads/").expect(202).location()


def finish_upload(connection, session, digest, body=None):
    """Closes a session, with all of a body or with none. The blob is there when this returns."""
    connection.request("PUT", with_query(session, "digest=" + digest), body=body).expect(201)


def push_blob(connection, repository, content):
    """Pushes bytes by POST and PUT; returns their digest."""
    digest = sha256(content)
    finish_upload(connection, open_upload(connection, repository), digest, content)
    return digest


def descriptor(media_type, digest, size):
    return {"mediaType": media_type, "digest": digest, "size": size}
