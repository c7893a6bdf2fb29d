#!/usr/bin/env python3
"""Holds every quantized file of a comparison against ONNX Runtime on the same images.

    pip install onnx onnxruntime numpy pillow
    scripts/python scripts/check_with_onnxruntime.py REPORT_DIR --images TEST_DIR [--labels FILE]
        [--resize 256 | 128x128 | none] [--crop 224 | none] [--mean a,b,c] [--std a,b,c]

For each file under REPORT_DIR/models: onnx.checker passes, ONNX Runtime loads it, and its top-1 predictions, from
pixels that Pillow decodes, are compared with those in REPORT_DIR/records.csv. Files that quantize activations are run
twice: with QuantizeLinear and DequantizeLinear kept apart (session.disable_quant_qdq) and with integer kernels.
The bars: 99.9 % weight-only; 99.8 % with integer kernels, as we compute, whose top-1 is then within 0.3 points; 98.5 % kept apart.

Where activations are rounded to 8 bits, a float sum taken in another order flips a code here and there, and the flips
spread. How far that alone goes is printed beside it: ONNX Runtime kept apart, against itself without graph
optimizations. Exits with 1 where a float or weight-only file is below its bar, or where one that quantizes activations
is more than two points below both its bar and that.
"""
import argparse
import csv
import os
import sys

import numpy as np
import onnx
import onnxruntime as ort
from PIL import Image


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("report")
    parser.add_argument("--images", required=True)
    parser.add_argument("--resize", default="256")
    parser.add_argument("--crop", default="224")
    parser.add_argument("--mean", default="0.485,0.456,0.406")
    parser.add_argument("--std", default="0.229,0.224,0.225")
    parser.add_argument("--float", help="the original model: its logits are compared too")
    return parser.parse_args()


def pixels(path, o, mean, std):
    image = Image.open(path).convert("RGB")
    filter = getattr(Image.Resampling, getattr(o, "interpolation", "bilinear").upper())
    if "x" in o.resize:
        image = image.resize(tuple(int(v) for v in o.resize.split("x")), filter)
    elif o.resize != "none":
        side, (w, h) = int(o.resize), image.size
        image = image.resize((side, int(side * h / w)) if w <= h else (int(side * w / h), side), filter)
    if o.crop != "none":
        crop, (w, h) = int(o.crop), image.size
        left, top = int(round((w - crop) / 2)), int(round((h - crop) / 2))
        image = image.crop((left, top, left + crop, top + crop))
    return ((np.asarray(image, np.float32) / 255 - mean) / std).transpose(2, 0, 1).astype(np.float32)


def predict(path, images, keep_apart, optimize=True):
    session_options = ort.SessionOptions()
    if not optimize:
        session_options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session_options.log_severity_level = 3
    if keep_apart:
        session_options.add_session_config_entry("session.disable_quant_qdq", "1")
    session = ort.InferenceSession(path, session_options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    runs = [session.run(None, {name: images[i : i + 32]})[0] for i in range(0, len(images), 32)]
    return np.concatenate(runs).argmax(1)


def main():
    o = options()
    mean, std = (np.array([float(v) for v in t.split(",")], np.float32) for t in (o.mean, o.std))
    arms = {}
    with open(os.path.join(o.report, "records.csv"), newline="") as file:
        for row in csv.DictReader(file):
            arms.setdefault(row["arm"], []).append((row["path"], int(row["label"]), int(row["top1"])))
    paths = [row[0] for row in arms["original"]]
    labels = np.array([row[1] for row in arms["original"]])
    images = np.stack([pixels(os.path.join(o.images, path), o, mean, std) for path in paths])

    failed = False
    print(f"{'arm':34} {'run as':11} {'agreement %':>11} {'with itself':>12} {'top-1 ours':>10} {'theirs':>7}")
    for name, rows in arms.items():
        ours = np.array([row[2] for row in rows])
        if name == "original":
            if not o.float:
                continue
            path, runs, quantizes_activations = o.float, [("float", False, 99.9)], False
        else:
            scheme, kind, method = name.replace(" without ", "-without-").split(" ", 2)
            method = method.replace(" ", "-")
            path = os.path.join(o.report, "models", f"{scheme}-{kind}-{method}.onnx")
            onnx.checker.check_model(path, full_check=True)
            quantizes_activations = "a" in scheme
            runs = [("Q/DQ apart", True, 98.5), ("integer", False, 99.8)] if quantizes_activations else [("weight-only", False, 99.9)]
        itself = 100.0
        for label, keep_apart, bar in runs:
            theirs = predict(path, images, keep_apart)
            if keep_apart:
                itself = 100 * (theirs == predict(path, images, True, optimize=False)).mean()
            agreement = 100 * (ours == theirs).mean()
            top1 = [100 * (p == labels).mean() for p in (ours, theirs)]
            below = agreement < bar or (label == "integer" and abs(top1[0] - top1[1]) > 0.3 + 1e-9)
            bad = agreement < (min(bar, itself) - 2 if quantizes_activations else bar)
            failed |= bad
            note = "  FAILED" if bad else "  below the bar" if below else ""
            own = f"{itself:12.2f}" if keep_apart else " " * 12
            print(f"{name:34} {label:11} {agreement:11.2f} {own} {top1[0]:10.2f} {top1[1]:7.2f}{note}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
