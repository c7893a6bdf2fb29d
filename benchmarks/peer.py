#!/usr/bin/env python3
"""What people use instead: ONNX Runtime or OpenVINO, and Pillow, in Python. Each task prints one line of JSON.

    peer.py speed MODEL [--runtime openvino] [--configuration 2x1x8] [--seconds 2]
    peer.py evaluate MODEL --images DIR [preprocessing]
    peer.py compare MODEL --images DIR --calibration DIR [preprocessing]

`side_by_side.py` runs these tasks beside the same ones of `calibrant`, in turn.
Needs: pip install onnxruntime onnx numpy pillow sympy; openvino where it is asked for
"""
import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from multiprocessing import Pool

# Sessions, threads of each, and images per run.
CONFIGURATIONS = ["1x2x1", "1x2x8", "1x2x16", "2x1x1", "2x1x8"]
METHODS = ["MinMax", "Entropy", "Percentile"]


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["speed", "evaluate", "compare"])
    parser.add_argument("model")
    parser.add_argument("--runtime", choices=RUNTIMES, default="onnxruntime")
    parser.add_argument("--configuration", choices=CONFIGURATIONS)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--images")
    parser.add_argument("--calibration")
    parser.add_argument("--labels")
    parser.add_argument("--resize", default="256")
    parser.add_argument("--crop", default="224")
    parser.add_argument("--mean", default="0.485,0.456,0.406")
    parser.add_argument("--std", default="0.229,0.224,0.225")
    return parser.parse_args()


def session(path, threads):
    import onnxruntime as ort

    o = ort.SessionOptions()
    o.intra_op_num_threads = threads
    o.log_severity_level = 3
    return ort.InferenceSession(path, o, providers=["CPUExecutionProvider"])


def noise(shape):
    import numpy as np

    return np.random.default_rng(0).uniform(-2, 2, shape).astype(np.float32)


def onnxruntime_runs(path, sessions, threads, batch):
    """Functions that run a batch, one for each session, and how many images that is."""
    runs = []
    for _ in range(sessions):
        s = session(path, threads)
        feed = {i.name: noise([d if isinstance(d, int) else batch for d in i.shape]) for i in s.get_inputs()}
        runs.append(lambda s=s, feed=feed: s.run(None, feed))
    return runs, len(next(iter(feed.values())))


def openvino_runs(path, sessions, threads, batch):
    """The same, in float32; sessions are streams of one compiled model."""
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    shapes = {i.any_name: [d.get_length() if d.is_static else batch for d in i.partial_shape] for i in model.inputs}
    model.reshape(shapes)
    settings = {
        "NUM_STREAMS": sessions, "INFERENCE_NUM_THREADS": sessions * threads, "INFERENCE_PRECISION_HINT": "f32",
        "ENABLE_CPU_PINNING": False,
    }
    compiled = core.compile_model(model, "CPU", settings)
    feed = {name: noise(shape) for name, shape in shapes.items()}
    requests = [compiled.create_infer_request() for _ in range(sessions)]
    return [lambda r=r: r.infer(feed) for r in requests], len(next(iter(feed.values())))


RUNTIMES = {"onnxruntime": onnxruntime_runs, "openvino": openvino_runs}


def latency(make, path, seconds):
    """The median of single runs with two threads, in milliseconds."""
    (run,), _ = make(path, 1, 2, 1)
    times = []
    run()
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def throughput(make, path, configuration, seconds):
    """Images per second of all sessions together, each on a thread of its own."""
    runs, batch = make(path, *(int(part) for part in configuration.split("x")))
    barrier, rates = threading.Barrier(len(runs)), []

    def work(run):
        run()
        barrier.wait()
        start, images = time.perf_counter(), 0
        while images == 0 or time.perf_counter() < start + seconds:
            run()
            images += batch
        rates.append(images / (time.perf_counter() - start))

    workers = [threading.Thread(target=work, args=(run,)) for run in runs]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    return sum(rates)


def peak_memory():
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


def speed(o):
    make = RUNTIMES[o.runtime]
    tried = [o.configuration] if o.configuration else CONFIGURATIONS
    result = {"latencyMs": latency(make, o.model, o.seconds / 2)}
    rates = {c: throughput(make, o.model, c, o.seconds / 2) for c in tried}
    best = max(rates, key=rates.get)
    return {**result, "imagesPerSecond": rates[best], "configuration": best, "peakMemoryBytes": peak_memory()}


def load(task):
    """One image as Pillow and NumPy prepare it, C x H x W."""
    import numpy as np
    from PIL import Image

    path, o = task
    mean, std = (np.array([float(v) for v in t.split(",")], np.float32) for t in (o.mean, o.std))
    image = Image.open(path).convert("RGB")
    if "x" in o.resize:
        image = image.resize(tuple(int(v) for v in o.resize.split("x")), Image.BILINEAR)
    elif o.resize != "none":
        side, (w, h) = int(o.resize), image.size
        size = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
        image = image.resize(size, Image.BILINEAR)
    if o.crop != "none":
        crop, (w, h) = int(o.crop), image.size
        left, top = int(round((w - crop) / 2)), int(round((h - crop) / 2))
        image = image.crop((left, top, left + crop, top + crop))
    return ((np.asarray(image, np.float32) / 255 - mean) / std).transpose(2, 0, 1).astype(np.float32)


def items(root, labels):
    names = [line.split()[0] for line in open(labels)] if labels else sorted(os.listdir(root))
    index = {name: i for i, name in enumerate(names)}
    return [
        (os.path.join(root, c, f), index[c])
        for c in sorted(os.listdir(root))
        for f in sorted(os.listdir(os.path.join(root, c)))
    ]


def score(path, o, pool):
    """Decode in two processes, infer in batches of 16 on two threads; returns images and hits."""
    import numpy as np

    s, samples = session(path, 2), items(o.images, o.labels)
    name, hits, batch = s.get_inputs()[0].name, 0, []
    for index, pixels in enumerate(pool.imap(load, [(p, o) for p, _ in samples], chunksize=8)):
        batch.append(pixels)
        if len(batch) == 16 or index == len(samples) - 1:
            top = s.run(None, {name: np.stack(batch)})[0].argmax(1)
            first = index + 1 - len(batch)
            hits += sum(int(t == samples[first + i][1]) for i, t in enumerate(top))
            batch = []
    return len(samples), hits


def evaluate(o):
    with Pool(2) as pool:
        count, hits = score(o.model, o, pool)
    return {"count": count, "hits": hits}


def compare(o):
    """One W8A8 file per method, calibrated on images decoded once; every file scored like `evaluate`."""
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self, name, samples):
            self.rows = iter({name: sample[None]} for sample in samples)

        def get_next(self):
            return next(self.rows, None)

    hits = {}
    with Pool(2) as pool, tempfile.TemporaryDirectory() as folder:
        paths = [p for p, _ in items(o.calibration, o.labels)]
        samples = pool.map(load, [(p, o) for p in paths], chunksize=8)
        name = session(o.model, 1).get_inputs()[0].name
        prepared = os.path.join(folder, "prepared.onnx")
        quant_pre_process(o.model, prepared, skip_symbolic_shape=True)
        hits["original"] = score(o.model, o, pool)[1]
        for method in METHODS:
            path = os.path.join(folder, method + ".onnx")
            quantize_static(
                prepared, path, Reader(name, samples), quant_format=QuantFormat.QDQ, per_channel=True,
                weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8,
                calibrate_method=CalibrationMethod[method])
            hits[method] = score(path, o, pool)[1]
    return {"calibration": len(paths), "hits": hits}


if __name__ == "__main__":
    chosen = options()
    print(json.dumps({"speed": speed, "evaluate": evaluate, "compare": compare}[chosen.task](chosen)))
