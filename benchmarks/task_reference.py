#!/usr/bin/env python3
"""Detection and text measured without this program: ONNX Runtime, Pillow, NumPy and pycocotools, as a line of JSON a file.

    scripts/python benchmarks/task_reference.py boxes MODEL [ARM ...] --images PHOTOS --boxes yolov8 [preprocessing]
    scripts/python benchmarks/task_reference.py boxes MODEL [ARM ...] --annotations coco.json --images FOLDER --boxes yolov8
    scripts/python benchmarks/task_reference.py text MODEL [ARM ...] --strings strings.csv --dictionary FILE --height 48

`boxes` without annotations takes what MODEL finds above --confidence for the truth: F1 at an overlap of 0.5, and COCO's
average precision. `text` has the share of strings read exactly and the characters' error rate, and how many strings are read
as MODEL reads them. Q/DQ run in ONNX Runtime, in integers where it has kernels, or with --float as they are written.
Needs: pip install onnxruntime numpy pillow pycocotools
"""
import argparse
import contextlib
import csv
import io
import json
import os
import time

import numpy as np

from task_models import DECODERS, Preprocessing, detections, overlaps, paths, session, symbols, text


def sessions(o):
    for path in [o.model, *o.arms]:
        yield path, float_session(path) if o.float else session(path)


def float_session(path):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def outputs(s, files, preprocessing):
    """The first output of each image, and the way back of its boxes."""
    name = s.get_inputs()[0].name
    for path in files:
        values, way = preprocessing.load(path)
        yield s.run(None, {name: values})[0], way


def boxes(o):
    from pycocotools.coco import COCO

    preprocessing = Preprocessing(o)
    truth = None
    if o.annotations:
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO(o.annotations)
        images = sorted(truth.dataset["images"], key=lambda image: image["id"])[: o.limit]
        files = [os.path.join(o.images, image["file_name"]) for image in images]
    else:
        files = paths(o.images)[: o.limit]
    reference = None
    for path, s in sessions(o):
        start = time.perf_counter()
        found = [detections(y, o.boxes, o.letterbox, way, overlap=o.iou) for y, way in outputs(s, files, preprocessing)]
        row = {"file": os.path.basename(path), "images": len(files), "detections": sum(map(len, found)), "seconds": time.perf_counter() - start}
        if not o.annotations:
            reference = reference or [rows[rows[:, 4] > o.confidence] for rows in found]
            truth = truth or coco(reference)
            row |= agreement([rows[rows[:, 4] > o.confidence] for rows in found], reference)
        yield row | precision(truth, found, len(files))


def agreement(found, reference):
    """Boxes found again; in order of score each takes the free one of its class that it overlaps most, by half or more."""
    counts = np.zeros(3, int)
    for rows, others in zip(found, reference):
        free = np.ones(len(others), bool)
        for row in rows:
            shared = np.where(free & (others[:, 5] == row[5]), overlaps(row, others), -1) if len(others) else np.array([-1])
            if shared.max() >= 0.5:
                free[shared.argmax()] = False
        hits = int((~free).sum())
        counts += [hits, len(rows) - hits, len(others) - hits]
    hits, extra, lost = map(int, counts)
    return {"found": hits, "extra": extra, "lost": lost, "f1": 2 * hits / max(2 * hits + extra + lost, 1)}


def coco(found):
    """Detections as truth, of images numbered from 1."""
    from pycocotools.coco import COCO

    annotations = [
        {"id": i + 1, "image_id": image + 1, "category_id": int(row[5]), "bbox": sides(row), "area": sides(row)[2] * sides(row)[3], "iscrowd": 0}
        for i, (image, row) in enumerate((image, row) for image, rows in enumerate(found) for row in rows)]
    data = COCO()
    data.dataset = {
        "images": [{"id": i + 1} for i in range(len(found))], "annotations": annotations,
        "categories": [{"id": c} for c in sorted({a["category_id"] for a in annotations})]}
    with contextlib.redirect_stdout(io.StringIO()):
        data.createIndex()
    return data


def sides(row):
    return [row[0], row[1], row[2] - row[0], row[3] - row[1]]


def precision(truth, found, count):
    from pycocotools.cocoeval import COCOeval

    images = sorted(truth.getImgIds())[:count]
    # Classes of truth are numbered by their ids; what a model finds names its classes by itself.
    ids = sorted(truth.getCatIds()) if truth.anns and "name" in truth.dataset["categories"][0] else None
    results = [
        {"image_id": image, "category_id": ids[int(row[5])] if ids else int(row[5]), "bbox": sides(row), "score": row[4]}
        for image, rows in zip(images, found) for row in rows if not ids or int(row[5]) < len(ids)]
    names = ["mAP", "mAP50", "mAP75", "mAPsmall", "mAPmedium", "mAPlarge"]
    if not results:
        return dict.fromkeys(names, 0)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
        evaluation.params.imgIds = images
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(names, map(float, evaluation.stats)))


def strings(o):
    preprocessing, dictionary = Preprocessing(o), symbols(o.dictionary)
    with open(o.strings, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[: o.limit]
    files = [os.path.join(o.images or os.path.dirname(o.strings), row["path"]) for row in rows]
    reference = None
    for path, s in sessions(o):
        read = [text(y, dictionary) for y, _ in outputs(s, files, preprocessing)]
        reference = reference or read
        faults = sum(distance(a, row["text"]) for a, row in zip(read, rows))
        yield {
            "file": os.path.basename(path), "strings": len(rows),
            "exactMatch": float(np.mean([a == row["text"] for a, row in zip(read, rows)])),
            "characterErrorRate": faults / sum(len(row["text"]) for row in rows),
            "asModel": float(np.mean([a == b for a, b in zip(read, reference)]))}


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            last, row[j + 1] = row[j + 1], min(last + (x != y), row[j + 1] + 1, row[j] + 1)
    return row[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["boxes", "text"])
    parser.add_argument("model")
    parser.add_argument("arms", nargs="*")
    parser.add_argument("--images")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--float", action="store_true", help="without ONNX Runtime's optimizations")
    parser.add_argument("--boxes", choices=DECODERS, default="yolov8")
    parser.add_argument("--annotations", help="COCO's JSON")
    parser.add_argument("--confidence", type=float, default=0.25, help="of boxes that count as found")
    parser.add_argument("--iou", type=float, default=0.7, help="above which boxes are thinned")
    parser.add_argument("--strings", help="CSV of path and text")
    parser.add_argument("--dictionary")
    Preprocessing.arguments(parser)
    o = parser.parse_intermixed_args()
    for row in {"boxes": boxes, "text": strings}[o.task](o):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
