"""Says what is in a picture, with another decoder than the one under test.

Each line of the input is a JSON object {"path", "pixels": [[x, y, frame]…], "colors", "reference", "box"}; each line of
the output answers one: {"format", "width", "height", "frames", "alpha", "palette", "lossless", "delays": [ms…], "plays",
"metadata": [text…], "colors", "pixels": ["#rrggbbaa"…], "decibels"} or {"error"}.
"""

import json
import math
import sys

from PIL import ExifTags, Image, ImageChops, ImageStat

Image.MAX_IMAGE_PIXELS = None


def place(value, length):
    """Fractions up to 1, px above; negative px count from the far edge."""
    if 0 <= value <= 1:
        value = value * length
    elif value < 0:
        value = length + value
    return max(0, min(length - 1, int(value)))


def flat(image):
    """Over white, the way a page shows it."""
    image = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


def decibels(image, reference, box):
    from PIL import ImageOps

    with Image.open(reference) as other:
        other = flat(ImageOps.exif_transpose(other))
        if box:
            width, height = other.size
            box = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
        other = other.resize(image.size, Image.Resampling.LANCZOS, box=box)
    squares = ImageStat.Stat(ImageChops.difference(flat(image), other)).sum2
    error = sum(squares) / (3 * image.width * image.height)
    return 99.0 if error == 0 else 10 * math.log10(255 * 255 / error)


# Tags that tell of the file and not of who made it or where. So does an orientation that changes nothing.
TECHNICAL = {
    "XResolution", "YResolution", "ResolutionUnit", "YCbCrPositioning", "ExifVersion", "ComponentsConfiguration",
    "FlashPixVersion", "ColorSpace", "ExifImageWidth", "ExifImageHeight", "ExifOffset",
}


def metadata(image):
    """EXIF tags as name=value, the GPS directory by its name, and `xmp`, `iptc` and `icc` where there is one."""
    found = []
    exif = image.getexif()
    for tags in (exif, exif.get_ifd(ExifTags.IFD.Exif)):
        for tag, value in tags.items():
            name = ExifTags.TAGS.get(tag, hex(tag))
            if name == "GPSInfo":
                found.append(name)
            elif name not in TECHNICAL and (name, value) != ("Orientation", 1):
                found.append(f"{name}={value}")
    found += ["xmp"] if any(name in image.info for name in ("xmp", "XML:com.adobe.xmp")) else []
    # Of a JPEG Pillow takes the Photoshop segment apart; other formats carry it as text or tag.
    found += ["iptc"] if any(name in image.info for name in ("photoshop", "Raw profile type iptc")) else []
    return found + (["icc"] if image.info.get("icc_profile") else [])


def playback(image):
    """Delays in ms, and how often an animation is shown; 0 is for ever."""
    delays = []
    for frame in range(getattr(image, "n_frames", 1)):
        image.seek(frame)
        image.load()
        delays.append(int(image.info.get("duration", 0)))
    image.seek(0)
    loop = image.info.get("loop")
    # A GIF counts the repetitions after the first showing, and says nothing of a single one.
    plays = (loop + 1 if loop else 1 if loop is None else 0) if image.format == "GIF" else (loop or 0)
    return {"delays": delays, "plays": plays} if len(delays) > 1 else {"delays": [], "plays": 1}


def text(color):
    return "#%02x%02x%02x%02x" % color


def look(request):
    with open(request["path"], "rb") as file:
        head = file.read(64)
    with Image.open(request["path"]) as image:
        image.load()
        answer = {
            "format": image.format.lower(),
            "width": image.width,
            "height": image.height,
            "frames": getattr(image, "n_frames", 1),
            "palette": image.mode == "P",
            "alpha": "A" in image.getbands() or "transparency" in image.info,
            "lossless": image.format in ("PNG", "GIF") or head[12:16] == b"VP8L",
        }
        answer |= playback(image)
        answer["metadata"] = metadata(image)
        frames = {0: image.convert("RGBA")}
        for _, _, frame in request.get("pixels", []):
            if frame not in frames:
                image.seek(int(frame))
                frames[frame] = image.convert("RGBA")
        image.seek(0)
        answer["pixels"] = [
            text(frames[frame].getpixel((place(x, image.width), place(y, image.height))))
            for x, y, frame in request.get("pixels", [])
        ]
        if request.get("colors"):
            answer["colors"] = sorted(text(color) for _, color in frames[0].getcolors(64) or [])
        if request.get("reference"):
            answer["decibels"] = decibels(image, request["reference"], request.get("box"))
        return answer


def main():
    for line in sys.stdin:
        try:
            answer = look(json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
