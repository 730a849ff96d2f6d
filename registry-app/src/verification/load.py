"""Requests in number, for measuring what a server spends on them."""

import re
import shutil
import subprocess
import time

import wire

CONNECTIONS = 16
ACCEPT = {"Accept": f"{wire.OCI_MANIFEST}, application/vnd.docker.distribution.manifest.v2+json"}


class LoadFailed(Exception):
    pass


def repeat(server, path, seconds, method="GET", headers=None):
    """Repeats one request on 16 connections for some seconds; returns how many were answered.

    Uses wrk for GET where it is installed, for it keeps a fast server busy. What stands in for it
    sends on all connections and then reads from all.
    """
    if method == "GET" and shutil.which("wrk"):
        return _wrk(server, path, seconds, headers or {})
    return _in_turn(server, method, path, seconds, headers or {})


def scripted(server, path, seconds, script):
    """As repeat, with the requests that a Lua script for wrk makes."""
    return _wrk_with(server, path, seconds, ["-s", str(script)])


def _wrk(server, path, seconds, headers):
    return _wrk_with(server, path, seconds,
                     [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")])


def _wrk_with(server, path, seconds, arguments):
    output = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", *arguments,
         f"http://127.0.0.1:{server.port}{path}"],
        capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise LoadFailed(f"GET {path}: {output}")
    return int(re.search(r"(\d+) requests in", output).group(1))


def _in_turn(server, method, path, seconds, headers):
    connections = [wire.Connection(server.port) for _ in range(CONNECTIONS)]
    answered = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for connection in connections:
            connection.send(method, path, headers)
        for connection in connections:
            connection.receive(method, into=wire.nowhere).expect(200)
        answered += CONNECTIONS
    for connection in connections:
        connection.close()
    return answered


def in_pieces(path, size=32_768, pause=0.0):
    """A file's content in pieces, with a pause after each, as a client that compresses sends it."""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield piece
            if pause:
                time.sleep(pause)
