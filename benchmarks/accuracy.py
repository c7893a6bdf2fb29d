#!/usr/bin/env python3
"""What each scheme costs in accuracy: files made by calibrant, scored by ONNX Runtime and by calibrant itself.

    pip install onnxruntime numpy pillow
    scripts/python benchmarks/accuracy.py DATA OUT [--only mobilenetv1,w4] [--ours] [--seeds 5]

DATA holds models/, cifar10/ and imagenet/. Each row is one quantized file: top-1 drop in points against the float model
with its 95 % interval (normal approximation of the paired difference), agreement with the float model, the mean KL
divergence of its classes from the float model's (every image counts in it, so it tells files apart that top-1 cannot),
and the seconds that making the file took. --ours scores by `calibrant evaluate` as well. --seeds N repeats the rows that take a sample
of the calibration images with N seeds. --only keeps rows whose name holds every given word.
"""
import argparse
import csv
import os
import subprocess
import sys
import time

import numpy as np
import onnxruntime as ort

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "scripts"))
from check_with_onnxruntime import pixels  # noqa: E402

CALIBRANT = os.environ.get("CALIBRANT", os.path.join(os.path.dirname(__file__), "..", ".build", "release", "calibrant"))
HALF = ["--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5"]

# name: file, images, preprocessing, calibration samples of the 8-bit rows
MODELS = {
    "mobilenetv1": ("mobilenetv1-cifar10.onnx", "cifar10", ["--resize", "128x128", "--crop", "none"] + HALF, 50),
    "resnet20": ("resnet20-cifar10.onnx", "cifar10", ["--resize", "none", "--crop", "none"], 50),
    "squeezenet": ("squeezenet1.0.onnx", "imagenet", ["--resize", "256", "--crop", "227"], 100),
    "efficientnet-lite0": ("efficientnet-lite0.onnx", "imagenet", ["--resize", "256", "--crop", "224", "--interpolation", "bicubic", "--mean", "0.498,0.498,0.498", "--std", "0.502,0.502,0.502"], 100),
    "mobilenetv2": ("mobilenetv2.onnx", "imagenet", ["--resize", "256", "--crop", "224"], 100),
}

# name: command, options, whether a small sample of the calibration images is enough
ROWS = {
    "w8a8 plain": ("quantize", ["--bits", "8", "--activations", "int8", "--method", "plain"], False),
    "w8a8 corrected": ("quantize", ["--bits", "8", "--activations", "int8", "--method", "corrected"], False),
    "w8a8 minmax": ("calibrate", ["--bits", "8", "--method", "minmax"], True),
    "w8a8 auto": ("calibrate", ["--bits", "8", "--method", "auto"], True),
    "w8a8 per-tensor": ("calibrate", ["--bits", "8", "--method", "auto", "--per-tensor"], True),
    "w4 plain": ("quantize", ["--bits", "4", "--method", "plain"], False),
    "w4": ("calibrate", ["--bits", "4", "--activations", "float"], False),
    "w4 every layer": ("calibrate", ["--bits", "4", "--activations", "float", "--end-bits", "4", "--small-bits", "4"], False),
    "w4a8": ("calibrate", ["--bits", "4", "--method", "auto"], False),
    "w3": ("calibrate", ["--bits", "3", "--activations", "float"], False),
    "w2": ("calibrate", ["--bits", "2", "--activations", "float"], False),
}


def test_set(data, images, preprocessing, part="test"):
    """Paths in the order of calibrant's records, and pixels as Pillow makes them."""
    o = argparse.Namespace(mean="0.485,0.456,0.406", std="0.229,0.224,0.225")
    for key, value in zip(preprocessing[::2], preprocessing[1::2]):
        setattr(o, key.lstrip("-"), value)
    mean, std = (np.array([float(v) for v in t.split(",")], np.float32) for t in (o.mean, o.std))
    root = os.path.join(data, images, part)
    folders = sorted(os.listdir(root))
    classes = folders
    if images == "imagenet":
        with open(os.path.join(data, "imagenet-labels.txt")) as file:
            classes = [line.split()[0] for line in file]
    paths = [(os.path.join(root, f, n), classes.index(f)) for f in folders for n in sorted(os.listdir(os.path.join(root, f)))]
    return np.stack([pixels(p, o, mean, std) for p, _ in paths]), np.array([label for _, label in paths])


def scores(path, images, fused):
    """One row of class scores per image."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    if not fused:
        options.add_session_config_entry("session.disable_quant_qdq", "1")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: images[i : i + 50]})[0].reshape(len(images[i : i + 50]), -1) for i in range(0, len(images), 50)])


def log_probabilities(scores):
    values = scores.astype(np.float64)
    if (values >= 0).all() and np.allclose(values.sum(1), 1, atol=1e-3):
        return np.log(np.maximum(values, 1e-12))
    values -= values.max(1, keepdims=True)
    return values - np.log(np.exp(values).sum(1, keepdims=True))


def divergence(scores, original):
    p, q = log_probabilities(original), log_probabilities(scores)
    return (np.exp(p) * (p - q)).sum(1).mean()


def figures(scores, original_scores, labels):
    predicted, original = scores.argmax(1), original_scores.argmax(1)
    difference = (original == labels).astype(float) - (predicted == labels)
    half = 1.96 * difference.std() / len(labels) ** 0.5
    return f"{100 * difference.mean():+6.2f} [{100 * (difference.mean() - half):+.2f}, {100 * (difference.mean() + half):+.2f}]  {100 * (predicted == original).mean():6.2f} {divergence(scores, original_scores):9.5f}"


def ours(path, data, images, preprocessing, out):
    predictions = os.path.join(out, "predictions.csv")
    labels = ["--labels", os.path.join(data, "imagenet-labels.txt")] if images == "imagenet" else []
    command = [CALIBRANT, "evaluate", path, "--images", os.path.join(data, images, "test"), "--quiet", "--predictions", predictions]
    subprocess.run(command + preprocessing + labels, check=True, stdout=subprocess.DEVNULL)
    with open(predictions, newline="") as file:
        return np.array([int(row["top1"]) == int(row["label"]) for row in csv.DictReader(file)]).mean()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--only", default="")
    parser.add_argument("--ours", action="store_true")
    parser.add_argument("--seeds", type=int, default=1)
    o = parser.parse_args()
    words = [word for word in o.only.split(",") if word]
    os.makedirs(o.out, exist_ok=True)
    for model, (file, images, preprocessing, samples) in MODELS.items():
        rows = {name: row for name, row in ROWS.items() if all(w in f"{model} {name}".split() for w in words)}
        if not rows:
            continue
        source = os.path.join(o.data, "models", file)
        pixel_values, labels = test_set(o.data, images, preprocessing)
        original = scores(source, pixel_values, True)
        print(f"{model}: float {100 * (original.argmax(1) == labels).mean():.2f} % of {len(labels)} images")
        print(f"{'':28}{'kept apart: drop, 95 %':>24} {'agree':>5} {'KL':>9}   {'integer kernels: drop, 95 %':>24} {'agree':>5} {'KL':>9}   made in")
        for name, (command, options, is_sampled) in rows.items():
            for seed in range(o.seeds if is_sampled else 1):
                path = os.path.join(o.out, f"{model}-{name}-{seed}.onnx".replace(" ", "-"))
                arguments = [CALIBRANT, command, source, "-o", path] + options + preprocessing
                if command == "calibrate":
                    arguments += ["--quiet", "--data", os.path.join(o.data, images, "calibration"), "--seed", str(seed)]
                    if is_sampled:
                        arguments += ["--calibration-limit", str(samples)]
                start = time.time()
                subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
                seconds = time.time() - start
                line = figures(scores(path, pixel_values, False), original, labels)
                fused = scores(path, pixel_values, True) if "a8" in name else None
                line += "   " + (figures(fused, original, labels) if fused is not None else " " * 41)
                if o.ours:
                    top1 = ours(path, o.data, images, preprocessing, o.out)
                    line += f"   top-1 ours {100 * top1:.2f}"
                print(f"  {name + (f' seed {seed}' if o.seeds > 1 and is_sampled else ''):26}{line}   {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
