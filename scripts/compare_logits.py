#!/usr/bin/env python3
"""Largest difference between our outputs and ONNX Runtime's on the same input tensor, relative to the largest output.

    pip install onnxruntime numpy
    scripts/python scripts/compare_logits.py MODEL.onnx … [--batches 1,3,8]

Needs a release build. Exits with 1 where a difference exceeds 1e-4.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime as ort

BINARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".build", "release", "calibrant")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="+")
    parser.add_argument("--batches", default="1,3,8")
    o = parser.parse_args()
    failed = False
    for path in o.models:
        session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
        entry, output = session.get_inputs()[0], session.get_outputs()[0].name
        for batch in (int(b) for b in o.batches.split(",")):
            shape = [batch] + [d if isinstance(d, int) else 224 for d in entry.shape[1:]]
            x = np.random.default_rng(batch).standard_normal(shape).astype(np.float32)
            theirs = session.run([output], {entry.name: x})[0]
            with tempfile.TemporaryDirectory() as folder:
                np.save(os.path.join(folder, "x.npy"), x)
                subprocess.run([BINARY, "run", path, "--input", f"{entry.name}={folder}/x.npy", "--output-dir", folder],
                               check=True, stdout=subprocess.DEVNULL)
                safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in output)
                ours = np.load(os.path.join(folder, safe + ".npy"))
            difference = np.abs(ours - theirs).max() / np.abs(theirs).max()
            failed |= not difference <= 1e-4
            print(f"{os.path.basename(path):28} batch {batch}: {difference:.1e}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
