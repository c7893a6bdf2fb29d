#!/usr/bin/env python3
"""Draws what calibration says of each layer as SVG: the share of its outputs' variance that is error.

    calibrant calibrate model.onnx --data calibration/ -o q.onnx --json w4.json
    scripts/python scripts/plot_layer_errors.py Guides/layer-errors.svg "w4=w4.json" "w8a8=w8a8.json"
"""
import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 340, 58, 130, 16, 40
COLORS = ["#0b6e99", "#c4572b", "#4b8b3b", "#7a4fa3", "#8a6d1f"]
LOWEST, HIGHEST = 1e-5, 2


def main():
    output, *series = sys.argv[1:]
    lines = []
    for text in series:
        name, path = text.split("=", 1)
        with open(path) as file:
            lines.append((name, [layer["relativeError"] for layer in json.load(file)["layers"]]))
    count = max(len(values) for _, values in lines)
    x = lambda i: LEFT + (WIDTH - LEFT - RIGHT) * i / max(count - 1, 1)
    span = math.log10(HIGHEST / LOWEST)
    y = lambda v: TOP + (HEIGHT - TOP - BOTTOM) * (1 - math.log10(min(max(v, LOWEST), HIGHEST) / LOWEST) / span)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(-5, 1):
        value = 10.0**power
        label = f"{100 * value:g} %"
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{label}</text>')
    parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(0.5):.1f}" y2="{y(0.5):.1f}" stroke="#b00" stroke-dasharray="4 3"/>')
    parts.append(f'<text x="{LEFT + (WIDTH - LEFT - RIGHT) * 0.4:.0f}" y="{y(0.5) - 4:.1f}" fill="#b00">a layer above this is warned of</text>')
    names_at = []
    for (name, values), color in zip(lines, COLORS):
        points = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(values) if v is not None)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        place = y(next(v for v in reversed(values) if v is not None)) + 4
        while any(abs(place - other) < 14 for other in names_at):
            place += 2
        names_at.append(place)
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{place:.1f}" fill="{color}">{escape(name)}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">layers, in order</text>')
    with open(output, "w") as file:
        file.write("\n".join(parts + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main()
