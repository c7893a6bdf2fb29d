#!/usr/bin/env python3
"""Time of `calibrant compare` beside the same made and scored with Pillow and ONNX Runtime's quantizer, in turn.

    python3 benchmarks/compare_side_by_side.py MODEL --images DIR --calibration DIR [--labels FILE] [--runs 3]
        [--resize 256] [--crop 227] [--mean …] [--std …]

Both sides: the float model and w8a8 files by min-max, entropy and percentile, scored on all test images. Ours makes
and scores two weight-based files on top. Needs a release build and: pip install onnxruntime onnx numpy pillow. Each
side is a whole process with two workers (theirs: images decoded in a pool of two processes, ONNX Runtime with two
threads). Prints wall and processor seconds and the ratios of medians; on a busy machine the ratio of
processor seconds is the steadier one.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from evaluate_side_by_side import BINARY, load

METHODS = {"minmax": "MinMax", "entropy": "Entropy", "percentile": "Percentile"}


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--images", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--labels")
    parser.add_argument("--resize", default="256")
    parser.add_argument("--crop", default="224")
    parser.add_argument("--mean", default="0.485,0.456,0.406")
    parser.add_argument("--std", default="0.229,0.224,0.225")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def files(root):
    return [os.path.join(root, c, f) for c in sorted(os.listdir(root)) for f in sorted(os.listdir(os.path.join(root, c)))]


def score(path, images, name):
    import onnxruntime as ort

    settings = ort.SessionOptions()
    settings.intra_op_num_threads = 2
    session = ort.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    for i in range(0, len(images), 16):
        session.run(None, {name: images[i : i + 16]})[0].argmax(1)


def peer(o):
    from multiprocessing import Pool

    import numpy as np
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with Pool(2) as pool:
        test, calibration = (
            np.stack(pool.map(load, [(p, o) for p in files(root)], chunksize=8)) for root in (o.images, o.calibration))
    name = onnx.load(o.model).graph.input[0].name

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.samples = iter({name: x[None]} for x in calibration)

        def get_next(self):
            return next(self.samples, None)

    score(o.model, test, name)
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        quant_pre_process(o.model, prepared, skip_symbolic_shape=True)
        for method in METHODS.values():
            path = os.path.join(folder, method + ".onnx")
            quantize_static(
                prepared, path, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, weight_type=QuantType.QInt8,
                activation_type=QuantType.QUInt8, calibrate_method=getattr(CalibrationMethod, method))
            score(path, test, name)


def measure(command):
    before, used = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return time.time() - before, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def main():
    o = options()
    if o.peer:
        return peer(o)
    shared = ["--images", o.images, "--calibration", o.calibration, "--resize", o.resize, "--crop", o.crop]
    shared += ["--mean", o.mean, "--std", o.std] + (["--labels", o.labels] if o.labels else [])
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "ours": [BINARY, "compare", o.model, *shared, "--schemes", "w8a8", "--methods", ",".join(METHODS),
                     "-o", os.path.join(folder, "report"), "--jobs", "2", "--quiet"],
            "theirs": [sys.executable, os.path.abspath(__file__), o.model, "--peer", *shared],
        }
        results = {name: [] for name in commands}
        for _ in range(o.runs):
            for name, command in commands.items():
                results[name].append(measure(command))
    wall, used = ({n: statistics.median(r[i] for r in runs) for n, runs in results.items()} for i in (0, 1))
    for name in results:
        print(f"{name:7} median {wall[name]:7.1f} s  processor {used[name]:7.1f} s")
    print(f"ratio theirs / ours: wall {wall['theirs'] / wall['ours']:.2f}, processor {used['theirs'] / used['ours']:.2f}")


if __name__ == "__main__":
    main()
