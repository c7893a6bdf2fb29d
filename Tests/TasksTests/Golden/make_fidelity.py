#!/usr/bin/env python3
"""Writes fidelity.json: parts of outputs, SQNR, cosine and largest difference, written out in NumPy.

    python3 make_fidelity.py > fidelity.json
"""
import json

import numpy as np

random = np.random.default_rng(18)


def floats(array):
    return [float(str(x)) for x in np.asarray(array, np.float32).ravel()]


def parts(maxima, start=0):
    """Cuts where everything on one side is more than 8 times everything on the other, the widest gap first."""
    best, place = 8.0, None
    for k in range(1, len(maxima)):
        left, right = maxima[:k], maxima[k:]
        left, right = left[left > 0], right[right > 0]
        if len(left) and len(right):
            ratio = max(left.min() / right.max(), right.min() / left.max())
            if ratio > best:
                best, place = ratio, k
    if place is None:
        return [[start, start + len(maxima)]], 0
    return (parts(maxima[:place], start)[0] + parts(maxima[place:], start + place)[0]), best


def found(images):
    """The axis with the widest gap, and its parts."""
    rank = images[0].ndim
    largest = np.max([np.abs(x) for x in images], 0)
    axes = [parts(largest.max(tuple(i for i in range(rank) if i != axis))) for axis in range(rank)]
    gaps = [gap for _, gap in axes]
    if max(gaps) == 0:
        return {"axis": 0, "places": [[0, images[0].shape[0]]]}
    axis = int(np.argmax(gaps))
    return {"axis": axis, "places": axes[axis][0]}


def measures(reference, other, axis, places, weights):
    x, y = (np.stack([np.take(v, np.arange(*places), axis) for v in vs for _ in [0]]).astype(float) for vs in (reference, other))
    w = np.array(weights).reshape((-1,) + (1,) * (x.ndim - 1))
    noise = (w * (x - y) ** 2).sum()
    return {"weights": weights, "sqnr": float(10 * np.log10((w * x * x).sum() / noise)),
            "cosine": float((w * x * y).sum() / np.sqrt((w * x * x).sum() * (w * y * y).sum())),
            "largest": float(np.abs(x - y).max())}


def case(name, shape, scale):
    reference = [(random.normal(size=shape) * scale).astype(np.float32) for _ in range(4)]
    other = [(x + random.normal(size=shape) * np.abs(x).mean() / 50).astype(np.float32) for x in reference]
    cut = found(reference)
    rows = [measures(reference, other, cut["axis"], p, w) for p in cut["places"] for w in ([1, 1, 1, 1], [2, 0, 0, 3])]
    return {"name": name, "shape": list(shape), "reference": [floats(x) for x in reference],
            "other": [floats(x) for x in other], "axis": cut["axis"], "places": cut["places"], "measures": rows}


channels = np.array([300, 280, 250, 310] + [0.5, 0.1, 0.4, 0.9, 0.2])
cases = [
    case("yolov8", (1, 9, 12), channels[None, :, None]),
    case("yolov5", (1, 12, 9), channels[None, None, :]),
    case("end2end", (1, 10, 6), np.array([600, 500, 550, 620, 0.6, 20])[None, None, :]),
    case("scores", (1, 30), 1),
    case("dead", (1, 4, 6), np.array([0, 1, 1, 0])[None, :, None]),
]
print(json.dumps(cases))
