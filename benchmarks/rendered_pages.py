#!/usr/bin/env python3
"""Rendered pages of text, upright and turned, for networks that tell a page's orientation: the same files every time.

    scripts/python benchmarks/rendered_pages.py FOLDER [--test 400] [--calibration 100] [--seed 1]

Writes FOLDER/test and FOLDER/calibration, each with a folder per class: 0 upright, 1, 2 and 3 turned by as many quarters clockwise,
which is how PP-LCNet's classifier of orientations counts. Words of rendered_strings.py in DejaVu's fonts, a title, one or two columns, a
picture on some pages, dark on light, a little noise; half of the pages are cut out of photographs' proportions.
Needs: pip install numpy pillow; apt-get install fonts-dejavu-core
"""
import argparse
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from rendered_strings import FONTS, WORDS

TURNS = {"0": None, "1": Image.Transpose.ROTATE_270, "2": Image.Transpose.ROTATE_180, "3": Image.Transpose.ROTATE_90}


def page(random, fonts):
    width, height = int(random.integers(420, 720)), int(random.integers(420, 900))
    paper, ink = (int(v) for v in (random.integers(215, 256), random.integers(0, 90)))
    image = Image.new("RGB", (width, height), (paper, paper, int(paper - random.integers(0, 20))))
    draw = ImageDraw.Draw(image)
    name = str(random.choice(FONTS))
    size = int(random.integers(13, 26))
    margin = int(random.integers(20, 50))
    font, title = (ImageFont.truetype(os.path.join(fonts, name + ".ttf"), s) for s in (size, 2 * size))
    draw.text((margin, margin), " ".join(random.choice(WORDS, 2)).title(), font=title, fill=(ink,) * 3)
    top = margin + 3 * size
    if random.random() < 0.3:
        box = (margin, top, margin + width // 3, top + height // 5)
        draw.rectangle(box, fill=tuple(int(v) for v in random.integers(60, 200, 3)))
        top = box[3] + size
    columns = int(random.integers(1, 3))
    span = (width - margin * (columns + 1)) // columns
    for column in range(columns):
        left, y = margin + column * (span + margin), top
        while y < height - margin - size:
            line = ""
            while font.getlength(line) < span * 0.9:
                line += str(random.choice(WORDS)) + " "
            draw.text((left, y), line.rsplit(" ", 2)[0], font=font, fill=(ink,) * 3)
            y += int(1.35 * size) * (2 if random.random() < 0.12 else 1)
    pixels = np.asarray(image).astype(np.float32) + random.normal(0, random.uniform(0, 8), (height, width, 1))
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(random.uniform(0, 0.8)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--test", type=int, default=400)
    parser.add_argument("--calibration", type=int, default=100)
    parser.add_argument("--fonts", default="/usr/share/fonts/truetype/dejavu")
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    random = np.random.default_rng(o.seed)
    for part, count in (("test", o.test), ("calibration", o.calibration)):
        for index in range(count):
            turn = list(TURNS)[index % len(TURNS)]
            folder = os.path.join(o.folder, part, turn)
            os.makedirs(folder, exist_ok=True)
            image = page(random, o.fonts)
            image = image if TURNS[turn] is None else image.transpose(TURNS[turn])
            image.save(os.path.join(folder, f"{index:04}.png"))


if __name__ == "__main__":
    main()
