#!/usr/bin/env python3
"""Digests of what the program makes, to prove that a change of structure changes no result.

    scripts/python scripts/golden_digests.py DATA [--topologies DIR] --record before.json      # with the build before
    scripts/python scripts/golden_digests.py DATA [--topologies DIR] --against before.json     # with the build after

Quantized files of the real models, weight-based and activation-based, in every scheme; their and the float models' outputs on
one seeded tensor; outputs of every file in --topologies. Digests hold for one kind of processor: record and compare on the
same machine. BINARY=PATH names another build. Exits with 1 where a digest differs or is missing.
"""
import argparse
import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.environ.get("BINARY", os.path.join(HERE, "..", ".build", "release", "calibrant"))
MODELS = {
    "resnet20-cifar10": ("cifar10", "32x32", 50),
    "mobilenetv1-cifar10": ("cifar10", "128x128", 20),
    "squeezenet1.0": ("imagenet", "227x227", 16),
}
SCHEMES = {
    "w8": ["--bits", "8", "--activations", "float"],
    "w4": ["--bits", "4", "--activations", "float"],
    "w8a8": ["--bits", "8", "--activations", "int8"],
    "w4a8": ["--bits", "4", "--activations", "int8"],
    "w8a8 per tensor": ["--bits", "8", "--activations", "int8", "--per-tensor"],
}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def calibrant(*arguments):
    subprocess.run([BINARY, *arguments, "--quiet"], check=True, stdout=subprocess.DEVNULL)


def outputs(path, batch=2):
    """One digest over all outputs on seeded inputs."""
    with tempfile.TemporaryDirectory() as folder:
        model = onnx.load(path, load_external_data=False)
        constants = {tensor.name for tensor in model.graph.initializer}
        inputs = []
        for index, value in enumerate(v for v in model.graph.input if v.name not in constants):
            dims = [d.dim_value for d in value.type.tensor_type.shape.dim]
            shape = [dims[0] or batch] + [d or 224 for d in dims[1:]]
            file = os.path.join(folder, f"in{index}.npy")
            np.save(file, np.random.default_rng(index).standard_normal(shape).astype(np.float32))
            inputs += ["--input", f"{value.name}={file}"]
        out = os.path.join(folder, "out")
        calibrant("run", path, *inputs, "--output-dir", out)
        return hashlib.sha256("".join(digest(p) for p in sorted(glob.glob(f"{out}/*.npy"))).encode()).hexdigest()


def files(data, folder):
    """Name and maker of every quantized file."""
    for model, (images, size, samples) in MODELS.items():
        source = os.path.join(data, "models", model + ".onnx")
        calibration = ["--data", os.path.join(data, images, "calibration"), "--calibration-limit", str(samples), "--resize", size, "--crop", "none"]
        for scheme, options in SCHEMES.items():
            for method in ("plain", "corrected"):
                yield f"{model} {scheme} {method}", "quantize", source, options + ["--method", method]
            for method in ("minmax", "auto"):
                if method == "minmax" or "a8" in scheme:
                    yield f"{model} {scheme} {method}", "calibrate", source, options + ["--method", method] + calibration


def found(data, topologies):
    digests = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, command, source, options in files(data, folder):
            path = os.path.join(folder, "q.onnx")
            calibrant(command, source, "-o", path, *options)
            digests[name] = digest(path)
            digests[name + ", outputs"] = outputs(path)
    for model in MODELS:
        digests[model + " float, outputs"] = outputs(os.path.join(data, "models", model + ".onnx"))
    for path in sorted(glob.glob(os.path.join(topologies, "*.onnx"))) if topologies else []:
        digests[os.path.basename(path) + ", outputs"] = outputs(path)
    return digests


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--topologies")
    parser.add_argument("--record")
    parser.add_argument("--against")
    o = parser.parse_args()
    digests = found(o.data, o.topologies)
    if o.record:
        with open(o.record, "w") as file:
            json.dump(digests, file, indent=1)
        print(f"{len(digests)} digests recorded")
    if o.against:
        with open(o.against) as file:
            before = json.load(file)
        wrong = sorted(name for name in before.keys() | digests.keys() if before.get(name) != digests.get(name))
        for name in wrong:
            print(f"differs: {name}")
        print(f"{len(digests) - len(wrong)} of {len(before)} digests equal")
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
