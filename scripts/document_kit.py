#!/usr/bin/env python3
"""Makes the folder in which documents' commands run: the models and data that documents speak of, in small.

    scripts/python scripts/document_kit.py PROGRAM DEMOS OUT

DEMOS holds the folders demo, detection and segmentation that `calibrant demo` writes; those that are missing are made there. OUT gets

    model.onnx test/ calibration/ labels.txt        a classifier, 200 labelled images, 100 others
    test.npy calibration.npy                        some of these as the model reads them
    model_w8a8.onnx nncf.onnx ort.onnx              the classifier quantized, in place of other tools' files
    baseline/report.json before.json                results of an earlier day, of `compare` and `bench`
    detector.onnx detector_w8a8.onnx detector_ort.onnx photos/ photos.json
    segmenter.onnx scenes/ masks/ classes.txt
    reader.onnx lines.csv keys.txt                  a network that reads text, untrained, and lines with their texts
    style.onnx x.npy s.npy calibration.npz          a model of two inputs
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

TEST_IMAGES_PER_CLASS = 20
PICTURES = 40
"""Of the detector and the segmenter."""

RANDOM = numpy.random.default_rng(20)


def calibrant(program, folder, *words):
    done = subprocess.run([program, *map(str, words), "--quiet"], cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2):
        raise SystemExit(f"calibrant {' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}")


def first(source, target, count):
    """Copies the first files of a folder, by name."""
    target.mkdir(parents=True)
    for file in sorted(source.iterdir())[:count]:
        shutil.copy(file, target)


def demos(program, folder):
    for name, task in (("demo", ()), ("detection", ("--task", "detection")), ("segmentation", ("--task", "segmentation"))):
        if not (folder / name).exists():
            calibrant(program, folder, "demo", *task, "-o", name)


def pixels(files):
    """Images as ImageNet's recipe gives them to the classifier, without resizing: N x 3 x H x W."""
    images = numpy.stack([numpy.asarray(Image.open(file).convert("RGB"), numpy.float32) / 255 for file in files])
    return ((images - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).transpose(0, 3, 1, 2).astype(numpy.float32)


def classifier(demo, out):
    shutil.copy(demo / "demo.onnx", out / "model.onnx")
    shutil.copytree(demo / "calibration", out / "calibration")
    for folder in sorted((demo / "test").iterdir()):
        first(folder, out / "test" / folder.name, TEST_IMAGES_PER_CLASS)
    (out / "labels.txt").write_text("".join(f"{folder.name}\n" for folder in sorted((out / "test").iterdir())))
    for name in ("test", "calibration"):
        numpy.save(out / f"{name}.npy", pixels(sorted((out / name).glob("*/*"))[::2]))


def results(program, out):
    for name, method in (("model_w8a8", "auto"), ("ort", "minmax"), ("nncf", "mse")):
        calibrant(program, out, "calibrate", "model.onnx", "--data", "calibration.npy", "--method", method, "-o", f"{name}.onnx")
    calibrant(
        program, out, "compare", "model.onnx", "--images", "test", "--calibration", "calibration", "--schemes", "w8a8",
        "--methods", "minmax", "-o", "baseline")
    calibrant(program, out, "bench", "model.onnx", "--seconds", "1", "--save", "before.json")


def detector(program, demo, out):
    shutil.copy(demo / "detector.onnx", out)
    first(demo / "test", out / "photos", PICTURES)
    names = {path.name for path in (out / "photos").iterdir()}
    labels = json.loads((demo / "test.json").read_text())
    labels["images"] = [image for image in labels["images"] if image["file_name"] in names]
    kept = {image["id"] for image in labels["images"]}
    labels["annotations"] = [box for box in labels["annotations"] if box["image_id"] in kept]
    (out / "photos.json").write_text(json.dumps(labels))
    for name, method in (("detector_w8a8", "auto"), ("detector_ort", "minmax")):
        calibrant(
            program, out, "calibrate", "detector.onnx", "--data", demo / "calibration", "--preset", "yolo", "--method", method,
            "-o", f"{name}.onnx")


def segmenter(demo, out):
    for file in ("segmenter.onnx", "classes.txt"):
        shutil.copy(demo / file, out)
    first(demo / "test", out / "scenes", PICTURES)
    first(demo / "test-masks", out / "masks", PICTURES)


def model(path, nodes, inputs, outputs, constants):
    def value(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(
        nodes, path.stem, [value(*pair) for pair in inputs.items()], [value(*pair) for pair in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def reader(out):
    """Columns of four pixels are read as a symbol each."""
    symbols = "abcdefghij"
    weights = RANDOM.normal(size=(len(symbols) + 1, 3, 48, 4)).astype(numpy.float32) / 24
    model(
        out / "reader.onnx",
        [helper.make_node("Conv", ["lines", "weights"], ["columns"], strides=[48, 4]),
         helper.make_node("Squeeze", ["columns", "axis"], ["row"]),
         helper.make_node("Transpose", ["row"], ["scores"], perm=[0, 2, 1])],
        {"lines": ["N", 3, 48, "W"]}, {"scores": ["N", "T", len(symbols) + 1]},
        {"weights": weights, "axis": numpy.array([2])})
    (out / "keys.txt").write_text("".join(f"{symbol}\n" for symbol in symbols))
    files = sorted((out / "test").glob("*/*"))[::5]
    rows = [f"{file.relative_to(out)},{''.join(RANDOM.choice(list(symbols), 6))}\n" for file in files]
    (out / "lines.csv").write_text("path,text\n" + "".join(rows))


def two_inputs(out):
    weights = RANDOM.normal(size=(8, 3, 3, 3)).astype(numpy.float32)
    model(
        out / "style.onnx",
        [helper.make_node("Conv", ["image", "weights"], ["features"], pads=[1, 1, 1, 1]),
         helper.make_node("Mul", ["features", "style_weights"], ["styled"]),
         helper.make_node("ReduceMean", ["styled"], ["vector"], axes=[2, 3], keepdims=0)],
        {"image": ["N", 3, 32, 32], "style_weights": ["N", 8, 1, 1]}, {"vector": ["N", 8]}, {"weights": weights})
    images = numpy.load(out / "test.npy")
    style = RANDOM.uniform(size=(len(images), 8, 1, 1)).astype(numpy.float32)
    numpy.save(out / "x.npy", images)
    numpy.save(out / "s.npy", style)
    others = numpy.load(out / "calibration.npy")
    numpy.savez(out / "calibration.npz", image=others, style_weights=style[: len(others)])


def main(program, folder, out):
    program, folder, out = program.resolve(), folder.resolve(), out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True)
    demos(program, folder)
    classifier(folder / "demo", out)
    results(program, out)
    detector(program, folder / "detection", out)
    segmenter(folder / "segmentation", out)
    reader(out)
    two_inputs(out)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
