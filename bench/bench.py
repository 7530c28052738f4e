#!/usr/bin/env python3
"""Measures the service against yardsticks in the same run and prints one table of ratios.

    bench.py [--quick] [--only NAME …]      rows whose name begins with NAME

Every pair is measured in turn, several times; a row shows the median of the ratios pair by pair, so that a machine whose speed
drifts does not decide it. Everything listens on loopback and ends with the run.
"""

import argparse
import collections
import contextlib
import datetime
import gzip
import http.client
import io
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SERVICE = ROOT / ".build/release/imgedge"
CORES = os.cpu_count() or 1


class Processes:
    """What the run has started, ended by id when it ends."""

    def __init__(self):
        self.running = []

    def start(self, *command, **options):
        process = subprocess.Popen([str(word) for word in command], **options)
        self.running.append(process)
        return process

    def end(self):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, name):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"bench: {name} does not listen")


def start_nginx(processes, folder, port, root):
    configuration = folder / "nginx.conf"
    # As root nginx would read the files as somebody else, who may not enter the folder.
    user = "user root;" if os.getuid() == 0 else ""
    configuration.write_text(f"""
        {user} worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
        events {{ worker_connections 1024; }}
        http {{
          access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; default_type image/webp;
          open_file_cache max=100; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
          fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
          server {{ listen 127.0.0.1:{port} reuseport; root {root}; }}
        }}""")
    processes.start("/usr/sbin/nginx", "-c", configuration, stderr=subprocess.DEVNULL)
    wait_for(port, "nginx")


class Thumbor:
    """One process a core, each of which works on one request at a time. Nothing is kept, so that every request is a miss."""

    CONFIGURATION = """
# Encoders as near to the service's as they can be set; of its own, JPEG would be progressive, and PNG and AVIF slower.
PROGRESSIVE_JPEG = False
PNG_COMPRESSION_LEVEL = 4
AVIF_SPEED = 8
HTTP_LOADER_CURL_ASYNC_HTTP_CLIENT = True
STORAGE = "thumbor.storages.no_storage"
"""

    def __init__(self, processes, folder):
        configuration = folder / "thumbor.conf"
        configuration.write_text(self.CONFIGURATION)
        self.ports = [free_port() for _ in range(CORES)]
        for port in self.ports:
            processes.start(
                ROOT / ".build/thumbor/bin/thumbor", "--port", port, "--ip", "127.0.0.1", "--conf", configuration,
                "--log-level", "error", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for port in self.ports:
            wait_for(port, "thumbor")

    def get(self, target):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=120)
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def seconds_per_picture(self, target, seconds):
        rate = wrk(f"http://127.0.0.1:{self.ports[0]}{target}", seconds, None, 2 * CORES, str(next(VERSION)), self.ports)
        return 1 / rate


class Service:
    def __init__(self, processes, folder, name, workspaces, *flags, host=(SERVICE, "serve")):
        self.process = processes.start(
            *host, "--port", "0", "--data", folder / name, "--workspaces", workspaces,
            "--allow-network", "127.0.0.0/8", *flags, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "IMGEDGE_BIN": str(SERVICE)})
        line = self.process.stdout.readline()
        match = re.search(r"listening on http://[^:]+:(\d+)", line)
        if not match:
            raise SystemExit(f"bench: the service says {line!r}")
        self.port = int(match[1])
        self.host = f"bench.localhost:{self.port}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, connection, target, accept="*/*", host=None):
        connection.request("GET", target, headers={"Host": host or self.host, "Accept": accept})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer

    def peak_kib(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", text)[1])

    def resident_kib(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1])


VERSION = iter(range(1, 10**9))


Look = collections.namedtuple("Look", "text score bytes")


def similarity(picture, other):
    """Mean SSIM (Wang and others, 2004) of lightness and of the two colour differences, in windows of 8 pixels, lightness four times as heavy."""
    planes = [numpy.asarray(one.convert("YCbCr"), dtype=float) for one in (picture, other)]

    def windows(plane):
        sums = numpy.pad(plane.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        return (sums[8:, 8:] - sums[:-8, 8:] - sums[8:, :-8] + sums[:-8, :-8]) / 64

    def index(one, two):
        mean_one, mean_two = windows(one), windows(two)
        variances = windows(one * one) - mean_one**2 + windows(two * two) - mean_two**2
        covariance = windows(one * two) - mean_one * mean_two
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        return ((2 * mean_one * mean_two + c1) * (2 * covariance + c2) / ((mean_one**2 + mean_two**2 + c1) * (variances + c2))).mean()

    values = [index(planes[0][..., band], planes[1][..., band]) for band in range(3)]
    return (4 * values[0] + values[1] + values[2]) / 6


def seconds_per_picture(service, target, seconds):
    """With every core busy: twice as many clients as cores, each asking for outputs that nobody has yet."""
    # The client is wrk, which leaves the cores to the service.
    rate = wrk(f"http://127.0.0.1:{service.port}{target}", seconds, service.host, 2 * CORES, str(next(VERSION)))
    return 1 / rate


def wrk(url, seconds, host=None, connections=32, unique=None, ports=()):
    """Answers per second; with `unique`, no URL is asked for twice. Each thread has its own of the ports, if there are any."""
    command = ["wrk", f"-t{max(2, len(ports))}", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s"]
    if host:
        command += ["-H", f"Host: {host}"]
    command += ["-s", str(ROOT / "bench/unique.lua"), url, "--", unique, *map(str, ports)] if unique else [url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"bench: {url} does not answer 2xx:\n{text}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


def in_turn(one, other, rounds, warm=False):
    """Pairs of figures, measured one after the other; those before all is warm do not count."""
    if not warm:
        one(), other()
    return [(one(), other()) for _ in range(rounds)]


class Table:
    def __init__(self):
        self.rows = []

    def add(self, name, measured, against, ratio, budget):
        self.rows.append((name, measured, against, ratio, budget))
        print(f"{name}: {measured} | {against} | {ratio} | {budget}", file=sys.stderr, flush=True)

    def markdown(self):
        lines = ["| What | imgedge | Yardstick | Ratio | Budget |", "|---|---|---|---|---|"]
        lines += [f"| {name} | {measured} | {against} | {ratio} | {budget} |" for name, measured, against, ratio, budget in self.rows]
        return "\n".join(lines)


class Bench:
    def __init__(self, folder, processes, options):
        self.folder, self.processes, self.options = folder, processes, options
        self.table = Table()
        self.rounds = 3 if options.quick else 5
        self.seconds = 1 if options.quick else 2
        self.pictures = folder / "pictures"
        names = [
            "photo-2mp.jpg", "photo-6mp.jpg", "photo-24mp.jpg", "photo.png", "big.webp", "photo.avif", "photo.tif", "photo.gif", "drawing.svg",
            "film.gif", "film.webp", "film.png", "film.avif", "mark.png", "anim.gif"]
        subprocess.run([sys.executable, ROOT / "Tests/Pictures/draw.py", self.pictures, *names], check=True, stdout=subprocess.DEVNULL)
        self.nginx_port = free_port()
        self.files = folder / "files"
        self.files.mkdir()
        for name in [*names, "photo.heic"]:
            (self.files / name).symlink_to(self.pictures / name)
        drawing = (self.pictures / "drawing.svg").read_text()
        (self.pictures / "drawing-0000.svg").symlink_to(self.pictures / "drawing.svg")
        for number in range(1000):
            (self.files / f"drawing-{number:04}.svg").write_text(f"{drawing}<!-- {number} -->")
        start_nginx(processes, folder, self.nginx_port, self.files)
        self.workspaces = folder / "workspaces.json"
        source = {"kind": "http", "prefix": f"http://127.0.0.1:{self.nginx_port}/"}
        self.workspaces.write_text(json.dumps({"workspaces": [
            {"namespace": name, "plan": "business", "sources": {"pictures": source}} for name in ("bench", "quiet")]}))
        self.clients = folder / "clients"
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", ROOT / "bench/clients.c", "-o", self.clients], check=True)
        self.bare = folder / "bare"
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "vips"], capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["cc", "-O2", ROOT / "bench/bare.c", "-o", self.bare, *flags, "-lpthread"], check=True)

    def wants(self, name):
        return not self.options.only or any(name.startswith(prefix) for prefix in self.options.only)

    def service(self, name, *flags, **options):
        return Service(self.processes, self.folder, name, self.workspaces, *flags, **options)

    def run_bare(self, *arguments):
        command = [self.bare, *[str(word) for word in arguments]]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    # One method a group of rows.

    def hits(self):
        # Neither side writes a line for each request.
        service = self.service("hits", "--log-level", "notice")
        target = "/transform?src=pictures/photo-2mp.jpg&w=400&format=webp&quality=82"
        status, body, _ = service.get(service.connect(), target)
        if status != 200:
            raise SystemExit(f"bench: {target}: {status}")
        (self.files / "hit.webp").write_bytes(body)
        seconds = 2 * self.seconds
        pairs = in_turn(
            lambda: wrk(f"http://127.0.0.1:{service.port}{target}", seconds, service.host),
            lambda: wrk(f"http://127.0.0.1:{self.nginx_port}/hit.webp", seconds), self.rounds)
        ours, theirs = (statistics.median(column) for column in zip(*pairs))
        ratio = statistics.median(a / b for a, b in pairs)
        self.table.add(
            f"cache hit, {len(body) / 1000:.0f} KB, from memory", f"{ours:,.0f} /s", f"nginx, a file: {theirs:,.0f} /s",
            f"{ratio:.2f} ×", "≥ 0.8 ×")

    ORIGINALS = [
        # name, file, width of what is made of it, and by how much that is less
        ("JPEG 6 MP", "photo-6mp.jpg", 512, 5.86),
        ("PNG", "photo.png", 300, 2),
        ("WebP 6 MP", "big.webp", 512, 5.86),
        ("AVIF", "photo.avif", 300, 2),
        ("HEIC", "photo.heic", 300, 2),
        ("TIFF", "photo.tif", 300, 2),
        ("GIF", "photo.gif", 300, 2),
        ("SVG", "drawing.svg", 300, 2),
        ("SVG, another each time", "drawing-0000.svg", 300, 2),
        ("animated GIF", "film.gif", 240, 2),
        ("animated WebP", "film.webp", 240, 2),
    ]
    OUTPUTS = [
        # name, format, what makes the bare loop's encoder try as hard
        ("WebP", "webp", ".webp[Q=76]"),
        ("JPEG", "jpeg", ".jpg[Q=80,optimize-coding]"),
        ("AVIF", "avif", ".avif[Q=51,effort=1,subsample-mode=off]"),
        ("PNG", "png", ".png[compression=4,filter=all]"),
        ("GIF", "gif", ".gif[effort=4]"),
    ]
    # What most requests are, measured as often as other rows; the rest of the pairs less often.
    COMMON = [
        "JPEG 6 MP → WebP", "JPEG 6 MP → JPEG", "JPEG 6 MP → AVIF", "JPEG 6 MP → PNG", "PNG → WebP", "WebP 6 MP → JPEG", "AVIF → WebP"]

    def pairs(self):
        """Each original in each format; an animation in those that can move."""
        for original, file, width, reduction in self.ORIGINALS:
            for output, form, suffix in self.OUTPUTS:
                if original.startswith("animated"):
                    if form in ("webp", "gif"):
                        yield f"{original} → {output}", file, width, -1, form, suffix
                else:
                    yield f"{original} → {output}", file, width, self.shrink(original, form, reduction), form, suffix

    def shrink(self, original, form, reduction):
        """As the service shrinks on load: as far as it goes, or to twice the size where nothing is to be lost."""
        if form in ("png", "gif"):
            reduction /= 2
        if original.startswith("JPEG"):
            return max(factor for factor in (1, 2, 4, 8) if factor <= reduction)
        return reduction if original.startswith("WebP") else 0

    def transforms(self):
        service = self.service("transforms")
        for name, original, width, shrink, form, suffix in self.pairs():
            if not self.wants(f"transform, {name}"):
                continue
            if original == "photo.heic":
                self.draw_heic()
            target = f"/transform?src=pictures/{original}&w={width}&format={form}"
            # The rest of the pairs take shorter rounds and fewer, and the bare loop is as fast in its first second as in its last.
            is_common = name in self.COMMON
            seconds, bare_seconds, rounds = (self.seconds, self.seconds, self.rounds) if is_common else (1, 0.5, self.rounds // 2 + 1)
            if shrink < 0:
                # One is many pictures, and in a round of a second there would be two or three.
                seconds, bare_seconds = 2 * self.seconds, self.seconds
            pairs = in_turn(
                lambda: self.run_bare(CORES, bare_seconds, width, shrink, suffix, self.pictures / original)["secondsPerPicture"],
                lambda: seconds_per_picture(service, target, seconds), rounds, warm=not is_common)
            theirs, ours = (statistics.median(column) for column in zip(*pairs))
            ratio = statistics.median(a / b for a, b in pairs)
            self.table.add(
                f"transform, {name} {width}", f"{1 / ours:.1f} /s", f"bare libvips: {1 / theirs:.1f} /s", f"{ratio:.2f} ×", "≥ 0.95 ×")

    def draw_heic(self):
        """Pillow writes no HEIC, libvips does."""
        picture = self.pictures / "photo.heic"
        if not picture.exists():
            self.run_bare(1, 0, 600, 0, ".heic[compression=hevc,Q=70]", self.pictures / "photo.png", picture)

    AGAINST_THUMBOR = [
        # name, original, width, format, quality here: there it is the lowest that comes as near to the original; PNG without one is lossless
        ("JPEG 6 MP → WebP 512", "photo-6mp.jpg", 512, "webp", 80),
        ("JPEG 6 MP → JPEG 512", "photo-6mp.jpg", 512, "jpeg", 80),
        ("JPEG 6 MP → AVIF 512", "photo-6mp.jpg", 512, "avif", 80),
        ("JPEG 6 MP → PNG 512", "photo-6mp.jpg", 512, "png", None),
        ("PNG → WebP 300", "photo.png", 300, "webp", 80),
        ("WebP 6 MP → JPEG 512", "big.webp", 512, "jpeg", 80),
        ("AVIF → WebP 300", "photo.avif", 300, "webp", 80),
    ]

    def thumbor(self):
        """Against another service: the same originals, sizes and formats at like quality, fetched and made anew for each request."""
        service = self.service("thumbor")
        thumbor = None
        for name, original, width, form, quality in self.AGAINST_THUMBOR:
            if not self.wants(f"against thumbor, {name}"):
                continue
            thumbor = thumbor or Thumbor(self.processes, self.folder)
            ours = f"/transform?src=pictures/{original}&w={width}&format={form}" + (f"&quality={quality}" if quality else "")
            status, body, _ = service.get(service.connect(), ours)
            looks = [self.look(status, body, original, form)]
            for their_quality in range(30, 100, 2) if quality else [None]:
                filters = f"format({form})" + (f":quality({their_quality})" if their_quality else "")
                theirs = f"/unsafe/{width}x0/filters:{filters}/http://127.0.0.1:{self.nginx_port}/{original}?t=1"
                look = self.look(*thumbor.get(theirs), original, form)
                if look.score >= looks[0].score or not quality:
                    break
            looks.append(look)
            pairs = in_turn(
                lambda: thumbor.seconds_per_picture(theirs, self.seconds),
                lambda: seconds_per_picture(service, ours, self.seconds), self.rounds)
            slow, fast = (statistics.median(column) for column in zip(*pairs))
            ratio = statistics.median(a / b for a, b in pairs)
            self.table.add(
                f"against thumbor, {name}", f"{1 / fast:.1f} /s ({looks[0].text})", f"thumbor: {1 / slow:.1f} /s ({looks[1].text})",
                f"{ratio:.2f} ×, {looks[0].bytes / looks[1].bytes:.2f} × the bytes", "≥ 1.0 ×, no more bytes")

    # Pictures of different kinds, and the widths at which they are measured.
    FIDELITY = [("photo-2mp.jpg", 800), ("photo-2mp.jpg", 320), ("photo.png", 300)]

    def bytes(self):
        """Bytes of the formats at equal fidelity: for what JPEG makes at 80, the number at which the others are as near to the original."""
        samples = ["mountains.jpg", "lighthouse.jpg", "aurora.webp"]
        for name in samples:
            (self.files / name).symlink_to(ROOT / "Sources/NativeHost/Server/Samples" / name)
            (self.pictures / name).symlink_to(ROOT / "Sources/NativeHost/Server/Samples" / name)
        pictures = self.FIDELITY + [(name, width) for name in samples for width in (800, 320)]
        service = self.service("bytes")
        connection = service.connect()

        def encoded(name, width, form, quality):
            target = f"/transform?src=pictures/{name}&w={width}&format={form}&quality={quality}"
            status, body, _ = service.get(connection, target)
            if status != 200:
                raise SystemExit(f"bench: {target}: {status}")
            picture = Image.open(io.BytesIO(body)).convert("RGB")
            status, whole, _ = service.get(connection, f"/transform?src=pictures/{name}&w={width}&format=png")
            return len(body), similarity(picture, Image.open(io.BytesIO(whole)).convert("RGB"))

        for form, budget in (("avif", "≤ 0.75 ×"), ("webp", "≤ 0.85 ×")):
            if not self.wants(f"bytes of {form}"):
                continue
            fair, same = [], []
            for name, width in pictures:
                size, score = encoded(name, width, "jpeg", 80)
                points = [encoded(name, width, form, quality) for quality in (50, 60, 70, 80, 85, 90)]
                sizes, scores = zip(*points)
                order = numpy.maximum.accumulate(scores)
                fair.append(numpy.exp(numpy.interp(score, order, numpy.log(sizes))) / size)
                same.append(points[3][0] / size)
            self.table.add(
                f"bytes of {form} at the SSIM of JPEG 80, {len(pictures)} outputs",
                f"{statistics.geometric_mean(same):.2f} × at one number", "JPEG: 1", f"{statistics.geometric_mean(fair):.2f} ×", budget)

    def look(self, status, body, original, form):
        """What an output is like: bytes, and how near it is to the original, reduced with nothing lost."""
        if status != 200:
            raise SystemExit(f"bench: {original} as {form}: {status}")
        picture = Image.open(io.BytesIO(body))
        if picture.format.lower() != form:
            raise SystemExit(f"bench: {original} as {form}: it is {picture.format}")
        whole = Image.open(self.pictures / original).convert("RGB")
        score = similarity(picture.convert("RGB"), whole.resize(picture.size, Image.Resampling.LANCZOS))
        return Look(f"{picture.height} px high, {len(body) / 1000:.1f} KB, SSIM {score:.4f}", score, len(body))

    def whole(self):
        """What has no counterpart in a bare loop: milliseconds, all cores busy."""
        service = self.service("whole")
        rows = [
            ("a mark on JPEG 6 MP → WebP 512", "/transform?src=pictures/photo-6mp.jpg&w=512&format=webp&mark=pictures/mark.png"),
            ("a grid of five, 1000 × 800 WebP", "/grid?" + "src=pictures/photo-2mp.jpg&" * 5 + "w=1000&h=800&format=webp"),
            ("/info of JPEG 24 MP", "/info?src=pictures/photo-24mp.jpg"),
            ("AVIF of 2 MP", "/transform?src=pictures/photo-2mp.jpg&format=avif"),
            ("animated PNG → WebP 240", "/transform?src=pictures/film.png&w=240&format=webp"),
            ("animated AVIF → WebP 240", "/transform?src=pictures/film.avif&w=240&format=webp"),
        ]
        for name, target in rows:
            if self.wants(name):
                figures = [seconds_per_picture(service, target, self.seconds) for _ in range(self.rounds)]
                self.table.add(name, f"{statistics.median(figures) * 1000:.1f} ms", "—", "—", "—")

    def memory(self):
        service = self.service("memory")
        original = self.pictures / "photo-24mp.jpg"
        idle = service.resident_kib()
        status, _, _ = service.get(service.connect(), "/transform?src=pictures/photo-24mp.jpg&w=800&format=webp")
        if status != 200:
            raise SystemExit(f"bench: memory: {status}")
        bare = self.run_bare(1, 0, 800, 4, ".webp[Q=80]", original)["peakKiB"]
        peak = service.peak_kib()
        self.table.add(
            "peak memory, JPEG 24 MP → WebP 800", f"{peak / 1024:.0f} MiB ({idle / 1024:.0f} idle)", f"bare libvips: {bare / 1024:.0f} MiB",
            f"{peak / bare:.2f} ×", "≤ 1.3 ×")

    def steadiness(self):
        service = self.service("steadiness", "--max-memory", "16M")
        seconds = 1 if self.options.quick else 10
        targets = [
            "/transform?src=pictures/photo.png&w=200&format=webp", "/transform?src=pictures/photo.avif&w=120&format=jpeg",
            "/transform?src=pictures/anim.gif&w=40&format=gif", "/transform?src=pictures/photo.png&w=100&h=100&fit=cover&format=png&blur=2"]
        def work():
            made = sum(seconds / seconds_per_picture(service, target, seconds) for target in targets)
            return made, service.resident_kib()
        (before, first), (more, second) = work(), work()
        self.table.add(
            f"resident memory after {before + more:,.0f} mixed transforms", f"{second / 1024:.0f} MiB", f"after {before:,.0f}: {first / 1024:.0f} MiB",
            f"{second / first:.2f} ×", "flat")

    def overload(self):
        """Ten times as many clients as may have outputs in the making; goodput against that of a load that fits."""
        admitted = CORES + 16
        service = self.service("overload", "--max-misses", str(admitted), "--max-queue", "16")
        target = "/transform?src=pictures/photo-2mp.jpg&w=400&format=webp"
        seconds = 2 * self.seconds

        def load(clients):
            command = [self.clients, service.port, service.host, target, clients, seconds, 100, next(VERSION)]
            text = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
            figures = json.loads(text)
            # At first, what the clients before have left unanswered is still being dropped.
            if figures["other"] or (clients == admitted and figures["refused"] > 0.02 * figures["good"]):
                raise SystemExit(f"bench: overload: {figures}")
            return figures

        pairs = in_turn(lambda: load(10 * admitted), lambda: load(admitted), self.rounds)
        goodput, capacity = (statistics.median(load["good"] / load["seconds"] for load in column) for column in zip(*pairs))
        ratio = statistics.median(over["good"] / over["seconds"] / (fitting["good"] / fitting["seconds"]) for over, fitting in pairs)
        refused = statistics.median(over["refused"] / over["seconds"] for over, _ in pairs)
        cost = statistics.median(over["cpuSeconds"] / over["seconds"] for over, _ in pairs)
        slowest = max(over["refusedWithinMilliseconds"] for over, _ in pairs)
        self.table.add(
            "goodput at ten times the capacity",
            f"{goodput:.1f} /s, {refused:,.0f} × 503 /s in {slowest:.0f} ms (95 %), clients take {cost:.2f} cores",
            f"at capacity: {capacity:.1f} /s", f"{ratio:.2f} ×", "≥ 0.9 ×, 503 within 100 ms")

    def neighbours(self):
        """A workspace that asks for one small picture after another, alone and beside 24 callers of another that want large AVIF."""
        for name, host in (("imgedge serve", (SERVICE, "serve")), ("wasm/serve", (ROOT / "wasm/serve",))):
            service = self.service("neighbours-" + host[0].name, "--log-level", "notice", host=host)
            connection = service.connect()

            def slowest(count):
                times = []
                for _ in range(count):
                    start = time.monotonic()
                    target = f"/transform?src=pictures/photo.png&w=100&format=webp&v={next(VERSION)}"
                    status, _, _ = service.get(connection, target, host=f"quiet.localhost:{service.port}")
                    if status != 200:
                        raise SystemExit(f"bench: neighbours: {status}")
                    times.append((time.monotonic() - start) * 1000)
                return numpy.percentile(times, 99)

            def beside():
                target = "/transform?src=pictures/photo-6mp.jpg&w=2000&format=avif"
                flood = self.processes.start(
                    self.clients, service.port, service.host, target, 24, 3600, 100, next(VERSION), stdout=subprocess.DEVNULL)
                time.sleep(2)
                figure = slowest(100)
                if flood.poll() is not None:
                    raise SystemExit("bench: neighbours: the flood ended before its time")
                flood.terminate()
                flood.wait()
                # What it has left is still being dropped.
                time.sleep(5)
                return figure

            pairs = in_turn(beside, lambda: slowest(100), self.rounds, warm=True)
            flooded, alone = (statistics.median(column) for column in zip(*pairs))
            ratio = statistics.median(a / b for a, b in pairs)
            self.table.add(
                f"a quiet workspace beside a flood, 99 %, {name}", f"{flooded:.0f} ms", f"alone: {alone:.0f} ms", f"{ratio:.2f} ×", "≤ 2 ×")
            service.process.terminate()

    def handler(self):
        native = ROOT / ".build/release/handler-cost"
        figures = json.loads(subprocess.run([native], capture_output=True, text=True, check=True).stdout)
        one, many = figures["hitMicroseconds"], figures["hitAmongManyMicroseconds"]
        self.table.add("handler, a hit, native", f"{one:.1f} µs", "—", "—", "≤ 20 µs")
        self.table.add("handler, a hit, one workspace of 100,000", f"{many:.1f} µs", f"of one: {one:.1f} µs", f"{many / one:.2f} ×", "1 ×")
        self.table.add("reading 100,000 workspaces", f"{figures['readManySeconds']:.1f} s", "—", "—", "seconds")
        deno = ROOT / ".build/venv/bin/deno"
        text = subprocess.run([deno, "run", "--allow-read", ROOT / "bench/wasm-cost.mjs"], capture_output=True, text=True, check=True).stdout
        figures = json.loads(text.strip().splitlines()[-1])
        self.table.add("handler, a hit, in V8", f"{figures['hitMicroseconds']:.1f} µs", "—", "—", "≤ 60 µs")
        self.table.add("instantiate and first decision in V8", f"{figures['instantiateMilliseconds'] + figures['firstDecisionMilliseconds']:.1f} ms", "—", "—", "≤ 5 ms")
        module = (ROOT / "wasm/dist/edge.wasm").read_bytes()
        zipped = len(gzip.compress(module, 9))
        last = json.loads((ROOT / "bench/recorded.json").read_text())["bundleGzippedBytes"]
        self.table.add(
            "bundle, gzipped", f"{zipped / 1000:.1f} KB ({len(module) / 1000:.0f} KB plain)", f"recorded: {last / 1000:.1f} KB", f"{zipped / last:.2f} ×", "≤ 150 KB")


def machine():
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", text)
    return f"{CORES} cores, {model[1] if model else 'unknown processor'}, {datetime.date.today()}"


def main():
    parser = argparse.ArgumentParser(description="Measures the service against yardsticks in the same run.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", nargs="*", default=[], help="rows whose name begins so, or whole groups")
    options = parser.parse_args()
    groups = ["handler", "hits", "transforms", "bytes", "thumbor", "whole", "memory", "steadiness", "overload", "neighbours"]
    chosen = [group for group in groups if group in options.only]
    if chosen:
        options.only = [name for name in options.only if name not in groups]
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="imgedge-bench-") as folder:
        try:
            bench = Bench(Path(folder), processes, options)
            for group in chosen or groups:
                getattr(bench, group)()
        finally:
            processes.end()
    print(f"{machine()}\n\n{bench.table.markdown()}")


if __name__ == "__main__":
    main()
