#!/usr/bin/env python3
"""A proxy that makes an S3 server on loopback as far away as a real one, and counts what goes there.

  slow.py PORT SERVER-PORT MILLISECONDS

Every HTTP request waits so long before it is passed on; its bytes, and those of the answer, pass
unchanged and at full speed. The Host header stays the proxy's, which is what was signed. Connections
are kept alive, each with one of its own to the server. GET /.counts is answered by the proxy itself:
a JSON object of how many requests there were since the last time, by method; what somebody fetched
with a link that a registry gave out is counted as "link".
"""

import asyncio
import collections
import contextlib
import json
import sys

PIECE = 1 << 18


class Ended(Exception):
    """A connection was closed between two messages, as it may be."""


class Head:
    """The first line and the fields of a request or an answer, with the bytes they came in."""

    def __init__(self, data):
        first, *fields = data.decode("latin-1").rstrip("\r\n").split("\r\n")
        self.data = data
        self.words = first.split(" ", 2)
        self.fields = {}
        for field in fields:
            name, value = field.split(":", 1)
            self.fields[name.lower()] = value.strip()

    @property
    def status(self):
        return int(self.words[1])

    def has(self, name, value):
        return value in self.fields.get(name, "").lower()

    def closing(self):
        """The same head, saying that the connection ends here."""
        lines = self.data[:-4].split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith(b"connection:")]
        return b"\r\n".join([*kept, b"Connection: close", b"", b""])


async def read_head(reader):
    try:
        return Head(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise
        raise Ended from end


async def copy_body(head, reader, writer, until_end=False):
    """Passes on the body that belongs to a head: chunks, a known length, or all there is."""
    if head.has("transfer-encoding", "chunked"):
        await copy_chunks(reader, writer)
    elif "content-length" in head.fields:
        await copy_bytes(int(head.fields["content-length"]), reader, writer)
    elif until_end:
        while data := await reader.read(PIECE):
            writer.write(data)
            await writer.drain()


async def copy_bytes(length, reader, writer):
    while length:
        data = await reader.read(min(length, PIECE))
        if not data:
            raise ConnectionResetError("closed in a body")
        length -= len(data)
        writer.write(data)
        await writer.drain()


async def copy_chunks(reader, writer):
    while True:
        line = await reader.readuntil(b"\r\n")
        writer.write(line)
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        await copy_bytes(size + 2, reader, writer)
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        writer.write(line)
    writer.write(line)
    await writer.drain()


class Proxy:
    def __init__(self, server_port, delay):
        self.server_port = server_port
        self.delay = delay
        self.counts = collections.Counter()

    async def serve(self, reader, writer):
        """One connection of a client."""
        server = None
        try:
            while True:
                request = await read_head(reader)
                if request.words[1] == "/.counts":
                    self.answer_counts(writer)
                    continue
                self.counts["link" if "X-Amz-Signature=" in request.words[1] else request.words[0]] += 1
                await asyncio.sleep(self.delay)
                if server is None or server[0].at_eof():
                    if server:
                        server[1].close()
                    server = await asyncio.open_connection("127.0.0.1", self.server_port, limit=PIECE)
                if not await exchange(request, reader, writer, *server):
                    await linger(reader, writer)
                    return
        except (Ended, OSError, asyncio.IncompleteReadError):
            pass  # the other side notices
        finally:
            writer.close()
            if server:
                server[1].close()

    def answer_counts(self, writer):
        body = json.dumps(self.counts).encode()
        self.counts.clear()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


async def exchange(request, reader, writer, server_reader, server_writer):
    """One request and its answer. Returns whether the connection can be used again."""
    server_writer.write(request.data)
    # In a task of its own: a client that expects 100-continue sends nothing before the server has sent it.
    body = asyncio.create_task(send_body(request, reader, server_writer))
    try:
        answer = await read_head(server_reader)
        while answer.status < 200:
            writer.write(answer.data)
            answer = await read_head(server_reader)
        # A body that the server did not wait for may or may not still come: no more requests here.
        last = not body.done() and not await finishes(body)
        writer.write(answer.closing() if last else answer.data)
        if request.words[0] != "HEAD" and answer.status not in (204, 304):
            await copy_body(answer, server_reader, writer, until_end=True)
        await writer.drain()
        framed = "content-length" in answer.fields or answer.has("transfer-encoding", "chunked")
        bodiless = request.words[0] == "HEAD" or answer.status in (204, 304)
        return not last and (framed or bodiless) and not answer.has("connection", "close")
    finally:
        body.cancel()
        await asyncio.wait([body])


async def linger(reader, writer):
    """Discards further bytes of the client: after a TCP reset it might not read the response."""
    writer.write_eof()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2):
            while await reader.read(PIECE):
                pass


async def send_body(request, reader, server_writer):
    try:
        await copy_body(request, reader, server_writer)
    except (OSError, asyncio.IncompleteReadError):
        server_writer.close()  # or nobody would end the waiting for an answer


async def finishes(task):
    """Whether it ends by itself, given a moment."""
    done, _ = await asyncio.wait([task], timeout=0.001)
    return bool(done)


async def main(port, server_port, milliseconds):
    proxy = Proxy(server_port, milliseconds / 1000)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port, limit=PIECE)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    asyncio.run(main(*map(int, sys.argv[1:])))
