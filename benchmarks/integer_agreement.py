#!/usr/bin/env python3
"""On how many images our integer arithmetic names the class that ONNX Runtime names.

    pip install onnxruntime numpy pillow
    scripts/python benchmarks/integer_agreement.py DATA MODEL=QUANTIZED.onnx … [--limit 400]

DATA holds models/, cifar10/ and imagenet/; MODEL is a name of benchmarks/accuracy.py, which says how its images are
prepared. ONNX Runtime computes each file with integers, as it does by default, and in float between quantizers, as the
file is written. Exits with 1 where we name another class than its integers on more than 1 %; the CPU must have VNNI.
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime as ort

from accuracy import CALIBRANT, MODELS, pixels


def ours(path, data, images, preprocessing, limit):
    """The highest class of each image, by its path."""
    labels = ["--labels", os.path.join(data, "imagenet-labels.txt")] if images == "imagenet" else []
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        command = [CALIBRANT, "evaluate", path, "--images", os.path.join(data, images, "test"), "--limit", str(limit),
                   "--arithmetic", "integer", "--quiet", "--predictions", file.name]
        subprocess.run(command + preprocessing + labels, check=True, stdout=subprocess.DEVNULL)
        with open(file.name, newline="") as rows:
            return {row["path"]: int(row["top1"]) for row in csv.DictReader(rows)}


def session(path, fused):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    # What it does on ARM, too: otherwise layers of signed activations are computed in float here.
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    if not fused:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def theirs(path, paths, preprocessing):
    """The highest classes with integers and without."""
    o = argparse.Namespace(mean="0.485,0.456,0.406", std="0.229,0.224,0.225")
    for key, value in zip(preprocessing[::2], preprocessing[1::2]):
        setattr(o, key.lstrip("-"), value)
    mean, std = (np.array([float(v) for v in t.split(",")], np.float32) for t in (o.mean, o.std))
    sessions = [session(path, fused) for fused in (True, False)]
    name = sessions[0].get_inputs()[0].name
    images = ({name: pixels(p, o, mean, std)[None]} for p in paths)
    return np.array([[s.run(None, image)[0].argmax() for s in sessions] for image in images]).T


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--limit", type=int, default=400)
    o = parser.parse_args()
    lowest = 1.0
    for model, path in (text.split("=", 1) for text in o.files):
        _, images, preprocessing, _ = MODELS[model]
        found = ours(path, o.data, images, preprocessing, o.limit)
        classes = np.array(list(found.values()))
        folder = os.path.join(o.data, images, "test")
        fused, unfused = theirs(path, [os.path.join(folder, p) for p in found], preprocessing)
        agreement = np.mean(classes == fused)
        print(f"{model}: {len(classes)} images, the same class as its integers on {agreement:.2%}, as its floats on "
              f"{np.mean(classes == unfused):.2%}; its integers as its floats on {np.mean(fused == unfused):.2%}", flush=True)
        lowest = min(lowest, agreement)
    sys.exit(1 if lowest < 0.99 else 0)


if __name__ == "__main__":
    main()
