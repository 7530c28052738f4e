#!/usr/bin/env python3
"""Draws the sample pictures that ship with the program, with Pillow and numpy.

    .build/venv/bin/python scripts/draw-samples.py [<directory>]

Writes into Sources/NativeHost/Server/Samples unless told otherwise; the same files come out of every run.

  mountains.jpg   1600×1067  layered mountains at dusk over a lake: a photo-like landscape
  lighthouse.jpg  1067×1600  a lighthouse at night: a portrait
  aurora.webp     1600×900   northern lights over a forest
  logo.png        640×640    an aperture on transparency
  sea.gif         480×320    20 frames: a boat on the waves
"""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SAMPLES = pathlib.Path(__file__).resolve().parent.parent / "Sources/NativeHost/Server/Samples"


# Colours are rows of three floats from 0 to 1; a picture is an array of height × width × 3.


def color(text):
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def mix(a, b, t):
    t = np.asarray(t)[..., None] if np.ndim(t) else t
    return a * (1 - t) + b * t


def smooth(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def gradient(positions, colors, x):
    table = np.array([color(c) for c in colors])
    return np.stack([np.interp(x, positions, table[:, i]) for i in range(3)], axis=-1)


def to_image(picture):
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))


def noise(random, x, scale, octaves, roughness=0.5):
    """One-dimensional noise from about -1 to 1: octaves of random values, joined smoothly."""
    total = np.zeros_like(x, dtype=float)
    height = 1.0
    for _ in range(octaves):
        values = random.uniform(-1, 1, int(x.max() / scale) + 3)
        cell = np.floor(x / scale).astype(int)
        t = x / scale - cell
        t = t * t * (3 - 2 * t)
        total += height * (values[cell] * (1 - t) + values[cell + 1] * t)
        height *= roughness
        scale /= 2
    return total


def clouds(random, height, width, cell, octaves=5):
    """Two-dimensional noise from about 0 to 1: random pictures, enlarged and added."""
    total = np.zeros((height, width))
    weight = 1.0
    for _ in range(octaves):
        size = (max(2, int(width / cell[0])), max(2, int(height / cell[1])))
        small = Image.fromarray(random.uniform(0, 1, (size[1], size[0])).astype(np.float32))
        total += weight * np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
        weight /= 2
        cell = (max(cell[0] / 2, 1), max(cell[1] / 2, 1))
    return (total - total.min()) / (total.max() - total.min())


def stars(random, picture, count, below):
    """Puts stars on the upper part, fewer and fainter towards `below` (a share of the height)."""
    height, width, _ = picture.shape
    light = np.zeros((height, width))
    ys = random.beta(1, 2, count) * below * height
    xs = random.uniform(0, width, count)
    size = random.pareto(3, count)
    for x, y, s in zip(xs.astype(int), ys.astype(int), size):
        if 1 <= x < width - 1 and 1 <= y < height - 1:
            power = min(0.25 + 0.5 * s, 1.4) * (1 - y / (below * height))
            light[y, x] += power
            if s > 1:
                light[y - 1 : y + 2, x] += power * 0.35
                light[y, x - 1 : x + 2] += power * 0.35
    picture += light[..., None] * color("#e8edff")


def pines(random, width, ground, low, high, spacing):
    """The outline (the topmost y at each x) of a row of pines that stand on `ground`."""
    top = ground.copy()
    x = 0.0
    while x < width:
        size = random.uniform(low, high) * (0.65 + 0.35 * np.sin(x / width * 9) ** 2)
        half = size * random.uniform(0.16, 0.22)
        columns = np.arange(max(0, int(x - half)), min(width, int(x + half) + 1))
        if len(columns):
            distance = np.abs(columns - x) / half
            # Branches: the outline falls in steps, each a little upwards again.
            steps = 7
            fall = distance * 0.55 + 0.45 * np.ceil(distance * steps) / steps
            base = ground[min(int(x), width - 1)] + 3
            top[columns] = np.minimum(top[columns], base - size * (1 - fall))
        x += random.uniform(0.5, 1.5) * spacing
    return top


def below(top, height):
    """How far each pixel is covered by what lies below an outline, with a soft edge of 1 px."""
    return np.clip(np.arange(height)[:, None] - top[None, :] + 0.5, 0, 1)


# MARK: The pictures


def mountains():
    random = np.random.default_rng(7)
    width, height, shore = 1600, 1067, 770
    y, x = np.mgrid[0:shore, 0:width].astype(float)
    sky = gradient(
        [0, 0.2, 0.42, 0.58, 0.72, 1],
        ["#1a1f4a", "#3c3470", "#8a4a86", "#e07a7e", "#ffb884", "#ffdca0"],
        y / (shore * 0.92),
    )
    stars(random, sky, 260, 0.42)
    # Long thin clouds, lit from below by the sun.
    veil = clouds(random, shore, width, (620, 46))
    lit = smooth(0.5, 0.86, veil) * smooth(30, 220, y) * (1 - smooth(430, 560, y))
    sky = mix(sky, gradient([0, 1], ["#a45a8e", "#ffd0a0"], y / 520), lit * 0.6)
    sun = (1010, 455)
    distance = np.hypot(x - sun[0], y - sun[1])
    sky += np.exp(-distance / 150)[..., None] * color("#ffb070") * 0.62
    sky += np.exp(-distance / 520)[..., None] * color("#ff8a60") * 0.24
    sky = mix(sky, color("#fff3d4"), 1 - smooth(36, 40, distance))

    scene = sky
    line = np.arange(width, dtype=float)
    layers = 6
    for layer in range(layers):
        t = layer / (layers - 1)
        base = 470 + 205 * t**1.25
        relief = 120 - 62 * t
        ridge = base - relief * 0.62 * noise(random, line + 400, 430 - 130 * t, 7, 0.48)
        if layer == 1:
            ridge -= 150 * np.exp(-(((line - 420) / 210) ** 2)) + 70 * np.exp(-(((line - 690) / 170) ** 2))
        if layer >= 4:
            ridge = pines(random, width, ridge, 12 + 26 * (layer - 4), 30 + 44 * (layer - 4), 7 + 7 * (layer - 4))
        near = gradient([0, 0.35, 0.7, 1], ["#c9849a", "#7d5388", "#3a3463", "#10142c"], np.array([t]))[0]
        haze = gradient([0, 0.5, 1], ["#ffc79a", "#b0719a", "#2b2a52"], np.array([t]))[0]
        depth = smooth(0, 190, y - ridge[None, :])
        shade = mix(near, haze, depth * (0.75 - 0.45 * t))
        # The sun's side of the far layers glows.
        shade = shade + (np.exp(-(((x - sun[0]) / 480) ** 2)) * (1 - t) * 0.16)[..., None] * color("#ff9a66")
        scene = mix(scene, shade, below(ridge, shore))

    # The lake: the scene upside down, darker with nearness, moved by ripples that grow towards the viewer.
    scene = np.clip(scene, 0, 1)
    depth = height - shore
    rows = np.arange(depth)
    squeeze = 1.55
    wave = np.zeros((depth, width))
    for wavelength, strength in ((9, 1.0), (17, 1.4), (31, 1.2)):
        phase = 6.28 * noise(random, line, 240, 3)[None, :]
        wave += strength * np.sin(6.28 * rows[:, None] / (wavelength * (0.35 + rows[:, None] / depth)) + phase)
    swell = smooth(0, depth, rows)[:, None] * 1.5 + 0.2
    source_y = np.clip(shore - 2 - rows[:, None] * squeeze - wave * swell, 0, shore - 1).astype(int)
    source_x = np.clip(line[None, :] + wave * swell * 0.5, 0, width - 1).astype(int)
    lake = scene[source_y, source_x]
    lake = mix(lake, color("#141a3a"), (0.22 + 0.42 * rows / depth)[:, None] * np.ones((1, width)))
    glint = np.exp(-(((line[None, :] - sun[0]) / (70 + rows[:, None] * 0.6)) ** 2))
    glint = glint * smooth(0.5, 0.8, clouds(random, depth, width, (150, 7), 4)) * smooth(0, 30, rows)[:, None]
    lake += glint[..., None] * color("#ffb88a") * 0.5
    mist = np.exp(-rows / 26)[:, None] * (0.35 + 0.5 * noise(random, line, 300, 3)[None, :] ** 2)
    lake = mix(lake, color("#c98aa0"), np.clip(mist, 0, 0.5))

    whole = np.concatenate([scene, lake])
    whole += random.normal(0, 0.006, (height, width, 1))
    return to_image(whole)


def lighthouse():
    random = np.random.default_rng(3)
    width, height, horizon = 1067, 1600, 1130
    y, x = np.mgrid[0:height, 0:width].astype(float)
    scene = gradient(
        [0, 0.3, 0.55, 0.72, 0.86, 1],
        ["#060b24", "#10214f", "#1f4a77", "#4d7f93", "#c79a86", "#f2b98a"],
        y / horizon,
    )
    stars(random, scene, 900, 0.62)
    band = np.exp(-(((x * 0.55 + y - 620) / 190) ** 2)) * clouds(random, height, width, (300, 240))
    scene += (band * 0.2 * (1 - smooth(300, 900, y)))[..., None] * color("#b9a8e0")
    veil = smooth(0.5, 0.9, clouds(random, height, width, (540, 60))) * smooth(640, 900, y) * (y < horizon)
    scene = mix(scene, color("#e9a78a"), veil * 0.45)

    # The sea, with the lamp's reflection.
    lamp = np.array([690.0, 486.0])
    sea = gradient([0, 0.12, 0.5, 1], ["#b98d86", "#3d5f78", "#16304f", "#081528"], np.clip((y - horizon) / (height - horizon), 0, 1))
    ripple = clouds(random, height, width, (210, 9), 4)
    depth = np.clip((y - horizon) / (height - horizon), 0, 1)
    sea = sea * (0.8 + 0.42 * ripple)[..., None]
    path = np.exp(-np.abs(x - lamp[0] + 190) / (50 + 190 * depth)) * smooth(0.5, 0.78, ripple)
    sea += path[..., None] * color("#ffd79a") * 0.62
    scene = mix(scene, sea, smooth(horizon - 1, horizon + 1, y))

    # Two beams, brightest at the lamp.
    angle = np.arctan2(y - lamp[1], x - lamp[0])
    distance = np.hypot(x - lamp[0], y - lamp[1])
    for direction, width_of_beam, power in ((np.pi + 0.13, 0.075, 0.75), (0.13, 0.075, 0.75)):
        difference = np.abs((angle - direction + np.pi) % (2 * np.pi) - np.pi)
        beam = np.exp(-((difference / width_of_beam) ** 2)) * np.exp(-distance / 760) * power
        scene += beam[..., None] * color("#ffe7b0")

    draw_scale = 3
    tower = Image.new("RGBA", (width * draw_scale, height * draw_scale))
    draw = ImageDraw.Draw(tower)

    def polygon(points, fill):
        draw.polygon([(px * draw_scale, py * draw_scale) for px, py in points], fill=fill)

    cx, top, bottom = lamp[0], 560, 1120
    for row in range(top * draw_scale, bottom * draw_scale):
        v = row / draw_scale
        half = 40 + 34 * ((v - top) / (bottom - top)) ** 1.15
        band = int((v - top) / ((bottom - top) / 5)) % 2 == 0
        draw.line(
            [((cx - half) * draw_scale, row), ((cx + half) * draw_scale, row)],
            fill=(222, 72, 62, 255) if band else (242, 236, 226, 255),
        )
    polygon([(cx - 62, 560), (cx + 62, 560), (cx + 56, 542), (cx - 56, 542)], (40, 44, 62, 255))
    for post in np.linspace(-58, 58, 9):
        polygon([(cx + post - 1.5, 542), (cx + post + 1.5, 542), (cx + post + 1.5, 518), (cx + post - 1.5, 518)], (40, 44, 62, 255))
    polygon([(cx - 60, 520), (cx + 60, 520), (cx + 60, 516), (cx - 60, 516)], (40, 44, 62, 255))
    polygon([(cx - 34, 542), (cx + 34, 542), (cx + 34, 440), (cx - 34, 440)], (255, 228, 160, 255))
    for post in (-34, -12, 10, 32):
        polygon([(cx + post, 542), (cx + post + 3, 542), (cx + post + 3, 440), (cx + post, 440)], (48, 50, 66, 255))
    polygon([(cx - 46, 442), (cx + 46, 442), (cx + 8, 392), (cx - 8, 392)], (190, 58, 54, 255))
    polygon([(cx - 3, 394), (cx + 3, 394), (cx + 3, 362), (cx - 3, 362)], (40, 44, 62, 255))
    for window in (690, 830, 960):
        polygon([(cx - 9, window), (cx + 9, window), (cx + 9, window + 34), (cx - 9, window + 34)], (38, 42, 60, 255))
        polygon([(cx - 6, window + 3), (cx + 6, window + 3), (cx + 6, window + 31), (cx - 6, window + 31)], (255, 206, 120, 255))
    # The keeper's house.
    polygon([(806, 1110), (966, 1110), (966, 1004), (806, 1004)], (214, 206, 198, 255))
    polygon([(792, 1008), (980, 1008), (936, 950), (836, 950)], (120, 52, 52, 255))
    for left in (832, 906):
        polygon([(left, 1050), (left + 30, 1050), (left + 30, 1022), (left, 1022)], (255, 204, 116, 255))
    small = tower.resize((width, height), Image.Resampling.LANCZOS)
    pixels = np.asarray(small).astype(float) / 255
    # Round: darker towards the right, and a cool light from the sky on all of it.
    shade = 0.86 - 0.5 * smooth(-60, 70, x - cx)
    shade = np.where(x > 780, 0.52, shade)
    glowing = ((pixels[..., 0] > 0.97) & (pixels[..., 2] < 0.75))[..., None]
    shaded = np.where(glowing, pixels[..., :3], pixels[..., :3] * shade[..., None] * np.array([0.86, 0.9, 1.04]))
    scene = mix(scene, shaded, pixels[..., 3])

    # The rock it stands on, and surf at its foot.
    line = np.arange(width, dtype=float)
    cliff = 1 - smooth(300, 600, line)
    rock = 1084 + (9 + 40 * cliff) * noise(random, line, 130, 5) + 420 * cliff + 6 * smooth(900, 1067, line)
    face = clouds(random, height, width, (90, 60))
    stone = mix(color("#0d1424"), color("#3b4658"), smooth(0.35, 0.9, face) * (1 - smooth(0, 240, y - rock[None, :])))
    scene = mix(scene, stone, below(rock, height))
    water = 1330 + 22 * noise(random, line, 150, 5) + 120 * smooth(700, 1067, line)
    surf = np.exp(-np.abs(y - water[None, :]) / 13) * smooth(0.35, 0.75, clouds(random, height, width, (40, 12)))
    wet = mix(sea, color("#dfe9ee"), surf * 0.75)
    scene = mix(scene, wet, below(water, height) * smooth(-20, 10, y - water[None, :]))

    # The lamp itself.
    scene += np.exp(-distance / 22)[..., None] * color("#fff6dc") * 1.1
    scene += np.exp(-distance / 130)[..., None] * color("#ffcf86") * 0.5
    scene += random.normal(0, 0.005, (height, width, 1))
    return to_image(scene)


def aurora():
    random = np.random.default_rng(11)
    width, height = 1600, 900
    y, x = np.mgrid[0:height, 0:width].astype(float)
    scene = gradient([0, 0.5, 0.85, 1], ["#050914", "#0b1a34", "#12344a", "#1c4a52"], y / height)
    stars(random, scene, 900, 0.95)
    line = np.arange(width, dtype=float)
    for lower, tall, strength, tint in (
        (560, 460, 1.35, ("#5dffb8", "#2fe0c0", "#8a5bff")),
        (400, 380, 0.85, ("#52ffa0", "#3fc8ff", "#d05bff")),
        (640, 260, 0.5, ("#9dffb0", "#38e0c0", "#5b7bff")),
    ):
        edge = lower + 120 * noise(random, line + 50, 520, 3, 0.45)
        rays = 0.55 + 0.45 * noise(random, line, 46, 4, 0.6)
        rays = np.clip(rays, 0.05, None) * (0.35 + 0.65 * smooth(-0.7, 0.6, noise(random, line, 380, 2)))
        up = (edge[None, :] - y) / tall
        curtain = np.where(up > 0, np.exp(-up * 2.3), np.exp(up * 26)) * rays[None, :]
        # Streaks get longer and blur upwards.
        curtain = np.asarray(
            Image.fromarray((curtain * 255).clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(5))
        ) / 255.0
        hue = gradient([0, 0.35, 1], list(tint), np.clip(up, 0, 1))
        scene += curtain[..., None] * hue * strength
    hill = 735 - 46 * noise(random, line, 620, 4)
    far = pines(random, width, hill, 26, 58, 12)
    scene = mix(scene, color("#0b2430"), below(far, height))
    near = pines(random, width, 822 - 26 * noise(random, line, 420, 3), 70, 150, 30)
    scene = mix(scene, color("#040a12"), below(near, height))
    scene += random.normal(0, 0.004, (height, width, 1))
    return to_image(scene)


def logo():
    """Six blades around an opening, drawn eight times as large."""
    size, scale = 640, 4
    side = size * scale
    center, outer, inner = side / 2, side * 0.47, side * 0.2
    tints = ["#ff8a5c", "#ff5c8a", "#a55cff", "#5c7cff", "#2fc3e8", "#42d6a4"]
    picture = Image.new("RGBA", (side, side))
    angles = np.arange(6) * np.pi / 3 - np.pi / 2
    corners = [(center + inner * np.cos(a), center + inner * np.sin(a)) for a in angles]
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    disc = np.hypot(x - center, y - center) <= outer
    gap = side * 0.011
    for index in range(6):
        (ax, ay), (bx, by) = corners[index], corners[(index + 1) % 6]
        nx, ny = corners[(index + 2) % 6]
        # On the outer side of its own edge, and on the inner side of the next blade's.
        def side_of(px, py, qx, qy):
            return ((qx - px) * (y - py) - (qy - py) * (x - px)) / np.hypot(qx - px, qy - py)

        blade = disc & (side_of(ax, ay, bx, by) < -gap / 2) & (side_of(bx, by, nx, ny) > gap / 2)
        light = smooth(0, outer * 1.7, np.hypot(x - ax, y - ay))
        tint = mix(np.clip(color(tints[index]) * 1.08, 0, 1), color(tints[index]) * 0.72, light)
        layer = np.dstack([(np.clip(tint, 0, 1) * 255).astype(np.uint8), np.where(blade, 255, 0).astype(np.uint8)])
        picture.alpha_composite(Image.fromarray(layer))
    # Premultiplied, or the edges would be dark.
    pixels = np.asarray(picture).astype(np.float32)
    pixels[..., :3] *= pixels[..., 3:] / 255
    small = pixels.reshape(size, scale, size, scale, 4).mean(axis=(1, 3))
    alpha = np.maximum(small[..., 3:], 1e-6)
    small[..., :3] = np.where(small[..., 3:] > 0, small[..., :3] / alpha * 255, 0)
    return Image.fromarray(np.clip(small + 0.5, 0, 255).astype(np.uint8))


def sea():
    """Flat colours, because a GIF has 256 of them; the last frame leads to the first."""
    width, height, scale, count = 480, 320, 3, 20
    frames = []
    for frame in range(count):
        turn = 2 * np.pi * frame / count
        image = Image.new("RGB", (width * scale, height * scale))
        draw = ImageDraw.Draw(image)
        bands = 12
        for band in range(bands):
            tint = gradient([0, 0.6, 1], ["#2d3a7a", "#e8788a", "#ffd08a"], np.array([band / (bands - 1)]))[0]
            top = band * 196 / bands
            draw.rectangle([0, top * scale, width * scale, 200 * scale], fill=tuple((tint * 255).astype(int)))
        for radius, tint in ((62, "#ffc98e"), (46, "#ffe0ac"), (34, "#fff6da")):
            cx, cy = 330, 166
            draw.ellipse([(cx - radius) * scale, (cy - radius) * scale, (cx + radius) * scale, (cy + radius) * scale], fill=tint)
        waves = [
            (186, 5, 160, 1, "#c8647e"),
            (206, 7, 240, -1, "#8a4a80"),
            (230, 9, 160, 1, "#553a78"),
            (258, 11, 240, -1, "#33306a"),
            (288, 12, 480, 1, "#1c2350"),
        ]
        xs = np.linspace(0, width, 241)
        for index, (level, swing, length, way, tint) in enumerate(waves):
            ys = level + swing * np.sin(2 * np.pi * xs / length - way * turn) + swing * 0.3 * np.sin(
                4 * np.pi * xs / length - 2 * way * turn + index
            )
            points = [(px * scale, py * scale) for px, py in zip(xs, ys)]
            draw.polygon(points + [(width * scale, height * scale), (0, height * scale)], fill=tint)
            if index == 1:
                boat(draw, scale, 170, np.interp(170, xs, ys), 0.13 * np.cos(2 * np.pi * 170 / length - way * turn))
        frames.append(image.resize((width, height), Image.Resampling.LANCZOS))
    # One palette for all, or colours would flicker.
    sheet = Image.new("RGB", (width, height * 4))
    for index in range(4):
        sheet.paste(frames[index * 5], (0, index * height))
    palette = sheet.quantize(64, dither=Image.Dither.NONE)
    return [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]


def boat(draw, scale, x, y, lean):
    def at(dx, dy):
        return (
            (x + dx * np.cos(lean) - dy * np.sin(lean)) * scale,
            (y + dx * np.sin(lean) + dy * np.cos(lean)) * scale,
        )

    draw.polygon([at(-34, -10), at(36, -10), at(24, 10), at(-24, 10)], fill="#7a2f3f")
    draw.polygon([at(-34, -10), at(36, -10), at(34, -5), at(-32, -5)], fill="#f4e3d0")
    draw.polygon([at(-2, -10), at(1, -10), at(1, -84), at(-2, -84)], fill="#3b2a3f")
    draw.polygon([at(4, -80), at(4, -12), at(38, -12)], fill="#fff4e4")
    draw.polygon([at(-5, -72), at(-5, -12), at(-30, -12)], fill="#f2c9b4")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    folder.mkdir(parents=True, exist_ok=True)
    jpeg = {"quality": 80, "optimize": True, "progressive": True}
    mountains().save(folder / "mountains.jpg", **jpeg)
    lighthouse().save(folder / "lighthouse.jpg", **jpeg)
    aurora().save(folder / "aurora.webp", quality=78, method=6)
    logo().save(folder / "logo.png", optimize=True)
    first, *others = sea()
    first.save(folder / "sea.gif", save_all=True, append_images=others, duration=80, loop=0, optimize=False)
    for path in sorted(folder.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")


main()
