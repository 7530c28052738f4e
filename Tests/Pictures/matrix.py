#!/usr/bin/env python3
"""Draws small originals of every kind that formats know, each with the colours that it must come out in.

    python matrix.py <directory>       all files, and matrix.json, which tells of each what is right

Each is 64×64, four quarters of one colour and one alpha. What is right is computed here in double precision from the standards that
say what the numbers in a file mean (ICC.1, ITU-R BT.2100, BT.2390 and BT.2408, ITU-T H.273, PNG 3, TIFF 6.0), without the service's
code and without libvips. Files that no library here writes are written byte by byte.

matrix.json: a list of {"name", "colors": RGBA of the quarters (top left, top right, bottom left, bottom right), "tolerance", "hasAlpha"},
or {"name", "unread": what the service says it cannot read}.
"""

import base64
import functools
import itertools
import json
import os
import struct
import sys
import zlib

import numpy as np
from PIL import Image

import draw
from draw import box, encoded, full_box, icc_description, icc_profile, icc_text, icc_xyz, linear, nonlinear, png_chunk

SIDE = 64
# Code values of 0–255, by quarter.
COLORS = np.array([(200, 60, 30), (40, 160, 90), (60, 80, 200), (180, 180, 180)], float)
GREYS = np.array([200, 120, 60, 180], float)
INKS = np.array([(0, 255, 255, 0), (200, 30, 120, 0), (90, 90, 0, 60), (0, 0, 0, 75)], float)
ALPHAS = np.array([255, 128, 64, 200], float)

ORIGINALS = []


def original(name, data, colors, alphas=None, tolerance=1):
    """`colors` are sRGB values of 0–255; `data` is a function of none."""
    colors = np.asarray(colors, float)
    if colors.ndim == 1:
        colors = np.repeat(colors[:, None], 3, 1)
    alphas = np.full(4, 255.0) if alphas is None else np.asarray(alphas, float)
    ORIGINALS.append((name, data, {
        "name": name,
        "colors": np.round(np.column_stack([np.clip(colors, 0, 255), alphas])).astype(int).tolist(),
        "tolerance": tolerance,
        "hasAlpha": bool((alphas < 255).any()),
    }))


def unread(name, data, feature):
    ORIGINALS.append((name, data, {"name": name, "unread": feature}))


def quarters(values, dtype):
    """An array of 64×64 of four values each, of any number of channels."""
    values = np.asarray(values)
    block = values.reshape((2, 2) + values.shape[1:])
    return np.repeat(np.repeat(block, SIDE // 2, 0), SIDE // 2, 1).astype(dtype)


def with_alpha(colors, alphas, most=255):
    colors = np.asarray(colors)
    return np.column_stack([colors.reshape(4, -1), np.asarray(alphas) / 255 * most])


# What numbers mean


def to_xyz(primaries, white):
    columns = np.array([[x / y, 1, (1 - x - y) / y] if y else [1, 0, 0] if x else [0, 0, 1] for x, y in primaries]).T
    return columns * np.linalg.solve(columns, xyz(white))


def xyz(white):
    return np.array([white[0] / white[1], 1, (1 - sum(white)) / white[1]])


D65 = (0.3127, 0.3290)
PRIMARIES = {
    1: ([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], D65),
    5: ([(0.64, 0.33), (0.29, 0.60), (0.15, 0.06)], D65),
    6: ([(0.630, 0.340), (0.310, 0.595), (0.155, 0.070)], D65),
    9: ([(0.708, 0.292), (0.170, 0.797), (0.131, 0.046)], D65),
    11: ([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], (0.314, 0.351)),
    12: ([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], D65),
}
PRIMARIES[2] = PRIMARIES[1]


def to_srgb_primaries(light, primaries, white):
    matrix = to_xyz(primaries, white)
    if white != D65:
        gain = (draw.BRADFORD @ xyz(D65)) / (draw.BRADFORD @ xyz(white))
        matrix = np.linalg.inv(draw.BRADFORD) @ np.diag(gain) @ draw.BRADFORD @ matrix
    return light @ (np.linalg.inv(to_xyz(*PRIMARIES[1])) @ matrix).T


def pq_to_light(code):
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = code ** (1 / m2)
    return 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)


def light_to_pq(light):
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = (light / 10_000) ** m1
    return ((c1 + c2 * power) / (1 + c3 * power)) ** m2


def hlg_to_light(code, luminance):
    """Of a screen of 1000 cd/m²."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code ** 2 / 3, (np.exp((code - c) / a) + b) / 12)
    return 1000 * scene * (scene @ luminance)[:, None] ** 0.2


def toned(light):
    """BT.2390's roll-off from 1000 to 203 cd/m², on the brightest channel; light is in cd/m², and white becomes 1."""
    brightest = np.maximum(light.max(1), 1e-9)
    top = light_to_pq(1000.0)
    code = np.minimum(light_to_pq(brightest) / top, 1)
    most = light_to_pq(203.0) / top
    knee = 1.5 * most - 0.5
    t = (code - knee) / (1 - knee)
    rolled = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * most
    return light * (pq_to_light(np.where(code < knee, code, rolled) * top) / 203 / brightest)[:, None]


def shown(codes, primaries, transfer, narrow=False):
    """What CICP code points make of code values of 0–255."""
    codes = np.asarray(codes, float)
    colors = codes if codes.ndim == 2 else np.repeat(codes[:, None], 3, 1)
    values = np.clip((colors - 16) / 219, 0, 1) if narrow else colors / 255
    corners, white = PRIMARIES[primaries]
    match transfer:
        case 16: light = toned(to_srgb_primaries(pq_to_light(values), corners, white))
        case 18: light = toned(to_srgb_primaries(hlg_to_light(values, to_xyz(corners, white)[1]), corners, white))
        case 8: light = to_srgb_primaries(values, corners, white)
        case 4: light = to_srgb_primaries(values**2.2, corners, white)
        case 5: light = to_srgb_primaries(values**2.8, corners, white)
        case _: light = to_srgb_primaries(linear(values), corners, white)
    return nonlinear(light) * 255


def naive(inks):
    return 255 * (1 - inks[:, :3] / 255) * (1 - inks[:, 3:] / 255)


# Profiles


def matrix_profile(colorants, curve):
    curve = b"curv\0\0\0\0" + struct.pack(">I", 1024) + np.round(curve(np.arange(1024) / 1023) * 65535).astype(">u2").tobytes()
    tags = [(b"desc", icc_description("matrix")), (b"cprt", icc_text("none")), (b"wtpt", icc_xyz(*draw.D50))]
    tags += [(name, icc_xyz(*colorants[:, index])) for index, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    return icc_profile(b"mntr", b"RGB ", b"XYZ ", tags + [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")])


SRGB_PROFILE = matrix_profile(draw.SRGB, linear)
P3_PROFILE = matrix_profile(draw.P3, linear)
GREY_EXPONENT = 1.8
GREY_PROFILE = icc_profile(b"mntr", b"GRAY", b"XYZ ", [
    (b"desc", icc_description("grey")), (b"cprt", icc_text("none")), (b"wtpt", icc_xyz(*draw.D50)),
    (b"kTRC", b"curv\0\0\0\0" + struct.pack(">IH", 1, round(GREY_EXPONENT * 256)) + b"\0\0")])
INK_PROFILE = draw.cmyk_profile()
# A header that promises what is not there, and one that is none.
NOISE = np.random.default_rng(11).integers(0, 256, 600, np.uint8).tobytes()


def broken(profile):
    return profile[:132] + NOISE


def grey_shown(greys):
    return nonlinear((np.asarray(greys) / 255) ** GREY_EXPONENT) * 255


# By colour model: profiles, and what they make of the code values.
PROFILES = {
    "rgb": [("none", None, COLORS), ("fitting", SRGB_PROFILE, COLORS), ("grey", GREY_PROFILE, COLORS),
            ("ink", INK_PROFILE, COLORS), ("broken", broken(P3_PROFILE), COLORS), ("noise", NOISE, COLORS),
            ("wide", P3_PROFILE, shown(COLORS, 12, 13))],
    "grey": [("none", None, GREYS), ("fitting", GREY_PROFILE, grey_shown(GREYS)), ("rgb", P3_PROFILE, GREYS),
             ("broken", broken(GREY_PROFILE), GREYS), ("noise", NOISE, GREYS)],
    "ink": [("none", None, naive(INKS)), ("fitting", INK_PROFILE, 0.8 * naive(INKS)), ("rgb", P3_PROFILE, naive(INKS)),
            ("grey", GREY_PROFILE, naive(INKS)), ("broken", broken(INK_PROFILE), naive(INKS)), ("noise", NOISE, naive(INKS))],
}
CODES = {"rgb": COLORS, "grey": GREYS, "ink": INKS}


def slack(model, profile, rest):
    """A profile's table and Lab in between cost a little."""
    return rest + (9 if (model, profile) == ("ink", "fitting") else 2 if profile in ("fitting", "wide") else 0)


# JPEG and WebP


def pillow(model, **channels):
    mode = {"rgb": "RGB", "grey": "L", "ink": "CMYK"}[model]
    return Image.fromarray(quarters(np.round(CODES[model]), np.uint8), mode)


def jpegs():
    for model in PROFILES:
        for profile, icc, colors in PROFILES[model]:
            for progressive in (False, True):
                name = f"jpeg-{model}-{'progressive' if progressive else 'baseline'}-{profile}.jpg"
                options = dict(quality=97, subsampling=0, progressive=progressive)
                if icc: options["icc_profile"] = icc
                original(name, functools.partial(encoded, pillow(model), "JPEG", **options), colors, tolerance=slack(model, profile, 3))
    image = pillow("rgb")
    original("jpeg-rgb-420.jpg", lambda: encoded(image, "JPEG", quality=97, subsampling=2), COLORS, tolerance=4)
    original("jpeg-rgb-stored.jpg", lambda: encoded(image, "JPEG", quality=97, keep_rgb=True), COLORS, tolerance=3)
    original("jpeg-rgb-arithmetic-free.jpg", lambda: encoded(image, "JPEG", quality=97, optimize=True), COLORS, tolerance=4)
    # The frame header says what the samples are.
    data = encoded(image, "JPEG", quality=97, subsampling=0)
    frame = data.index(b"\xff\xc0")
    unread("jpeg-12-bits.jpg", lambda: data[:frame + 4] + b"\x0c" + data[frame + 5:], "samples")
    unread("jpeg-lossless.jpg", lambda: data[:frame + 1] + b"\xc3" + data[frame + 2:], "process")


def webps():
    for profile, icc, colors in PROFILES["rgb"]:
        for lossless, alpha in itertools.product((False, True), (False, True)):
            codes = np.round(with_alpha(COLORS, ALPHAS) if alpha else COLORS)
            image = Image.fromarray(quarters(codes, np.uint8))
            options = dict(lossless=lossless, quality=95, exact=True)
            if icc: options["icc_profile"] = icc
            name = f"webp-{'lossless' if lossless else 'lossy'}-{'alpha' if alpha else 'opaque'}-{profile}.webp"
            original(name, functools.partial(encoded, image, "WEBP", **options), colors, ALPHAS if alpha else None,
                     slack("rgb", profile, 1 if lossless else 6))


# PNG

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def packed(pixels, depth):
    """Rows of a PNG, without a filter."""
    rows = []
    for row in pixels:
        if depth == 16: data = row.astype(">u2").tobytes()
        elif depth == 8: data = row.astype(np.uint8).tobytes()
        else:
            bits = (row.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
            data = np.packbits(bits.astype(np.uint8)).tobytes()
        rows.append(b"\0" + data)
    return b"".join(rows)


def png(codes, depth, kind, chunks=(), interlaced=False, late=()):
    """`codes` are whole numbers, four pixels' channels; chunks are pairs of name and data."""
    pixels = quarters(codes, np.int64)
    rows = packed(pixels, depth) if not interlaced else b"".join(
        packed(pixels[y::dy, x::dx], depth) for x, y, dx, dy in ADAM7)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, depth, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + b"".join(png_chunk(*chunk) for chunk in chunks)
            + png_chunk(b"IDAT", zlib.compress(rows)) + b"".join(png_chunk(*chunk) for chunk in late) + png_chunk(b"IEND", b""))


def iccp(profile):
    return (b"iCCP", b"p\0\0" + zlib.compress(profile))


def deep(codes, depth):
    return np.round(np.asarray(codes) / 255 * (2**depth - 1)).astype(np.int64)


def quantised(codes, depth):
    return deep(codes, depth) / (2**depth - 1) * 255


def pngs():
    for interlaced in (False, True):
        end = "-interlaced.png" if interlaced else ".png"
        for depth in (1, 2, 4, 8, 16):
            original(f"png-grey-{depth}{end}", functools.partial(png, deep(GREYS, depth), depth, 0, interlaced=interlaced),
                     quantised(GREYS, depth))
            key = struct.pack(">H", int(deep(GREYS, depth)[1]))
            keyed = [0 if value == deep(GREYS, depth)[1] else 255 for value in deep(GREYS, depth)]
            original(f"png-grey-{depth}-key{end}",
                     functools.partial(png, deep(GREYS, depth), depth, 0, [(b"tRNS", key)], interlaced), quantised(GREYS, depth), keyed)
            if depth <= 8:
                count = min(4, 2**depth)
                table = b"".join(bytes(map(int, COLORS[index])) for index in range(count))
                index = np.arange(4) % count
                original(f"png-palette-{depth}{end}", functools.partial(png, index, depth, 3, [(b"PLTE", table)], interlaced),
                         COLORS[index])
                original(f"png-palette-{depth}-alpha{end}", functools.partial(
                    png, index, depth, 3, [(b"PLTE", table), (b"tRNS", bytes(map(int, ALPHAS[:count])))], interlaced),
                    COLORS[index], ALPHAS[index])
        for depth, (model, kind) in itertools.product((8, 16), [("rgb", 2), ("grey", 0)]):
            for profile, icc, colors in PROFILES[model]:
                chunks = [iccp(icc)] if icc else []
                tolerance = slack(model, profile, 1)
                original(f"png-{model}-{depth}-{profile}{end}",
                         functools.partial(png, deep(CODES[model], depth), depth, kind, chunks, interlaced), colors, tolerance=tolerance)
                codes = deep(with_alpha(CODES[model], ALPHAS), depth)
                original(f"png-{model}-{depth}-alpha-{profile}{end}",
                         functools.partial(png, codes, depth, kind + 4, chunks, interlaced), colors, ALPHAS, tolerance)
    key = struct.pack(">HHH", *map(int, deep(COLORS, 16)[2]))
    original("png-rgb-16-key.png", functools.partial(png, deep(COLORS, 16), 16, 2, [(b"tRNS", key)]), COLORS, [255, 255, 0, 255])


def cicp(*numbers):
    return (b"cICP", bytes(numbers))


def gama(exponent):
    return (b"gAMA", struct.pack(">I", round(100_000 / exponent)))


def chrm(primaries):
    corners, white = PRIMARIES[primaries]
    return (b"cHRM", b"".join(struct.pack(">II", round(x * 1e5), round(y * 1e5)) for x, y in [white] + corners))


def signalled_pngs():
    for primaries, transfer in itertools.product((1, 2, 5, 6, 9, 11, 12), (1, 2, 4, 5, 8, 13, 15, 16, 18)):
        for depth in (8, 16):
            for alpha in (False, True):
                codes = deep(with_alpha(COLORS, ALPHAS) if alpha else COLORS, depth)
                original(f"png-cicp-{primaries}-{transfer}-{depth}{'-alpha' if alpha else ''}.png",
                         functools.partial(png, codes, depth, 6 if alpha else 2, [cicp(primaries, transfer, 0, 1)]),
                         shown(COLORS, primaries, transfer), ALPHAS if alpha else None, 2)
    # Grey has no primaries.
    for transfer in (8, 13, 16, 18):
        original(f"png-cicp-grey-{transfer}.png", functools.partial(png, deep(GREYS, 8), 8, 0, [cicp(12, transfer, 0, 1)]),
                 shown(GREYS, 1 if transfer != 18 else 9, transfer), tolerance=2)
    original("png-cicp-palette.png", functools.partial(
        png, np.arange(4), 8, 3, [cicp(12, 13, 0, 1), (b"PLTE", bytes(map(int, COLORS.flatten())))]), shown(COLORS, 12, 13), tolerance=2)
    original("png-cicp-narrow.png", functools.partial(png, deep(COLORS, 8), 8, 2, [cicp(1, 13, 0, 0)]),
             shown(COLORS, 1, 13, narrow=True), tolerance=2)
    # Reference white of 203 cd/m², and 1000.
    for name, code in (("white", light_to_pq(203.0)), ("peak", light_to_pq(1000.0)), ("beyond", 1.0)):
        codes = np.full((4, 3), code * 255)
        original(f"png-cicp-pq-{name}.png", functools.partial(png, deep(codes, 16), 16, 2, [cicp(9, 16, 0, 1)]),
                 shown(codes, 9, 16) if name != "beyond" else np.full((4, 3), 255), tolerance=2)
    rgb = deep(COLORS, 8)
    p3, p3_light = shown(COLORS, 12, 13), shown(COLORS, 12, 8)
    gamma = nonlinear((COLORS / 255) ** 1.4) * 255
    for name, chunks, colors in [
        ("gama", [gama(1.4)], gamma),
        ("gama-linear", [gama(1.0)], shown(COLORS, 1, 8)),
        ("gama-usual", [gama(2.2)], COLORS),
        ("gama-usual-chrm-usual", [gama(2.2), chrm(1)], COLORS),
        ("gama-zero", [(b"gAMA", bytes(4))], COLORS),
        ("gama-short", [(b"gAMA", b"\0\0")], COLORS),
        ("chrm", [chrm(12)], p3),
        ("chrm-nonsense", [(b"cHRM", bytes(32))], COLORS),
        ("chrm-flat", [(b"cHRM", struct.pack(">8I", *[31270, 32900] * 4))], COLORS),
        ("gama-chrm", [gama(1.0), chrm(12)], p3_light),
        ("srgb-gama-chrm", [(b"sRGB", b"\0"), gama(1.0), chrm(12)], COLORS),
        ("iccp-gama", [iccp(P3_PROFILE), gama(1.0)], p3),
        ("iccp-broken-gama", [iccp(broken(P3_PROFILE)), gama(1.0)], shown(COLORS, 1, 8)),
        ("iccp-grey-gama", [iccp(GREY_PROFILE), gama(1.0)], shown(COLORS, 1, 8)),
        ("cicp-iccp", [cicp(1, 13, 0, 1), iccp(P3_PROFILE)], COLORS),
        ("cicp-wide-iccp", [cicp(9, 8, 0, 1), iccp(P3_PROFILE)], shown(COLORS, 9, 8)),
        ("cicp-unknown-iccp", [cicp(77, 13, 0, 1), iccp(P3_PROFILE)], p3),
        ("cicp-matrix-iccp", [cicp(9, 16, 9, 1), iccp(P3_PROFILE)], p3),
        ("cicp-short", [(b"cICP", b"\x0c\x0d\0")], COLORS),
        ("cicp-srgb", [cicp(12, 13, 0, 1), (b"sRGB", b"\0")], p3),
        ("cicp-twice", [cicp(12, 13, 0, 1), cicp(9, 16, 0, 1)], p3),
    ]:
        original(f"png-{name}.png", functools.partial(png, rgb, 8, 2, chunks), colors, tolerance=3)
    original("png-cicp-late.png", functools.partial(png, rgb, 8, 2, late=[cicp(12, 13, 0, 1)]), COLORS)

    def bad_checksum():
        data = png(rgb, 8, 2, [cicp(12, 13, 0, 1)])
        place = data.index(b"cICP") + 8
        return data[:place] + bytes(4) + data[place + 4:]

    original("png-cicp-bad-checksum.png", bad_checksum, COLORS)
    # Turned by 180°.
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0"
    for place, name in ((dict(chunks=[(b"eXIf", exif)]), "early"), (dict(late=[(b"eXIf", exif)]), "late"),
                        (dict(late=[(b"tEXt", b"a\0b"), (b"eXIf", exif), (b"eXIf", exif[:-1])]), "late-twice")):
        original(f"png-exif-{name}.png", functools.partial(png, rgb, 8, 2, **place), COLORS[::-1])


# TIFF


def lzw(data):
    """Codes of nine bits, cleared before they would need ten."""
    codes = []
    for start in range(0, len(data), 250):
        codes += [256] + list(data[start:start + 250])
    codes.append(257)
    bits = (np.array(codes)[:, None] >> np.arange(8, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8)).tobytes()


def packbits(data):
    return b"".join(bytes([len(part) - 1]) + part for part in (data[i:i + 128] for i in range(0, len(data), 128)))


COMPRESSIONS = {"none": (1, bytes), "lzw": (5, lzw), "deflate": (8, zlib.compress), "packbits": (32773, packbits)}


def tiff(parts, photometric, bits, samples, *, format=1, compression=1, tile=None, rows=SIDE, planar=1, extra=None, tags=(), big_endian=False,
         icc=None):
    """`parts` are the strips or tiles as they are stored."""
    order = ">" if big_endian else "<"
    entries = [(256, 3, [SIDE]), (257, 3, [SIDE]), (258, 3, [bits] * samples), (259, 3, [compression]), (262, 3, [photometric]),
               (277, 3, [samples]), (284, 3, [planar]), (339, 3, [format] * samples)]
    places, sizes = (324, 325) if tile else (273, 279)
    entries += [(322, 3, [tile]), (323, 3, [tile])] if tile else [(278, 3, [rows])]
    if extra is not None: entries.append((338, 3, [extra]))
    if icc: entries.append((34675, 7, icc))
    entries += list(tags)
    data, offsets = b"", []
    for part in parts:
        offsets.append(8 + len(data))
        data += part + bytes(len(part) % 2)
    entries += [(places, 4, offsets), (sizes, 4, [len(part) for part in parts])]
    entries.sort(key=lambda entry: entry[0])
    values = b""
    table = b""
    start = 8 + len(data)
    directory_size = 2 + 12 * len(entries) + 4
    for tag, kind, content in entries:
        match kind:
            case 3: raw = struct.pack(f"{order}{len(content)}H", *content)
            case 4: raw = struct.pack(f"{order}{len(content)}I", *content)
            case 5: raw = b"".join(struct.pack(f"{order}II", *pair) for pair in content)
            case _: raw = bytes(content)
        if len(raw) <= 4:
            place = raw + bytes(4 - len(raw))
        else:
            place = struct.pack(order + "I", start + directory_size + len(values))
            values += raw + bytes(len(raw) % 2)
        table += struct.pack(order + "HHI", tag, kind, len(content)) + place
    head = (b"MM" if big_endian else b"II") + struct.pack(order + "HI", 42, start)
    return head + data + struct.pack(order + "H", len(entries)) + table + bytes(4) + values


def tiff_of(codes, photometric, dtype, layout="strips", compression="none", big_endian=False, **options):
    """Samples of whole bytes, in strips, tiles or planes."""
    number, compress = COMPRESSIONS[compression]
    kind = np.dtype(dtype).newbyteorder(">" if big_endian else "<")
    pixels = quarters(codes, kind)
    if pixels.ndim == 2: pixels = pixels[..., None]
    samples = pixels.shape[2]
    if layout == "strips":
        parts, extra = [pixels[y:y + 16] for y in range(0, SIDE, 16)], dict(rows=16)
    elif layout == "tiles":
        parts, extra = [pixels[y:y + 32, x:x + 32] for y in (0, 32) for x in (0, 32)], dict(tile=32)
    else:
        parts, extra = [pixels[..., band] for band in range(samples)], dict(planar=2)
    return tiff([compress(part.tobytes()) for part in parts], photometric, kind.itemsize * 8, samples,
                format=3 if kind.kind == "f" else 2 if kind.kind == "i" else 1, compression=number, big_endian=big_endian, **extra, **options)


MODELS = {"rgb": 2, "grey": 1, "ink": 5}
MOST = {"u1": 255, "u2": 65535, "u4": 4294967295, "f4": 1}


def samples_of(codes, dtype):
    values = np.asarray(codes) / 255 * MOST[dtype]
    return values if dtype[0] == "f" else np.round(values)


def tiffs():
    # What floating point numbers are of: light.
    meaning = {"rgb": shown(COLORS, 1, 8), "grey": shown(GREYS, 1, 8)}
    for model, photometric in MODELS.items():
        for dtype in ("u1", "u2", "u4", "f4"):
            if model == "ink" and dtype[0] == "f": continue
            plain = meaning[model] if dtype[0] == "f" else PROFILES[model][0][2]
            for alpha in ("opaque", "alpha", "premultiplied"):
                codes, alphas, options = CODES[model], None, {}
                if alpha != "opaque":
                    share = ALPHAS / 255 if alpha == "premultiplied" else np.ones(4)
                    codes, alphas = with_alpha((codes.T * share).T, ALPHAS), ALPHAS
                    options["extra"] = 1 if alpha == "premultiplied" else 2
                tolerance = 1 if alpha != "premultiplied" or dtype != "u1" else 3
                for layout in ("strips", "tiles", "planes"):
                    for big_endian in (False, True):
                        if (model, layout) == ("grey", "planes") and alphas is not None:
                            unread(f"tiff-grey-{dtype}-{alpha}-planes{'-mm' if big_endian else ''}.tif", functools.partial(
                                tiff_of, samples_of(codes, dtype), 1, dtype, layout, big_endian=big_endian, **options), "channels")
                            continue
                        original(f"tiff-{model}-{dtype}-{alpha}-{layout}{'-mm' if big_endian else ''}.tif", functools.partial(
                            tiff_of, samples_of(codes, dtype), photometric, dtype, layout, big_endian=big_endian, **options),
                            plain, alphas, tolerance)
                for profile, icc, colors in PROFILES[model][1:]:
                    # A profile that counts says what floating point numbers are of.
                    right = colors if profile in ("fitting", "wide") else plain
                    original(f"tiff-{model}-{dtype}-{alpha}-{profile}.tif", functools.partial(
                        tiff_of, samples_of(codes, dtype), photometric, dtype, icc=icc, **options), right, alphas,
                        slack(model, profile, tolerance))
    for compression in list(COMPRESSIONS)[1:]:
        for layout in ("strips", "tiles", "planes"):
            original(f"tiff-rgb-{compression}-{layout}.tif",
                     functools.partial(tiff_of, COLORS, 2, "u1", layout, compression), COLORS)
            original(f"tiff-rgb-16-{compression}-{layout}.tif",
                     functools.partial(tiff_of, samples_of(COLORS, "u2"), 2, "u2", layout, compression), COLORS)
    for dtype in ("u1", "u2", "u4", "f4"):
        original(f"tiff-white-is-zero-{dtype}.tif",
                 functools.partial(tiff_of, samples_of(GREYS, dtype), 0, dtype),
                 255 - GREYS if dtype != "f4" else shown(255 - GREYS, 1, 8))
    for bits in (1, 2, 4):
        rows = packed(quarters(deep(GREYS, bits), np.int64), bits)
        data = b"".join(rows[i + 1:i + 1 + SIDE * bits // 8] for i in range(0, len(rows), 1 + SIDE * bits // 8))
        for photometric in (0, 1):
            right = quantised(GREYS, bits)
            original(f"tiff-grey-{bits}-{photometric}.tif", functools.partial(tiff, [data], photometric, bits, 1),
                     right if photometric else 255 - right)
    table = np.zeros((3, 256), int)
    table[:, :4] = (COLORS.T * 257).astype(int)
    for dtype, options in (("u1", {}),):
        original("tiff-palette.tif", functools.partial(
            tiff_of, np.arange(4), 3, dtype, tags=[(320, 3, table.flatten().tolist())], **options), COLORS)
    original("tiff-ink-spots.tif", functools.partial(tiff_of, with_alpha(INKS, ALPHAS), 5, "u1", extra=0), naive(INKS))
    lab = np.array([(128, 40, 30), (200, 0, 0), (100, -30, 20), (60, 10, -50)], float)
    f = (np.round(lab[:, :1] / 255 * 255) / 255 * 100 + 16) / 116
    f = np.column_stack([f + lab[:, 1:2] / 500, f, f - lab[:, 2:] / 200])
    light = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * draw.D50
    original("tiff-lab.tif", functools.partial(tiff_of, np.where(lab < 0, lab + 256, lab), 8, "u1"),
             nonlinear(light @ np.linalg.inv(draw.SRGB).T) * 255, tolerance=4)
    for name, dtype, codes, feature in [
        ("half", "f2", COLORS / 255, "floating point"), ("double", "f8", COLORS / 255, "floating point"), ("signed-8", "i1", COLORS / 2, "signed"), ("signed-16", "i2", COLORS, "signed"),
        ("signed-32", "i4", COLORS, "signed"), ("long", "u8", COLORS, "samples"),
    ]:
        unread(f"tiff-{name}.tif", functools.partial(tiff_of, codes, 2, dtype), feature)
    unread("tiff-inks.tif", functools.partial(tiff_of, INKS, 5, "u1", tags=[(332, 3, [2])]), "inks")
    unread("tiff-sensor.tif", functools.partial(tiff_of, GREYS, 32803, "u1"), "colors")
    unread("tiff-compression.tif", lambda: tiff([b"abcd"], 2, 8, 3, compression=34892), "compression")
    unread("tiff-12-bits.tif", lambda: tiff([bytes(SIDE * SIDE * 3 // 2)], 1, 12, 1), "samples")


def ycbcr(colors):
    """ITU-R BT.601 of full range, as JFIF and TIFF have it."""
    matrix = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
    return np.clip(np.round(colors @ matrix.T + [0, 128, 128]), 0, 255)


def ycbcr_tiffs():
    values = quarters(ycbcr(COLORS), np.uint8)
    reference = [(n, 1) for n in (0, 255, 128, 255, 128, 255)]
    for (across, down), compression in itertools.product([(1, 1), (2, 1), (2, 2), (4, 4)], COMPRESSIONS):
        number, compress = COMPRESSIONS[compression]
        blocks = values.reshape(SIDE // down, down, SIDE // across, across, 3).transpose(0, 2, 1, 3, 4)
        luma = blocks[..., 0].reshape(SIDE // down, SIDE // across, -1)
        data = np.concatenate([luma, blocks[:, :, 0, 0, 1:]], axis=2).tobytes()
        half = len(data) // 2
        original(f"tiff-ycbcr-{across}{down}-{compression}.tif", functools.partial(
            tiff, [compress(data[:half]), compress(data[half:])], 6, 8, 3, compression=number, rows=SIDE // 2,
            tags=[(530, 3, [across, down]), (532, 5, reference)]), COLORS, tolerance=3)
    original("tiff-ycbcr-wide.tif", functools.partial(
        tiff, [values.tobytes()], 6, 8, 3, tags=[(530, 3, [1, 1]), (532, 5, reference)], icc=P3_PROFILE), shown(COLORS, 12, 13), tolerance=5)
    image = pillow("rgb")
    original("tiff-jpeg.tif", lambda: encoded(image, "TIFF", compression="jpeg", quality=97), COLORS, tolerance=6)
    jpeg = encoded(image, "JPEG", quality=97, subsampling=0)
    # A whole stream in one strip, as TIFF 6.0 has it in section 22 (JPEGInterchangeFormat).
    original("tiff-old-jpeg.tif", lambda: tiff(
        [jpeg], 6, 8, 3, compression=6, tags=[(512, 3, [1]), (513, 4, [8]), (514, 4, [len(jpeg)]), (530, 3, [1, 1])]), COLORS, tolerance=4)


# AVIF and HEIC

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "codes.json")) as kept:
    # Made once by libaom 3.13 and x265 4.1: the quarters of COLORS, and of GREYS for 4:0:0, of full range.
    KEPT = {name: tuple(base64.b64decode(code[part]) for part in ("configuration", "data")) for name, code in json.load(kept).items()}


def parts_of(avif):
    """Configuration and data of a file with one picture."""
    start = avif.index(b"av1C") - 4
    return avif[start + 8:start + struct.unpack_from(">I", avif, start)[0]], avif[avif.index(b"mdat") + 4:]


@functools.cache
def code(codec, depth, sampling):
    if codec == "hevc" or depth > 8: return KEPT[f"{codec}-{depth}-{sampling}"]
    if sampling == "400":
        return parts_of(encoded(Image.fromarray(quarters(GREYS, np.uint8)), "AVIF", quality=95, subsampling="4:0:0"))
    return parts_of(encoded(pillow("rgb"), "AVIF", quality=95, subsampling=":".join(sampling)))


@functools.cache
def av1_grey(values, narrow=False, **options):
    """One channel of these values; narrow ones of 16–235."""
    return parts_of(encoded(Image.fromarray(quarters(np.round(values), np.uint8)), "AVIF", quality=100, subsampling="4:0:0",
                            range="limited" if narrow else "full"))


def heif(codec, pictures, colr=(), premultiplied=False, brand=None):
    """`pictures` are the configuration and the data of colours and perhaps of alpha."""
    kind, configuration = {"av1": (b"av01", b"av1C"), "hevc": (b"hvc1", b"hvcC")}[codec]
    properties, associations, references = [], [], []
    for item, (record, data) in enumerate(pictures, 1):
        own = [box(configuration, record), full_box(b"ispe", struct.pack(">II", SIDE, SIDE))]
        if item == 1:
            own += [box(b"colr", content) for content in colr]
        else:
            own.append(full_box(b"auxC", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"))
            references.append(box(b"auxl", struct.pack(">HHH", 2, 1, 1)))
            if premultiplied: references.append(box(b"prem", struct.pack(">HHH", 1, 1, 2)))
        numbers = range(len(properties) + 1, len(properties) + 1 + len(own))
        # The codec's configuration is essential.
        associations.append(struct.pack(">HB", item, len(own)) + bytes([numbers[0] | 0x80, *numbers[1:]]))
        properties += own

    def meta(start):
        items, places = [], b""
        for item, (_, data) in enumerate(pictures, 1):
            items.append(full_box(b"infe", struct.pack(">HH", item, 0), kind + b"\0", version=2))
            places += struct.pack(">HHHII", item, 0, 1, start, len(data))
            start += len(data)
        return full_box(
            b"meta", full_box(b"hdlr", bytes(4) + b"pict" + bytes(13)), full_box(b"pitm", struct.pack(">H", 1)),
            full_box(b"iloc", struct.pack(">HH", 0x4400, len(pictures)), places),
            full_box(b"iinf", struct.pack(">H", len(pictures)), *items),
            *([full_box(b"iref", *references)] if references else []),
            box(b"iprp", box(b"ipco", *properties), full_box(b"ipma", struct.pack(">I", len(pictures)), *associations)))

    major = brand or (b"avif" if codec == "av1" else b"heic")
    head = box(b"ftyp", major + bytes(4) + major + b"mif1miaf")
    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", *(data for _, data in pictures))


def nclx(primaries, transfer, full=True, matrix=6):
    return b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80 if full else 0)


def heifs():
    for (codec, end), depth, sampling in itertools.product([("av1", "avif"), ("hevc", "heic")], (8, 10, 12), ("400", "420", "444")):
        model, codes = ("grey", GREYS) if sampling == "400" else ("rgb", COLORS)
        usual = nclx(1, 13)
        tolerance = 4
        alpha = code(codec, depth, "400")
        for name, colr, colors in [
            ("none", [usual], codes), ("fitting", [b"prof" + SRGB_PROFILE, usual], codes),
            ("ink", [b"prof" + INK_PROFILE, usual], codes), ("broken", [b"prof" + broken(P3_PROFILE), usual], codes),
            ("p3", [nclx(12, 13)], shown(codes, 12, 13)), ("pq", [nclx(9, 16)], shown(codes, 9, 16)),
            ("hlg", [nclx(9, 18)], shown(codes, 9, 18)), ("linear", [nclx(1, 8)], shown(codes, 1, 8)),
            ("unspecified", [nclx(2, 2)], codes), ("profile-over-nclx", [nclx(9, 16), b"prof" + SRGB_PROFILE], codes),
            ("unknown", [nclx(99, 99)], codes),
        ] + ([("wide", [b"prof" + P3_PROFILE, usual], shown(codes, 12, 13)), ("grey", [b"prof" + GREY_PROFILE, usual], codes)]
             if model == "rgb" else []):
            if codec == "hevc" and name == "unknown": continue
            # Steep curves make much of little.
            more = 6 if name in ("pq", "hlg", "linear") else slack(model, name, 0)
            original(f"{end}-{depth}-{sampling}-{name}.{end}", functools.partial(heif, codec, [code(codec, depth, sampling)], colr),
                     colors, tolerance=tolerance + more)
            original(f"{end}-{depth}-{sampling}-alpha-{name}.{end}",
                     functools.partial(heif, codec, [code(codec, depth, sampling), alpha], colr), colors, GREYS, tolerance + more)
    # Colours times alpha.
    share = GREYS / 255
    image = Image.fromarray(quarters(np.round((COLORS.T * share).T), np.uint8))
    multiplied = lambda: parts_of(encoded(image, "AVIF", quality=100, subsampling="4:4:4"))
    original("avif-premultiplied.avif", lambda: heif("av1", [multiplied(), av1_grey(tuple(GREYS))], [nclx(1, 13)], True),
             COLORS, GREYS, 9)
    # Narrow ranges.
    narrow = av1_grey(tuple(GREYS), narrow=True)
    original("avif-grey-narrow.avif", lambda: heif("av1", [narrow], [nclx(1, 13, full=False)]), GREYS, tolerance=3)
    original("avif-grey-narrow-silent.avif", lambda: heif("av1", [narrow]), GREYS, tolerance=3)
    original("avif-alpha-narrow.avif", lambda: heif("av1", [code("av1", 8, "444"), narrow], [nclx(1, 13)]), COLORS, GREYS, 4)
    unread("heic-vvc.heic", lambda: heif("hevc", [code("hevc", 8, "420")], [nclx(1, 13)]).replace(b"hvc1", b"vvc1"), "codec")


# GIF


def gifs():
    image = Image.new("P", (SIDE, SIDE))
    image.putdata(quarters(np.arange(4), np.uint8).flatten().tolist())
    image.putpalette(COLORS.astype(np.uint8).flatten().tolist())
    original("gif.gif", lambda: encoded(image, "GIF"), COLORS)
    original("gif-interlaced.gif", lambda: encoded(image, "GIF", interlace=1), COLORS)
    original("gif-alpha.gif", lambda: encoded(image, "GIF", transparency=2), COLORS, [255, 255, 0, 255])


for group in (jpegs, webps, pngs, signalled_pngs, tiffs, ycbcr_tiffs, heifs, gifs):
    group()


def main():
    if len(sys.argv) < 2: sys.exit(__doc__)
    directory, names = sys.argv[1], set(sys.argv[2:])
    os.makedirs(directory, exist_ok=True)
    for name, data, _ in ORIGINALS:
        if not names or name in names:
            with open(os.path.join(directory, name), "wb") as out: out.write(data())
    with open(os.path.join(directory, "matrix.json"), "w") as out:
        json.dump([told for name, _, told in ORIGINALS if not names or name in names], out)


if __name__ == "__main__":
    main()
