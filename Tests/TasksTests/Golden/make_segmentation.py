#!/usr/bin/env python3
"""Writes segmentation.json: scores resized, classes, and metrics with weights, written out in NumPy.

    python3 make_segmentation.py > segmentation.json

The resize is F.interpolate(mode="bilinear", align_corners=False) as PyTorch defines it, in single precision; it is first
checked against ONNX Runtime's Resize. Label maps are resized by Pillow. Needs NumPy, Pillow, onnx and ONNX Runtime.
"""
import json

import numpy as np
import onnxruntime
from PIL import Image
from onnx import TensorProto, helper

random = np.random.default_rng(18)
f = np.float32


def taps(count, target):
    scale = f(count) / f(target)
    position = np.maximum(scale * (np.arange(target, dtype=f) + f(0.5)) - f(0.5), f(0))
    first = np.minimum(position.astype(int), count - 1)
    return first, np.minimum(first + 1, count - 1), position - first.astype(f)


def resized(scores, height, width):
    top, bottom, down = taps(scores.shape[1], height)
    left, right, across = taps(scores.shape[2], width)
    down = down[:, None]

    def row(y):
        return (f(1) - across) * scores[:, y][:, :, left] + across * scores[:, y][:, :, right]

    return (f(1) - down) * row(top) + down * row(bottom)


def runtime_resized(scores, height, width):
    node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear",
                            coordinate_transformation_mode="half_pixel")
    sizes = helper.make_tensor("sizes", TensorProto.INT64, [4], [1, len(scores), height, width])
    graph = helper.make_graph([node], "resize", [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [sizes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": scores[None]})[0][0]


def floats(array):
    """The shortest decimals that give back the single-precision values."""
    return [float(str(x)) for x in array.ravel()]


def counts(predicted, truth, classes, ignored=255):
    kept = truth != ignored
    predicted, truth = predicted[kept], truth[kept]
    rows = []
    for c in range(classes):
        p, t = predicted == c, truth == c
        if p.any() or t.any():
            rows.append({"index": c, "truth": int(t.sum()), "predicted": int(p.sum()), "correct": int((p & t).sum())})
    return rows


def metrics(images, weights, classes):
    """From the whole confusion matrix, each image as often as its weight says."""
    matrix = np.zeros((classes, classes), int)
    for (predicted, truth), weight in zip(images, weights):
        for _ in range(weight):
            kept = truth != 255
            np.add.at(matrix, (truth[kept], predicted[kept]), 1)
    right, union = np.diag(matrix), matrix.sum(0) + matrix.sum(1) - np.diag(matrix)
    perClass = [None if u == 0 else r / u for r, u in zip(right.tolist(), union.tolist())]
    known = [x for x in perClass if x is not None]
    return {"weights": weights, "mIoU": sum(known) / len(known) if known else None, "perClass": perClass,
            "pixelAccuracy": float(right.sum() / matrix.sum()) if matrix.sum() else None}


CLASSES = 5
cases, images = [], []
for height, width, toHeight, toWidth in [(4, 5, 9, 13), (7, 6, 7, 6), (9, 11, 4, 3), (1, 1, 3, 2), (3, 8, 12, 8)]:
    scores = random.normal(size=(CLASSES, height, width)).astype(f)
    scores[3] -= f(9)  # never the best: a class of truth alone, or of nothing
    target = resized(scores, toHeight, toWidth)
    predicted = target.argmax(0)
    truth = np.where(random.random(predicted.shape) < 0.6, predicted, random.integers(0, 3, predicted.shape))
    truth = np.where(random.random(predicted.shape) < 0.1, 255, truth).astype(int)
    theirs = runtime_resized(scores, toHeight, toWidth)
    assert np.abs(theirs - target).max() < 1e-5 and (theirs.argmax(0) == predicted).all()
    images.append((predicted, truth))
    cases.append({"shape": list(scores.shape), "scores": floats(scores), "height": toHeight, "width": toWidth,
                  "resized": floats(target), "labels": predicted.ravel().tolist(), "truth": truth.ravel().tolist(),
                  "counts": counts(predicted, truth, CLASSES)})

weights = [[1] * 5, [2, 0, 1, 0, 2], [0, 0, 0, 0, 5], [0] * 5, random.integers(0, 4, 5).tolist()]
result = {"classes": CLASSES, "images": cases, "metrics": [metrics(images, w, CLASSES) for w in weights]}

# One score per pixel, and label maps that a graph made itself.
result["foregrounds"], result["maps"] = [], []
for (height, width, toHeight, toWidth), threshold in zip([(4, 5, 9, 13), (7, 6, 7, 6), (9, 11, 4, 3)], [0.5, 0.25, 0.0]):
    scores = random.random((1, height, width)).astype(f) if threshold else random.normal(size=(1, height, width)).astype(f)
    predicted = (resized(scores, toHeight, toWidth)[0] > f(threshold)).astype(int)
    truth = np.where(random.random(predicted.shape) < 0.3, 1 - predicted, predicted)
    truth = np.where(random.random(predicted.shape) < 0.1, 255, truth)
    result["foregrounds"].append({"threshold": threshold, "shape": list(scores.shape), "scores": floats(scores),
                                  "height": toHeight, "width": toWidth, "labels": predicted.ravel().tolist(),
                                  "truth": truth.ravel().tolist(), "counts": counts(predicted, truth, 2),
                                  "metrics": metrics([(predicted, truth)], [1], 2)})
for height, width, toHeight, toWidth in [(4, 5, 9, 13), (7, 6, 7, 6), (9, 11, 4, 3), (5, 3, 6, 7), (1, 1, 3, 2)]:
    labels = random.integers(0, 40, (height, width)).astype(np.uint8)
    predicted = np.array(Image.fromarray(labels).resize((toWidth, toHeight), Image.Resampling.NEAREST)).astype(int)
    truth = np.where(random.random(predicted.shape) < 0.5, random.integers(0, 40, predicted.shape), predicted)
    truth = np.where(random.random(predicted.shape) < 0.1, 255, truth)
    result["maps"].append({"shape": [height, width], "scores": floats(labels), "height": toHeight, "width": toWidth,
                           "labels": predicted.ravel().tolist(), "truth": truth.ravel().tolist(),
                           "counts": counts(predicted, truth, 40), "metrics": metrics([(predicted, truth)], [1], 40)})
print(json.dumps(result))
