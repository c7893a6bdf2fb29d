#!/usr/bin/env python3
"""Many small images with many boxes each, and a detector that finds most of them: how fast detection is scored.

    scripts/python benchmarks/synthetic_coco.py FOLDER [--images 5000] [--boxes 100] [--classes 80] [--seed 1]

Writes FOLDER/images of 64 x 64 pixels, FOLDER/annotations.json as COCO writes it, and FOLDER/detector.onnx with outputs as
YOLOv8's. What the detector is to find is written in the pixels of an image, with faults: boxes moved or missing, wrong
classes, boxes found twice, boxes of nothing; a convolution reads it, so that the file can be quantized.
Needs: pip install numpy pillow onnx
"""
import argparse
import json
import os

import numpy as np
from PIL import Image

SIDE = 64
# Places for boxes in an image, and numbers of each: centre x, centre y, width, height in parts of the side, class, score.
ROWS, COLUMNS = 300, 6


def truths(random, o):
    """Left, top, width, height in quarters of a pixel, and class."""
    sides = np.round(np.exp(random.uniform(np.log(3), np.log(40), (o.boxes, 2))) * 4) / 4
    corners = np.floor(random.uniform(0, 1, (o.boxes, 2)) * (SIDE - sides) * 4) / 4
    return np.column_stack([corners, sides, random.integers(0, o.classes, o.boxes)])


def found(random, there, o):
    """What the detector finds of them, as bytes of ROWS x COLUMNS."""
    once = there[random.random(len(there)) < 0.85]
    again = once[random.random(len(once)) < 0.3]
    nothing = truths(random, o)[: o.boxes // 4]
    rows = np.concatenate([once, again, nothing])[:ROWS]
    moved = rows[:, :4] + random.normal(0, 0.08, (len(rows), 4)) * np.tile(rows[:, 2:4], 2)
    wrong = random.random(len(rows)) < 0.1
    category = np.where(wrong, random.integers(0, o.classes, len(rows)), rows[:, 4])
    score = np.concatenate([random.beta(4, 2, len(once)), random.beta(3, 3, len(again)), random.beta(1, 4, len(nothing))])[:ROWS]
    centres = moved[:, :2] + moved[:, 2:] / 2
    shares = np.clip(np.column_stack([centres, moved[:, 2:]]) / SIDE, 0, 1)
    filled = np.zeros((ROWS, COLUMNS), np.uint8)
    filled[: len(rows)] = np.column_stack([np.round(shares * 255), category, np.round(score * 255)])
    return filled


def picture(random, rows):
    """The rows in the red channel, something that compresses in the others."""
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[:, :, 1] = np.arange(SIDE)[:, None] * 3
    pixels[:, :, 2] = random.integers(0, 256)
    pixels[:, :, 0].reshape(-1)[: rows.size] = rows.reshape(-1)
    return Image.fromarray(pixels)


def detector(classes):
    """The red channel's first values as 1 x (4 + classes) x ROWS; the input in 0...1."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def constant(name, values, kind):
        return numpy_helper.from_array(np.asarray(values, kind), name)

    nodes = [
        ("Conv", ["images", "weight"], "red"),
        ("Reshape", ["red", "flat"], "values"),
        ("Slice", ["values", "first", "end", "axis"], "filled"),
        ("Reshape", ["filled", "rows"], "table"),
        ("Split", ["table", "parts"], ["place", "category", "score"]),
        ("Mul", ["place", "side"], "boxes"),
        # 1 for the class that the byte names, 0 for the others.
        ("Mul", ["category", "byte"], "named"),
        ("Sub", ["named", "classes"], "difference"),
        ("Abs", ["difference"], "distance"),
        ("Sub", ["one", "distance"], "nearness"),
        ("Relu", ["nearness"], "is"),
        ("Mul", ["is", "score"], "scores"),
        ("Concat", ["boxes", "scores"], "both"),
        ("Transpose", ["both"], "output0"),
    ]
    attributes = {"Split": {"axis": 2}, "Concat": {"axis": 2}, "Transpose": {"perm": [0, 2, 1]}}
    weights = [
        constant("weight", [[[[1]], [[0]], [[0]]]], np.float32), constant("flat", [0, -1], np.int64), constant("first", [0], np.int64),
        constant("end", [ROWS * COLUMNS], np.int64), constant("axis", [1], np.int64), constant("rows", [0, ROWS, COLUMNS], np.int64),
        constant("parts", [4, 1, 1], np.int64), constant("side", SIDE, np.float32), constant("byte", 255, np.float32),
        constant("classes", np.arange(classes), np.float32), constant("one", 1, np.float32)]
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, outputs if isinstance(outputs, list) else [outputs], **attributes.get(kind, {})) for kind, inputs, outputs in nodes],
        "detector", [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["batch", 4 + classes, ROWS])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def main():
    import onnx

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--boxes", type=int, default=100)
    parser.add_argument("--classes", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    os.makedirs(os.path.join(o.folder, "images"), exist_ok=True)
    random = np.random.default_rng(o.seed)
    images, annotations = [], []
    for index in range(o.images):
        there, name = truths(random, o), f"{index:06}.png"
        picture(random, found(random, there, o)).save(os.path.join(o.folder, "images", name))
        images.append({"id": index + 1, "file_name": name, "width": SIDE, "height": SIDE})
        annotations += [
            {"id": len(annotations) + i + 1, "image_id": index + 1, "category_id": int(row[4]) + 1, "bbox": row[:4].tolist(),
             "area": row[2] * row[3], "iscrowd": int(random.random() < 0.02)}
            for i, row in enumerate(there)]
    categories = [{"id": c + 1, "name": f"class {c + 1}"} for c in range(o.classes)]
    with open(os.path.join(o.folder, "annotations.json"), "w") as file:
        json.dump({"images": images, "categories": categories, "annotations": annotations}, file)
    onnx.save(detector(o.classes), os.path.join(o.folder, "detector.onnx"))


if __name__ == "__main__":
    main()
