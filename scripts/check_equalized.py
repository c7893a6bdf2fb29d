#!/usr/bin/env python3
"""Whether equalized float models still compute what the originals do, both run by ONNX Runtime.

    pip install onnxruntime numpy
    scripts/python scripts/check_equalized.py MODEL.onnx …

Needs `swift build -c release --product EqualizedModel`. Prints the largest difference relative to the largest output, and
the share of weights that equalization changed; exits with 1 where the difference exceeds 1e-4.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort

BINARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".build", "release", "EqualizedModel")
TOLERANCE = 1e-4


def output(path, x):
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def weights(path):
    return {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}


def changed_share(before, after):
    both = [(before[name], after[name]) for name in before if name in after and before[name].shape == after[name].shape]
    matrices = [(a, b) for a, b in both if a.ndim >= 2]
    return sum((a != b).sum() for a, b in matrices) / max(sum(a.size for a, _ in matrices), 1)


def main():
    failed = False
    for model in sys.argv[1:]:
        entry = ort.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0]
        shape = [2] + [d if isinstance(d, int) else 224 for d in entry.shape[1:]]
        x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
        with tempfile.TemporaryDirectory() as folder:
            equalized = os.path.join(folder, "equalized.onnx")
            subprocess.run([BINARY, model, equalized], check=True)
            expected = output(model, x)
            difference = np.abs(output(equalized, x) - expected).max() / np.abs(expected).max()
            share = changed_share(weights(model), weights(equalized))
        failed |= not difference <= TOLERANCE
        print(f"{os.path.basename(model):28} {difference:.1e}   {100 * share:5.1f} % of weights changed")
    sys.exit(failed)


if __name__ == "__main__":
    main()
