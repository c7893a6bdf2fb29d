#!/usr/bin/env python3
"""Draws how much the channels of activations differ in size, as SVG.

    scripts/python scripts/plot_channels.py CALIBRATION_DIR OUT.svg NAME=MODEL.onnx … [--resize 256] [--crop 224] [--limit 32]

Runs the float models in ONNX Runtime on ImageNet-normalised images. Of each activation that convolutions alone read, in the
order of the graph: the largest absolute value of all channels, divided by that of the median channel. One scale serves all
channels, so the median channel is left with that many times fewer steps.
"""
import argparse
import glob
import math
import os
import sys

import numpy as np
import onnx
import onnxruntime as ort

sys.path.insert(0, os.path.dirname(__file__))
from check_with_onnxruntime import pixels  # noqa: E402

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 300, 46, 150, 16, 40
COLORS = ["#c4572b", "#0b6e99", "#5c7f3b", "#7a4fa3"]


def read_by_convolutions(graph):
    readers = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append((node.op_type, list(node.input).index(name)))
    made = [name for node in graph.node for name in node.output]
    return [name for name in made if readers.get(name) and all(reader == ("Conv", 0) for reader in readers[name])]


def ratios(path, images):
    model = onnx.load(path)
    names = read_by_convolutions(model.graph)
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    source, reach = session.get_inputs()[0].name, {}
    for image in images:
        for name, value in zip(names, session.run(names, {source: image[None]})):
            reach[name] = np.maximum(reach.get(name, 0), np.abs(value).max(axis=(0, 2, 3)))
    return [float(reach[name].max() / max(np.median(reach[name]), 1e-6)) for name in names]


def chart(series):
    highest = max(max(values) for _, values in series) * 1.1
    x = lambda i, values: LEFT + (WIDTH - LEFT - RIGHT) * i / max(len(values) - 1, 1)
    y = lambda v: TOP + (HEIGHT - TOP - BOTTOM) * (1 - math.log(max(v, 1)) / math.log(highest))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for value in (v for v in (1, 2, 5, 10, 20, 50, 100) if v <= highest):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value}×</text>')
    for index, ((name, values), color) in enumerate(zip(series, COLORS)):
        points = " ".join(f"{x(i, values):.1f},{y(v):.1f}" for i, v in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{TOP + 20 * index + 12}" fill="{color}">{name}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">activations, in order</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("images")
    parser.add_argument("out")
    parser.add_argument("models", nargs="+", metavar="NAME=MODEL")
    parser.add_argument("--resize", default="256")
    parser.add_argument("--crop", default="224")
    parser.add_argument("--limit", type=int, default=32)
    o = parser.parse_args()
    mean, std = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
    paths = sorted(glob.glob(os.path.join(o.images, "**", "*.*"), recursive=True))[: o.limit]
    images = [pixels(path, o, mean, std) for path in paths]
    series = [(name, ratios(path, images)) for name, path in (model.split("=", 1) for model in o.models)]
    with open(o.out, "w") as file:
        file.write(chart(series))
    for name, values in series:
        print(f"{name}: {len(values)} activations, the largest channel {np.median(values):.1f} times the median one, at most {max(values):.1f}")


if __name__ == "__main__":
    main()
