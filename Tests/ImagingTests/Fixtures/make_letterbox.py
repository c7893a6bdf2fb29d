"""The letterboxes of Ultralytics 8.4 (`LetterBox.get_params` with auto=False, `scale_boxes`) and of YOLOX (`preproc`) written
out, and their pictures with Pillow's bilinear filter in place of OpenCV's; writes letterbox.json beside it."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from pixel_hash import pixel_hash

HERE = Path(__file__).parent
BOX = (3.5, 7.25)  # a corner of a box, in pixels of the frame


def centered(width, height, frame_width, frame_height):
    r = min(frame_height / height, frame_width / width)
    inner = max(round(width * r), 1), max(round(height * r), 1)
    dw, dh = (frame_width - inner[0]) / 2, (frame_height - inner[1]) / 2
    left, top, right, bottom = round(dw - 0.1), round(dh - 0.1), round(dw + 0.1), round(dh + 0.1)
    assert (left + inner[0] + right, top + inner[1] + bottom) == (frame_width, frame_height)
    gain = inner[0] / width, inner[1] / height
    return inner, (left, top), [(BOX[0] - left) / gain[0], (BOX[1] - top) / gain[1]]


def in_corner(width, height, frame_width, frame_height):
    """YOLOX refuses what leaves a side without pixels; here it keeps one."""
    r = min(frame_height / height, frame_width / width)
    return (max(int(width * r), 1), max(int(height * r), 1)), (0, 0), [BOX[0] / r, BOX[1] / r]


PLACEMENTS = {"center": centered, "corner": in_corner}


def main():
    random = np.random.default_rng(18)
    sizes = [(640, 480), (480, 640), (1920, 1080), (37, 23), (640, 640), (1, 3000), (4000, 1), (1, 1), (1333, 800)]
    sizes += random.integers(1, 3000, (120, 2)).tolist()
    frames = [(640, 640), (416, 416), (640, 384), (320, 640), (1, 1)] + random.integers(1, 900, (20, 2)).tolist()
    cases = []
    for index, size in enumerate(sizes):
        frame = frames[index % len(frames)]
        for name, geometry in PLACEMENTS.items():
            inner, bars, point = geometry(*size, *frame)
            cases.append({"placement": name, "size": size, "frame": frame, "inner": inner, "bars": bars, "point": point})
    noise = Image.open(HERE / "noise.png").convert("RGB")
    images = []
    bilinear = Image.Resampling.BILINEAR
    for name, geometry in PLACEMENTS.items():
        for frame in [(64, 64), (20, 50), (50, 20), (37, 23), (100, 61)]:
            inner, bars, _ = geometry(*noise.size, *frame)
            picture = Image.new("RGB", frame, (114, 114, 114))
            picture.paste(noise.resize((inner[0], noise.height), bilinear).resize(inner, bilinear), bars)
            images.append({"placement": name, "frame": frame, "hash": pixel_hash(np.asarray(picture))})
    lines = [f' "{key}": [\n  ' + ",\n  ".join(map(json.dumps, rows)) + "\n ]" for key, rows in [("cases", cases), ("images", images)]]
    (HERE / "letterbox.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
