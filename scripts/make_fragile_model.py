#!/usr/bin/env python3
"""Makes networks that compute what a given one computes and cannot be quantized well in one layer.

    pip install onnx numpy
    scripts/python scripts/make_fragile_model.py wide model.onnx fragile.onnx       # one channel 10,000 times as large as the others
    scripts/python scripts/make_fragile_model.py difference model.onnx fragile.onnx # channels whose differences are what counts

Both change two neighbouring layers, those of --layers or the fourth and fifth convolution, whose batch norms are folded
first. "wide" multiplies one output channel of the first by 10,000 and divides what reads it: 8 bits that cover that
channel leave nothing of the others. "difference" puts a 1×1 convolution between them, which moves each channel far away
and adds one that holds the distance; the second layer subtracts it again.
"""
import argparse

import numpy as np
import onnx
from onnx import helper, numpy_helper


def fold(model, conv):
    """Folds the batch norm after a convolution into it."""
    graph = model.graph
    initializers = {t.name: t for t in graph.initializer}
    value = lambda name: numpy_helper.to_array(initializers[name])
    norm = next(n for n in graph.node if n.op_type == "BatchNormalization" and n.input[0] == conv.output[0])
    scale, shift, mean, variance = (value(name) for name in norm.input[1:5])
    epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
    factor = scale / np.sqrt(variance + epsilon)
    bias = value(conv.input[2]) if len(conv.input) > 2 else 0
    weights = value(conv.input[1]) * factor.reshape(-1, 1, 1, 1)
    conv.output[0] = norm.output[0]
    graph.node.remove(norm)
    return weights.astype(np.float32), ((bias - mean) * factor + shift).astype(np.float32)


def store(model, conv, weights, bias):
    names = [f"{conv.name}.fragile_weight", f"{conv.name}.fragile_bias"]
    for name, array in zip(names, (weights, bias)):
        model.graph.initializer.append(numpy_helper.from_array(array.astype(np.float32), name))
    del conv.input[1:]
    conv.input.extend(names)


def wide(first, second, factor=1e4):
    (w1, b1), (w2, b2) = first, second
    # The channel that the second layer reads least, so that float rounding stays where it was.
    channel = int(np.abs(w2).sum(axis=(0, 2, 3)).argmin())
    w1[channel], b1[channel] = w1[channel] * factor, b1[channel] * factor
    w2[:, channel] /= factor
    return (w1, b1), (w2, b2)


def spread(model, first, second, channels, shift=1e3):
    """x → [x + shift, shift], as a convolution before the second layer."""
    weights = np.concatenate([np.eye(channels), np.zeros((channels, channels))])[:, :, None, None]
    name = f"{first.name}.spread"
    conv = helper.make_node("Conv", [second.input[0]], [name + "_out"], name)
    store(model, conv, weights, np.full(2 * channels, shift))
    model.graph.node.insert(list(model.graph.node).index(second), conv)
    second.input[0] = conv.output[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["wide", "difference"])
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("--layers", help="two convolutions, the second of which alone reads the first, through Relu")
    options = parser.parse_args()
    model = onnx.load(options.model)
    convolutions = [n for n in model.graph.node if n.op_type == "Conv"]
    names = options.layers.split(",") if options.layers else [n.name for n in convolutions[3:5]]
    first, second = (next(n for n in convolutions if n.name == name) for name in names)
    folded = [fold(model, first), fold(model, second)]
    if options.kind == "wide":
        folded = wide(*folded)
    else:
        weights, bias = folded[1]
        folded[1] = np.concatenate([weights, -weights], axis=1), bias
        spread(model, first, second, channels=weights.shape[1])
    for conv, (weights, bias) in zip((first, second), folded):
        store(model, conv, weights, bias)
    used = {name for node in model.graph.node for name in node.input}
    for tensor in [t for t in model.graph.initializer if t.name not in used]:
        model.graph.initializer.remove(tensor)
    onnx.checker.check_model(model)
    onnx.save(model, options.output)
    print(f"{options.output}: {first.name} → {second.name}")


if __name__ == "__main__":
    main()
