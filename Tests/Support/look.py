"""Says what is in a picture, with Pillow: a decoder that shares no code with libvips' pipeline.

Each line of the input is a JSON object {"path", "pixels": [[x, y]...], "fractions": flag, "colors": flag, "reference": path, "box": [l, t, r, b],
"sigma": number, "sharpen": number}; each line of the output answers one, or is {"error"}. "pixels" of an answer holds a list of RGBA values for each
frame. With "fractions", places of 0 to 1 and boxes are parts of the picture, and negative places count from the far edge.
"""

import json
import math
import sys

import numpy as np
from PIL import ExifTags, Image, ImageOps

Image.MAX_IMAGE_PIXELS = None


def place(value, length):
    """Fractions up to 1, px above; negative px count from the far edge."""
    if 0 <= value <= 1:
        value = value * length
    elif value < 0:
        value = length + value
    return max(0, min(length - 1, int(value)))


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


def decibels(image, reference, box, fractions, sigma, sharpen):
    """The peak signal-to-noise ratio over white in dB, 99 for equal pictures. The reference is scaled with Pillow's own Lanczos on premultiplied alpha."""
    with Image.open(reference) as other:
        other = ImageOps.exif_transpose(other).convert("RGBA")
    if sigma:
        other = blurred(other, sigma)
    if sharpen:
        other = sharpened(other, sharpen)
    if box and fractions:
        box = [side * other.size[index % 2] for index, side in enumerate(box)]
    if other.size != image.size or box:
        other = other.convert("RGBa").resize(image.size, Image.Resampling.LANCZOS, box=box).convert("RGBA")
    both = [np.asarray(over_white(i), np.float64) for i in (image, other)]
    error = np.mean((both[0] - both[1]) ** 2)
    return 99.0 if error == 0 else 10 * math.log10(255 * 255 / error)


def over_white(image):
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


# Tags that tell of the file and not of who made it or where. So does an orientation that changes nothing.
TECHNICAL = {
    "XResolution", "YResolution", "ResolutionUnit", "YCbCrPositioning", "ExifVersion", "ComponentsConfiguration",
    "FlashPixVersion", "ColorSpace", "ExifImageWidth", "ExifImageHeight", "ExifOffset",
}


def text(value):
    """Pillow reads EXIF's text as Latin-1; everybody writes UTF-8."""
    value = value.encode("latin-1", "replace") if isinstance(value, str) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def summary(image, exif):
    """EXIF tags as name=value, the GPS directory by its name, and `xmp`, `iptc` and `icc` where there is one."""
    found = []
    for tags in (exif, exif.get_ifd(ExifTags.IFD.Exif)):
        for tag, value in tags.items():
            name = ExifTags.TAGS.get(tag, hex(tag))
            if name == "GPSInfo":
                found.append(name)
            elif name not in TECHNICAL and (name, value) != ("Orientation", 1):
                found.append(f"{name}={value}")
    found += ["xmp"] if any(name in image.info for name in ("xmp", "XML:com.adobe.xmp")) else []
    # Pillow takes the Photoshop segment of a JPEG apart; other formats carry it as text or tag.
    found += ["iptc"] if any(name in image.info for name in ("photoshop", "Raw profile type iptc")) else []
    return found + (["icc"] if image.info.get("icc_profile") else [])


def metadata(image):
    exif = image.getexif()
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or ""
    return {
        "exif": {str(tag): text(value) for tag, value in exif.items() if tag not in (0x8769, 0x8825)},
        "gps": len(exif.get_ifd(0x8825)),
        "xmp": text(xmp),
        "icc": bool(image.info.get("icc_profile")),
        "photoshop": bool(image.info.get("photoshop")),
        "summary": summary(image, exif),
    }


def plays(image, frames):
    """How often an animation is shown; 0 is for ever."""
    loop = image.info.get("loop")
    if frames == 1:
        return 1
    # A GIF counts the repetitions after the first showing, and says nothing of a single one.
    return (loop + 1 if loop else 1 if loop is None else 0) if image.format == "GIF" else (loop or 0)


def look(request):
    with open(request["path"], "rb") as file:
        head = file.read(64)
    with Image.open(request["path"]) as image:
        frames = getattr(image, "n_frames", 1)
        image.load()
        answer = {
            "format": image.format.lower(),
            "mode": image.mode,
            "width": image.width,
            "height": image.height,
            "frames": frames,
            "loop": image.info.get("loop"),
            "plays": plays(image, frames),
            "isLossless": image.format in ("PNG", "GIF") or head[12:16] == b"VP8L",
            "hasAlphaChannel": "A" in image.getbands() or "transparency" in image.info,
            "metadata": metadata(image),
            "durations": [],
            "pixels": [],
        }
        places = [(int(x), int(y)) for x, y in request.get("pixels", [])]
        if request.get("fractions"):
            places = [(place(x, image.width), place(y, image.height)) for x, y in request.get("pixels", [])]
        first = None
        for index in range(frames):
            image.seek(index)
            image.load()
            answer["durations"].append(int(image.info.get("duration") or 0))
            colors = image.convert("RGBA") if places or first is None else None
            first = first or colors
            answer["pixels"].append([colors.getpixel((x, y)) for x, y in places])
        answer["hasAlpha"] = first.getextrema()[3][0] < 255
        if request.get("colors"):
            answer["colors"] = sorted("#%02x%02x%02x%02x" % color for _, color in first.getcolors(64) or [])
        if request.get("reference"):
            options = [request.get(name) for name in ("box", "fractions", "sigma", "sharpen")]
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
