#!/usr/bin/env python3
"""Draws how far a few samples reach beyond the others in each activation of a model, as SVG.

    scripts/python scripts/plot_outliers.py MODEL.onnx CALIBRATION_DIR OUT.svg [--resize 256] [--crop 224] [--limit 100]

Runs the float model in ONNX Runtime on ImageNet-normalised images. Of each activation, in the order of the graph: the
largest value of all samples, divided by the mean of the samples' largest values and by the 99.99th percentile. 1 means
that no sample stands out.
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

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 300, 46, 190, 16, 40
LINES = [("largest ÷ 99.99th percentile", "#c4572b"), ("largest ÷ mean of the samples' largest", "#0b6e99")]


def activations(path, images):
    model = onnx.load(path)
    names = [n.output[0] for n in model.graph.node if n.op_type in ("Clip", "Relu", "Add")]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    source, wanted = session.get_inputs()[0].name, names
    seen = [([], []) for _ in names]
    for image in images:
        for (largest, values), value in zip(seen, session.run(wanted, {source: image[None]})):
            largest.append(float(value.max()))
            values.append(np.sort(value.ravel())[-max(1, value.size // 200) :])
    for value, (largest, tops) in zip(session.run(wanted, {source: images[0][None]}), seen):
        values = np.sort(np.concatenate(tops))
        rank = len(values) - 1 - round(1e-4 * value.size * len(images))
        yield max(largest), values[max(rank, 0)], sum(largest) / len(largest)


def chart(series):
    count = max(len(values) for values in series)
    highest = max(max(values) for values in series) * 1.1
    x = lambda i: LEFT + (WIDTH - LEFT - RIGHT) * i / max(count - 1, 1)
    y = lambda v: TOP + (HEIGHT - TOP - BOTTOM) * (1 - math.log(max(v, 1)) / math.log(highest))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for value in (v for v in (1, 2, 5, 10, 20, 50, 100) if v <= highest):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value}×</text>')
    for index, ((name, color), values) in enumerate(zip(LINES, series)):
        points = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        for row, words in enumerate((name.split(" ÷ ")[0], "÷ " + name.split(" ÷ ")[1])):
            parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{TOP + 40 * index + 14 * row + 12}" fill="{color}">{words}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">activations, in order</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("images")
    parser.add_argument("out")
    parser.add_argument("--resize", default="256")
    parser.add_argument("--crop", default="224")
    parser.add_argument("--limit", type=int, default=100)
    o = parser.parse_args()
    mean, std = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
    paths = sorted(glob.glob(os.path.join(o.images, "**", "*.*"), recursive=True))[: o.limit]
    images = [pixels(path, o, mean, std) for path in paths]
    found = [row for row in activations(o.model, images) if row[1] > 0]
    with open(o.out, "w") as file:
        file.write(chart([[largest / top for largest, top, _ in found], [largest / mean for largest, _, mean in found]]))
    worst = max(found, key=lambda row: row[0] / row[1])
    print(f"{len(found)} activations of {len(paths)} samples; at most {worst[0] / worst[1]:.1f} times the percentile")


if __name__ == "__main__":
    main()
