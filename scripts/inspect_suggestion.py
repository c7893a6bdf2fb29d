#!/usr/bin/env python3
"""What `calibrant inspect` claims of its suggestion against what applying it wins, on images the claim never saw.

    scripts/python scripts/inspect_suggestion.py DATA [--claim 2500] [--calibration 100]

Quantizes MobileNetV1 to 8 bits with one scale per tensor. `inspect` sees one part of the test images; the file made again
with the options it prints is evaluated on that part's images and on all the others. Needs a release build. Exits with 1
where less than four fifths of a loss are recovered, or with more than a quarter of the weights in float.
"""
import argparse
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile

BINARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".build", "release", "calibrant")
RECIPE = ["--resize", "128x128", "--crop", "none", "--mean", "0.5", "--std", "0.5", "--quiet"]
FILES = {
    "plain": ["--no-equalize", "--no-bias-correction", "--rounding", "nearest", "--method", "minmax"],
    "biases corrected": ["--no-equalize", "--rounding", "nearest"],
    "default": [],
}
# A smaller loss than this cannot be told from none on a few thousand images.
LEAST_LOSS = 0.01


def calibrant(*arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def manifests(folder, count, out):
    paths = sorted(os.path.join(c, i) for c in os.listdir(folder) for i in os.listdir(os.path.join(folder, c)))
    random.Random(0).shuffle(paths)
    names = []
    for name, part in (("claim", paths[:count]), ("others", paths[count:])):
        names.append(os.path.join(out, f"{name}.csv"))
        with open(names[-1], "w") as file:
            file.write("path,label\n")
            file.writelines(f"{os.path.relpath(os.path.join(folder, p), out)},{p.split('/')[0]}\n" for p in sorted(part))
    return names


def top1(model, images):
    return json.loads(calibrant("evaluate", model, "--images", images, *RECIPE, "--json", "-"))["top1"]


def quantized(model, data, options, out):
    calibrant("calibrate", model, "--data", data, "--per-tensor", *options, "-o", out, *RECIPE)
    return out


def examine(name, options, o, model, parts, out):
    data = f"{o.data}/cifar10/calibration"
    options = ["--calibration-limit", str(o.calibration), *options]
    file = quantized(model, data, options, f"{out}/{name}.onnx")
    report = json.loads(calibrant("inspect", model, file, "--data", parts[0], *RECIPE, "--json", "-"))
    suggestion = report["suggestion"]
    float_, before = ([top1(m, p) for p in parts] for m in (model, file))
    losses = [a - b for a, b in zip(float_, before)]
    if suggestion is None:
        print(f"| {name} | {100 * losses[1]:+.2f} | nothing | – | – | – | – | – |", flush=True)
        return losses[1] < LEAST_LOSS
    applied = quantized(model, data, options + shlex.split(suggestion["flags"]), f"{out}/{name} applied.onnx")
    gains = [top1(applied, p) - b for p, b in zip(parts, before)]
    claimed = suggestion["dropBefore"] - suggestion["dropAfter"]
    recovered = gains[1] / losses[1] if losses[1] > 0 else float("nan")
    print(f"| {name} | {100 * losses[1]:+.2f} | {' '.join(suggestion['exclude'])} | {100 * suggestion['weightShare']:.1f} "
          f"| {100 * claimed:+.2f} ({suggestion['count']}) | {100 * gains[0]:+.2f} | {100 * gains[1]:+.2f} "
          f"| {100 * recovered:.0f} |", flush=True)
    return losses[1] < LEAST_LOSS or (recovered >= 0.8 and suggestion["weightShare"] <= 0.25)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--claim", type=int, default=2500, help="images that inspect sees")
    parser.add_argument("--calibration", type=int, default=100)
    parser.add_argument("--files", nargs="+", default=list(FILES), choices=list(FILES))
    o = parser.parse_args()
    o.data = os.path.abspath(o.data)
    model = f"{o.data}/models/mobilenetv1-cifar10.onnx"
    print("| file | loss, points | kept in float | % of weights | claimed gain (images) | gain on inspect's images "
          "| gain on others | % recovered on others |\n|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as out:
        parts = manifests(f"{o.data}/cifar10/test", o.claim, out)
        passed = [examine(name, FILES[name], o, model, parts, out) for name in o.files]
    sys.exit(0 if all(passed) else 1)


main()
