#!/usr/bin/env python3
"""What the demo's detector or segmenter is worth on its test pictures, without any of Calibrant's code: ONNX Runtime runs it,
pycocotools or NumPy judge. Prints the numbers that DemoTaskTests expects.

    calibrant demo --task detection -o DIR; scripts/python scripts/score_demo_tasks.py detection DIR
    calibrant demo --task segmentation -o DIR; scripts/python scripts/score_demo_tasks.py segmentation DIR

The first needs pycocotools==2.0.11.
"""

import argparse
import contextlib
import io
import json
import pathlib

import numpy as np
import onnxruntime
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
CONFIDENCE = 0.001
OVERLAP = 0.7
MOST = 300


def outputs(model, files, normalise):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    for file in files:
        pixels = np.asarray(Image.open(file).convert("RGB"), np.float32) / 255
        x = normalise(pixels).astype(np.float32).transpose(2, 0, 1)[None]
        yield session.run(None, {name: np.ascontiguousarray(x)})[0][0]


def suppressed(boxes, scores):
    """Greedy, by descending score; equal scores keep their order."""
    kept = []
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    for index in np.argsort(-scores, kind="stable"):
        others = boxes[kept]
        sides = np.minimum(others[:, 2:], boxes[index, 2:]) - np.maximum(others[:, :2], boxes[index, :2])
        common = sides.clip(min=0).prod(1)
        if not (common / (areas[kept] + areas[index] - common) > OVERLAP).any():
            kept.append(index)
    return kept


def detections(output):
    """Class, score and corners of one picture's boxes, the best 300."""
    output = output.astype(np.float64)
    centre, size, scores = output[:2].T, output[2:4].T, output[4:]
    corners = np.hstack([centre - size / 2, centre + size / 2])
    found = []
    for category, row in enumerate(scores):
        above = np.flatnonzero(row > CONFIDENCE)
        for index in suppressed(corners[above], row[above]):
            found.append((category, row[above[index]], corners[above[index]]))
    return sorted(found, key=lambda entry: -entry[1])[:MOST]


def score_detection(folder):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth = json.loads((folder / "test.json").read_text())
    files = [folder / "test" / image["file_name"] for image in truth["images"]]
    results = []
    for image, output in zip(truth["images"], outputs(folder / "detector.onnx", files, lambda x: x)):
        for category, score, corners in detections(output):
            corners = corners.clip(0, image["width"])
            results.append({
                "image_id": image["id"], "category_id": category + 1, "score": float(score),
                "bbox": [*corners[:2], *(corners[2:] - corners[:2])]})
    with contextlib.redirect_stdout(io.StringIO()):
        labelled = COCO(str(folder / "test.json"))
        evaluation = COCOeval(labelled, labelled.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    print(f"mAP {evaluation.stats[0]:.6f}, mAP50 {evaluation.stats[1]:.6f}, "
          f"small {evaluation.stats[3]:.6f}, medium {evaluation.stats[4]:.6f}")


def score_segmentation(folder):
    files = sorted((folder / "test").iterdir())
    truth, predicted, both = (np.zeros(7, np.int64) for _ in range(3))
    scores = outputs(folder / "segmenter.onnx", files, lambda x: (x - MEAN) / STD)
    for file, output in zip(files, scores):
        mask = np.asarray(Image.open(folder / "test-masks" / f"{file.stem}.png"))
        counted = mask != 255
        label, mask = output.argmax(0)[counted], mask[counted]
        truth += np.bincount(mask, minlength=7)
        predicted += np.bincount(label, minlength=7)
        both += np.bincount(mask[mask == label], minlength=7)
    iou = both / (truth + predicted - both)
    print(f"mIoU {iou.mean():.6f}, pixel accuracy {both.sum() / truth.sum():.6f}; "
          + ", ".join(f"{value:.4f}" for value in iou))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=["detection", "segmentation"])
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    {"detection": score_detection, "segmentation": score_segmentation}[options.task](options.folder)


if __name__ == "__main__":
    main()
