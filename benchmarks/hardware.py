#!/usr/bin/env python3
"""What 8-bit files lose on CPUs with and without VNNI: ours, made in several ways, beside other tools' files.

    pip install onnx onnxruntime numpy pillow; pip install nncf          # NNCF's rows are left out where it is missing
    scripts/python benchmarks/hardware.py DATA OUT [--only mobilenetv1] [--arms auto,never] [--limit 1000]

Every file is run by `calibrant run --hardware exact` and `no-vnni` on the same pixels. A row shows what it loses of the
float model's top-1 in points under both, on how many images both say the same class, and the SQNR of the scores under both.
"""
import argparse
import os
import subprocess
import tempfile

import numpy as np
import onnx

from accuracy import CALIBRANT, MODELS, scores, test_set
from zoo import make, nncf_file, onnxruntime_file

OURS = {
    "auto": ("calibrate", []),
    "never": ("calibrate", ["--saturation-safe", "never"]),
    "per-tensor": ("calibrate", ["--per-tensor"]),
    "symmetric": ("calibrate", ["--symmetric"]),
    "corrected": ("quantize", ["--activations", "int8", "--method", "corrected"]),
}


def peers(source, images, out):
    """Files of ONNX Runtime's quantizer, with all bits and with seven, and of NNCF, by default and with its overflow fix everywhere."""
    for title, reduced in (("ONNX Runtime", False), ("ONNX Runtime, reduce_range", True)):
        path = os.path.join(out, f"onnxruntime-{int(reduced)}.onnx")
        onnxruntime_file(source, images, path, reduced)
        yield title, path
    for title, fix in (("NNCF", "first_layer_only"), ("NNCF, overflow fix in all", "enable")):
        path = os.path.join(out, f"nncf-{fix}.onnx")
        if nncf_file(source, images, path, fix):
            yield title, path


def run(path, pixels, hardware, scratch):
    """Scores as calibrant computes them, by parts that fit memory."""
    found, name = [], onnx.load(path).graph.input[0].name
    for start in range(0, len(pixels), 100):
        np.save(os.path.join(scratch, "x.npy"), pixels[start : start + 100])
        for old in os.listdir(scratch):
            if old != "x.npy":
                os.remove(os.path.join(scratch, old))
        command = [CALIBRANT, "run", path, "--input", f"{name}={scratch}/x.npy", "--output-dir", scratch, "--hardware", hardware, "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (output,) = [name for name in os.listdir(scratch) if name != "x.npy"]
        values = np.load(os.path.join(scratch, output))
        found.append(values.reshape(len(values), -1))
    return np.concatenate(found)


def sqnr(found, original):
    noise = ((found.astype(np.float64) - original) ** 2).sum()
    return 10 * np.log10((original.astype(np.float64) ** 2).sum() / max(noise, 1e-30))


def figures(path, pixels, original, labels):
    with tempfile.TemporaryDirectory() as scratch:
        both = [run(path, pixels, hardware, scratch) for hardware in ("exact", "no-vnni")]
    right = (original.argmax(1) == labels).mean()
    drops = [100 * (right - (found.argmax(1) == labels).mean()) for found in both]
    same = 100 * (both[0].argmax(1) == both[1].argmax(1)).mean()
    exact, clamped = (sqnr(found, original) for found in both)
    return f"{drops[0]:+6.2f} / {drops[1]:+6.2f}  {same:6.2f} %  {exact:5.1f} / {clamped:5.1f} dB"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--only", default="")
    parser.add_argument("--arms", default="")
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--peers", action="store_true")
    o = parser.parse_args()
    os.makedirs(o.out, exist_ok=True)
    for model, (file, images, preprocessing, samples) in MODELS.items():
        if o.only and model not in o.only.split(","):
            continue
        source, calibration = os.path.join(o.data, "models", file), os.path.join(o.data, images, "calibration")
        pixels, labels = test_set(o.data, images, preprocessing)
        pixels, labels = (values[:: max(len(labels) // o.limit, 1)] for values in (pixels, labels))
        original = scores(source, pixels, True)
        print(f"{model}: float {100 * (original.argmax(1) == labels).mean():.2f} % of {len(labels)} images; drop, same class, SQNR: exact / without VNNI")
        for name, (command, options) in OURS.items():
            if o.arms and name not in o.arms.split(","):
                continue
            path = os.path.join(o.out, f"{model}-hardware-{name}.onnx")
            make(command, source, path, 8, options, preprocessing, calibration, samples, 0)
            print(f"  {name:28} {figures(path, pixels, original, labels)}", flush=True)
        if o.peers:
            seen, _ = test_set(o.data, images, preprocessing, "calibration")
            seen = seen[:: max(len(seen) // samples, 1)][:samples]
            for name, path in peers(source, seen, o.out):
                print(f"  {name:28} {figures(path, pixels, original, labels)}", flush=True)


if __name__ == "__main__":
    main()
