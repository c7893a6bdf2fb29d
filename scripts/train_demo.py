#!/usr/bin/env python3
"""Trains the demo's network on the demo's images and writes it as ONNX.

    swift run -c release DemoImages images --training 2000 --test 100
    python3 -m pip install jax==0.10.2 numpy==2.4.6 pillow==13.0.0 onnx==1.23.2 onnxruntime==1.32.0
    scripts/python scripts/train_demo.py images Sources/CDemoModel/demo.onnx

The network sees the files that users see, after JPEG. It is small (about 2.2 million
multiply-adds per image) and has what makes quantization interesting: batch norm with real
running statistics, depthwise layers, ReLU and ReLU6, three residual additions. Training takes
about five minutes on two cores. Everything is seeded; another machine or version of JAX may
still end at slightly different weights.
"""

import argparse
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
EPSILON = 1e-5  # of batch norm
SEED = 1
BATCH = 64
PEAK_RATE = 4e-3
DECAY = 1e-4

# name, kind, input channels, output channels, stride, activation
LAYERS = [
    ("stem", "conv", 3, 12, 1, "relu"),
    ("second", "conv", 12, 24, 1, "relu"),
    ("down1.depthwise", "depthwise", 24, 24, 2, "relu6"),
    ("down1.pointwise", "pointwise", 24, 40, 1, "relu6"),
    ("block1.expand", "pointwise", 40, 80, 1, "relu6"),
    ("block1.depthwise", "depthwise", 80, 80, 1, "relu6"),
    ("block1.project", "pointwise", 80, 40, 1, None),
    ("block2.expand", "pointwise", 40, 80, 1, "relu6"),
    ("block2.depthwise", "depthwise", 80, 80, 1, "relu6"),
    ("block2.project", "pointwise", 80, 40, 1, None),
    ("down2.depthwise", "depthwise", 40, 40, 2, "relu6"),
    ("down2.pointwise", "pointwise", 40, 56, 1, "relu6"),
    ("block3.expand", "pointwise", 56, 112, 1, "relu6"),
    ("block3.depthwise", "depthwise", 112, 112, 1, "relu6"),
    ("block3.project", "pointwise", 112, 56, 1, None),
]
POOL_AFTER = "stem"
FEATURES = 56


def load(folder):
    """Every image of a split as N x H x W x 3 bytes, and the labels by sorted folder name."""
    classes = sorted(p.name for p in folder.iterdir() if p.is_dir())
    images, labels = [], []
    for label, name in enumerate(classes):
        for file in sorted((folder / name).iterdir()):
            images.append(np.asarray(Image.open(file).convert("RGB")))
            labels.append(label)
    return np.stack(images), np.array(labels), classes


def normalise(pixels):
    return ((pixels.astype(np.float32) / 255 - MEAN) / STD).astype(np.float32)


def initial_parameters(classes):
    """Weights in ONNX order (output, input / group, height, width), He-normal."""
    generator = np.random.default_rng(SEED)
    weights, statistics = {}, {}
    for name, kind, inputs, outputs, _, _ in LAYERS:
        shape = {
            "conv": (outputs, inputs, 3, 3),
            "depthwise": (outputs, 1, 3, 3),
            "pointwise": (outputs, inputs, 1, 1),
        }[kind]
        spread = np.sqrt(2 / np.prod(shape[1:]))
        weights[name] = {
            "weight": generator.normal(0, spread, shape).astype(np.float32),
            "scale": np.ones(outputs, np.float32),
            "shift": np.zeros(outputs, np.float32),
        }
        statistics[name] = (np.zeros(outputs, np.float32), np.ones(outputs, np.float32))
    weights["head"] = {
        "weight": generator.normal(0, 0.05, (classes, FEATURES)).astype(np.float32),
        "shift": np.zeros(classes, np.float32),
    }
    return weights, statistics


def convolve(x, weight, kind, stride):
    """Convolution of N x H x W x C; depthwise as nine shifted products, which XLA runs faster."""
    if kind == "pointwise":
        return x @ weight[:, :, 0, 0].T
    if kind == "conv":
        return jax.lax.conv_general_dilated(
            x, weight.transpose(2, 3, 1, 0), (stride, stride), ((1, 1), (1, 1)),
            dimension_numbers=("NHWC", "HWIO", "NHWC"))
    height, width = x.shape[1:3]
    padded = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return sum(
        padded[:, i : i + height : stride, j : j + width : stride] * weight[:, 0, i, j]
        for i in range(3) for j in range(3))


def network(weights, statistics, x, training):
    """Logits, and the batch statistics (training) or the given ones (inference)."""
    seen = {}
    for name, kind, _, _, stride, activation in LAYERS:
        if name.endswith(".expand"):
            shortcut = x
        layer = weights[name]
        x = convolve(x, layer["weight"], kind, stride)
        if training:
            mean = x.mean((0, 1, 2))
            variance = x.var((0, 1, 2))
        else:
            mean, variance = statistics[name]
        seen[name] = (mean, variance)
        x = (x - mean) * jax.lax.rsqrt(variance + EPSILON) * layer["scale"] + layer["shift"]
        if activation == "relu":
            x = jnp.maximum(x, 0)
        elif activation == "relu6":
            x = jnp.clip(x, 0, 6)
        if name.endswith(".project"):
            x = x + shortcut
        if name == POOL_AFTER:
            n, h, w, c = x.shape
            x = x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))
    x = x.mean((1, 2))
    return x @ weights["head"]["weight"].T + weights["head"]["shift"], seen


@jax.jit
def step(weights, statistics, moments, x, labels, time, rate):
    """One step of AdamW and of the running statistics."""

    def loss(weights):
        logits, seen = network(weights, None, x, True)
        return -jax.nn.log_softmax(logits)[jnp.arange(len(labels)), labels].mean(), seen

    (value, seen), gradients = jax.value_and_grad(loss, has_aux=True)(weights)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradients)
    second = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, moments[1], gradients)

    def update(w, m, v):
        direction = (m / (1 - 0.9**time)) / (jnp.sqrt(v / (1 - 0.99**time)) + 1e-8)
        return w - rate * (direction + (DECAY / PEAK_RATE) * w * (w.ndim > 1))

    weights = jax.tree.map(update, weights, first, second)
    statistics = jax.tree.map(lambda old, new: 0.98 * old + 0.02 * new, statistics, seen)
    return weights, statistics, (first, second), value


def augment(images, generator):
    """Quarter turns and mirror images: every class has all of them already."""
    images = np.rot90(images, generator.integers(4), (1, 2))
    return images[:, :, ::-1] if generator.integers(2) else images


def train(images, labels, classes, epochs):
    weights, statistics = initial_parameters(classes)
    zeros = jax.tree.map(np.zeros_like, weights)
    moments = (zeros, zeros)
    generator = np.random.default_rng(SEED)
    batches = len(images) // BATCH
    count = 0
    for epoch in range(epochs):
        began, total = time.time(), 0.0
        order = generator.permutation(len(images))
        for batch in range(batches):
            rows = order[batch * BATCH : (batch + 1) * BATCH]
            x = normalise(augment(images[rows], generator))
            progress = count / (epochs * batches)
            rate = PEAK_RATE * min(progress * 10, 0.5 * (1 + np.cos(np.pi * progress)))
            count += 1
            weights, statistics, moments, value = step(
                weights, statistics, moments, x, labels[rows], count, rate)
            total += float(value)
        print(f"epoch {epoch + 1}: loss {total / batches:.4f}, {time.time() - began:.0f} s",
              flush=True)
    return jax.tree.map(np.asarray, weights), jax.tree.map(np.asarray, statistics)


def layer_nodes(layer, weights, statistics, x, constants):
    """Conv, BatchNormalization and activation of one layer; returns nodes and the output name."""
    name, kind, _, outputs, stride, activation = layer

    def constant(suffix, value):
        constants.append(numpy_helper.from_array(
            np.ascontiguousarray(value, np.float32), f"{name}.{suffix}"))
        return f"{name}.{suffix}"

    pad = 0 if kind == "pointwise" else 1
    values = weights[name]
    mean, variance = statistics[name]
    nodes = [
        helper.make_node(
            "Conv", [x, constant("weight", values["weight"])], [f"{name}.conv"],
            name=f"{name}.conv", kernel_shape=list(values["weight"].shape[2:]),
            strides=[stride, stride], pads=[pad] * 4,
            group=outputs if kind == "depthwise" else 1),
        helper.make_node(
            "BatchNormalization",
            [f"{name}.conv", constant("bn.scale", values["scale"]),
             constant("bn.bias", values["shift"]), constant("bn.mean", mean),
             constant("bn.var", variance)],
            [f"{name}.bn"], name=f"{name}.bn", epsilon=EPSILON),
    ]
    if activation is None:
        return nodes, f"{name}.bn"
    operator, bounds = ("Relu", []) if activation == "relu" else ("Clip", ["zero", "six"])
    nodes.append(helper.make_node(
        operator, [f"{name}.bn", *bounds], [f"{name}.{activation}"],
        name=f"{name}.{activation}"))
    return nodes, f"{name}.{activation}"


def onnx_model(weights, statistics, side, classes):
    nodes, x = [], "images"
    constants = [numpy_helper.from_array(np.float32(0), "zero"),
                 numpy_helper.from_array(np.float32(6), "six")]
    for layer in LAYERS:
        name = layer[0]
        if name.endswith(".expand"):
            shortcut = x
        more, x = layer_nodes(layer, weights, statistics, x, constants)
        nodes += more
        if name.endswith(".project"):
            block = name.removesuffix(".project")
            nodes.append(helper.make_node(
                "Add", [x, shortcut], [f"{block}.sum"], name=f"{block}.sum"))
            x = f"{block}.sum"
        if name == POOL_AFTER:
            nodes.append(helper.make_node(
                "MaxPool", [x], ["pool"], name="pool", kernel_shape=[2, 2], strides=[2, 2]))
            x = "pool"
    constants += [numpy_helper.from_array(weights["head"]["weight"], "head.weight"),
                  numpy_helper.from_array(weights["head"]["shift"], "head.bias")]
    nodes += [
        helper.make_node("GlobalAveragePool", [x], ["average"], name="average"),
        helper.make_node("Flatten", ["average"], ["features"], name="features", axis=1),
        helper.make_node("Gemm", ["features", "head.weight", "head.bias"], ["logits"],
                         name="head", transB=1),
    ]
    graph = helper.make_graph(
        nodes, "demo",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 3, side, side])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", len(classes)])],
        constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8,
        producer_name="calibrant", doc_string="Classifies " + ", ".join(classes))
    onnx.checker.check_model(model, full_check=True)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=12)
    options = parser.parse_args()

    images, labels, classes = load(options.images / "training")
    weights, statistics = train(images, labels, len(classes), options.epochs)
    model = onnx_model(weights, statistics, images.shape[1], classes)

    pixels, labels, _ = load(options.images / "test")
    x = normalise(pixels)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    logits = session.run(None, {"images": x.transpose(0, 3, 1, 2).copy()})[0]
    expected, _ = jax.jit(lambda x: network(weights, statistics, x, False))(x)
    difference = np.abs(logits - expected).max() / np.abs(expected).max()
    if difference > 1e-4:
        raise SystemExit(f"ONNX Runtime and JAX differ by {difference:.1e} of the largest logit")
    correct = int((logits.argmax(1) == labels).sum())
    options.output.write_bytes(model.SerializeToString())
    print(f"{correct} of {len(labels)} test images right; "
          f"{options.output.stat().st_size} bytes written")


if __name__ == "__main__":
    main()
