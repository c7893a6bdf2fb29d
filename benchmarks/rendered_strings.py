#!/usr/bin/env python3
"""Rendered strings with their texts, for networks that read: PNG files and a CSV of path and text, the same every time.

    scripts/python benchmarks/rendered_strings.py FOLDER [--count 1000] [--calibration 200] [--fonts FOLDER] [--seed 1]

Writes FOLDER/test.csv and FOLDER/calibration.csv, each beside a folder of images of its name: words, numbers, prices, dates
and codes in DejaVu's fonts, dark on light or light on dark, a little noise, some blur.
Needs: pip install numpy pillow; apt-get install fonts-dejavu-core
"""
import argparse
import csv
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold"]
# Of codes; none that looks like a digit.
LETTERS = list("ABCDEFHKLMNPRTXY")
WORDS = """
account address amount article balance battery bottle bridge camera center charge circle client coffee
contract copper corner country credit culture current customer delivery department detail discount document economy
energy engine entrance evening example exchange express factory february final flight forest fragile freight
garden gateway general ground harbor height history holiday hospital hotel improve index industry invoice
island january journal journey kitchen language latitude library license limited machine manager market material
measure medium memory message metal minute monday morning museum national network notice number october office
orange order output package paper parking passenger payment perfect person picture platform pocket police port
present price print private product profile public quality quantity quarter railway receipt record region report
reserve return river safety sample saturday schedule season second section security service signal silver simple
single station street student summer sunday system table target ticket today total tower traffic train transfer
travel tuesday tunnel uniform update valley value vehicle village volume warning water weather wednesday weight
window winter wonder yellow
""".split()


def word(random):
    chosen = str(random.choice(WORDS))
    return [chosen, chosen.capitalize(), chosen.upper()][random.integers(3)]


def digits(random, count):
    return "".join(map(str, random.integers(0, 10, count)))


def string(random):
    kind = random.integers(6)
    if kind <= 1:
        return word(random)
    if kind == 2:
        return digits(random, random.integers(3, 11))
    if kind == 3:
        return f"{random.integers(1, 1000)}.{digits(random, 2)}"
    if kind == 4:
        return f"{random.integers(1990, 2030)}-{random.integers(1, 13):02}-{random.integers(1, 29):02}"
    return "".join(random.choice(LETTERS, 3)) + "-" + digits(random, random.integers(3, 6))


def picture(random, text, folder):
    size = int(random.integers(22, 41))
    font = ImageFont.truetype(os.path.join(folder, f"{random.choice(FONTS)}.ttf"), size)
    left, top, right, bottom = font.getbbox(text)
    # Wide ones at the sides are read as spaces.
    margins = np.concatenate([random.integers(1, 4, 2), random.integers(2, 7, 2)])
    light, dark = random.integers(190, 256, 3), random.integers(0, 71, 3)
    ink, paper = (dark, light) if random.random() < 0.8 else (light, dark)
    image = Image.new("RGB", (int(right - left + margins[0] + margins[1]), int(bottom - top + margins[2] + margins[3])), tuple(map(int, paper)))
    ImageDraw.Draw(image).text((int(margins[0]) - left, int(margins[2]) - top), text, font=font, fill=tuple(map(int, ink)))
    if random.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 0.8))))
    noise = random.normal(0, random.uniform(0, 8), (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.round(np.asarray(image) + noise), 0, 255).astype(np.uint8))


def write(random, target, name, count, fonts):
    os.makedirs(os.path.join(target, name), exist_ok=True)
    with open(os.path.join(target, f"{name}.csv"), "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["path", "text"])
        for index in range(count):
            text, path = string(random), f"{name}/{index:04}.png"
            picture(random, text, fonts).save(os.path.join(target, path))
            rows.writerow([path, text])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--calibration", type=int, default=200)
    parser.add_argument("--fonts", default="/usr/share/fonts/truetype/dejavu")
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    for stream, (name, count) in enumerate([("test", o.count), ("calibration", o.calibration)]):
        write(np.random.default_rng([o.seed, stream]), o.folder, name, count, o.fonts)


if __name__ == "__main__":
    main()
