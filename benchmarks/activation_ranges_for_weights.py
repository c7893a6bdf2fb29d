#!/usr/bin/env python3
"""What it costs to give a layer's weights the range that was observed of its outputs.

    pip install onnx onnxruntime numpy pillow
    scripts/python benchmarks/activation_ranges_for_weights.py DATA [--bits 8] [--only resnet20] [--step 5]

DATA holds models/, cifar10/ and imagenet/. For every Conv and Gemm the range of its output is observed on 50 calibration
images with ONNX Runtime, as the layer computes it and after the batch norm and activation that follow. The weights are
then rounded to 2^bits levels over their own range, or over one of these; everything else stays in float. One line per
way: drop of top-1 in points with its 95 % interval, agreement with the float model, and how much of the weights' energy
rounding loses, for the median layer.
"""
import argparse
import os
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

sys.path.insert(0, os.path.dirname(__file__))
from accuracy import MODELS, figures, test_set  # noqa: E402

FOLLOWERS = {"BatchNormalization", "Relu", "Clip"}


def run(model, images, outputs=None):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    for start in range(0, len(images), 25):
        yield session.run(outputs, {name: images[start : start + 25]})


def predict(model, images):
    return np.concatenate([scores[0].reshape(len(scores[0]), -1) for scores in run(model, images)]).argmax(1)


def layers(model):
    """Weights of each layer, its output, and the value after what follows it alone."""
    readers = {}
    for node in model.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    stored = {tensor.name for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type in ("Conv", "Gemm") and node.input[1] in stored:
            last = node.output[0]
            while len(readers.get(last, [])) == 1 and readers[last][0].op_type in FOLLOWERS:
                last = readers[last][0].output[0]
            yield node.input[1], node.output[0], last


def observe(model, names, images):
    observed = onnx.ModelProto()
    observed.CopyFrom(model)
    known = {value.name for value in observed.graph.output}
    for name in names:
        if name not in known:
            observed.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    ranges = {name: (0.0, 0.0) for name in names}
    for values in run(observed, images, names):
        for name, value in zip(names, values):
            low, high = ranges[name]
            ranges[name] = min(low, float(value.min())), max(high, float(value.max()))
    return ranges


def rounded(weights, low, high, bits):
    """Over one range that holds zero, half to even; values outside are clipped."""
    low, high = np.minimum(low, 0), np.maximum(high, 0)
    scale = np.maximum((high - low) / (2**bits - 1), np.finfo(np.float32).tiny)
    zero = np.round(-low / scale)
    return ((np.clip(np.round(weights / scale) + zero, 0, 2**bits - 1) - zero) * scale).astype(np.float32)


def quantized(model, ranges, bits):
    """`ranges` gives a low and a high, numbers or one per output channel, for the name and values of a layer's weights."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    names = {weights for weights, _, _ in layers(model)}
    lost = []
    for tensor in result.graph.initializer:
        if tensor.name in names:
            weights = numpy_helper.to_array(tensor)
            changed = rounded(weights, *ranges(tensor.name, weights), bits)
            lost.append(((weights - changed) ** 2).sum() / (weights**2).sum())
            tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))
    return result, float(np.median(lost))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--bits", type=int, default=8)
    parser.add_argument("--only", default="")
    parser.add_argument("--step", type=int, default=1, help="score every so many images")
    o = parser.parse_args()
    for name, (file, images, preprocessing, _) in MODELS.items():
        if o.only and o.only != name:
            continue
        model = onnx.load(os.path.join(o.data, "models", file))
        test, labels = (part[:: o.step] for part in test_set(o.data, images, preprocessing))
        calibration, _ = test_set(o.data, images, preprocessing, part="calibration")
        calibration = calibration[:: max(len(calibration) // 50, 1)][:50]
        found = list(layers(model))
        seen = observe(model, sorted({v for _, *values in found for v in values}), calibration)
        output = {weights: seen[value] for weights, value, _ in found}
        activation = {weights: seen[value] for weights, _, value in found}
        gemm = {node.input[1]: helper.get_node_attr_value(node, "transB") if any(a.name == "transB" for a in node.attribute) else 0 for node in model.graph.node if node.op_type == "Gemm"}

        def per_channel(name, weights):
            axes = (0,) if gemm.get(name) == 0 else tuple(range(1, weights.ndim))
            return weights.min(axes, keepdims=True), weights.max(axes, keepdims=True)

        ways = {
            "weights' own range, per channel": per_channel,
            "weights' own range, per tensor": lambda _, weights: (weights.min(), weights.max()),
            "range of the layer's output": lambda name, _: output[name],
            "range after its activation": lambda name, _: activation[name],
        }
        original = predict(model, test)
        print(f"{name}: float {100 * (original == labels).mean():.2f} % of {len(labels)} images, weights in {o.bits} bits")
        for way, ranges in ways.items():
            changed, lost = quantized(model, ranges, o.bits)
            print(f"  {way:34} {figures(predict(changed, test), original, labels)}   {100 * lost:9.4f} %", flush=True)


if __name__ == "__main__":
    main()
