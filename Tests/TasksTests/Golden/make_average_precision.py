"""Random detections and truths, and what pycocotools 2.0.11 makes of them: make_average_precision.py OUT [CASES] [SEED].

Each case has COCO's twelve numbers and each class' average precision, for all images once and for images that are there as
often as `weights` says, as copies under ids of their own beside the original. -1 means that there is no truth.
Needs pycocotools. The committed file: make_average_precision.py average_precision.json
"""

import contextlib
import io
import json
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SIDES = [8, 20, 32, 60, 96, 150]


def boxes(random, count, grid):
    """Boxes of all sizes on a grid of pixels: coarse ones overlap by exactly a threshold now and then."""
    sides = random.choice(SIDES, (count, 2)) * random.uniform(0.5, 1.3, (count, 2))
    rows = np.concatenate([random.uniform(0, 120, (count, 2)), sides], 1)
    return np.maximum(np.round(rows / grid) * grid, [0, 0, grid, grid])


def found(random, truth, grid):
    """Boxes beside those that are there."""
    moved = truth + random.normal(0, 0.12, truth.shape) * np.concatenate([truth[:, 2:], truth[:, 2:]], 1)
    keep = random.random(len(truth)) < 0.3
    moved[keep] = truth[keep]
    return np.maximum(np.round(moved / grid) * grid, [0, 0, grid, grid])


def case(random):
    images, classes = int(random.integers(1, 7)), int(random.integers(1, 5))
    grid = float(random.choice([4, 1, 0.5, 0.01]))
    step = float(random.choice([0.1, 0.01, 0.0001]))
    truths, detections = [], []
    many = random.random() < 0.04
    for image in range(images):
        there = boxes(random, int(random.integers(0, 9)), grid)
        for box in there:
            area = float(np.round(box[2] * box[3] * random.choice([1, 1, 0.6]), 4))
            truths.append([image, int(random.integers(classes)), *box.tolist(), area, int(random.random() < 0.15)])
        rows = np.concatenate([found(random, there, grid) for _ in range(int(random.integers(0, 4)))] + [there[:0]])
        rows = np.concatenate([rows, boxes(random, 130 if many and image == 0 else int(random.integers(0, 5)), grid)])
        near = {i: t[1] for i, t in enumerate(truths[len(truths) - len(there) :])} if len(there) else {}
        for index, box in enumerate(rows):
            category = near.get(index % len(there), 0) if near and random.random() < 0.8 else int(random.integers(classes))
            if many and image == 0:
                category = 0
            score = float(np.round(np.round(random.random() / step) * step, 4))
            detections.append([image, category, *np.round(box, 4).tolist(), score])
    weights = random.integers(0, 4, images).tolist()
    if sum(weights) == 0:
        weights[0] = 2
    return {"images": images, "classes": classes, "truths": truths, "detections": detections, "weights": weights}


def evaluated(case, weights):
    """COCO's numbers and each class' average precision (size all, 100 detections)."""
    copies = [image for image, weight in enumerate(weights) for _ in range(weight)]
    annotations, results = [], []
    for new, image in enumerate(copies):
        for _, category, x, y, w, h, area, crowd in (t for t in case["truths"] if t[0] == image):
            annotations.append(
                {"id": len(annotations) + 1, "image_id": new + 1, "category_id": category + 1, "bbox": [x, y, w, h],
                 "area": area, "iscrowd": crowd})
        for _, category, x, y, w, h, score in (d for d in case["detections"] if d[0] == image):
            results.append(
                {"id": len(results) + 1, "image_id": new + 1, "category_id": category + 1, "bbox": [x, y, w, h],
                 "area": w * h, "iscrowd": 0, "score": score})
    sets = []
    for rows in [annotations, results]:
        data = COCO()
        data.dataset = {
            "images": [{"id": i + 1} for i in range(len(copies))],
            "categories": [{"id": c + 1} for c in range(case["classes"])], "annotations": rows}
        data.createIndex()
        sets.append(data)
    evaluation = COCOeval(*sets, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    return {"summary": list(map(float, evaluation.stats)), "classes": precision.mean((0, 1)).tolist()}


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 18)
    cases = []
    for _ in range(count):
        one = case(random)
        with contextlib.redirect_stdout(io.StringIO()):
            one["once"] = evaluated(one, [1] * one["images"])
            one["weighed"] = evaluated(one, one["weights"])
        cases.append(one)
    with open(sys.argv[1], "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")


main()
