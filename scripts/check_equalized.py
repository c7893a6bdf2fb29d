#!/usr/bin/env python3
"""Whether equalized float models still compute what the originals do, both run by ONNX Runtime.

    pip install onnxruntime numpy
    scripts/python scripts/check_equalized.py MODEL.onnx …

Needs `swift build -c release --product EqualizedModel`. Of each model twice, with weights equalized and with activations
balanced: prints the largest difference relative to the largest output, the share of weights that changed, and how many nodes
were added; exits with 1 where the difference exceeds 1e-4.
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
    graph = onnx.load(path).graph
    constants = {n.output[0]: a.t for n in graph.node if n.op_type == "Constant" for a in n.attribute if a.name == "value"}
    stored = {t.name: t for t in graph.initializer} | constants
    return {name: onnx.numpy_helper.to_array(t) for name, t in stored.items()}


def products(path):
    return sum(n.op_type == "Mul" for n in onnx.load(path).graph.node)


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
        expected = output(model, x)
        for name, options in (("weights", []), ("activations", ["--activations"])):
            with tempfile.TemporaryDirectory() as folder:
                equalized = os.path.join(folder, "equalized.onnx")
                subprocess.run([BINARY, model, equalized] + options, check=True)
                difference = np.abs(output(equalized, x) - expected).max() / np.abs(expected).max()
                share = changed_share(weights(model), weights(equalized))
                added = products(equalized) - products(model)
            failed |= not difference <= TOLERANCE
            print(f"{os.path.basename(model):28} {name:12} {difference:.1e}   {100 * share:5.1f} % of weights changed, {added} products added")
    sys.exit(failed)


if __name__ == "__main__":
    main()
