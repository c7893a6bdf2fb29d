#!/usr/bin/env python3
"""Which recipe `calibrant doctor` names when started with wrong ones, on models whose right one is known.

    scripts/python scripts/doctor_recipes.py DATA [--models NAME …]

DATA holds `models/`, `cifar10/test`, `imagenet/test` and `imagenet-labels.txt`. Needs a release build. Prints a row for
each start, and exits with 1 where a recipe other than the right one is named. A start that the images cannot tell from the
right one is a tie, not a fault.
"""
import argparse
import json
import os
import subprocess
import sys

BINARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".build", "release", "calibrant")

RIGHT = {
    "resnet20-cifar10": dict(resize="none", crop="none", channels="rgb", mean="0.485,0.456,0.406", std="0.229,0.224,0.225"),
    "mobilenetv1-cifar10": dict(resize="128x128", crop="none", interpolation="bilinear", channels="rgb", mean="0.5,0.5,0.5", std="0.5,0.5,0.5"),
    "squeezenet1.0": dict(resize="256", crop="227", interpolation="bilinear", channels="rgb", mean="0.485,0.456,0.406", std="0.229,0.224,0.225"),
}

STARTS = {
    "resnet20-cifar10": ["--preset imagenet", "--preset tensorflow", "--preset caffe", "--preset none",
                         "--resize none --crop none --channels bgr", "--resize 64x64 --crop none --mean 0 --std 1"],
    "mobilenetv1-cifar10": ["--preset imagenet", "--preset tensorflow", "--preset caffe", "--preset none",
                            "--preset tensorflow --resize 128x128 --crop none --channels bgr"],
    "squeezenet1.0": ["--preset tensorflow", "--preset caffe", "--preset none",
                      "--preset imagenet --channels bgr", "--preset none --resize 227x227 --interpolation nearest"],
}


def images(data, model):
    if model == "squeezenet1.0":
        return ["--images", f"{data}/imagenet/test", "--labels", f"{data}/imagenet-labels.txt"]
    return ["--images", f"{data}/cifar10/test"]


def doctor(data, model, start):
    command = [BINARY, "doctor", f"{data}/models/{model}.onnx", *images(data, model), *start.split(), "--json", "-", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def row(data, model, start):
    report = doctor(data, model, start)
    best, given = report["best"], report["given"]
    right = all(best["preprocessing"][key] == value for key, value in RIGHT[model].items())
    share = "–" if given["top1"] is None else f"{100 * given['top1']:.2f}"
    print(f"| {model} | `{start}` | {share} | `{best['flags']}` | {100 * best['top1']:.2f} | {best['count']} "
          f"| {len(report['tied'])} | {'tie' if report['sound'] else 'fault'} | {'yes' if right else 'NO'} |", flush=True)
    return right


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--models", nargs="+", default=list(RIGHT))
    o = parser.parse_args()
    print("| model | started with | its top-1 | named | its top-1 | images | tied | verdict | right |\n|---|---|---|---|---|---|---|---|---|")
    passed = [row(o.data, model, start) for model in o.models for start in STARTS[model]]
    print(f"{sum(passed)} of {len(passed)} starts end at the right recipe")
    sys.exit(0 if all(passed) else 1)


main()
