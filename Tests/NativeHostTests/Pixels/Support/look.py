"""Looks at pictures for the tests of the pixel engine, with Pillow: a decoder that shares no code with libvips' pipeline.

Each line of the input is a JSON object {"path", "pixels": [[x, y]…], "reference": path, "box": [l, t, r, b], "sigma": number, "sharpen": number}; each
line of the output answers one. "pixels" holds a list for each frame.
"""

import json
import math
import sys

import numpy as np
from PIL import Image, ImageOps

Image.MAX_IMAGE_PIXELS = None


def gaussian(pixels, sigma):
    """Convolved to the letter: the curve to five times its standard deviation, edges continued."""
    reach = math.ceil(5 * sigma)
    curve = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma * sigma))
    curve /= curve.sum()
    for axis in (0, 1):
        padded = np.pad(pixels, [(reach, reach) if axis == i else (0, 0) for i in range(3)], mode="edge")
        pixels = np.apply_along_axis(np.convolve, axis, padded, curve, "valid")
    return pixels


def blurred(image, sigma):
    pixels = np.asarray(image, np.float64)
    alpha = pixels[..., 3:]
    mixed = gaussian(np.concatenate([pixels[..., :3] * alpha / 255, alpha], axis=2), sigma)
    colors = mixed[..., :3] * 255 / np.maximum(mixed[..., 3:], 1e-9)
    return Image.fromarray(np.concatenate([colors, mixed[..., 3:]], axis=2).round().clip(0, 255).astype(np.uint8))


def sharpened(image, sigma):
    """An unsharp mask on Rec. 601 luma, its surroundings weighted by alpha, with a threshold, a slope and two limits."""
    pixels = np.asarray(image, np.float64)
    luma, alpha = pixels[..., :3] @ [[0.299], [0.587], [0.114]], pixels[..., 3:]
    mixed = gaussian(np.concatenate([luma * alpha, alpha], axis=2), sigma)
    difference = luma - mixed[..., :1] / np.maximum(mixed[..., 1:], 1e-9)
    more = np.clip(3 * (np.sign(difference) * np.maximum(np.abs(difference) - 5, 0)), -50, 25)
    return Image.fromarray(np.concatenate([pixels[..., :3] + more, alpha], axis=2).round().clip(0, 255).astype(np.uint8))


def decibels(image, reference, box, sigma, sharpen):
    """Against the reference, scaled with Pillow's own Lanczos on premultiplied alpha."""
    with Image.open(reference) as other:
        other = ImageOps.exif_transpose(other).convert("RGBA")
    if sigma:
        other = blurred(other, sigma)
    if sharpen:
        other = sharpened(other, sharpen)
    if other.size != image.size or box:
        other = other.convert("RGBa").resize(image.size, Image.Resampling.LANCZOS, box=box).convert("RGBA")
    both = [np.asarray(over_white(i), np.float64) for i in (image.convert("RGBA"), other)]
    error = np.mean((both[0] - both[1]) ** 2)
    return 99.0 if error == 0 else 10 * math.log10(255 * 255 / error)


def over_white(image):
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


def text(value):
    """Pillow reads EXIF's text as Latin-1; everybody writes UTF-8."""
    value = value.encode("latin-1", "replace") if isinstance(value, str) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def metadata(image):
    exif = image.getexif()
    tags = {str(tag): text(value) for tag, value in exif.items() if tag not in (0x8769, 0x8825)}
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or ""
    return {
        "exif": tags,
        "gps": len(exif.get_ifd(0x8825)),
        "xmp": text(xmp),
        "icc": bool(image.info.get("icc_profile")),
        "photoshop": bool(image.info.get("photoshop")),
    }


def look(request):
    with open(request["path"], "rb") as file:
        head = file.read(64)
    with Image.open(request["path"]) as image:
        frames = getattr(image, "n_frames", 1)
        answer = {
            "format": image.format.lower(),
            "mode": image.mode,
            "width": image.width,
            "height": image.height,
            "frames": frames,
            "loop": image.info.get("loop"),
            "isLossless": head[12:16] == b"VP8L",
            "metadata": metadata(image),
            "durations": [],
            "pixels": [],
        }
        first = None
        for index in range(frames):
            image.seek(index)
            image.load()
            answer["durations"].append(image.info.get("duration") or 0)
            colors = image.convert("RGBA")
            first = first or colors
            answer["pixels"].append([colors.getpixel((x, y)) for x, y in request.get("pixels", [])])
        answer["hasAlpha"] = first.getextrema()[3][0] < 255
        if request.get("reference"):
            options = [request.get(name) for name in ("box", "sigma", "sharpen")]
            answer["decibels"] = decibels(first, request["reference"], *options)
        return answer


def main():
    for line in sys.stdin:
        try:
            answer = look(json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
