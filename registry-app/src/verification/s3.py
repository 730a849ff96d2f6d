#!/usr/bin/env python3
"""A small S3 client, for looking into a bucket and for filling it, without the server under test.

  s3.py keys PREFIX    prints the keys that begin so, in the order of the server

Signs its requests itself, by version 4 for one keep-alive connection. The bucket is that of the
REGISTRY_STORAGE_S3_* variables.
"""

import hashlib
import hmac
import http.client
import os
import queue
import sys
import threading
import time
import xml.etree.ElementTree
from urllib.parse import quote, urlsplit

UNSIGNED = "UNSIGNED-PAYLOAD"


class Failed(Exception):
    """The server answered, and not with success."""


class Bucket:
    """One connection to one bucket. For one thread."""

    def __init__(self, settings):
        """settings holds REGISTRY_STORAGE_S3_* variables, as s3-server prints them."""
        def setting(name):
            return settings["REGISTRY_STORAGE_S3_" + name]

        self.host = urlsplit(setting("REGIONENDPOINT")).netloc
        self.name = setting("BUCKET")
        self.region = setting("REGION")
        self.access_key = setting("ACCESSKEY")
        self.secret_key = setting("SECRETKEY")
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def put(self, key, content):
        self._request("PUT", key, {}, content)

    def keys(self, prefix):
        """All keys that begin so, page by page."""
        query = {"list-type": "2", "prefix": prefix}
        while True:
            page = xml.etree.ElementTree.fromstring(self._request("GET", "", query))
            for entry in page.iterfind("{*}Contents/{*}Key"):
                yield entry.text
            if page.findtext("{*}IsTruncated") != "true":
                return
            query["continuation-token"] = page.findtext("{*}NextContinuationToken")

    def unfinished(self):
        """The keys of multipart uploads that were begun, and neither completed nor aborted."""
        query = {"uploads": ""}
        while True:
            page = xml.etree.ElementTree.fromstring(self._request("GET", "", query))
            for entry in page.iterfind("{*}Upload/{*}Key"):
                yield entry.text
            if page.findtext("{*}IsTruncated") != "true":
                return
            query["key-marker"] = page.findtext("{*}NextKeyMarker")
            query["upload-id-marker"] = page.findtext("{*}NextUploadIdMarker")

    def _request(self, method, key, query, body=b""):
        path = quote(f"/{self.name}/{key}" if key else f"/{self.name}")
        parameters = "&".join(f"{quote(name, '')}={quote(query[name], '')}" for name in sorted(query))
        self.connection.request(method, path + "?" * bool(parameters) + parameters, body,
                                self._signed(method, path, parameters))
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def _signed(self, method, path, parameters):
        """The headers of a request, with its signature."""
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"host": self.host, "x-amz-content-sha256": UNSIGNED, "x-amz-date": now}
        names = ";".join(headers)
        fields = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = "\n".join((method, path, parameters, fields, names, UNSIGNED))
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        text = "\n".join(("AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()))
        key = ("AWS4" + self.secret_key).encode()
        for part in (*scope.split("/"), text):
            key = hmac.digest(key, part.encode(), "sha256")
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
                                    f"SignedHeaders={names}, Signature={key.hex()}")
        return headers


class Writer:
    """Puts many objects on many connections. All are there when the with block ends."""

    THREADS = 16

    def __init__(self, settings):
        self.objects = queue.Queue(1000)
        self.failure = None
        self.threads = [threading.Thread(target=self._run, args=(Bucket(settings),))
                        for _ in range(self.THREADS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for _ in self.threads:
            self.objects.put(None)
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise self.failure

    def put(self, key, content):
        self.objects.put((key, content))

    def _run(self, bucket):
        while entry := self.objects.get():
            try:
                if not self.failure:
                    bucket.put(*entry)
            except (Failed, OSError, http.client.HTTPException) as failure:
                self.failure = failure


def main():
    match sys.argv[1:]:
        case ["keys", prefix]:
            for key in Bucket(os.environ).keys(prefix):
                print(key)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
