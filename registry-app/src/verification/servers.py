"""Servers under test as child processes, and what the kernel says about them. Linux only."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
READY_WITHIN_SECONDS = 60


def build():
    """Builds Berth if needed, because a build takes longer than the timeout of a start."""
    subprocess.run([PROJECT / "registry", "--version"], stdin=subprocess.DEVNULL, check=True)


class Server:
    """One server on a free loopback port. Stopped at the end of a with block at the latest.

    The kind is one that serve knows, unless there is a command: words in which {port}, {folder} and
    {config} stand for what they say. {config} is the path of a configuration for CNCF distribution,
    {config:FILE} that of a copy of another file, in which {port} and {folder} are replaced as well.
    """

    def __init__(self, kind, folder, log, command=(), **settings):
        self.kind = kind
        self.folder = pathlib.Path(folder)
        self.log = pathlib.Path(log)
        self.command = command
        self.settings = settings
        self.port = 0
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Starts it and waits for its first answer. Returns the seconds that took."""
        begun = time.monotonic()
        self.launch()
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() - begun > READY_WITHIN_SECONDS:
                raise RuntimeError(f"{self.kind} did not come up:\n{self.end_of_log()}")
            time.sleep(0.005)
        return time.monotonic() - begun

    def launch(self):
        """Starts it and does not wait."""
        self.port = _free_port()
        kind = "command" if self.command else self.kind
        words = [self._filled(word) for word in self.command]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [HERE / "serve", kind, str(self.port), str(self.folder), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | self.settings)

    def _filled(self, word):
        word = re.sub(r"\{config(?::([^}]*))?\}", lambda match: str(self._configuration(match.group(1))), word)
        return word.replace("{port}", str(self.port)).replace("{folder}", str(self.folder))

    def _configuration(self, template):
        if not template:
            on_s3 = "REGISTRY_STORAGE_S3_BUCKET" in self.settings
            return HERE / ("distribution-s3.yml" if on_s3 else "distribution.yml")
        template = HERE / template
        text = template.read_text(encoding="utf-8")
        text = text.replace("{port}", str(self.port)).replace("{folder}", str(self.folder))
        path = self.log.with_suffix(f".{self.port}{template.suffix}")
        path.write_text(text, encoding="utf-8")
        return path

    def stop(self):
        self._end(signal.SIGTERM)

    def kill(self):
        """Kills the process with SIGKILL, as a crash would: it flushes nothing and closes no connection."""
        self._end(signal.SIGKILL)

    def state(self):
        code = self.process.poll()
        return "running" if code is None else f"ended with {code}"

    def end_of_log(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])

    def cpu_seconds(self):
        """User and system time of all threads so far, to the nanosecond: the process's CPU clock."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def settle(self):
        """Waits until it rests: what a compiler or collector still does belongs to what was before."""
        for _ in range(50):
            spent = self.cpu_seconds()
            time.sleep(0.2)
            if self.cpu_seconds() - spent < 0.01:
                return

    def resident_mib(self, peak=False):
        """Resident memory now, or at its highest since the process began."""
        field = "VmHWM:" if peak else "VmRSS:"
        for line in open(f"/proc/{self.process.pid}/status", encoding="ascii"):
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{self.kind} is gone")

    def _answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status in (200, 401)  # 401: it asks for credentials
        except OSError:
            return False
        finally:
            connection.close()

    def _end(self, how):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Daemon:
    """A docker daemon of our own. Needs root."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None

    @staticmethod
    def can_run():
        return bool(shutil.which("dockerd") and shutil.which("docker")) and os.geteuid() == 0

    def __enter__(self):
        self.folder.mkdir()
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [HERE / "docker-daemon", str(self.folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not (self.folder / "docker.sock").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dockerd did not come up: {self.folder / 'log'}")
            time.sleep(0.1)
        self.docker("version")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)

    def docker(self, *arguments):
        """Runs a docker command to its end; a failure is an exception with what it said."""
        done = subprocess.run(
            ["docker", "--host", f"unix://{self.folder}/docker.sock", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | {"DOCKER_BUILDKIT": "0", "DOCKER_CONFIG": str(self.folder)})
        if done.returncode:
            raise RuntimeError(f"docker {arguments[0]}: {done.stdout[-500:]}")


class S3Server:
    """A real S3 server of our own with one bucket: the settings say which."""

    def __init__(self, kind, folder):
        self.kind = kind
        self.folder = pathlib.Path(folder)
        self.settings = {}
        self.port = 0
        self.process = None

    def missing(self):
        """Builds it where that is needed. Returns a line where it cannot be had."""
        done = self._tool("prepare", self.kind, self.folder)
        return done.stdout.strip() if done.returncode else None

    def __enter__(self):
        self.port = _free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [HERE / "s3-server", "run", self.kind, self.folder, str(self.port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not (self.folder / "ready").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.kind} did not come up:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.05)
        self.settings = self.settings_at(self.port)
        return self

    def settings_at(self, port):
        """What a registry needs to know that reaches it at this port, which may be a proxy's."""
        lines = self._tool("settings", str(port)).stdout.splitlines()
        return dict(line.split("=", 1) for line in lines)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)

    @staticmethod
    def _tool(*arguments):
        return subprocess.run([HERE / "s3-server", *arguments], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True)


class SlowWay:
    """A proxy to a server, which makes each request wait and counts them: slow.py."""

    def __init__(self, server_port, milliseconds):
        self.port = _free_port()
        self.arguments = [HERE / "slow.py", str(self.port), str(server_port), str(milliseconds)]
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while True:
            try:
                self.counts()
                return self
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)

    def counts(self):
        """How many requests there were since the last time, by method."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/.counts")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()
