"""Says what is in a picture, with another decoder than the one under test.

Each line of the input is a JSON object {"path", "pixels": [[x, y, frame]…], "reference", "box"}; each line of the output
answers one: {"format", "width", "height", "frames", "alpha", "palette", "lossless", "pixels": ["#rrggbbaa"…],
"decibels"} or {"error"}.
"""

import json
import math
import sys

from PIL import Image, ImageChops, ImageStat

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


def colors(image, pixels):
    """At each place of a frame."""
    frames = {}
    for frame in {int(frame) for _, _, frame in pixels}:
        if frame != image.tell():
            image.seek(frame)
        frames[frame] = image.convert("RGBA")
    if image.tell():
        image.seek(0)
    return [
        "#%02x%02x%02x%02x" % frames[int(frame)].getpixel((place(x, image.width), place(y, image.height)))
        for x, y, frame in pixels
    ]


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
        answer["pixels"] = colors(image, request.get("pixels", []))
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
