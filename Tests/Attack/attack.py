#!/usr/bin/env python3
"""Plays hostile callers, careless proxies and hostile origins against both builds, twice in a row, on loopback only.

    attack.py [--build native|wasm] [--turns 2] [--only NAME …]

Prints a line for each attack, `ok` or `FAIL` with what was found, and exits with 1 where anything was. What is asked here once is asked in full by
the tests; this shows that nothing of it adds up: one server takes all attacks, one after the other, again and again, and is well afterwards.
Whatever is started is ended, and all of it takes ten minutes at most.
"""

import argparse
import contextlib
import gzip
import http.client
import http.server
import io
import json
import os
import re
import resource
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("IMGEDGE_BIN", ROOT / ".build/release/imgedge"))
SECONDS = 600
SECRET = "s3cr3t-of-the-bucket"


class Found(Exception):
    """What an attack has found."""


def require(holds, what):
    if not holds:
        raise Found(what)


# Pictures, made here so that nothing is needed.


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, rows, before=b""):
    """Of 8-bit RGB; `rows` gives the bytes of a row, or is one row for all."""
    data = b"".join(b"\0" + (rows(y) if callable(rows) else rows) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(data, 1)) + chunk(b"IEND", b"")


def pixels(data):
    """Width, height and rows of RGB values of a picture."""
    with Image.open(io.BytesIO(data)) as picture:
        flat = numpy.asarray(picture.convert("RGB")).tolist()
        return picture.width, picture.height, flat


def noise(width, height):
    return png(width, height, lambda _: os.urandom(3 * width))


def zeros(count):
    """A zlib stream of so many zeros, made without holding them."""
    packer, out = zlib.compressobj(1), b""
    for _ in range(count >> 20):
        out += packer.compress(bytes(1 << 20))
    return out + packer.flush()


class Origin(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Serves what an attack needs, and remembers who asked how."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self):
        super().__init__(("127.0.0.1", 0), OriginHandler)
        self.pictures, self.requests, self.never = {}, [], threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass


class OriginHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        origin = self.server
        origin.requests.append((self.path, dict(self.headers)))
        name = self.path.split("?")[0].rsplit("/", 1)[-1]
        if name.startswith("never"):
            origin.never.wait(SECONDS)
            return
        if name.startswith("hop"):
            time.sleep(3)
            number = int(name[3:])
            return self.answer(302, b"", {"Location": self.path.replace(name, f"hop{number + 1}")})
        if name.startswith("inward"):
            return self.answer(302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"})
        if name.startswith("inflates"):
            return self.answer(200, origin.pictures["zeros.gz"], {"Content-Encoding": "gzip"})
        body = origin.pictures.get(re.sub(r"~\d+", "", name))
        self.answer(200 if body else 404, body or b"", {})

    def answer(self, status, body, fields):
        self.send_response(status)
        for field, value in {**fields, "Content-Length": str(len(body))}.items():
            self.send_header(field, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)


class Trap:
    """Listens and counts who comes: nobody should."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.seen = self.socket.getsockname()[1], []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            with contextlib.suppress(OSError):
                one, _ = self.socket.accept()
                one.settimeout(2)
                with contextlib.suppress(OSError):
                    self.seen.append(one.recv(200))
                one.close()


class Server:
    """One of the builds, and what is its: processes, memory, descriptors."""

    def __init__(self, build, folder, origin, trap, *flags, files=None, name="main"):
        self.build, self.log = build, folder / f"{build}-{name}.log"
        prefix = f"http://127.0.0.1:{origin.server_port}/"
        probe = socket.create_server(("127.0.0.1", 0))
        self.port = probe.getsockname()[1]
        probe.close()
        workspaces = folder / f"{build}-{name}.json"
        http_source = {"kind": "http", "prefix": prefix}
        bucket = {
            "kind": "s3", "bucket": "attacked-bucket", "region": "eu-west-1", "endpoint": prefix[:-1], "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": SECRET}
        own = {"kind": "http", "prefix": f"http://127.0.0.1:{self.port}/"}
        workspaces.write_text(json.dumps({"workspaces": [
            {"namespace": "noisy", "plan": "business", "sources": {"web": http_source, "bucket": bucket, "own": own}},
            {"namespace": "quiet", "plan": "business", "sources": {"web": http_source}},
            {"namespace": "bound", "plan": "business", "sources": {"web": http_source}, "marks": {"stamp": {
                "image": "web/stamp.png", "w": "20%", "h": "20%", "fit": "squeeze", "align": "bottom,right", "pad": 0,
                "autoApplySources": ["web"]}}},
        ]}))
        program = [BINARY, "serve"] if build == "native" else [ROOT / "wasm/serve"]
        proxy = f"http://127.0.0.1:{trap.port}"
        names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"]
        environment = {
            **os.environ, "IMGEDGE_BIN": str(BINARY), "NODE_USE_ENV_PROXY": "1", **{each: proxy for name in names for each in (name, name.lower())}}

        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        self.metrics_port = self.free_port()
        self.process = subprocess.Popen(
            [str(word) for word in [
                *program, "--port", self.port, "--metrics-port", self.metrics_port, "--data", folder / f"{build}-{name}", "--workspaces", workspaces,
                "--allow-network", "127.0.0.0/8", *flags]],
            stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True, env=environment, preexec_fn=limit)
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("listening on"):
                break
        else:
            raise SystemExit(f"attack: {build} does not start:\n{self.log.read_text()}")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    @staticmethod
    def free_port():
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return probe.getsockname()[1]

    def tree(self):
        """The processes that this has started, itself among them."""
        children = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                    children.setdefault(int(stat[1]), []).append(int(entry.name))
        found, todo = [], [self.process.pid]
        while todo:
            found.append(todo.pop())
            todo += children.get(found[-1], [])
        return found

    def command(self, pid):
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return []

    def pixel_services(self):
        return [pid for pid in self.tree() if self.command(pid)[1:2] == ["pixels"]]

    def listening(self, pid):
        """The port of a process."""
        links = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
        inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return next(int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and row[9] in inodes)

    def resident_mib(self):
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                total += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text() + "VmRSS: 0")[1])
        return total >> 10

    def processor_seconds(self):
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def connect(self, timeout=60, port=None):
        return socket.create_connection(("127.0.0.1", port or self.port), timeout=timeout)

    def ask(self, target, workspace="noisy", fields={}, method="GET", timeout=90, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request(method, target, headers={"Host": f"{workspace}.localhost", **fields})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def raw(self, data, timeout=10, ends=True, port=None):
        """All that comes back, until the server closes or nothing has come for a while."""
        received = b""
        with self.connect(timeout, port) as one:
            with contextlib.suppress(OSError):
                one.sendall(data)
                if ends:
                    one.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                while more := one.recv(65536):
                    received += more
        return received

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(25)
        except subprocess.TimeoutExpired:
            for pid in self.tree():
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            return False
        return True


def statuses(received):
    return [int(number) for number in re.findall(rb"HTTP/1\.1 (\d{3})", received)]


def timed(work):
    start = time.monotonic()
    result = work()
    return result, time.monotonic() - start


class Attacks:
    """One method for each thing that was found once. Each leaves the server as it was."""

    def __init__(self, server, origin, trap, folder, turn):
        self.server, self.origin, self.trap, self.folder, self.turn = server, origin, trap, folder, turn
        self.number = turn * 100_000

    def fresh(self, name):
        """A name of a picture that nobody has asked for."""
        self.number += 1
        stem, suffix = name.rsplit(".", 1)
        return f"{stem}~{self.number}.{suffix}"

    def target(self, name, query):
        return f"/transform?src=web/{self.fresh(name)}&{query}"

    def quiet_is_served(self, count=5, within=10):
        for _ in range(count):
            (status, _, body), seconds = timed(lambda: self.server.ask(self.target("small.png", "w=20&format=png"), "quiet"))
            require(status == 200, f"a quiet workspace gets {status} after {seconds:.1f} s: {body[:300]}")
            require(seconds < within, f"a quiet workspace waits for {seconds:.1f} s")

    def gauge(self, name):
        _, _, metrics = self.server.ask("/metrics", fields={"Host": "localhost"}, port=self.server.metrics_port)
        return int(re.search(rf"^{name} (\d+)".encode(), metrics, re.M)[1])

    def upgrade(self):
        head = "GET /healthz HTTP/1.1\r\nHost: noisy.localhost\r\n"
        for fields in ("Connection: upgrade\r\nUpgrade: h2c\r\n", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: websocket\r\n"):
            both = (head + fields + "\r\n" + head + "\r\n").encode()
            require(statuses(self.server.raw(both)) == [200, 200], "what follows an upgrade on the same connection gets no answer")
        received = self.server.raw(b"CONNECT a.example:80 HTTP/1.1\r\nHost: noisy.localhost\r\n\r\n" + head.encode() + b"\r\n", timeout=5)
        require(statuses(received) == [405], f"CONNECT and what follows get {statuses(received)}")
        require(statuses(self.server.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", timeout=5)) == [505], "HTTP/2 is not refused")

    def marks(self):
        side = "web/" + self.fresh("flat.png")

        def stamped(query):
            status, _, body = self.server.ask(f"/transform?src={side}&format=png&{query}", "bound")
            require(status == 200, f"a bound picture gets {status} with {query}")
            width, height, rows = pixels(body)
            return width, height, [[red > 180 and green < 90 for red, green, _ in row] for row in rows]

        width, height, plain = stamped("w=100&h=80&fit=squeeze")
        bare = 0
        _, _, flipped = stamped("w=100&h=80&fit=squeeze&flip=h")
        _, _, turned = stamped("w=100&h=80&fit=squeeze&rotate=180")
        for y in range(height):
            for x in range(width):
                inside = plain[y][x] and not (x in (80, 81) or y in (64, 65))
                if inside and not (flipped[y][width - 1 - x] and turned[height - 1 - y][width - 1 - x]):
                    bare += 1
        require(any(any(row) for row in plain), "there is no stamp")
        require(bare == 0, f"{bare} pixels of the stamp are bare in another output")
        _, _, squeezed = stamped("w=30&h=200&fit=squeeze")
        part = sum(map(sum, squeezed)) / 6000
        require(part > 0.03, f"a squeezed output has {part:.4f} of its area stamped")

    def bombs(self):
        for name in ("texts.png", "profile.png", "huge.png", "frames.gif", "cut.png"):
            (status, _, body), seconds = timed(lambda: self.server.ask(self.target(name, "w=20&format=png")))
            require(seconds < 12, f"{name} takes {seconds:.1f} s")
            require(status in (200, 413, 415, 422), f"{name} gets {status}: {body[:200]}")
        # An encoder that asks nobody whether it should stop, with a limit of 6 s.
        with ThreadPoolExecutor(4) as pool:
            long = [pool.submit(timed, lambda: self.server.ask(self.target("noise.png", "w=8192&h=6000&fit=squeeze&format=avif"))) for _ in range(3)]
            time.sleep(1)
            self.quiet_is_served()
            for one in long:
                (status, _, _), seconds = one.result()
                require(status in (200, 503) and seconds < 15, f"a large AVIF is answered {status} after {seconds:.1f} s")

    def pixel_service(self):
        if self.server.build == "native":
            return "there is none"
        port = self.server.listening(self.server.pixel_services()[0])
        body = b"\x02\0\0\0{}"

        def order(fields, host="127.0.0.1", path="/render"):
            head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode()
            return statuses(self.server.raw(head + body, port=port))

        typed = "Content-Type: application/octet-stream\r\n"
        for what, found in {
            "a page": order(f"Content-Type: text/plain\r\nOrigin: http://evil.example\r\nAuthorization: Bearer {'x' * 64}\r\n"),
            "a rebound name": order(typed, host="evil.example"),
            "nobody": order(typed),
            "a guess": order(typed + f"Authorization: Bearer {'0' * 64}\r\n"),
            "a browser": order(typed + "Sec-Fetch-Mode: no-cors\r\n"),
        }.items():
            require(found and found[0] in (400, 401, 403, 415), f"{what} gets {found}")
        before = self.server.resident_mib()
        head = f"POST /render HTTP/1.1\r\nHost: 127.0.0.1\r\n{typed}Content-Length: 300000000\r\n\r\n".encode()
        with contextlib.ExitStack() as stack:
            for _ in range(5):
                one = stack.enter_context(self.server.connect(port=port))
                with contextlib.suppress(OSError):
                    one.sendall(head)
                    for _ in range(60):
                        one.sendall(bytes(1 << 20))
            grown = self.server.resident_mib() - before
        require(grown < 200, f"bodies of strangers take {grown} MB")
        for pid in self.server.tree():
            require(not any(re.fullmatch("[0-9a-f]{64}", word) for word in self.server.command(pid)), "a command line shows the secret")

    def proxies(self):
        self.server.ask(self.target("small.png", "w=21&format=png"))
        require(not self.trap.seen, f"a proxy of the environment sees {self.trap.seen[:1]}")

    def memory(self):
        with ThreadPoolExecutor(12) as pool:
            peak, isOver = 0, threading.Event()

            def watch():
                nonlocal peak
                while not isOver.wait(0.1):
                    peak = max(peak, self.server.resident_mib())

            watcher = pool.submit(watch)
            found = list(pool.map(lambda _: self.server.ask(self.target("heavy.bin.png", "w=30&format=png"))[0], range(10)))
            isOver.set()
            watcher.result()
        # Ten of 30 MB, against --max-originals of 100 MB.
        require(all(status in (200, 503) for status in found), f"heavy originals get {found}")
        require(200 in found, "no heavy original finds room")
        require(peak < 1600, f"the service takes {peak} MB")
        return f"{peak} MB"

    def readers(self):
        """Callers that ask for large outputs and read nothing."""
        target = "/transform?src=web/" + self.fresh("noise.png") + "&w=2500&format=png"
        self.server.ask(target)
        before = self.server.resident_mib()
        sockets = []
        for _ in range(100):
            one = self.server.connect()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(f"GET {target} HTTP/1.1\r\nHost: noisy.localhost\r\n\r\n".encode())
            sockets.append(one)
        time.sleep(1)
        self.quiet_is_served()
        grown = self.server.resident_mib() - before
        start, left = time.monotonic(), len(sockets)
        # Told by the server: what it has closed, a caller whose buffer is full does not see.
        while left > 8 and time.monotonic() - start < 50:
            time.sleep(0.5)
            left = self.gauge("imgedge_connections")
        for one in sockets:
            one.close()
        require(left <= 8, f"{left} callers that read nothing are still connected after 50 s")
        require(grown < 1000, f"they hold {grown} MB")
        return f"{time.monotonic() - start:.0f} s, {grown} MB"

    def flood(self):
        alone = sorted(timed(lambda: self.server.ask(self.target("small.png", "w=22&format=png"), "quiet"))[1] for _ in range(20))
        stop = threading.Event()

        def noisy():
            while not stop.is_set():
                with contextlib.suppress(OSError, http.client.HTTPException):
                    if self.server.ask(self.target("noise.png", "w=1000&format=avif"))[0] == 503:
                        time.sleep(0.1)

        threads = [threading.Thread(target=noisy, daemon=True) for _ in range(24)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        found = [timed(lambda: self.server.ask(self.target("small.png", "w=22&format=png"), "quiet")) for _ in range(30)]
        stop.set()
        for thread in threads:
            thread.join(60)
        bad = [answer[0] for answer, _ in found if answer[0] != 200]
        require(not bad, f"a quiet workspace gets {bad}")
        beside = sorted(seconds for _, seconds in found)
        require(beside[-2] < 2, f"a quiet workspace waits for {beside[-2]:.2f} s")
        return f"{beside[-2] * 1000:.0f} ms beside, {alone[-1] * 1000:.0f} ms alone"

    def leaving(self):
        """Callers that leave while their originals are on the way to whoever decodes them."""
        for turn in range(6):
            sockets = [self.server.connect() for _ in range(24)]
            for one in sockets:
                target = self.target("noise.png", "w=1500&format=avif")
                one.sendall(f"GET {target} HTTP/1.1\r\nHost: noisy.localhost\r\n\r\n".encode())
            time.sleep(0.1 + 0.15 * turn)
            for one in sockets:
                one.close()
        self.quiet_is_served()

    def lies(self):
        if "lie.avif" not in self.origin.pictures:
            status, _, avif = self.server.ask(self.target("flat.png", "w=3000&h=3000&fit=squeeze&format=avif"))
            require(status == 200 and b"ispe" in avif, f"no AVIF to lie with: {status}")
            place = avif.index(b"ispe") + 8
            self.origin.pictures["lie.avif"] = avif[:place] + struct.pack(">II", 64, 64) + avif[place + 8:]
        for name in ("lie.avif", "lie.png", "lie.gif"):
            (status, _, body), seconds = timed(lambda: self.server.ask(self.target(name, "w=20&format=png")))
            require(status in (413, 415, 422) and seconds < 5, f"{name} gets {status} after {seconds:.1f} s: {body[:100]}")

    def slow_origins(self):
        with ThreadPoolExecutor(64) as pool:
            held = [pool.submit(timed, lambda: self.server.ask(self.target("never.png", "w=20"))) for _ in range(60)]
            time.sleep(1)
            self.quiet_is_served()
            for one in held:
                (status, _, _), seconds = one.result()
                require(status in (503, 504) and seconds < 10, f"a slow original gets {status} after {seconds:.1f} s")
        (status, _, _), seconds = timed(lambda: self.server.ask(f"/transform?src=web/{self.turn}/hop1&w=20"))
        # Each hop takes 3 s, and all together may take 4.
        require(status in (502, 504) and seconds < 7, f"a chain of slow redirects gets {status} after {seconds:.1f} s")
        status, _, _ = self.server.ask(f"/transform?src=web/{self.turn}/inward&w=20")
        require(status in (403, 502), f"a redirect to a private address gets {status}")
        with ThreadPoolExecutor(8) as pool:
            inflating = [pool.submit(timed, lambda: self.server.ask(self.target("inflates.png", "w=20"))) for _ in range(4)]
            self.quiet_is_served(within=5)
            for one in inflating:
                (status, _, _), seconds = one.result()
                require(status in (413, 502, 503, 504) and seconds < 10, f"what inflates gets {status} after {seconds:.1f} s")

    def descriptors(self):
        few = Server(self.server.build, self.folder, self.origin, self.trap, files=512, name=f"few-{self.turn}")
        try:
            sockets = []
            for _ in range(700):
                with contextlib.suppress(OSError):
                    sockets.append(few.connect(2))
            before = few.processor_seconds()
            time.sleep(2)
            spent = few.processor_seconds() - before
            for one in sockets:
                one.close()
            require(spent < 1, f"idle connections take {spent / 2:.1f} cores")
            deadline = time.monotonic() + 10
            status = None
            while time.monotonic() < deadline and status != 200:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    status = few.ask(self.target("small.png", "w=20&format=png"), timeout=5)[0]
            require(status == 200, f"after all have gone a caller gets {status}")
            require("connections" in few.log.read_text(), "the log says nothing")
        finally:
            few.stop()

    def killed(self):
        """What is left of a server that is killed while it works."""
        other = Server(self.server.build, self.folder, self.origin, self.trap, "--transform-timeout", "3", name=f"killed-{self.turn}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            threading.Thread(target=lambda: other.raw(
                f"GET {self.target('noise.png', 'w=8000&format=avif')} HTTP/1.1\r\nHost: noisy.localhost\r\n\r\n".encode()), daemon=True).start()
        time.sleep(1)
        left = set(other.tree())
        other.process.kill()
        other.process.wait()
        deadline = time.monotonic() + 15
        while left and time.monotonic() < deadline:
            left = {pid for pid in left if Path(f"/proc/{pid}/stat").exists() and other.command(pid) != [""]}
            time.sleep(0.2)
        names = [" ".join(other.command(pid)[:3]) for pid in left]
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        require(not left, f"left behind: {names}")

    def dead_pixels(self):
        if self.server.build == "native":
            return "there is none"
        victims = self.server.pixel_services()
        require(len(victims) == 1, f"there are {len(victims)} pixel services")
        os.kill(victims[0], signal.SIGKILL)
        start, status = time.monotonic(), None
        while time.monotonic() - start < 20 and status != 200:
            status = self.server.ask(self.target("small.png", "w=23&format=png"))[0]
            time.sleep(0.1)
        require(status == 200, f"misses get {status} after the pixel service has died")
        require("the pixel service is gone" in self.server.log.read_text(), "the log says nothing")

    def growth(self):
        target = "/transform?src=web/small.png&w=24&format=png"
        self.server.ask(target)
        before = self.server.resident_mib()

        def ask(number):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            for step in range(250):
                accept = f"image/x{number}-{step}-{self.turn};q=0.5," + "a" * 6000
                connection.request("GET", f"{target}&v={number % 7}", headers={"Host": "noisy.localhost", "Accept": accept})
                connection.getresponse().read()
            connection.close()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, range(8)))
        grown = self.server.resident_mib() - before
        require(grown < 150, f"2,000 requests with long fields leave {grown} MB")
        self.origin.requests.clear()
        self.server.ask(f"/transform?src=bucket/{self.fresh('small.png')}&w=20")
        self.server.ask(self.target("small.png", "w=20"))
        loops = [{name.lower(): value for name, value in fields.items()}.get("cdn-loop") for _, fields in self.origin.requests]
        require(len(loops) == 2 and all(loops), f"requests to origins carry {loops}")
        require(not any(SECRET in str(fields) for _, fields in self.origin.requests), "the secret of a bucket is sent")
        # An address that leads back here, through itself.
        target = "web/" + self.fresh("small.png")
        for _ in range(5):
            target = "own/transform/" + target
        status, _, _ = self.server.ask(f"/transform?src={target}&w=20")
        require(status in (400, 404, 422, 502, 508), f"a loop gets {status}")
        return f"{grown} MB"

    def leaks(self):
        for query in ("src=web/missing.png", "src=http://evil.example/x.png", "src=http://127.0.0.1:1/x.png"):
            status, fields, _ = self.server.ask(f"/transform?{query}&w=20&onerror=redirect&v={self.turn}")
            require("location" not in fields, f"onerror leads to {fields.get('location')} for {query}")
        for host in ("evil.example", "10.0.0.1", "localhost.evil.example"):
            received = self.server.raw(f"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode(), port=self.server.metrics_port)
            require(statuses(received) and statuses(received)[0] != 200, f"/metrics is told at {host}")
        status, _, _ = self.server.ask(f"/transform?src=http://localhost:{self.origin.server_port}/small.png&w=20")
        require(status in (400, 403, 422, 502), f"a port that no pattern names gets {status}")
        log = self.server.log.read_text()
        require(SECRET not in log, "the log shows the secret of a bucket")

    def small_print(self):
        host = "Host: noisy.localhost\r\n"
        line = "GET /healthz HTTP/1.1\r\n"
        expected = {
            line + host + "Content-Length: 3\r\nTransfer-Encoding:\r\n\r\nabc": [400],
            line + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + line + host + "\r\n": [400],
            "POST /healthz HTTP/1.0\r\n" + host + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + line + host + "\r\n": [405],
            line + "Host: a@noisy.localhost\r\n\r\n": [400],
            line + "Host: noisy.localhost/x\r\n\r\n": [400],
            line + "Host: a, b\r\n\r\n": [400],
            line + "Host: noisy.localhost:\r\n\r\n": [200],
            line + "\r\n": [400],
            "BREW /healthz HTTP/1.1\r\n" + host + "\r\n": [405],
            "get /healthz HTTP/1.1\r\n" + host + "\r\n": [405],
            "GET /healthz HTTP/1.2\r\n" + host + "\r\n": [200],
            "GET /healthz HTTP/2.0\r\n" + host + "\r\n": [505],
            line + host + "Connection: close\r\n\r\njunk": [200],
            line + host + "X: " + "x" * 90_000 + "\r\n\r\n": [431],
            "GET /" + "x" * 90_000 + " HTTP/1.1\r\n" + host + "\r\n": [414],
            "GET https://noisy.localhost/healthz HTTP/1.1\r\n" + host + "\r\n": [421],
            "HEAD /healthz HTTP/1.1\r\n" + host + "no field\r\n\r\n": [400],
            line + host + " folded: x\r\n\r\n": [400],
        }
        for sent, answers in expected.items():
            received = self.server.raw(sent.encode())
            require(statuses(received) == answers, f"{sent[:100]!r} gets {statuses(received)} and not {answers}")
            if sent.startswith("HEAD"):
                require(received.endswith(b"\r\n\r\n"), "there is a body behind HEAD")
        target = f"/transform?src=web/{self.fresh('small.png')}&w=25"
        status, fields, _ = self.server.ask(target + "&format=png")
        tag = fields.get("etag", "")
        for name, value, wanted in (
            ("If-None-Match", tag, 304), ("If-None-Match", f"W/{tag}", 304), ("If-None-Match", f"w/{tag}", 200),
            ("If-None-Match", f'"x", {tag}', 304), ("If-Match", '"x"', 412), ("If-Match", tag, 200),
        ):
            status, _, _ = self.server.ask(target + "&format=png", fields={name: value})
            require(status == wanted, f"{name}: {value} gets {status} and not {wanted}")
        _, fields, _ = self.server.ask(target, fields={"Accept": 'text/x;p="image/avif, image/webp", image/png;q=1'})
        require(fields.get("content-type") not in ("image/avif", "image/webp"), f"a quoted string in Accept is read as {fields.get('content-type')}")

    def wellness(self):
        """After all that: the same answers as before it, and nothing left behind."""
        status, _, body = self.server.ask(self.target("small.png", "w=20&format=png"))
        require(status == 200 and body[:4] == b"\x89PNG", f"a miss gets {status}")
        require(self.server.ask("/readyz")[0] == 200, "it is not ready")
        deadline, left = time.monotonic() + 10, {}
        while time.monotonic() < deadline:
            left = {name: self.gauge(name) for name in ("imgedge_misses_in_flight", "imgedge_originals_bytes")}
            if not any(left.values()):
                break
            time.sleep(0.2)
        require(not any(left.values()), f"left behind: {left}")
        require(self.server.process.poll() is None, "the server has ended")
        return f"{self.server.resident_mib()} MB"


ORDER = [
    "upgrade", "marks", "bombs", "pixel_service", "proxies", "memory", "readers", "flood", "leaving", "lies", "slow_origins", "descriptors", "killed",
    "dead_pixels", "growth", "leaks", "small_print", "proxies", "wellness"]


def draw(pictures):
    pictures["small.png"] = noise(60, 40)
    pictures["flat.png"] = png(300, 240, b"\x40\x80\x40" * 300)
    pictures["stamp.png"] = png(40, 40, b"\xff\0\0" * 40)
    pictures["noise.png"] = noise(1400, 1000)
    bomb = zeros(64 << 20)
    small = b"\x40\x80\x40" * 60
    pictures["texts.png"] = png(60, 40, small, b"".join(chunk(b"zTXt", b"k%d\0\0" % number + bomb) for number in range(60)))
    pictures["profile.png"] = png(60, 40, small, chunk(b"iCCP", b"p\0\0" + bomb))
    huge = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n"
    pictures["huge.png"] = start + chunk(b"IHDR", huge) + chunk(b"IDAT", bomb) + chunk(b"IEND", b"")
    pictures["lie.png"] = start + chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 64, 8, 2, 0, 0, 0)) + chunk(b"IDAT", bomb) + chunk(b"IEND", b"")
    pictures["cut.png"] = pictures["noise.png"][:200_000]
    frame = bytes([0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x84, 0x51, 0])
    head = b"GIF89a" + bytes([2, 0, 2, 0, 0x80, 0, 0]) + bytes([0, 0, 0, 255, 255, 255])
    pictures["frames.gif"] = head + frame * 60_000 + b";"
    pictures["lie.gif"] = head + frame[:5] + bytes([255] * 4) + frame[9:] + b";"
    pictures["heavy.bin.png"] = png(60, 40, small, chunk(b"abCd", os.urandom(30 << 20)))
    pictures["zeros.gz"] = gzip.compress(bytes(32 << 20), 1) * 64


def main():
    parser = argparse.ArgumentParser(description="Plays hostile callers against both builds.")
    parser.add_argument("--build", choices=["native", "wasm"], action="append")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    for needed in (BINARY, ROOT / "wasm/dist/edge.wasm"):
        if not needed.exists():
            raise SystemExit(f"attack: there is no {needed}; run 'make build wasm'")
    failures, deadline = 0, time.monotonic() + SECONDS
    trap, origin = Trap(), Origin()
    draw(origin.pictures)
    with tempfile.TemporaryDirectory(prefix="imgedge-attack-") as folder:
        for build in options.build or ["native", "wasm"]:
            server = Server(
                build, Path(folder), origin, trap, "--transform-timeout", "6", "--fetch-timeout", "4", "--max-originals", "100M", "--max-misses", "48", "--grace", "5")
            try:
                for turn in range(options.turns):
                    attacks = Attacks(server, origin, trap, Path(folder), turn)
                    for name in ORDER:
                        if options.only and name not in options.only:
                            continue
                        start = time.monotonic()
                        try:
                            require(start < deadline, f"no time is left of {SECONDS} s")
                            note = getattr(attacks, name)() or ""
                            result = "ok"
                        except Exception as error:
                            note = str(error) if isinstance(error, Found) else f"{type(error).__name__}: {error}"
                            result = "FAIL"
                            failures += 1
                        print(f"{result:4} {build:6} {turn + 1} {name:14} {time.monotonic() - start:5.1f} s  {note}", flush=True)
            finally:
                if not server.stop():
                    failures += 1
                    print(f"FAIL {build}   does not end at SIGTERM")
        origin.never.set()
    print("nothing was found" if failures == 0 else f"{failures} found")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
