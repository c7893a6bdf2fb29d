"""Where a corner of a box lies once an image is prepared: torchvision's Resize and CenterCrop (`_compute_resized_output_size`,
`center_crop`) and PaddleOCR's width of a line (`resize_norm_img`) written out; writes mappings.json beside it."""

import json
import math
from pathlib import Path

CORNER = (30.0, 12.5)  # in pixels of the original


def shorter_side(width, height, side):
    short, long = sorted((width, height))
    scaled = int(side * long / short)
    return (side, scaled) if width <= height else (scaled, side)


def cropped(inner, crop):
    return [int(round((side - crop) / 2.0)) for side in inner]


def case(size, kind, numbers, inner, window, shape):
    point = [corner * new / old - start for corner, new, old, start in zip(CORNER, inner, size, window)]
    return {"size": size, "kind": kind, "numbers": numbers, "prepared": shape, "point": point}


def main():
    cases = []
    for size in [(640, 480), (37, 123), (500, 501), (1024, 768), (333, 333), (90, 61)]:
        inner = shorter_side(*size, 256)
        cases.append(case(size, "shorter", [256, 224], inner, cropped(inner, 224), (224, 224)))
        inner = shorter_side(*size, 57)
        cases.append(case(size, "shorter", [57, 30], inner, cropped(inner, 30), (30, 30)))
        cases.append(case(size, "exact", [320, 200], (320, 200), (0, 0), (320, 200)))
        inner = (math.ceil(48 * (size[0] / float(size[1]))), 48)
        cases.append(case(size, "height", [48], inner, (0, 0), inner))
        cases.append(case(size, "none", [], size, (0, 0), size))
    path = Path(__file__).parent / "mappings.json"
    path.write_text("[\n" + ",\n".join(" " + json.dumps(case) for case in cases) + "\n]\n")


main()
