#!/usr/bin/env python3
"""One table of ratios: this program beside ONNX Runtime and, where it is installed, OpenVINO, on this machine, in this run.

    scripts/python benchmarks/side_by_side.py --data DIR --topologies DIR [--only models,qdq,...] [--models resnet50,...]
        [--runs 4] [--seconds 4] [--json FILE]

DIR of --data holds models/ and imagenet/ as the development data does; --topologies is a folder of ONNX files. Build
first: swift build -c release --product calibrant. The sides take turns (A B C A B C ...), and a figure is the median
of its side's runs. Every ratio is oriented so that more than 1 is good for this program. `peer.py` is the other side.
"""
import argparse
import glob
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.join(HERE, "..", ".build", "release", "calibrant")
PEER = [sys.executable, os.path.join(HERE, "peer.py")]
PEERS = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}
SQUEEZENET = ["--resize", "256", "--crop", "227"]


def run(command):
    """Seconds, peak bytes of the largest process, and standard output."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if status != 0:
            errors.seek(0)
            sys.exit(f"failed: {' '.join(command)}\n{errors.read()}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024, output.decode()


def alternate(runs, *sides):
    """The results of all sides, which take turns."""
    results = [[] for _ in sides]
    for _ in range(runs):
        for own, side in zip(results, sides):
            own.append(side())
    return results


def median(values):
    return statistics.median(values)


class Table:
    """Rows printed as they are measured, so that a run that is stopped has still said something."""

    def __init__(self):
        self.rows, self.machine = [], {}
        print(f"{'what':46}{'ours':>12}{'theirs':>12}{'ratio':>8}", flush=True)

    def describe(self, machine):
        """Says once where the figures are from."""
        if not self.machine:
            self.machine = machine
            print(f"{machine['cpu']}, {machine['cores']} cores, {machine['kernels']}", flush=True)

    def add(self, name, ours, theirs=None, higher_is_better=False):
        ratio = None
        if theirs is not None:
            ratio = ours / theirs if higher_is_better else theirs / ours
        self.rows.append({"what": name, "ours": ours, "theirs": theirs, "ratio": ratio})
        text = "".join(f"{'' if v is None else format(v, '.4g'):>12}" for v in (ours, theirs))
        print(f"{name:46}{text}{'' if ratio is None else format(ratio, '.2f'):>8}", flush=True)


def bench_report(paths, o, *more):
    command = [BINARY, "bench", *paths, "--seconds", str(o.seconds), "--threads", "2", "--repeats", "5", "--quiet", "--json", "-", *more]
    return json.loads(run(command)[2])


def bench(paths, o, *more):
    return bench_report(paths, o, *more)["models"]


def peer(*arguments):
    seconds, memory, output = run([*PEER, *arguments])
    # The quantizer prints progress before the result.
    return {**json.loads(output.splitlines()[-1]), "seconds": seconds, "memory": memory}


def files(o):
    """Names and paths of the models asked for."""
    for path in sorted(glob.glob(f"{o.data}/models/*.onnx")) + sorted(glob.glob(f"{o.topologies}/*.onnx")):
        name = os.path.basename(path).removesuffix(".onnx")
        if not o.models or name in o.models.split(","):
            yield name, path


def models(o, table):
    """Throughput, latency and memory; each side first finds the batch that suits it best."""
    for name, path in files(o):
        speeds(o, table, name, path)


def w8a8(o, table):
    """The same of W8A8 files made of the models, simply, with the ranges of a few images; without, those of CIFAR-10."""
    simply = ["--method", "minmax", "--rounding", "nearest", "--no-equalize", "--no-bias-correction", "--calibration-limit", "8"]
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files(o):
            quantized = os.path.join(folder, name + ".onnx")
            images = ["--data", f"{o.data}/imagenet/calibration", *(SQUEEZENET if "squeezenet" in name else [])]
            make = ["quantize", path, "--activations", "int8"] if "cifar10" in name else ["calibrate", path, *images, *simply]
            run([BINARY, *make, "--quiet", "-o", quantized])
            speeds(o, table, f"{name} W8A8", quantized)


def speeds(o, table, name, path):
    first = bench_report([path], o, "--repeats", "1")
    table.describe(first["machine"])
    batch = str(first["models"][0]["batch"])
    found = {p: peer("speed", path, "--runtime", p, "--seconds", str(o.seconds))["configuration"] for p in PEERS if importlib.util.find_spec(p)}
    ours, *theirs = alternate(
        o.runs,
        lambda: bench([path], o, "--batch", batch)[0],
        *(lambda p=p, c=c: peer("speed", path, "--runtime", p, "--configuration", c, "--seconds", str(o.seconds)) for p, c in found.items()))
    for title, results in zip((PEERS[p] for p in found), theirs):
        add_speeds(table, f"{name} / {title}", ours, results)


def add_speeds(table, name, ours, theirs):
    table.add(f"{name}: images/s", *medians(ours, theirs, "imagesPerSecond"), higher_is_better=True)
    table.add(f"{name}: latency, ms", median([r["latencyMs"]["p50"] for r in ours]), median([r["latencyMs"] for r in theirs]))
    table.add(f"{name}: peak memory, MB", *(m / 1e6 for m in medians(ours, theirs, "peakMemoryBytes")))


def medians(ours, theirs, key):
    return tuple(median([r[key] for r in side]) for side in (ours, theirs))


def qdq(o, table):
    """A W8A8 file beside the float file it was made from, both in our engine."""
    with tempfile.TemporaryDirectory() as folder:
        for path in [*sorted(glob.glob(f"{o.data}/models/*.onnx")), f"{o.topologies}/resnet18.onnx"]:
            name = os.path.basename(path).removesuffix(".onnx")
            quantized = os.path.join(folder, name + "-w8a8.onnx")
            run([BINARY, "quantize", path, "-o", quantized, "--activations", "int8"])
            # One command: it measures its models in turn.
            results = [bench([quantized, path], o) for _ in range(o.runs)]
            ours, theirs = (median([r[i]["imagesPerSecond"] for r in results]) for i in (0, 1))
            table.add(f"{name}: W8A8 vs our float, images/s", ours, theirs, higher_is_better=True)


def images(o):
    return ["--images", f"{o.data}/imagenet/test", "--labels", f"{o.data}/imagenet-labels.txt", *SQUEEZENET]


def evaluate(o, table):
    model = f"{o.data}/models/squeezenet1.0.onnx"
    ours, theirs = alternate(
        o.runs,
        lambda: run([BINARY, "evaluate", model, *images(o), "--jobs", "2", "--quiet"]),
        lambda: peer("evaluate", model, *images(o)))
    table.add("evaluate SqueezeNet, 400 JPEGs, s", median([r[0] for r in ours]), median([r["seconds"] for r in theirs]))
    table.add(
        "evaluate: largest process, MB", median([r[1] / 1e6 for r in ours]), median([r["memory"] / 1e6 for r in theirs]))


def compare(o, table):
    """Ours scores two weight-based arms that the peer has nothing like, and writes the report."""
    model = f"{o.data}/models/squeezenet1.0.onnx"
    calibration = ["--calibration", f"{o.data}/imagenet/calibration"]
    arms = ["--schemes", "w8a8", "--methods", "minmax,entropy,percentile"]
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = alternate(
            o.runs,
            lambda: run([BINARY, "compare", model, *images(o), *calibration, *arms, "--jobs", "2", "--quiet", "-o", f"{folder}/report"]),
            lambda: peer("compare", model, *images(o), *calibration))
    table.add("compare SqueezeNet w8a8, 3 methods, s", median([r[0] for r in ours]), median([r["seconds"] for r in theirs]))
    table.add("compare: largest process, MB", median([r[1] / 1e6 for r in ours]), median([r["memory"] / 1e6 for r in theirs]))


def calibrate(o, table):
    """Every method reads the statistics of one pass, so one command times them all."""
    model, source = f"{o.topologies}/resnet18.onnx", f"{o.data}/imagenet/calibration"
    with tempfile.TemporaryDirectory() as folder:
        many = repeated(source, os.path.join(folder, "many"), times=10)
        output = ["-o", os.path.join(folder, "out.onnx"), "--activations", "int8", "--quiet"]
        few = [run([BINARY, "calibrate", model, "--data", source, *output]) for _ in range(o.runs)]
        table.add("calibrate ResNet-18, 100 images, s", median([r[0] for r in few]))
        table.add("calibrate, 100 images: peak memory, MB", median([r[1] / 1e6 for r in few]))
        table.add("calibrate, 1,000 images: peak memory, MB", run([BINARY, "calibrate", model, "--data", many, *output])[1] / 1e6)


def repeated(source, target, times):
    """The images of a folder of class folders, each under several names."""
    for folder, _, files in os.walk(source):
        inside = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(inside, exist_ok=True)
        for name in files:
            for copy in range(times):
                shutil.copy(os.path.join(folder, name), os.path.join(inside, f"{copy}-{name}"))
    return target


def startup(o, table):
    before, times = os.times(), []
    for _ in range(20):
        times.append(run([BINARY, "info", f"{o.topologies}/resnet18.onnx"])[0])
    after = os.times()
    table.add("info of a 45 MB model, s", median(times))
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    table.add("info of a 45 MB model, processor s", processor / 20)


def scaling(o, table):
    """Throughput of all cores beside one; `theirs` is one worker times the number of workers."""
    path = f"{o.data}/models/squeezenet1.0.onnx"
    results = {1: [], os.cpu_count(): []}
    for _ in range(o.runs):
        for threads, rates in results.items():
            rates.append(bench([path], o, "--batch", "4", "--threads", str(threads))[0]["imagesPerSecond"])
    one, all_ = (median(rates) for rates in results.values())
    table.add(f"SqueezeNet: {os.cpu_count()} workers vs 1, images/s", all_, one * os.cpu_count(), higher_is_better=True)


PARTS = {f.__name__: f for f in (models, w8a8, qdq, evaluate, compare, calibrate, startup, scaling)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--topologies", required=True)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, of: " + ",".join(PARTS))
    parser.add_argument("--models", help="of the parts `models` and `w8a8`, only these: file names without .onnx")
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json")
    o = parser.parse_args()
    unknown = set(o.only.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}")
    table = Table()
    for part in o.only.split(","):
        PARTS[part](o, table)
    if o.json:
        with open(o.json, "w") as file:
            json.dump({"machine": table.machine, "rows": table.rows}, file, indent=2)


if __name__ == "__main__":
    main()
