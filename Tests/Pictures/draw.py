#!/usr/bin/env python3
"""Draws the pictures that tests look at, with Pillow and numpy: tools that share no code with the service.

    python draw.py <directory> [<file> …]      all files, or those that are named

The same files come out of every run. Sizes are width×height in px.

Orientation (JPEG 4:4:4, quality 95; upright they all look the same, 120×80)
  f-1.jpg … f-8.jpg   EXIF orientation 1–8. White, a black F in the middle, 24×24 corners: top left red, top right green,
                      bottom left blue, bottom right yellow. Files 5–8 are stored as 80×120.
  f.png               The same upright picture without EXIF.
  f-6.png, f-6.webp, f-6.tif   Stored turned as f-6.jpg, orientation 6 in EXIF (TIFF: in its own tag).

Colour
  swatches.png        The reference, 8-bit RGB, 240×160: six columns of 40 px (red, green, blue, grey 128, skin 224,172,138,
                      teal 32,144,128), the lower half blended half way to white.
  swatches.jpg, .webp, .avif, .gif, .tif   The same in other formats (lossy ones at quality 95, 4:4:4 where they can).
  swatches.heic       The same; kept beside this script, as Pillow writes no HEVC:
                      vips heifsave swatches.png swatches.heic --compression hevc --Q 90 --strip
  deep.png, deep.tif  The swatches with 16 bits a channel.
  deep-grey.png       120×80, 16-bit grey, left to right from 0 to 65535.
  palette.png         120×80, 8-bit palette: left third red, middle green, right third index 2 = fully transparent (tRNS).
  grey.jpg, grey.png  120×80, left to right from black to white, one channel.
  grey-spots.tif      The same with two further channels of noise, of which nothing says what they are.
  grey-alpha.png      120×80, grey 128, alpha left to right from 0 to 255.
  cmyk.jpg            The swatches in CMYK without a profile (naive: C = 255 − R …, K = 0), Adobe-inverted as Photoshop does.
  deep-ink.tif        The same ink values with 16 bits, not inverted.
  cmyk-icc.jpg        The same ink values with an ICC profile whose colours are 20 % darker than naive.
  p3.jpg, p3.png      The swatches' sRGB colours, written as Display P3 values with a Display P3 profile: must come out as swatches.
  srgb.jpg            The swatches with an sRGB profile.
  alpha.png, alpha.webp  160×120: red on the left half, blue on the right; alpha from 0 at the top to 255 at the bottom.
  halo.png            100×100: opaque white disc of radius 40 on transparent *black*: a resize must leave no dark rim.

Thumbnails
  thumbnail.avif      400×300, red, with a thumbnail of 100×75, blue.
  thumbnail-damaged.avif, thumbnail-square.avif   The same; the thumbnail is no AV1, or one of 100×100.

Photographs (procedural: gradients, noise of many scales, edges)
  photo.jpg           1500×1000, quality 90, 4:2:0.        photo.png   the same pixels before JPEG, 600×400.
  photo-progressive.jpg  1500×1000, progressive.
  photo-2mp.jpg       1732×1155.      photo-6mp.jpg   3000×2000.      photo-24mp.jpg   6000×4000.
  photo.webp, photo.avif, photo.tif, photo.gif   600×400.
  photo-alpha.png     600×400 with an oval alpha.
  big.webp            3000×2000, quality 80.

Animations
  anim.gif, anim.webp 4 frames of 64×48: full-frame red, green, blue, yellow, each with a black 16×16 square in another
                      corner (top left, top right, bottom right, bottom left); delays 100, 200, 300, 400 ms; loop 3 times.
  anim.png            The same frames behind a magenta default image that is none of them: an APNG.
  anim.avif           The same, quality 95, 4:4:4.      moving.avif  without its still: tracks alone.
  many-frames.png     600 frames of 2×2, as an APNG.
  cut.png, long.png   anim.png up to the middle of its third frame; anim.png that announces 2³¹ − 1 frames.
  inset.gif           A screen of 64×48 with a red frame of 32×24 at 16,12, none of whose colours is transparent.
  film.gif, film.webp, film.png, film.avif   8 frames of 480×320: a window that moves over a photograph, 80 ms each, for ever.
  anim-alpha.gif      3 frames of 60×40: a red 20×40 bar at x = 0, 20, 40 on transparent, 70 ms each, for ever.

Borders
  framed.png          200×150, uniform #f0f0f0 around a dark box at x = 30, y = 20, 110×90.
  framed-6.jpg        The same, stored with orientation 6 (upright as framed.png).
  uniform.png         50×40, all one colour.

Metadata
  metadata.jpg        240×160 with EXIF (Copyright "© Ada Example", Artist "Ada Example", ImageDescription "A secret note",
                      Make "SecretCam", GPS position, orientation 1), XMP (dc:rights "XMP rights", dc:creator "XMP creator",
                      dc:description "XMP secret note", exif:GPSLatitude) and IPTC (CopyrightNotice "IPTC rights", By-line "IPTC creator",
                      City "Secretville").
  metadata-6.jpg      The same, stored with orientation 6.

SVG
  logo.svg            100×50: red left half, blue right half, no background; viewBox only scales.
  drawing.svg         600×400: 300 translucent circles and curves, no background.
  svg-href.svg, svg-file.svg, svg-xinclude.svg, svg-bomb.svg, svg-huge.svg, svg-script.svg   Hostile: each has an 80×80 green square
                      and tries to reach the network, a file next to it (secret.png, all magenta), an include, an entity
                      bomb, a huge canvas, a script.
  secret.png          80×80 magenta.

  latin.svgz, utf-16-le.svg, utf-16-be.svg   logo.svg, compressed and in UTF-16 with a byte order mark.
  bomb.svgz           logo.svg and 200 MB of blanks, compressed.

BMP and ICO
  q-*.bmp             24×16: red, green, blue and yellow quarters, with palettes (1 has red above blue, 4, 8, rle4, rle8), of
                      16 (555, 565), 24 and 32 bits, from the top (top), with an alpha mask of which all is half transparent (alpha), and
                      with the header of OS/2 (os2).
  favicon.ico         16×16 red of 4 bits, 48×48 quarters of 32 bits whose lower left is transparent, 32×32 green as PNG, in this order; the
                      directory says of the largest that it has 8×8.
  i-*.ico             24×24 quarters of 4, 8, 24 bits whose lower left is transparent by the mask; and of 1 bit, red above blue.
  png.ico             16×16 red, and 256×256 quarters as a PNG.
  cut.bmp, cut.ico, huge.bmp, huge.ico, empty.ico, png-bomb.ico   Damaged: the first half of q-24.bmp and favicon.ico, headers that say
                      30000×30000, an ICO of no picture, and one with bomb.png inside.

Damaged
  truncated.jpg, truncated.png, truncated.webp, truncated.gif   The first half of photo.jpg, photo.png, photo.webp, anim.gif.
  no-end.jpg, no-end-progressive.jpg   photo.jpg and photo-progressive.jpg without their last two bytes, the end marker.
  early.jpg, early-progressive.jpg     The same without the last third.
  early.png, early-interlaced.png      64×64 of #336699, RGB, whose rows are not compressed, without the last third; interlaced: one that
                      has its first five passes.
  truncated-first.gif  The first half of film.gif's first frame, whose header and half of whose codes are there.
  early.gif           anim.gif, which ends in the middle of its third frame.
  wrong-sum.png       f.png with a wrong checksum of its pixels' chunk; wrong-pixels.png: early.png as it was, with a byte of its
                      pixels changed.
  headless.jpg, headless.png   The first 12 bytes only.
  broken-header.png   Right signature, IHDR with a wrong checksum and size 0.
  noise.jpg           A JPEG's first two bytes and 4 KiB of noise.
  empty.jpg           No bytes at all.
  page.jpg            An HTML page.
  text.txt            Text.
  bomb.png            30000×30000, one colour, 1-bit: a few dozen KB that would be 2.7 GB.
  bomb.gif            A GIF whose header says 65535×65535 and whose frame is 1×1.
  many-frames.gif     600 frames of 2×2.
  lying.avif, lying-much.avif   AVIFs whose container says 64×64: the codec has 600×400 (photo.avif), and 5000×5000.
  jpeg.tif, lying.tif   photo.png as a TIFF of JPEGs, and the same with a JPEG inside that says 20000×20000.
  lying.webp          f-6.webp whose extended header says 64×64.
  text-bomb.png       f.png with ten compressed texts of 256 KB that inflate to 256 MB each.
  profile-bomb.png    f.png with a colour profile that does.

Other
  quadrants.heic      96×64: red, green, blue and yellow quarters, as f.png has its corners. Not drawn: Pillow writes no HEIC.
  pages.tif           Two pages: 90×60 red, then 90×60 green.
  one.png             1×1 #336699.      wide.png   800×3.      tall.png   3×800.
  map-*.png           60x40, 300x200, 300x40, 60x300: red grows from the left, green from the top, blue is 128; with -alpha before the
                      extension everywhere half transparent (alpha 128).
  areas.png           64×50: from the left 32 px #1f2937, 16 px #e0a030, 8 px #209080, 8 px transparent.
  blurhash-*.png      The BlurHash HASH as another program paints it: 48x36, 48x36-punch2, 48x36-punch0 and 200x150.
  jpeg-*, png-*, tiff-*, avif-*, heic-* with their kind in the name: some of what matrix.py draws.
  wide-mark.png       40×20, the left half magenta, the right one cyan.
  mark.png            60×40: half transparent (alpha 128) green, with an opaque 2 px black rim.
"""

import base64
import functools
import gzip
import io
import os
import random
import struct
import sys
import zlib

import blurhash
import numpy as np
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

FILES = {}


def file(*names):
    """Registers what draws `names`; the function gets one name and gives bytes."""

    def register(function):
        for name in names:
            FILES[name] = function
        return function

    return register


def encoded(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


JPEG = dict(quality=95, subsampling=0)

# Orientation


def f_picture():
    image = Image.new("RGB", (120, 80), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 23, 23), fill=(255, 0, 0))
    draw.rectangle((96, 0, 119, 23), fill=(0, 255, 0))
    draw.rectangle((0, 56, 23, 79), fill=(0, 0, 255))
    draw.rectangle((96, 56, 119, 79), fill=(255, 255, 0))
    draw.rectangle((48, 16, 55, 63), fill="black")
    draw.rectangle((48, 16, 79, 23), fill="black")
    draw.rectangle((48, 36, 71, 43), fill="black")
    return image


# What turns the upright picture into the stored one: the inverse of what the tag asks for.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(image, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return (image.transpose(STORED[orientation]) if orientation in STORED else image), exif


@file(*[f"f-{n}.jpg" for n in range(1, 9)])
def f_jpeg(name):
    image, exif = stored(f_picture(), int(name[2]))
    return encoded(image, "JPEG", exif=exif.tobytes(), **JPEG)


@file("f.png")
def f_upright(name):
    return encoded(f_picture(), "PNG")


@file("f-6.png", "f-6.webp", "f-6.tif")
def f_others(name):
    image, exif = stored(f_picture(), 6)
    if name.endswith("png"):
        return encoded(image, "PNG", exif=exif.tobytes())
    if name.endswith("webp"):
        return encoded(image, "WEBP", lossless=True, exif=exif.tobytes())
    return encoded(image, "TIFF", tiffinfo={0x0112: 6})


# Colour

COLUMNS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (224, 172, 138), (32, 144, 128)]


def swatches_array():
    pixels = np.zeros((160, 240, 3), np.uint8)
    for column, color in enumerate(COLUMNS):
        pixels[:80, column * 40 : column * 40 + 40] = color
        pixels[80:, column * 40 : column * 40 + 40] = [(value + 255) // 2 for value in color]
    return pixels


def swatches():
    return Image.fromarray(swatches_array())


@file("swatches.png", "swatches.jpg", "swatches.webp", "swatches.avif", "swatches.gif", "swatches.tif")
def swatches_file(name):
    image = swatches()
    match name.split(".")[1]:
        case "png":
            return encoded(image, "PNG")
        case "jpg":
            return encoded(image, "JPEG", **JPEG)
        case "webp":
            return encoded(image, "WEBP", quality=95)
        case "avif":
            return encoded(image, "AVIF", quality=95, subsampling="4:4:4", speed=8)
        case "gif":
            return encoded(image.quantize(16, dither=Image.Dither.NONE), "GIF")
        case "tif":
            return encoded(image, "TIFF")


@file("swatches.heic")
def swatches_heic(name):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "rb") as kept:
        return kept.read()


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color_type, rows, extra=b""):
    """A PNG made by hand, for what Pillow does not write."""
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra
        + png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b"")
    )


@file("deep.png")
def deep_png(name):
    pixels = (swatches_array().astype(np.uint16) * 257).astype(">u2")
    return png(240, 160, 16, 2, b"".join(b"\0" + row.tobytes() for row in pixels))


@file("deep-grey.png")
def deep_grey(name):
    row = np.round(np.linspace(0, 65535, 120)).astype(">u2").tobytes()
    return png(120, 80, 16, 0, (b"\0" + row) * 80)


@file("deep.tif")
def deep_tiff(name):
    return tiff(swatches_array().astype("<u2") * 257, 2)


@file("deep-ink.tif")
def deep_ink(name):
    inks = np.dstack([255 - swatches_array(), np.zeros((160, 240), np.uint8)])
    return tiff(inks.astype("<u2") * 257, 5)


@file("grey-spots.tif")
def grey_spots(name):
    spots = np.random.default_rng(5).integers(0, 256, (80, 120, 2), np.uint8)
    return tiff(np.dstack([ramp(), spots]), 1)


def tiff(pixels, photometric):
    """At least three unsigned samples a pixel, without compression."""
    data = pixels.tobytes()
    height, width, samples = pixels.shape
    # One strip after the header; the directory after the strip (TIFF 6.0, section 2).
    bits = 8 + len(data)
    directory = bits + 2 * samples
    entries = [
        (256, 3, 1, width), (257, 3, 1, height), (258, 3, samples, bits), (259, 3, 1, 1), (262, 3, 1, photometric),
        (273, 4, 1, 8), (277, 3, 1, samples), (278, 3, 1, height), (279, 4, 1, len(data)), (284, 3, 1, 1),
    ]
    out = struct.pack("<2sHI", b"II", 42, directory) + data
    out += struct.pack(f"<{samples}H", *[8 * pixels.itemsize] * samples)
    out += struct.pack("<H", len(entries))
    out += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return out + struct.pack("<I", 0)


@file("palette.png")
def palette(name):
    image = Image.new("P", (120, 80), 0)
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.paste(1, (40, 0, 80, 80))
    image.paste(2, (80, 0, 120, 80))
    return encoded(image, "PNG", transparency=2)


def ramp():
    return np.tile(np.round(np.linspace(0, 255, 120)).astype(np.uint8), (80, 1))


@file("grey.jpg", "grey.png")
def grey(name):
    image = Image.fromarray(ramp())
    return encoded(image, "JPEG", **JPEG) if name.endswith("jpg") else encoded(image, "PNG")


@file("grey-alpha.png")
def grey_alpha(name):
    image = Image.merge("LA", (Image.new("L", (120, 80), 128), Image.fromarray(ramp())))
    return encoded(image, "PNG")


@file("cmyk.jpg", "cmyk-icc.jpg")
def cmyk(name):
    inks = np.dstack([255 - swatches_array(), np.zeros((160, 240), np.uint8)])
    image = Image.frombytes("CMYK", (240, 160), inks.tobytes())
    options = dict(JPEG)
    if "icc" in name:
        options["icc_profile"] = cmyk_profile()
    return encoded(image, "JPEG", **options)


# ICC profiles, written tag by tag (ICC.1:2001-04, version 2).


def s15(value):
    return struct.pack(">i", int(round(value * 65536)))


def icc_text(text):
    return b"text\0\0\0\0" + text.encode() + b"\0"


def icc_description(text):
    data = text.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(data)) + data + bytes(8) + bytes(3) + bytes(67)


def icc_xyz(x, y, z):
    return b"XYZ \0\0\0\0" + s15(x) + s15(y) + s15(z)


def icc_profile(device_class, space, connection, tags):
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for signature, data in tags:
        data += bytes(-len(data) % 4)
        table += struct.pack(">4sII", signature, start + len(body), len(data))
        body += data
    size = start + len(body)
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4sIQI", size, b"none", 0x02400000, device_class, space, connection,
        2024, 1, 1, 0, 0, 0, b"acsp", b"\0\0\0\0", 0, b"none", 0, 0, 0)
    header += s15(0.9642) + s15(1.0) + s15(0.8249)
    header += bytes(128 - len(header))
    return header + struct.pack(">I", len(tags)) + table + body


D50 = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def colorants(primaries):
    """RGB to XYZ for D50, of primaries given as xy with a D65 white."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
    matrix = columns * np.linalg.solve(columns, white)
    scale = np.diag((BRADFORD @ D50) / (BRADFORD @ white))
    return np.linalg.inv(BRADFORD) @ scale @ BRADFORD @ matrix


SRGB = colorants([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)])
P3 = colorants([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)])


def linear(value):
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def nonlinear(value):
    value = np.clip(value, 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


def p3_profile():
    curve = np.round(linear(np.arange(1024) / 1023) * 65535).astype(">u2").tobytes()
    curve = b"curv\0\0\0\0" + struct.pack(">I", 1024) + curve
    tags = [
        (b"desc", icc_description("P3 of the tests")), (b"cprt", icc_text("none")), (b"wtpt", icc_xyz(*D50)),
        (b"rXYZ", icc_xyz(*P3[:, 0])), (b"gXYZ", icc_xyz(*P3[:, 1])), (b"bXYZ", icc_xyz(*P3[:, 2])),
        (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve),
    ]
    return icc_profile(b"mntr", b"RGB ", b"XYZ ", tags)


def cmyk_profile():
    """Naive inks whose light is 20 % weaker in sRGB values: a known answer that the naive conversion does not give."""
    points = np.array(np.meshgrid(*[np.linspace(0, 1, 9)] * 4, indexing="ij")).reshape(4, -1).T
    rgb = (1 - points[:, :3]) * (1 - points[:, 3:]) * 0.8
    xyz = linear(rgb) @ SRGB.T / D50
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)
    # lut16Type holds L* × 652.8 and (a*, b* + 128) × 256.
    table = np.round(np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], 1))
    table = np.clip(table, 0, 65535).astype(">u2").tobytes()
    identity = struct.pack(">HH", 0, 65535)
    unit = b"".join(s15(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    lut = b"mft2\0\0\0\0" + bytes([4, 3, 9, 0]) + unit + struct.pack(">HH", 2, 2) + identity * 4 + table + identity * 3
    tags = [
        (b"desc", icc_description("Dark inks of the tests")), (b"cprt", icc_text("none")), (b"wtpt", icc_xyz(*D50)),
        (b"A2B0", lut),
    ]
    return icc_profile(b"prtr", b"CMYK", b"Lab ", tags)


@file("p3.jpg", "p3.png")
def p3(name):
    values = linear(swatches_array() / 255) @ (np.linalg.inv(P3) @ SRGB).T
    image = Image.fromarray(np.round(nonlinear(values) * 255).astype(np.uint8))
    if name.endswith("png"):
        return encoded(image, "PNG", icc_profile=p3_profile())
    return encoded(image, "JPEG", icc_profile=p3_profile(), **JPEG)


def srgb_profile():
    # Little CMS stamps the time of creation into the header, at 24–35 (ICC.1:2001-04, 6.1).
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
    return bytes(profile)


@file("srgb.jpg")
def srgb(name):
    return encoded(swatches(), "JPEG", icc_profile=srgb_profile(), **JPEG)


@file("alpha.png", "alpha.webp")
def alpha(name):
    pixels = np.zeros((120, 160, 4), np.uint8)
    pixels[:, :80, 0] = 255
    pixels[:, 80:, 2] = 255
    pixels[..., 3] = np.round(np.linspace(0, 255, 120)).astype(np.uint8)[:, None]
    image = Image.fromarray(pixels)
    return encoded(image, "PNG") if name.endswith("png") else encoded(image, "WEBP", lossless=True, exact=True)


@file("halo.png")
def halo(name):
    y, x = np.mgrid[:100, :100]
    inside = (x - 49.5) ** 2 + (y - 49.5) ** 2 <= 1600
    return encoded(Image.fromarray(np.repeat((inside * 255).astype(np.uint8)[..., None], 4, 2)), "PNG")


# Photographs


def photo_pixels(width, height, seed=7):
    random_source = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    total[..., 0] = 150 + 80 * x - 60 * y
    total[..., 1] = 120 + 60 * y
    total[..., 2] = 200 - 120 * y
    cells, weight = 6, 60.0
    while cells <= 768:
        small = random_source.integers(0, 255, (max(cells * height // width, 1), cells, 3), dtype=np.uint8)
        layer = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        total += (np.asarray(layer, np.float32) - 127.5) * (weight / 127.5)
        cells, weight = cells * 2, weight * 0.62
    image = Image.fromarray(np.clip(total, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    shapes = random.Random(seed)
    for _ in range(30):
        left, top = shapes.randrange(width), shapes.randrange(height)
        side = shapes.randrange(width // 60 + 2, width // 10 + 4)
        color = tuple(shapes.randrange(256) for _ in range(3))
        if shapes.random() < 0.5:
            draw.ellipse((left, top, left + side, top + side), fill=color)
        else:
            draw.line((left, top, left + side * 3, top + side), fill=color, width=max(width // 400, 1))
    return image


PHOTOS = {"photo.jpg": (1500, 1000), "photo-2mp.jpg": (1732, 1155), "photo-6mp.jpg": (3000, 2000),
          "photo-24mp.jpg": (6000, 4000), "photo-progressive.jpg": (1500, 1000)}


@file(*PHOTOS)
def photo_jpeg(name):
    return encoded(photo_pixels(*PHOTOS[name]), "JPEG", quality=90, progressive="progressive" in name)


@file("photo.png", "photo.webp", "photo.avif", "photo.tif", "photo.gif")
def photo_others(name):
    image = photo_pixels(600, 400)
    match name.split(".")[1]:
        case "png":
            return encoded(image, "PNG")
        case "webp":
            return encoded(image, "WEBP", quality=90)
        case "avif":
            return encoded(image, "AVIF", quality=85, speed=8)
        case "tif":
            return encoded(image, "TIFF", compression="tiff_lzw")
        case "gif":
            return encoded(image.quantize(), "GIF")


@file("photo-alpha.png")
def photo_alpha(name):
    image = photo_pixels(600, 400)
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((20, 20, 580, 380), fill=255)
    image.putalpha(mask)
    return encoded(image, "PNG")


@file("big.webp")
def big_webp(name):
    return encoded(photo_pixels(3000, 2000), "WEBP", quality=80, method=2)


# Animations


def animation_frames():
    corners = [(0, 0), (48, 0), (48, 32), (0, 32)]
    frames = []
    for color, (left, top) in zip([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)], corners):
        image = Image.new("RGB", (64, 48), color)
        image.paste((0, 0, 0), (left, top, left + 16, top + 16))
        frames.append(image)
    return frames


@file("anim.gif", "anim.webp")
def animation(name):
    frames = animation_frames()
    options = dict(save_all=True, duration=[100, 200, 300, 400])
    if name.endswith("gif"):
        # GIF counts repetitions after the first showing.
        frames = [frame.quantize(4, dither=Image.Dither.NONE) for frame in frames]
        return encoded(frames[0], "GIF", append_images=frames[1:], loop=3, optimize=False, **options)
    return encoded(frames[0], "WEBP", append_images=frames[1:], loop=3, lossless=True, **options)


def png_chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def animated_png(still, frames, milliseconds, plays, announced=None):
    """RGB frames of the whole canvas, behind a default image that is none of them."""

    def pixels(image):
        return zlib.compress(b"".join(b"\0" + row.tobytes() for row in np.asarray(image)))

    width, height = still.size
    out = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    out += png_chunk(b"acTL", struct.pack(">II", announced or len(frames), plays)) + png_chunk(b"IDAT", pixels(still))
    for index, frame in enumerate(frames):
        control = (2 * index, width, height, 0, 0, milliseconds[index % len(milliseconds)], 1000, 0, 0)
        out += png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", *control))
        out += png_chunk(b"fdAT", struct.pack(">I", 2 * index + 1) + pixels(frame))
    return out + png_chunk(b"IEND")


@file("anim.png", "cut.png", "long.png")
def animation_png(name):
    still = Image.new("RGB", (64, 48), "magenta")
    whole = animated_png(still, animation_frames(), [100, 200, 300, 400], 3, 2**31 - 1 if name == "long.png" else None)
    return whole[:[place for place in range(len(whole)) if whole.startswith(b"fdAT", place)][2] + 40] if name == "cut.png" else whole


@file("many-frames.png")
def many_frames_png(name):
    frames = [Image.new("RGB", (2, 2), (index % 256, 0, 0)) for index in range(600)]
    return animated_png(frames[0], frames, [100], 0)


@file("anim.avif", "moving.avif")
def animated_avif(name):
    frames = animation_frames()
    whole = encoded(
        frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300, 400], quality=95,
        subsampling="4:4:4")
    # A brand that promises a still goes with it.
    return whole.replace(b"meta", b"free", 1).replace(b"avifavis", b"iso8avis", 1) if name == "moving.avif" else whole


@file("inset.gif")
def inset(name):
    whole = encoded(Image.new("P", (32, 24), 0), "GIF", optimize=False)
    table = b"\xff\0\0" + b"\0\0\0"
    # From the image descriptor on, with another place and a table of two colours before it.
    start = whole.index(b"\x2c\0\0\0\0\x20\0\x18\0")
    return (
        b"GIF89a" + struct.pack("<HHBBB", 64, 48, 0x80, 0, 0) + table + struct.pack("<BHHHHB", 0x2C, 16, 12, 32, 24, 0)
        + whole[start + 10 + (3 << (whole[start + 9] & 7) + 1 if whole[start + 9] & 0x80 else 0):])


@file("film.gif", "film.webp", "film.png", "film.avif")
def film(name):
    whole = photo_pixels(580, 320)
    frames = [whole.crop((left, 0, left + 480, 320)) for left in range(0, 96, 12)]
    if name == "film.png":
        return animated_png(frames[0], frames, [80], 0)
    options = dict(save_all=True, duration=80, loop=0)
    if name.endswith("avif"):
        return encoded(frames[0], "AVIF", append_images=frames[1:], quality=80, save_all=True, duration=80)
    if name.endswith("gif"):
        frames = [frame.quantize() for frame in frames]
        return encoded(frames[0], "GIF", append_images=frames[1:], **options)
    return encoded(frames[0], "WEBP", append_images=frames[1:], quality=80, **options)


@file("anim-alpha.gif")
def animation_alpha(name):
    frames = []
    for left in (0, 20, 40):
        image = Image.new("P", (60, 40), 1)
        image.putpalette([255, 0, 0, 0, 0, 0])
        image.paste(0, (left, 0, left + 20, 40))
        frames.append(image)
    return encoded(
        frames[0], "GIF", save_all=True, append_images=frames[1:], duration=70, loop=0, transparency=1, disposal=2,
        optimize=False)


# Borders


def framed_picture():
    image = Image.new("RGB", (200, 150), "#f0f0f0")
    box = photo_pixels(110, 90).point(lambda value: value // 3)
    image.paste(box, (30, 20))
    # Corners that are surely dark, so that the box is exact.
    ImageDraw.Draw(image).rectangle((30, 20, 139, 109), outline=(10, 20, 30), width=2)
    return image


@file("framed.png", "framed-6.jpg")
def framed(name):
    if name.endswith("png"):
        return encoded(framed_picture(), "PNG")
    image, exif = stored(framed_picture(), 6)
    return encoded(image, "JPEG", exif=exif.tobytes(), **JPEG)


@file("uniform.png")
def uniform(name):
    return encoded(Image.new("RGB", (50, 40), (9, 99, 199)), "PNG")


# Metadata

XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,31.2N">
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">XMP rights</rdf:li></rdf:Alt></dc:rights>
<dc:creator><rdf:Seq><rdf:li>XMP creator</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">XMP secret note</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def iptc_segment():
    def dataset(number, text):
        return b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(text)) + text

    records = dataset(116, b"IPTC rights") + dataset(80, b"IPTC creator") + dataset(90, b"Secretville")
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records + bytes(len(records) % 2)
    payload = b"Photoshop 3.0\0" + block
    return b"\xff\xed" + struct.pack(">H", len(payload) + 2) + payload


@file("metadata.jpg", "metadata-6.jpg")
def metadata(name):
    image, exif = stored(swatches(), 6 if "6" in name else 1)
    exif[0x8298] = "© Ada Example".encode()
    exif[0x013B] = "Ada Example"
    exif[0x010E] = "A secret note"
    exif[0x010F] = "SecretCam"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    data = encoded(image, "JPEG", exif=exif.tobytes(), xmp=XMP, **JPEG)
    # After the JFIF and EXIF segments, before the tables.
    position = data.index(b"\xff\xdb")
    return data[:position] + iptc_segment() + data[position:]


# SVG

SVG_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
SQUARE = '<rect width="80" height="80" fill="#00ff00"/>'


@file("logo.svg")
def logo(name):
    return (SVG_HEAD + 'width="100" height="50" viewBox="0 0 100 50">'
            '<rect width="50" height="50" fill="#ff0000"/><rect x="50" width="50" height="50" fill="#0000ff"/></svg>').encode()


@file("drawing.svg")
def drawing(name):
    shapes = random.Random(7)
    parts = []
    for number in range(300):
        x, y, size, color = shapes.randrange(600), shapes.randrange(400), shapes.randrange(4, 60), shapes.randrange(1 << 24)
        fill = f'fill="#{color:06x}" fill-opacity="0.{shapes.randrange(3, 10)}"'
        if number % 2:
            parts.append(f'<circle cx="{x}" cy="{y}" r="{size}" {fill}/>')
        else:
            parts.append(f'<path d="M{x} {y}q{size} {-size} {2 * size} 0t{size} {size}z" {fill}/>')
    return (SVG_HEAD + 'width="600" height="400">' + "".join(parts) + "</svg>").encode()


@file("svg-href.svg", "svg-file.svg", "svg-xinclude.svg", "svg-bomb.svg", "svg-huge.svg", "svg-script.svg")
def hostile(name):
    head = SVG_HEAD + 'width="80" height="80">'
    image = '<image width="80" height="80" xlink:href="%s"/>'
    match name:
        case "svg-href.svg":
            body = head + SQUARE + image % "http://127.0.0.1:1/secret.png" + "</svg>"
        case "svg-file.svg":
            # The directory's name is not known here: whoever serves it puts it in the place of DIRECTORY.
            body = head + SQUARE + image % "file://DIRECTORY/secret.png" + image % "secret.png" + "</svg>"
        case "svg-xinclude.svg":
            body = (head.replace("<svg ", '<svg xmlns:xi="http://www.w3.org/2001/XInclude" ') + SQUARE
                    + '<text y="40"><xi:include href="file:///etc/hostname" parse="text"/></text></svg>')
        case "svg-bomb.svg":
            entities = '<!ENTITY a0 "<rect width=\'80\' height=\'80\' fill=\'#ff00ff\'/>">' + "".join(
                f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
            body = f'<?xml version="1.0"?><!DOCTYPE svg [{entities}]>' + head + SQUARE + "&a9;</svg>"
        case "svg-huge.svg":
            body = SVG_HEAD + 'width="1000000" height="1000000">' + SQUARE + "</svg>"
        case _:
            body = head + SQUARE + "<script>document.documentElement.remove()</script></svg>"
    return body.encode()


@file("secret.png")
def secret(name):
    return encoded(Image.new("RGB", (80, 80), (255, 0, 255)), "PNG")


@file("latin.svgz", "utf-16-le.svg", "utf-16-be.svg", "bomb.svgz")
def encoded_svg(name):
    text = logo("logo.svg").decode()
    match name:
        case "latin.svgz":
            return gzip.compress(text.encode(), mtime=0)
        case "bomb.svgz":
            return gzip.compress(text.encode() + b" " * 200_000_000, mtime=0)
        case "utf-16-le.svg":
            return b"\xff\xfe" + text.encode("utf-16-le")
        case _:
            return b"\xfe\xff" + ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16-be")


# BMP and ICO

QUARTERS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]


def quarters(width, height):
    """Rows from the top of indices into QUARTERS."""
    return [[(x >= width // 2) + 2 * (y >= height // 2) for x in range(width)] for y in range(height)]


def rows_of(indices, bits, pixel):
    """Rows as a BMP has them: each filled to four bytes."""
    rows = []
    for row in indices:
        if bits >= 8:
            data = b"".join(pixel(index) for index in row)
        else:
            per = 8 // bits
            data = bytes(sum(index << (8 - bits * (place + 1)) for place, index in enumerate(row[start:start + per]))
                         for start in range(0, len(row), per))
        rows.append(data + bytes(-len(data) % 4))
    return rows


def bmp_header(width, height, bits, compression=0, size=0, colors=0, length=40, masks=()):
    header = struct.pack("<IiiHHIIiiII", length, width, height, 1, bits, compression, size, 2835, 2835, colors, 0)
    return header + b"".join(struct.pack("<I", mask) for mask in masks) + bytes(max(0, length - 40 - 4 * len(masks)))


def bmp(header, palette, data):
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data


def run_lengths(indices, bits):
    data = b""
    for row in reversed(indices):
        half = len(row) // 2
        for index in (row[0], row[-1]):
            data += bytes([half, index if bits == 8 else index << 4 | index])
        data += b"\0\0"
    return data + b"\0\1"


@file(*(f"q-{kind}.bmp" for kind in
        ("1", "4", "8", "rle4", "rle8", "555", "565", "24", "32", "top", "alpha", "os2")), "cut.bmp", "huge.bmp")
def windows_bitmap(name):
    kind = name.removesuffix(".bmp").removeprefix("q-")
    width, height = 24, 16
    indices = quarters(width, height)
    bgr = lambda index: bytes(reversed(QUARTERS[index]))
    palette = b"".join(bgr(index) + b"\0" for index in range(4))
    match kind:
        case "1":
            rows = rows_of([[int(y >= 8)] * width for y in range(height)], 1, None)
            return bmp(bmp_header(width, height, 1, colors=2), palette[:4] + palette[8:12], b"".join(reversed(rows)))
        case "4" | "8":
            rows = rows_of(indices, int(kind), lambda index: bytes([index]))
            return bmp(bmp_header(width, height, int(kind), colors=4), palette, b"".join(reversed(rows)))
        case "rle4" | "rle8":
            bits = int(kind[3:])
            data = run_lengths(indices, bits)
            return bmp(bmp_header(width, height, bits, 2 if bits == 4 else 1, len(data), 4), palette, data)
        case "555":
            pixel = lambda index: struct.pack("<H", sum((c >> 3) << s for c, s in zip(QUARTERS[index], (10, 5, 0))))
            return bmp(bmp_header(width, height, 16), b"", b"".join(reversed(rows_of(indices, 16, pixel))))
        case "565":
            red, green, blue = zip(*QUARTERS)
            pixel = lambda index: struct.pack("<H", red[index] >> 3 << 11 | green[index] >> 2 << 5 | blue[index] >> 3)
            header = bmp_header(width, height, 16, 3)
            return bmp(header, struct.pack("<III", 0xF800, 0x7E0, 0x1F), b"".join(reversed(rows_of(indices, 16, pixel))))
        case "24" | "cut":
            whole = bmp(bmp_header(width, height, 24), b"", b"".join(reversed(rows_of(indices, 24, bgr))))
            return whole if kind == "24" else whole[:len(whole) // 2]
        case "32":
            return bmp(bmp_header(width, height, 32), b"",
                       b"".join(reversed(rows_of(indices, 32, lambda index: bgr(index) + b"\0"))))
        case "top":
            return bmp(bmp_header(width, -height, 24), b"", b"".join(rows_of(indices, 24, bgr)))
        case "alpha":
            masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
            header = bmp_header(width, height, 32, 3, length=108, masks=masks)
            return bmp(header, b"", b"".join(reversed(rows_of(indices, 32, lambda index: bgr(index) + b"\x80"))))
        case "huge":
            return bmp(bmp_header(30_000, 30_000, 24), b"", bytes(1000))
        case _:
            header = struct.pack("<IHHHH", 12, width, height, 1, 24)
            return bmp(header, b"", b"".join(reversed(rows_of(indices, 24, bgr))))


def icon_picture(indices, bits, colors, transparent=()):
    """A BMP without its file header, and below the colours a mask of one bit."""
    height, width = len(indices), len(indices[0])
    alpha = lambda index: b"\0" if index in transparent else b"\xff"
    pixel = lambda index: bytes([index]) if bits == 8 else bytes(reversed(colors[index])) + alpha(index) * (bits == 32)
    palette = b"" if bits > 8 else b"".join(bytes(reversed(color)) + b"\0" for color in colors).ljust(4 << bits, b"\0")
    data = b"".join(reversed(rows_of(indices, bits, pixel)))
    mask = b"".join(reversed(rows_of([[int(index in transparent) for index in row] for row in indices], 1, None)))
    return bmp_header(width, 2 * height, bits) + palette + data + mask


def ico(*pictures):
    """Of each the side and the bits that the directory says, and its bytes."""
    directory, data = b"", b""
    for side, bits, picture in pictures:
        start = 6 + 16 * len(pictures) + len(data)
        directory += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, bits, len(picture), start)
        data += picture
    return struct.pack("<HHH", 0, 1, len(pictures)) + directory + data


def as_png(width, height):
    image = Image.new("RGB", (width, height))
    image.putdata([QUARTERS[index] for row in quarters(width, height) for index in row])
    return encoded(image, "PNG")


@file("i-1.ico", "i-4.ico", "i-8.ico", "i-24.ico")
def small_icon(name):
    bits = int(name[2:-4])
    if bits == 1:
        return ico((24, 1, icon_picture([[int(y >= 12)] * 24 for y in range(24)], 1, [QUARTERS[0], QUARTERS[2]])))
    return ico((24, bits, icon_picture(quarters(24, 24), bits, QUARTERS, transparent=(2,))))


@file("favicon.ico", "png.ico", "cut.ico", "huge.ico", "empty.ico", "png-bomb.ico")
def icon(name):
    red = (16, 4, icon_picture([[0] * 16 for _ in range(16)], 4, QUARTERS))
    match name:
        case "favicon.ico" | "cut.ico":
            large = (8, 32, icon_picture(quarters(48, 48), 32, QUARTERS, transparent=(2,)))
            green = (32, 32, encoded(Image.new("RGB", (32, 32), (0, 255, 0)), "PNG"))
            whole = ico(red, large, green)
            return whole if name == "favicon.ico" else whole[:len(whole) // 2]
        case "png.ico":
            return ico(red, (256, 32, as_png(256, 256)))
        case "huge.ico":
            return ico((48, 24, bmp_header(30_000, 60_000, 24) + bytes(1000)))
        case "empty.ico":
            return ico()
        case _:
            return ico(red, (48, 32, bomb("bomb.png")))


# Damaged


def half(name):
    data = FILES[name](name)
    return data[: len(data) // 2]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def plain_png(interlaced=False, rows=64):
    """64×64 of one colour; of an interlaced one five passes of seven."""
    header = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, int(interlaced)))
    passes = [(8, 8), (8, 8), (16, 8), (16, 16), (32, 16)] if interlaced else [(64, rows)]
    pixels = b"".join((b"\0" + bytes([0x33, 0x66, 0x99]) * width) * height for width, height in passes)
    return header + chunk(b"IDAT", zlib.compress(pixels, 0))


@file("early.png", "early-interlaced.png", "wrong-pixels.png", "wrong-sum.png")
def early_png(name):
    match name:
        case "early.png":
            data = plain_png()
            return data[: len(data) * 2 // 3]
        case "early-interlaced.png": return plain_png(interlaced=True)
        case "wrong-pixels.png":
            data = bytearray(plain_png() + chunk(b"IEND", b""))
            data[-1000] ^= 0x40
            return bytes(data)
        case _:
            data = bytearray(FILES["f.png"]("f.png"))
            start = data.index(b"IDAT")
            (length,) = struct.unpack(">I", data[start - 4 : start])
            data[start + 4 + length] ^= 0xFF
            return bytes(data)


@file("no-end.jpg", "no-end-progressive.jpg", "early.jpg", "early-progressive.jpg")
def early_jpeg(name):
    whole = "photo-progressive.jpg" if "progressive" in name else "photo.jpg"
    data = FILES[whole](whole)
    return data[:-2] if name.startswith("no-end") else data[: len(data) * 2 // 3]


@file("truncated-first.gif")
def early_first(name):
    return FILES["film.gif"]("film.gif")[:20_000]


def gif_frames(data):
    """Where each frame of a GIF begins."""

    def table(flags):
        return 3 << (flags & 7) + 1 if flags & 0x80 else 0

    starts = []
    place = 13 + table(data[10])
    while data[place] != 0x3B:
        if data[place] == 0x2C:
            starts.append(place)
            place += 10 + table(data[place + 9]) + 1
        else:
            place += 2
        while data[place]:
            place += 1 + data[place]
        place += 1
    return starts


@file("early.gif")
def early_gif(name):
    data = FILES["anim.gif"]("anim.gif")
    starts = gif_frames(data)
    return data[: (starts[2] + starts[3]) // 2]


@file("truncated.jpg", "truncated.png", "truncated.webp", "truncated.gif")
def truncated(name):
    return half("anim.gif" if name.endswith("gif") else name.replace("truncated", "photo"))


@file("headless.jpg", "headless.png")
def headless(name):
    return FILES[name.replace("headless", "grey")](name.replace("headless", "grey"))[:12]


@file("broken-header.png")
def broken_header(name):
    header = struct.pack(">IIBBBBB", 0, 0, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + bytes(4)


@file("noise.jpg")
def noise(name):
    return b"\xff\xd8" + np.random.default_rng(3).integers(0, 256, 4096, dtype=np.uint8).tobytes()


@file("empty.jpg")
def empty(name):
    return b""


@file("page.jpg")
def page(name):
    return b"<!doctype html>\n<html><head><title>Not an image</title></head><body><p>Not found</p></body></html>\n"


@file("text.txt")
def text(name):
    return b"Just some words.\n"


@file("bomb.png")
def bomb(name):
    header = struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0)
    compressor = zlib.compressobj(9)
    row = bytes(1 + 3750)
    data = b"".join(compressor.compress(row) for _ in range(30000)) + compressor.flush()
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


@file("bomb.gif")
def bomb_gif(name):
    # GIF89a, a two-colour table, one frame of a single pixel.
    return (b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(3) + b"\xff\xff\xff"
            + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00" + b";")


@file("lying.avif", "lying-much.avif")
def lying(name):
    """The size in `ispe` (ISO/IEC 23008-12, 6.5.3) is a word of the container's; the AV1 sequence header has another."""
    if name == "lying.avif":
        data = FILES["photo.avif"]("photo.avif")
    else:
        data = encoded(Image.new("RGB", (5000, 5000), (40, 80, 120)), "AVIF", quality=50, speed=10)
    place = data.index(b"ispe") + 8
    return data[:place] + struct.pack(">II", 64, 64) + data[place + 8:]


@file("jpeg.tif", "lying.tif")
def jpeg_in_tiff(name):
    data = encoded(Image.open(io.BytesIO(FILES["photo.png"]("photo.png"))), "TIFF", compression="jpeg")
    if name == "jpeg.tif":
        return data
    # The frame header of a baseline JPEG: marker, length, precision, height, width.
    place = data.index(b"\xff\xc0\x00\x11") + 5
    return data[:place] + struct.pack(">HH", 20000, 20000) + data[place + 4:]


@file("lying.webp")
def lying_webp(name):
    data = FILES["f-6.webp"]("f-6.webp")
    # Width and height less one, behind the flags.
    place = data.index(b"VP8X") + 12
    return data[:place] + b"\x3f\0\0\x3f\0\0" + data[place + 6:]


@file("text-bomb.png", "profile-bomb.png")
def inflating(name):
    compressor = zlib.compressobj(9)
    block = bytes(1 << 20)
    stream = b"".join(compressor.compress(block) for _ in range(256)) + compressor.flush()
    if name == "text-bomb.png":
        chunks = b"".join(png_chunk(b"zTXt", b"k%d\0\0" % number + stream) for number in range(10))
    else:
        chunks = png_chunk(b"iCCP", b"profile\0\0" + stream)
    data = FILES["f.png"]("f.png")
    # Behind the signature and IHDR.
    return data[:33] + chunks + data[33:]


@file("many-frames.gif")
def many_frames(name):
    frame = (b"!\xf9\x04\0" + struct.pack("<H", 5) + b"\0\0" + b","
             + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x02\x84\x51\x00")
    return (b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + bytes(3) + b"\xff\xff\xff"
            + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" + frame * 600 + b";")


# Other

# Made once by libheif 1.15 and x265, quality 70.
QUADRANTS = """
eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYGxOTe1JJEBAhQzUnKKoGyGgszkEgY0wFeQWZILZjECsUlmTj7YSBcHBiawCAPjcggNBC+A
YkDA1A8X2QfEFpmZeWlgHkhWFMhJZYKal1GWbMiAJMgIUuJakQlWfiizoKgASC/JLEjOB9IVQNXOjMwFcKfJfWD48/fHDwYGfmYFoFYJB0Ye
xv//QQqYGSaACCCS28XkoAiU1HZiZESTWWDQyDrtlafmujwWFh4OkBCEcFACqmd3YTxYtEHJAWiNSGZxQSrUygQgBokJFGRWZIIEmDk4gLoY
xDILcmFBysjAyNzI1AxkSWUWpabBwjE5pTgZHGZAfzOuy01JBAX1Ew3G9XwPLqYxNjx5/Y8x6v//A1GW/G/itrtGO7z/kLX//9YV+/9PVDLl
nF/KeWPVql1HLyz9rsIX+OqdwX6LlBmMcbVMO7lelrxPN7ObW2D5gvfTruNJ8RUM3j7BYQtFRPPSJrmlP03tCDcsjbKzLT163zx4gsv/5yHC
x79fcvz/92XzKsM/Mepvl/+ZFHAoIPhd8ZYT20KeXPw1pztv8ddId3k1Dvf74Y9zZXyt3/c81utxmnxh1Sp3/4jS63WHVlV/zAn8f0Jm/j+u
BZ/sv52dVD8p6cTiJVVn0xTK5m95bHf9tUT85f/O08+np/zfWQ6MIAY2SKR6emqBApmBjUGIkRmcSEBYipEVTIcBsTSUHQfEGlA1oNQizIRQ
n9nOAqZhQasvycjwghlBszEwTGBnYAHKGBgZGjBOhLAZgSYwLICKGxoYMC6AmPj/P9CGBRATQdHLDGU7QE0HAIJ7zuc=
"""


@file("quadrants.heic")
def quadrants(name):
    return zlib.decompress(base64.b64decode(QUADRANTS))


def box(kind, *parts):
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def full_box(kind, *parts, version=0, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


@file("thumbnail.avif", "thumbnail-damaged.avif", "thumbnail-square.avif")
def thumbnail(name):
    """An AVIF made by hand out of Pillow's, which writes no thumbnails."""
    sizes = [(400, 300), (100, 100) if "square" in name else (100, 75)]
    codes, properties = [], []
    for size, color in zip(sizes, ["red", "blue"]):
        whole = encoded(Image.new("RGB", size, color), "AVIF", quality=90)
        start = whole.index(b"av1C") - 4
        properties += [whole[start:start + struct.unpack_from(">I", whole, start)[0]],
                       full_box(b"ispe", struct.pack(">II", *size))]
        codes.append(whole[whole.index(b"mdat") + 4:])
    if "damaged" in name:
        codes[1] = bytes(len(codes[1]))

    def meta(start):
        items = [full_box(b"infe", struct.pack(">HH", item, 0), b"av01\0", version=2) for item in (1, 2)]
        places = b"".join(
            struct.pack(">HHHII", item, 0, 1, start + item * len(codes[0]) - len(codes[0]), len(codes[item - 1]))
            for item in (1, 2))
        return full_box(
            b"meta",
            full_box(b"hdlr", bytes(4) + b"pict" + bytes(13)),
            full_box(b"pitm", struct.pack(">H", 1)),
            full_box(b"iloc", struct.pack(">HH", 0x4400, 2), places),
            full_box(b"iinf", struct.pack(">H", 2), *items),
            full_box(b"iref", box(b"thmb", struct.pack(">HHH", 2, 1, 1))),
            box(b"iprp", box(b"ipco", *properties),
                full_box(b"ipma", struct.pack(">IHBBBHBBB", 2, 1, 2, 0x81, 2, 2, 2, 0x83, 4))))

    head = box(b"ftyp", b"avif" + bytes(4) + b"avifmif1miaf")
    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", *codes)


@file("pages.tif")
def pages(name):
    second = Image.new("RGB", (90, 60), (0, 255, 0))
    return encoded(Image.new("RGB", (90, 60), (255, 0, 0)), "TIFF", save_all=True, append_images=[second])


@file("one.png")
def one(name):
    return encoded(Image.new("RGB", (1, 1), "#336699"), "PNG")


@file("wide.png", "tall.png")
def extreme(name):
    return encoded(photo_pixels(800, 3) if name == "wide.png" else photo_pixels(3, 800), "PNG")


@file(*[f"map-{size}{alpha}.png" for size in ("60x40", "300x200", "300x40", "60x300") for alpha in ("", "-alpha")])
def position_map(name):
    width, height = map(int, name.split(".")[0].split("-")[1].split("x"))
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    channels = [x * 255, y * 255, np.full_like(x, 128)] + ([np.full_like(x, 128)] if "alpha" in name else [])
    return encoded(Image.fromarray(np.round(np.dstack(channels)).astype(np.uint8)), "PNG")


@file("areas.png")
def areas(name):
    image = Image.new("RGBA", (64, 50))
    for color, (left, right) in {"#1f2937": (0, 32), "#e0a030": (32, 48), "#209080": (48, 56)}.items():
        image.paste(color, (left, 0, right, 50))
    return encoded(image, "PNG")


HASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"


@file("blurhash-48x36.png", "blurhash-48x36-punch2.png", "blurhash-48x36-punch0.png", "blurhash-200x150.png")
def painted_hash(name):
    _, size, *punch = name.removesuffix(".png").split("-")
    width, height = map(int, size.split("x"))
    rows = blurhash.decode(HASH, width, height, punch=float(punch[0][-1]) if punch else 1.0)
    return encoded(Image.fromarray(np.array(rows, np.uint8)), "PNG")


@file("mark.png")
def mark(name):
    image = Image.new("RGBA", (60, 40), (0, 255, 0, 128))
    ImageDraw.Draw(image).rectangle((0, 0, 59, 39), outline=(0, 0, 0, 255), width=2)
    return encoded(image, "PNG")


@file("wide-mark.png")
def wide_mark(name):
    image = Image.new("RGB", (40, 20), (255, 0, 255))
    image.paste((0, 255, 255), (20, 0, 40, 20))
    return encoded(image, "PNG")


@file("f.png.gz", "f-two-members.png.gz", "f-junk.png.gz", "f-cut.png.gz", "zeroes.gz", "idle.gz", "f.png.zlib", "f.png.deflate",
      "zeroes.zlib")
def compressed(name):
    picture = FILES["f.png"]("f.png")
    packed = functools.partial(gzip.compress, mtime=0)
    match name:
        case "f.png.gz": return packed(picture)
        case "f-two-members.png.gz": return packed(picture[:100]) + packed(picture[100:])
        case "f-junk.png.gz": return packed(picture) + b"junk"
        case "f-cut.png.gz": return packed(picture)[:-4]
        case "f.png.zlib": return zlib.compress(picture)
        # Without its header and checksum.
        case "f.png.deflate": return zlib.compress(picture)[2:-4]
        case "zeroes.zlib": return zlib.compress(bytes(3_000_001))
        # A byte more than an original may have in a run of the conformance suite.
        case "zeroes.gz": return packed(bytes(3_000_001))
        # Empty blocks: nothing comes of them, however many there are.
        case "idle.gz": return packed(b"")[:10] + b"\x00\x00\x00\xff\xff" * 600_001


OF_THE_MATRIX = """
    jpeg-rgb-baseline-grey.jpg jpeg-rgb-progressive-wide.jpg jpeg-ink-baseline-rgb.jpg jpeg-ink-progressive-fitting.jpg
    png-rgb-16-alpha-wide.png png-grey-16-alpha-fitting.png png-cicp-12-13-8.png png-cicp-9-16-16.png
    png-cicp-9-18-8-alpha.png png-gama-linear.png png-gama-chrm.png png-cicp-iccp.png
    png-exif-late.png webp-lossless-alpha-grey.webp tiff-rgb-u1-premultiplied-strips.tif tiff-rgb-f4-alpha-tiles.tif
    tiff-grey-f4-opaque-strips.tif tiff-rgb-u4-opaque-planes.tif tiff-ink-u1-alpha-strips.tif tiff-ycbcr-22-lzw.tif
    tiff-old-jpeg.tif avif-8-420-p3.avif avif-10-420-pq.avif avif-12-444-alpha-wide.avif
    avif-grey-narrow.avif avif-alpha-narrow.avif avif-premultiplied.avif heic-10-420-hlg.heic
    tiff-half.tif tiff-signed-16.tif tiff-inks.tif tiff-12-bits.tif
    jpeg-12-bits.jpg heic-vvc.heic
"""


@file(*OF_THE_MATRIX.split())
def of_the_matrix(name):
    # It uses much of what is here.
    import matrix

    return next(data for other, data, _ in matrix.ORIGINALS if other == name)()


# Originals that take fewer bytes than an encoder would make of them


@file("frugal.jpg", "frugal-progressive.jpg", "frugal-grey.jpg", "frugal.webp", "frugal.avif", "frugal.gif")
def frugal(name):
    image = photo_pixels(300, 200)
    match name:
        case "frugal.jpg": return encoded(image, "JPEG", quality=25, optimize=True)
        case "frugal-progressive.jpg": return encoded(image, "JPEG", quality=25, progressive=True)
        case "frugal-grey.jpg": return encoded(image.convert("L"), "JPEG", quality=25, optimize=True)
        case "frugal.webp": return encoded(image, "WEBP", quality=10, method=6)
        case "frugal.avif": return encoded(image, "AVIF", quality=25, speed=4)
        case "frugal.gif": return encoded(image.quantize(8, dither=Image.Dither.NONE), "GIF")


def strokes(size, mode, ink, paper, seed=5):
    """A drawing: letters would be those of whatever font there is."""
    image = Image.new(mode, size, paper)
    pen, places = ImageDraw.Draw(image), random.Random(seed)
    for _ in range(size[0] * size[1] // 600):
        x, y = places.randrange(size[0]), places.randrange(size[1])
        pen.line((x, y, x + places.randrange(-14, 15), y + places.randrange(-14, 15)), fill=ink(places), width=2)
    return image


@file("scan.png", "indexed.png", "indexed-alpha.png", "greys.png", "grey-photo.png")
def few_colors(name):
    match name:
        case "scan.png": return encoded(strokes((500, 380), "1", lambda _: 0, 1), "PNG", optimize=True)
        case "grey-photo.png": return encoded(photo_pixels(300, 200).convert("L"), "PNG", optimize=True)
        case "greys.png": return encoded(strokes((300, 200), "L", lambda places: 17 * places.randrange(15), 255), "PNG", optimize=True)
    image = strokes((300, 200), "P", lambda places: 1 + places.randrange(63), 0)
    image.putpalette([(37 * index + shift) % 256 for index in range(64) for shift in (0, 90, 200)])
    return encoded(image, "PNG", optimize=True, **({"transparency": bytes(range(100, 164))} if "alpha" in name else {}))


def secrets():
    exif = Image.Exif()
    exif[0x010E] = "A secret note"
    return {"exif": exif.tobytes(), "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>"}


@file("told.jpg", "told.png", "told.webp", "told.gif", "told.avif")
def told(name):
    """As `frugal` and `indexed`, with metadata that tells a secret."""
    profile = srgb_profile()
    image = photo_pixels(300, 200)
    match name:
        case "told.jpg":
            data = encoded(image, "JPEG", quality=25, icc_profile=profile, comment="a secret", **secrets())
            return data + b"secret behind the end"
        case "told.png":
            text = PngImagePlugin.PngInfo()
            text.add_text("Comment", "a secret")
            text.add_itxt("XML:com.adobe.xmp", "secret")
            image = image.quantize(4, dither=Image.Dither.NONE)
            return encoded(image, "PNG", icc_profile=profile, exif=secrets()["exif"], pnginfo=text) + b"secret"
        case "told.webp": return encoded(image, "WEBP", quality=10, icc_profile=profile, **secrets())
        case "told.gif": return encoded(image.quantize(8, dither=Image.Dither.NONE), "GIF", comment=b"a secret")
        case "told.avif": return encoded(image, "AVIF", quality=25, speed=8, icc_profile=profile, **secrets())


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    directory = sys.argv[1]
    os.makedirs(directory, exist_ok=True)
    for name in sys.argv[2:] or FILES:
        if name not in FILES:
            sys.exit(f"draw.py draws no {name}")
        # Written whole or not at all, so that two runs at once do no harm.
        temporary = os.path.join(directory, f".{name}.{os.getpid()}")
        with open(temporary, "wb") as out:
            out.write(FILES[name](name))
        os.replace(temporary, os.path.join(directory, name))


if __name__ == "__main__":
    main()
