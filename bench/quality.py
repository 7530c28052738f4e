#!/usr/bin/env python3
"""Finds which setting of each encoder reaches the fidelity of JPEG at each number, and prints the table of `Quality.swift`.

    quality.py [--effort] [--side PX] [PICTURE …]

The pictures that it draws itself, the samples that ship with the program, and those named, reduced to one longest side, are written as
JPEG, WebP and AVIF at many settings, by libvips and with the options of the pixel engine, and compared with what they were made of by
SSIMULACRA2. For each number of JPEG a picture has one setting of another encoder that scores the same, found between the settings tried;
the table has the median of all pictures. `--effort` prints in the place of the table what other options cost: bytes at the fidelity of
JPEG 80 against seconds of processor time.

Needs pyvips, ssimulacra2, numpy and Pillow: `pip install pyvips ssimulacra2 pillow`.
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyvips
import ssimulacra2
from PIL import Image, ImageDraw, ImageFont

SAMPLES = Path(__file__).resolve().parent.parent / "Sources/NativeHost/Server/Samples"
NUMBERS = [5, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 95, 100]
SETTINGS = [5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 100]

# As Sources/CVips/CVips.c and Encoding.swift have them.
ENCODERS = {
    "jpeg": (".jpg", {"optimize_coding": True}),
    "webp": (".webp", {"effort": 4}),
    "avif": (".avif", {"effort": 1, "bitdepth": 8, "subsample_mode": "off"}),
    "avif 4:2:0": (".avif", {"effort": 1, "bitdepth": 8, "subsample_mode": "on"}),
}


# Pictures: arrays of height × width × 3 from 0 to 255.


def fractal(random, side, slope):
    """Noise whose amplitude falls with the frequency: 1 is like leaves and gravel, 2 like clouds."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = 1
    layers = []
    for _ in range(3):
        spectrum = np.fft.fft2(random.standard_normal((side, side))) / frequency**slope
        layer = np.fft.ifft2(spectrum).real
        layers.append((layer - layer.mean()) / layer.std())
    shared = layers[0]
    return np.stack([128 + 48 * (0.85 * shared + 0.4 * layer) for layer in layers], axis=-1)


def drawn(draw, side, background="white"):
    """Drawn at four times the size, for soft edges."""
    picture = Image.new("RGB", (4 * side, 3 * side), background)
    draw(ImageDraw.Draw(picture), side)
    return np.asarray(picture.resize((side, side * 3 // 4), Image.Resampling.LANCZOS))


def diagram(pen, side):
    for index, color in enumerate(["#2563eb", "#dc2626", "#16a34a", "#f59e0b", "#7c3aed"]):
        left = side * (0.2 + 0.72 * index)
        pen.rectangle([left, side * (2.4 - 0.4 * (index * 3 % 5)), left + side * 0.5, side * 2.7], fill=color)
    pen.line([side * 0.1, side * 2.7, side * 3.9, side * 2.7], fill="black", width=12)


def circles(pen, side):
    for index in range(24):
        radius = side * (1.4 - index * 0.055)
        pen.ellipse([2 * side - radius, 1.5 * side - radius, 2 * side + radius, 1.5 * side + radius], outline=(40 * index % 256, 90, 255 - 10 * index), width=9)


def poster(pen, side):
    pen.rectangle([0, 0, 4 * side, 3 * side], fill="#0f172a")
    pen.polygon([(0, 3 * side), (1.5 * side, side), (3 * side, 3 * side)], fill="#f97316")
    pen.polygon([(1.6 * side, 3 * side), (2.9 * side, 0.7 * side), (4 * side, 3 * side)], fill="#be123c")
    pen.ellipse([2.8 * side, 0.2 * side, 3.5 * side, 0.9 * side], fill="#fde047")


def text_page(side, ink, paper):
    picture = Image.new("RGB", (side, side * 3 // 4), paper)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    words = "Never more bytes than needed: a number means the same fidelity in every format, that of JPEG at this number. ".split()
    for line in range(side // 22):
        pen.text((8, 6 + 16 * line), " ".join(words[(line + i) % len(words)] for i in range(12)), ink, font)
    return np.asarray(picture)


def lines(side):
    picture = np.full((side // 2, side, 3), 255)
    picture[:, ::4] = [220, 0, 0]
    return picture


def synthesised(side):
    random = np.random.default_rng(7)
    y, x = np.mgrid[0 : side * 3 // 4, 0:side] / side
    yield "gradient", np.stack([255 * x, 200 * y + 40, 255 - 180 * x * y], axis=-1)
    yield "sky", np.stack([120 + 90 * y, 160 + 80 * y, 235 - 40 * y], axis=-1) + random.normal(0, 1.5, x.shape + (3,))
    for slope in (0.7, 1, 1.3, 1.6, 2):
        yield f"noise of slope {slope}", fractal(random, side, slope)
    yield "waves", np.stack([128 + 90 * np.sin(60 * x * x + 9 * y), 128 + 60 * np.sin(25 * y), 128 + 80 * np.cos(30 * (x + y))], axis=-1)
    yield "grey film", np.repeat(fractal(random, side, 1.2)[..., :1] + random.normal(0, 8, (side, side, 1)), 3, axis=-1)
    yield "text, black on white", text_page(side, "black", "white")
    yield "text, light on dark", text_page(side, "#dbeafe", "#1e1b4b")
    yield "red lines of 1 px", lines(side)
    yield "diagram", drawn(diagram, side)
    yield "circles", drawn(circles, side)
    yield "poster", drawn(poster, side)


def reduced(path, side):
    with Image.open(path) as picture:
        whole = picture.convert("RGBA")
        paper = Image.new("RGBA", whole.size, "white")
        paper.alpha_composite(whole)
        paper = paper.convert("RGB")
        paper.thumbnail((side, side), Image.Resampling.LANCZOS)
        return np.asarray(paper)


def pictures(side, paths):
    for name, picture in synthesised(side):
        yield name, np.clip(np.asarray(picture, dtype=float) + 0.5, 0, 255).astype(np.uint8)
    for path in sorted(SAMPLES.iterdir()) + paths:
        yield path.name, reduced(path, side)


class Measured:
    """A picture, and how its encoded forms score."""

    def __init__(self, pixels, folder):
        self.image = pyvips.Image.new_from_array(pixels, interpretation="srgb")
        self.original, self.decoded = folder / "original.png", folder / "decoded.png"
        Image.fromarray(pixels).save(self.original, compress_level=1)

    def point(self, suffix, options, quality):
        """Bytes, score and seconds of processor time."""
        start = time.process_time()
        body = self.image.write_to_buffer(suffix, Q=quality, **options)
        seconds = time.process_time() - start
        # By libvips, because a browser smooths the colours of JPEG as it does.
        pyvips.Image.new_from_buffer(body, "").colourspace("srgb").write_to_file(str(self.decoded), compression=1)
        return len(body), ssimulacra2.compute_ssimulacra2(str(self.original), str(self.decoded)), seconds

    def curve(self, suffix, options, settings):
        points = [self.point(suffix, options, quality) for quality in settings]
        sizes, scores, seconds = zip(*points)
        return {"settings": settings, "bytes": sizes, "scores": list(np.maximum.accumulate(scores)), "seconds": seconds}


def at_score(curve, score, name):
    """What a curve has where it first scores so much, between its points; its end where it never does."""
    scores = np.asarray(curve["scores"]) + 1e-9 * np.arange(len(curve["scores"]))
    values = np.log(curve["bytes"]) if name == "bytes" else curve[name]
    value = float(np.interp(score, scores, values))
    return np.exp(value) if name == "bytes" else value


def measure(options, folder):
    curves = {}
    for name, pixels in pictures(options.side, options.pictures):
        measured = Measured(pixels, folder)
        curves[name] = {
            encoder: measured.curve(suffix, how, NUMBERS if encoder == "jpeg" else SETTINGS)
            for encoder, (suffix, how) in ENCODERS.items()}
        print(f"{name}: " + json.dumps({k: [round(s, 1) for s in v["scores"]] for k, v in curves[name].items()}), file=sys.stderr, flush=True)
    return curves


def table(curves):
    others = [encoder for encoder in ENCODERS if encoder != "jpeg"]
    print("| JPEG | SSIMULACRA2 | " + " | ".join(f"{encoder}: setting | bytes" for encoder in others) + " |")
    print("|---" * (2 + 2 * len(others)) + "|")
    for index, number in enumerate(NUMBERS):
        scores = [curve["jpeg"]["scores"][index] for curve in curves.values()]
        row = [str(number), f"{statistics.median(scores):.0f}"]
        for encoder in others:
            settings, ratios = [], []
            for curve in curves.values():
                score = curve["jpeg"]["scores"][index]
                settings.append(at_score(curve[encoder], score, "settings"))
                ratios.append(at_score(curve[encoder], score, "bytes") / curve["jpeg"]["bytes"][index])
            low, _, high = statistics.quantiles(settings, n=4)
            row += [f"{statistics.median(settings):.0f} ({low:.0f}–{high:.0f})", f"{statistics.geometric_mean(ratios):.2f} ×"]
        print("| " + " | ".join(row) + " |")


EFFORTS = [
    *[(f"webp, method {effort}", ".webp", {"effort": effort}) for effort in range(7)],
    ("webp, method 4, smart subsampling", ".webp", {"effort": 4, "smart_subsample": True}),
    *[(f"avif {chroma}, effort {effort}", ".avif", {"effort": effort, "bitdepth": 8, "subsample_mode": mode})
      for chroma, mode in (("4:2:0", "on"), ("4:4:4", "off")) for effort in range(4)],
    ("jpeg, 4:4:4", ".jpg", {"optimize_coding": True, "subsample_mode": "off"}),
    ("jpeg, progressive", ".jpg", {"optimize_coding": True, "interlace": True}),
    ("jpeg, tables of the standard", ".jpg", {}),
]


def efforts(options, folder):
    ratios = {name: [] for name, _, _ in EFFORTS}
    seconds = {name: 0.0 for name, _, _ in EFFORTS}
    for name, pixels in pictures(options.side, options.pictures):
        measured = Measured(pixels, folder)
        size, score, _ = measured.point(*ENCODERS["jpeg"], 80)
        for effort, suffix, how in EFFORTS:
            curve = measured.curve(suffix, how, [30, 45, 60, 75, 90])
            ratios[effort].append(at_score(curve, score, "bytes") / size)
            seconds[effort] += at_score(curve, score, "seconds")
        print(name, file=sys.stderr, flush=True)
    print("| Options | Bytes at the fidelity of JPEG 80 | Processor time, ms a picture |\n|---|---|---|")
    for name, _, _ in EFFORTS:
        print(f"| {name} | {statistics.geometric_mean(ratios[name]):.3f} × | {1000 * seconds[name] / len(ratios[name]):.1f} |")


def main():
    parser = argparse.ArgumentParser(description="Finds which setting of each encoder reaches the fidelity of JPEG at each number.")
    parser.add_argument("--effort", action="store_true", help="compare options in place of settings")
    parser.add_argument("--side", type=int, default=384, help="longest side in px to which pictures are reduced")
    parser.add_argument("--curves", type=Path, help="where to leave what was measured, as JSON")
    parser.add_argument("pictures", nargs="*", type=Path)
    options = parser.parse_args()
    pyvips.cache_set_max(0)
    with tempfile.TemporaryDirectory(prefix="imgedge-quality-") as folder:
        if options.effort:
            return efforts(options, Path(folder))
        curves = measure(options, Path(folder))
        if options.curves:
            options.curves.write_text(json.dumps(curves))
        table(curves)


if __name__ == "__main__":
    main()
