#!/usr/bin/env python3
"""Throughput of `calibrant evaluate` beside a Pillow + ONNX Runtime loop on the same images, in turn.

    python3 benchmarks/evaluate_side_by_side.py MODEL --images DIR [--labels FILE] [--runs 5]
        [--resize 256] [--crop 227] [--mean …] [--std …]

Needs a release build and: pip install onnxruntime numpy pillow. Each side is a whole process with two workers (ours:
--jobs 2; theirs: ONNX Runtime with two threads, decoding in a pool of two processes), so start-up counts on both
sides. Prints wall seconds, images per second, peak memory, and the ratio of medians.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.join(HERE, "..", ".build", "release", "calibrant")


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--images", required=True)
    parser.add_argument("--labels")
    parser.add_argument("--resize", default="256")
    parser.add_argument("--crop", default="224")
    parser.add_argument("--mean", default="0.485,0.456,0.406")
    parser.add_argument("--std", default="0.229,0.224,0.225")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def load(task):
    import numpy as np
    from PIL import Image

    path, o = task
    mean, std = (np.array([float(v) for v in t.split(",")], np.float32) for t in (o.mean, o.std))
    image = Image.open(path).convert("RGB")
    if "x" in o.resize:
        image = image.resize(tuple(int(v) for v in o.resize.split("x")), Image.BILINEAR)
    elif o.resize != "none":
        side, (w, h) = int(o.resize), image.size
        image = image.resize((side, int(side * h / w)) if w <= h else (int(side * w / h), side), Image.BILINEAR)
    if o.crop != "none":
        crop, (w, h) = int(o.crop), image.size
        left, top = int(round((w - crop) / 2)), int(round((h - crop) / 2))
        image = image.crop((left, top, left + crop, top + crop))
    return ((np.asarray(image, np.float32) / 255 - mean) / std).transpose(2, 0, 1).astype(np.float32)


def peer(o):
    """The loop people write: decode in two processes, infer in batches of 16."""
    from multiprocessing import Pool

    import numpy as np
    import onnxruntime as ort

    names = [l.split()[0] for l in open(o.labels)] if o.labels else sorted(os.listdir(o.images))
    items = [(os.path.join(o.images, c, f), names.index(c)) for c in sorted(os.listdir(o.images)) for f in sorted(os.listdir(os.path.join(o.images, c)))]
    session_options = ort.SessionOptions()
    session_options.intra_op_num_threads = 2
    session = ort.InferenceSession(o.model, session_options, providers=["CPUExecutionProvider"])
    name, correct, batch = session.get_inputs()[0].name, 0, []
    with Pool(2) as pool:
        for index, pixels in enumerate(pool.imap(load, [(p, o) for p, _ in items], chunksize=8)):
            batch.append(pixels)
            if len(batch) == 16 or index == len(items) - 1:
                top = session.run(None, {name: np.stack(batch)})[0].argmax(1)
                correct += sum(int(t == items[index + 1 - len(batch) + i][1]) for i, t in enumerate(top))
                batch = []
    print(f"{len(items)} {correct}")


def measure(command):
    before = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return time.time() - before, usage.ru_maxrss / 1024, output.decode()


def main():
    o = options()
    if o.peer:
        return peer(o)
    shared = ["--images", o.images, "--resize", o.resize, "--crop", o.crop, "--mean", o.mean, "--std", o.std]
    shared += ["--labels", o.labels] if o.labels else []
    ours = [BINARY, "evaluate", o.model, *shared, "--jobs", "2", "--quiet"]
    theirs = [sys.executable, os.path.abspath(__file__), o.model, "--peer", *shared]
    results = {"ours": [], "theirs": []}
    for run in range(o.runs + 1):
        for name, command in (("ours", ours), ("theirs", theirs)):
            seconds, megabytes, output = measure(command)
            if run > 0:
                results[name].append((seconds, megabytes))
            if name == "theirs":
                count = int(output.split()[0])
    medians = {}
    for name, runs in results.items():
        seconds = [r[0] for r in runs]
        medians[name] = statistics.median(seconds)
        print(f"{name:7} median {medians[name]:6.2f} s [{min(seconds):.2f}, {max(seconds):.2f}]  {count / medians[name]:7.1f} images/s  peak {max(r[1] for r in runs):5.0f} MB (largest process)")
    print(f"ratio ours / theirs, throughput: {medians['theirs'] / medians['ours']:.2f}")


if __name__ == "__main__":
    main()
