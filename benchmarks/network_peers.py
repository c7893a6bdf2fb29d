#!/usr/bin/env python3
"""What ONNX Runtime's and NNCF's quantizers make of a network of networks.py, 8 bits, on the same calibration images.

    scripts/python benchmarks/network_peers.py NETWORK MODEL IMAGES COUNT OUT

Writes onnxruntime.onnx (min-max, int8 weights per channel, every operator that it quantizes) and nncf.onnx (its defaults) into
OUT; says why where one of them cannot. IMAGES is a folder, or a table of paths and texts.
Needs: pip install onnxruntime onnx nncf numpy pillow sympy
"""
import argparse
import csv
import os
import sys
import tempfile

import numpy as np

from accuracy import MODELS
from onnxruntime_arms import prepare, quantize
from task_models import Preprocessing, paths

LINES = {"height": 48, "mean": 0.5, "std": 0.5, "channels": "bgr"}
KINDS = {"pp-ocrv4": LINES, "pp-ocrv5": LINES, "yolov8n": {"letterbox": 320}}
CROPPED = ["--resize", "256", "--crop", "224"]


def files(images):
    if not images.endswith(".csv"):
        return paths(images)
    with open(images, newline="") as file:
        return [os.path.join(os.path.dirname(images), row[0]) for row in list(csv.reader(file))[1:]]


def inputs(network, images, count):
    chosen = files(images)
    chosen = chosen[:: max(len(chosen) // count, 1)][:count]
    if network in KINDS:
        defaults = {"letterbox": 320, "corner": False, "height": None, "width": 320, "mean": 0, "std": 1, "channels": "rgb"}
        loader = Preprocessing(argparse.Namespace(**(defaults | KINDS[network])))
        return [loader.load(path)[0] for path in chosen]
    from check_with_onnxruntime import pixels

    options = MODELS[network][2] if network in MODELS else CROPPED
    o = argparse.Namespace(mean="0.485,0.456,0.406", std="0.229,0.224,0.225")
    for key, value in zip(options[::2], options[1::2]):
        setattr(o, key.lstrip("-"), value)
    mean, std = (np.array([float(v) for v in t.split(",")], np.float32) for t in (o.mean, o.std))
    return [pixels(path, o, mean, std)[None] for path in chosen]


def nncf_file(model, target, rows):
    import nncf
    import onnx

    source = onnx.load(model)
    name = source.graph.input[0].name
    onnx.save(nncf.quantize(source, nncf.Dataset(rows, lambda row: {name: row}), subset_size=len(rows)), target)


def main():
    network, model, images, count, out = sys.argv[1:]
    rows = inputs(network, images, int(count))
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        prepare(model, prepared)
        makers = {
            "onnxruntime": lambda target: quantize(prepared, target, None, rows),
            "nncf": lambda target: nncf_file(prepared, target, rows),
        }
        for name, make in makers.items():
            try:
                make(os.path.join(out, f"{name}.onnx"))
            except Exception as error:  # noqa: BLE001: a peer that refuses a network is a finding
                print(f"{network}: {name}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr)


if __name__ == "__main__":
    main()
