#!/usr/bin/env python3
"""Renews what the program can say of itself in README.md: the reference of parameters, and a picture for each fit, mark and layout.

    docs.py --images       the pictures and the tables that show them, made with .build/release/imgedge
    docs.py --reference    the reference
    docs.py --bench        the table of measurements, read from standard input
"""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICE = ROOT / ".build/release/imgedge"
IMAGES = ROOT / "docs/images"

BOX = "w=240&h=150"
FITS = {
    "contain": ("samples/lighthouse.jpg", "as large as fits"),
    "scale-down": ("samples/logo.png", "as `contain`, never enlarged"),
    "cover": ("samples/lighthouse.jpg", "fills the box, the rest is cut off"),
    "crop": ("samples/lighthouse.jpg", "as `cover`, never enlarged"),
    "pad": ("samples/lighthouse.jpg", "as `contain`, on a canvas of the box's size"),
    "squeeze": ("samples/lighthouse.jpg", "distorted to the box"),
}
GRAVITIES = ["center", "top", "bottom", "auto", "entropy", "0.5x0.3"]
MARKS = {
    "mark-align=bottom,right": "in a corner",
    "mark-align=center&mark-w=40%25": "larger, in the middle",
    "mark-opacity=0.4&mark-w=30%25": "half transparent",
    "mark-repeat=true&mark-w=12%25&mark-pad=6%25&mark-opacity=0.5": "on both axes",
    "mark-repeat=x&mark-align=bottom&mark-w=10%25&mark-pad=4%25": "along the edge",
    "mark-repeat=y&mark-align=right&mark-w=10%25&mark-pad=4%25": "down the side",
}
MARK_BOX = "mark-w=120&mark-h=60&mark-align=bottom,right"
MARK_FITS = {
    "contain": "as large as fits",
    "scale-down": "as contain, never enlarged",
    "cover": "fills the box, the rest is cut off",
    "crop": "as cover, never enlarged",
    "pad": "as contain, in the middle of the box",
    "squeeze": "distorted to the box",
}
GRIDS = {
    "type=classic": 3, "type=column": 3, "type=row": 3, "type=auto": 4, "type=classic&cols=3": 5, "type=column&cols=2": 4,
}
SOURCES = ["samples/mountains.jpg", "samples/aurora.webp", "samples/lighthouse.jpg", "samples/sea.gif", "samples/logo.png"]
HERO = "/grid?src=samples/mountains.jpg&src=samples/aurora.webp&src=samples/lighthouse.jpg&w=1440&h=480&gap=16&type=row&mark=samples/logo.png&mark-w=8%25&mark-align=bottom,right&mark-pad=3%25"


class Pages:
    def __init__(self, port):
        self.port = port

    def save(self, name, target):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{target}&format=webp", headers={"Host": "demo.localhost"})
        with urllib.request.urlopen(request) as answer:
            (IMAGES / name).write_bytes(answer.read())
        return f"docs/images/{name}"

    def table(self, cells, columns=3):
        """Cells of HTML, in rows: Markdown has no table without a head."""
        rows = [cells[i:i + columns] for i in range(0, len(cells), columns)]
        return "<table>\n" + "\n".join("<tr>" + "".join(f'<td valign="top">{cell}</td>' for cell in row) + "</tr>" for row in rows) + "\n</table>"

    def cell(self, name, target, code, text=""):
        path = self.save(name, target)
        return f'<img src="{path}" alt="{code}"><br><code>{code}</code> {text}'.rstrip()

    def fits(self):
        cells = [
            self.cell(f"fit-{fit}.webp", f"/transform?src={source}&{BOX}&fit={fit}", f"fit={fit}", text.replace("`contain`", "contain").replace("`cover`", "cover"))
            for fit, (source, text) in FITS.items()]
        gravities = [
            self.cell(f"gravity-{index}.webp", f"/transform?src=samples/lighthouse.jpg&w=240&h=90&fit=cover&gravity={gravity}", f"gravity={gravity}")
            for index, gravity in enumerate(GRAVITIES)]
        return (f"A box of `w=240&h=150`:\n\n{self.table(cells)}\n\n"
                f"What `cover` and `crop` keep:\n\n{self.table(gravities)}")

    def marks(self):
        target = f"/transform?src=samples/mountains.jpg&{BOX}&fit=cover&mark=samples/logo.png"
        cells = [
            self.cell(f"mark-{index}.webp", f"{target}&{options}", options, text) for index, (options, text) in enumerate(MARKS.items())]
        fits = [
            self.cell(f"mark-fit-{fit}.webp", f"{target}&{MARK_BOX}&mark-fit={fit}", f"mark-fit={fit}", text) for fit, text in MARK_FITS.items()]
        return f"{self.table(cells)}\n\nA box of `{MARK_BOX}`:\n\n{self.table(fits)}"

    def grids(self):
        cells = []
        for index, (options, count) in enumerate(GRIDS.items()):
            sources = "&".join(f"src={source}" for source in SOURCES[:count])
            cells.append(self.cell(f"grid-{index}.webp", f"/grid?{sources}&{BOX}&gap=4&{options}", options, f"of {count}"))
        return self.table(cells)


def replace(text, name, body):
    pattern = re.compile(rf"(<!-- {name}\b[^>]*-->\n).*?(<!-- end of {name} -->)", re.S)
    if not pattern.search(text):
        raise SystemExit(f"docs: README.md has no section {name}")
    return pattern.sub(lambda match: match[1] + body.strip() + "\n" + match[2], text)


def with_images(text):
    IMAGES.mkdir(parents=True, exist_ok=True)
    service = subprocess.Popen([SERVICE, "serve", "--port", "0", "--log-level", "warning"], stdout=subprocess.PIPE, text=True)
    try:
        port = re.search(r":(\d+)\s", service.stdout.readline())[1]
        pages = Pages(port)
        pages.save("hero.webp", HERO)
        for name in ["fits", "marks", "grids"]:
            text = replace(text, name, getattr(pages, name)())
    finally:
        service.terminate()
        service.wait(30)
    return text


def with_reference(text):
    reference = subprocess.run([SERVICE, "reference"], capture_output=True, text=True, check=True).stdout
    return replace(text, "reference", reference)


def with_bench(text):
    return replace(text, "bench", sys.stdin.read())


PARTS = {"--images": with_images, "--reference": with_reference, "--bench": with_bench}


def main():
    if len(sys.argv) < 2 or not PARTS.keys() >= set(sys.argv[1:]):
        raise SystemExit(__doc__)
    readme = ROOT / "README.md"
    text = readme.read_text()
    for option in sys.argv[1:]:
        text = PARTS[option](text)
    readme.write_text(text)


if __name__ == "__main__":
    main()
