#!/usr/bin/env python3
"""Draws animations by hand, in every way that their formats have, and says what each of their frames looks like.

    python animations.py <directory>

Writes the files and `index.json`: a list of {"name", "width", "height", "plays", "durations", "frames", "still"}; a frame is a list of RGBA values
from the top left, row by row. Frames are composed here by the words of PNG 3 (section 11.3.6.2) and GIF89a as browsers read them: what is
cleared is transparent. Pillow must see the same, wherever it reads the format so.
"""

import io
import itertools
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 13, 9
WHOLE = (0, 0, WIDTH, HEIGHT)
# Where the frames lie: left, top, width, height.
AREAS = {"whole": [WHOLE] * 4, "parts": [WHOLE, (2, 1, 7, 5), (5, 3, 8, 6), (0, 0, 4, 9)]}
COLORS = [(255, 0, 0), (0, 170, 0), (0, 0, 255), (255, 255, 0)]


def pattern(index, size, alphas):
    """A frame's own pixels, RGBA: stripes of a colour of its own, and of white elsewhere than in others, that can be seen through."""
    width, height = size
    pixels = np.zeros((height, width, 4), np.uint8)
    for y, x in itertools.product(range(height), range(width)):
        color = COLORS[index] if (x + y + index) % 3 else (255, 255, 255)
        pixels[y, x] = (*color, alphas[(x + index) % len(alphas)])
    return pixels


def over(top, bottom):
    top, bottom = top.astype(float), bottom.astype(float)
    front, back = top[..., 3:] / 255, bottom[..., 3:] / 255
    alpha = front + back * (1 - front)
    color = (top[..., :3] * front + bottom[..., :3] * back * (1 - front)) / np.maximum(alpha, 1e-9)
    return np.concatenate([color, alpha * 255], axis=2).round().astype(np.uint8)


def compose(frames):
    """Frames are (pixels, area, disposal, blending); gives what is seen of each."""
    canvas, seen = np.zeros((HEIGHT, WIDTH, 4), np.uint8), []
    for index, (pixels, (x, y, width, height), disposal, blending) in enumerate(frames):
        before, place = canvas.copy(), np.s_[y:y + height, x:x + width]
        canvas[place] = over(pixels, canvas[place]) if blending == "over" else pixels
        seen.append(canvas.copy())
        if disposal == "previous":
            canvas = before
        elif disposal == "background":
            canvas[place] = 0
    return seen


# PNG


def chunk(name, data=b""):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def grey(pixels):
    return pixels[..., :3].astype(int).sum(axis=2, keepdims=True) // 3


# name: color type, depth, alphas of the pattern, and how RGBA become numbers
KINDS = {
    "grey1": (0, 1, [255], lambda p: (grey(p) > 127).astype(int)),
    "grey8": (0, 8, [255], grey),
    "grey16": (0, 16, [255], lambda p: grey(p) * 257),
    "rgb8": (2, 8, [255], lambda p: p[..., :3]),
    "rgb16": (2, 16, [255], lambda p: p[..., :3].astype(int) * 257),
    "key8": (2, 8, [255, 0], lambda p: np.where(p[..., 3:] == 0, [[[1, 2, 3]]], p[..., :3])),
    "palette4": (3, 4, [255, 0, 128], lambda p: indexes(p)),
    "palette8": (3, 8, [255], lambda p: indexes(p)),
    "greyalpha8": (4, 8, [255, 0, 128], lambda p: np.concatenate([grey(p), p[..., 3:]], axis=2)),
    "rgba8": (6, 8, [255, 0, 128], lambda p: p),
    "rgba16": (6, 16, [255, 0, 128], lambda p: p.astype(int) * 257),
}
PALETTE = [(*color, alpha) for color in [*COLORS, (255, 255, 255)] for alpha in (255, 128, 0)]


def indexes(pixels):
    return np.array([[[PALETTE.index(tuple(int(v) for v in pixel))] for pixel in row] for row in pixels])


def shown(kind, pixels):
    """The same as 8-bit RGBA, as far as the kind can hold it."""
    if kind.startswith("grey"):
        light = grey(pixels)
        if kind == "grey1":
            light = (light > 127) * 255
        alpha = pixels[..., 3:] if kind == "greyalpha8" else np.full_like(light, 255)
        return np.concatenate([light, light, light, alpha], axis=2).astype(np.uint8)
    return pixels


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def rows(values, depth):
    if 0 in values.shape:
        return b""
    out = b""
    for row in values.astype(int):
        numbers = row.reshape(-1)
        if depth == 16:
            packed = numbers.astype(">u2").tobytes()
        elif depth == 8:
            packed = numbers.astype(np.uint8).tobytes()
        else:
            bits = "".join(f"{number:0{depth}b}" for number in numbers)
            bits += "0" * (-len(bits) % 8)
            packed = bytes(int(bits[place:place + 8], 2) for place in range(0, len(bits), 8))
        out += b"\0" + packed
    return out


def compressed(values, depth, interlaced):
    passes = [values[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [values]
    return zlib.compress(b"".join(rows(part, depth) for part in passes))


DISPOSALS = ["none", "background", "previous"]
DELAYS = [(1, 10, 100), (3, 100, 30), (7, 0, 70), (70, 1000, 70)]


def png(kind, interlaced, areas, disposal, blending, has_still, plays=3, text=b""):
    color_type, depth, alphas, encode = KINDS[kind]
    sequence = itertools.count()
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, color_type, 0, 0, int(interlaced)))
    out += chunk(b"acTL", struct.pack(">II", len(areas), plays)) + text
    if color_type == 3:
        out += chunk(b"PLTE", bytes(value for color in PALETTE for value in color[:3]))
        if len(alphas) > 1:
            out += chunk(b"tRNS", bytes(color[3] for color in PALETTE))
    if kind == "key8":
        out += chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))
    if has_still:
        still = pattern(3, (WIDTH, HEIGHT), alphas)
        out += chunk(b"IDAT", compressed(encode(still), depth, interlaced))
    frames = []
    for index, area in enumerate(areas):
        pixels = pattern(index, area[2:], alphas)
        x, y, width, height = area
        control = struct.pack(
            ">IIIIIHHBB", next(sequence), width, height, x, y, *DELAYS[index][:2], DISPOSALS.index(disposal), int(blending == "over"))
        out += chunk(b"fcTL", control)
        data = compressed(encode(pixels), depth, interlaced)
        # In two chunks, cut anywhere.
        for part in (data[:11], data[11:]):
            out += chunk(b"fdAT", struct.pack(">I", next(sequence)) + part) if has_still or index else chunk(b"IDAT", part)
        frames.append((shown(kind, pixels), area, disposal, blending))
        if not (has_still or index):
            still = pixels
    out += chunk(b"IEND")
    return out, compose(frames), shown(kind, still)


# GIF


def lzw(indexes, bits):
    """Codes that say each pixel, with a new table before it is wider."""
    clear, codes = 1 << bits, []
    for place, index in enumerate(indexes):
        if place % (clear - 2) == 0:
            codes.append(clear)
        codes.append(index)
    codes.append(clear + 1)
    text = "".join(f"{code:0{bits + 1}b}"[::-1] for code in codes)
    text += "0" * (-len(text) % 8)
    data = bytes(int(text[place:place + 8][::-1], 2) for place in range(0, len(text), 8))
    return bytes([bits]) + b"".join(bytes([len(part)]) + part for part in (data[i:i + 255] for i in range(0, len(data), 255))) + b"\0"


GIF_DISPOSALS = ["unknown", "none", "background", "previous"]
GIF_AREAS = {**AREAS, "inner": [(2, 1, 7, 5), (5, 3, 8, 6), (0, 0, 4, 9)], "alone": [(3, 2, 5, 4)], "leaving": [(3, 2, 5, 4), WHOLE, (5, 3, 8, 6)]}


def gif(areas, disposal, transparent, interlaced, screen=(WIDTH, HEIGHT)):
    """`transparent`: "none", "all" frames have a transparent colour, or "last" alone."""
    out = b"GIF89a" + struct.pack("<HHBBB", *screen, 0xF2, 5, 0)
    table = [*COLORS, (255, 255, 255), (90, 60, 30), (1, 1, 1), (2, 2, 2)]
    out += bytes(value for color in table for value in color) + b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x04\x00\x00"
    frames = []
    for index, (x, y, width, height) in enumerate(areas):
        is_transparent = transparent == "all" or (transparent == "last" and index == len(areas) - 1)
        pixels = pattern(index, (width, height), [255, 0] if is_transparent else [255])
        numbers = [[7 if p[3] == 0 else table.index(tuple(int(v) for v in p[:3])) for p in row] for row in pixels]
        order = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)] if interlaced else range(height)
        out += struct.pack("<BBBBHBB", 0x21, 0xF9, 4, GIF_DISPOSALS.index(disposal) << 2 | is_transparent, 4 + index, 7, 0)
        out += struct.pack("<BHHHHB", 0x2C, x, y, width, height, 0x40 if interlaced else 0)
        out += lzw([number for y in order for number in numbers[y]], 3)
        frames.append((pixels, (x, y, width, height), disposal, "over"))
    return out + b"\x3b", compose(frames)


# Files


def check(name, data, seen):
    """Against Pillow, which shares no code with the above."""
    with Image.open(io.BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == len(seen), name
        for index, expected in enumerate(seen):
            image.seek(index)
            found = np.asarray(image.convert("RGBA"))
            both = [np.where(pixels[..., 3:] == 0, 0, pixels).astype(int) for pixels in (expected, found)]
            assert abs(both[0] - both[1]).max() <= 1, f"{name}, frame {index}"


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    index = []

    def keep(name, data, seen, durations, plays, still):
        (folder / name).write_bytes(data)
        flat = [[[int(v) for v in pixel] for row in frame for pixel in row] for frame in [*seen, still]]
        height, width = still.shape[:2]
        index.append({
            "name": name, "width": width, "height": height, "plays": plays, "durations": durations,
            "frames": flat[:-1], "still": flat[-1]})

    for kind, interlaced, place, disposal, blending, has_still in itertools.product(
        KINDS, (False, True), AREAS, DISPOSALS, ("source", "over"), (False, True)):
        name = f"{kind}-{'adam7' if interlaced else 'plain'}-{place}-{disposal}-{blending}-{'apart' if has_still else 'first'}.png"
        areas = AREAS[place] if place == "whole" or not has_still else AREAS[place][1:]
        data, seen, still = png(kind, interlaced, areas, disposal, blending, has_still)
        keep(name, data, seen, [ms for _, _, ms in DELAYS[:len(areas)]], 3, still)
        # Pillow mixes half transparent pixels otherwise, and reads no interlaced frames.
        if kind == "rgba8" and not interlaced and blending == "source" and not has_still:
            check(name, data, seen)
    for place, disposal, transparent, interlaced in itertools.product(
        GIF_AREAS, GIF_DISPOSALS, ("none", "all", "last"), (False, True)):
        name = f"{place}-{disposal}-{transparent}-{'interlaced' if interlaced else 'plain'}.gif"
        data, seen = gif(GIF_AREAS[place], disposal, transparent, interlaced)
        keep(name, data, seen, [40 + 10 * i for i in range(len(seen))], 5, seen[0])
        # Pillow clears to a colour where a frame has no transparent one, and begins with the background colour.
        if transparent == "all" and place in ("whole", "parts"):
            check(name, data, seen)
    (folder / "index.json").write_text(json.dumps(index))


main()
