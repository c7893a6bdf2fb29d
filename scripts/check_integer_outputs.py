#!/usr/bin/env python3
"""Holds our integer arithmetic against ONNX Runtime's, layer by layer and bit by bit.

    pip install onnx onnxruntime numpy
    scripts/python scripts/check_integer_outputs.py QUANTIZED.onnx … [--inputs X.npy] [--hardware exact|no-vnni]
        [--onnxruntime "qemu-x86_64-static -cpu Haswell"]

ONNX Runtime runs each file with its default options; every QLinearConv, QLinearMatMul and QGemm that it makes of it is
taken out with the codes that it read there and the codes that it wrote. Our engine computes the same layers from the same
codes, and not one output may differ. Processors with VNNI (and ARM) add up exactly, x86 without it clamps the sum of two
products to 16 bits: --hardware says which is expected, by default what /proc/cpuinfo says. --onnxruntime runs ONNX Runtime
alone under another command, such as an emulator of a processor without VNNI.

The inputs are N × C × H × W samples in the model's own input range; without them, seeded noise. Exits with 1 where an
output differs.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS = ("QLinearConv", "QLinearMatMul", "QGemm")


def options():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--inputs")
    parser.add_argument("--count", type=int, default=2, help="samples")
    parser.add_argument("--hardware", choices=["exact", "no-vnni"])
    parser.add_argument("--onnxruntime", default="", help="a command to run ONNX Runtime under")
    parser.add_argument("--record", help=argparse.SUPPRESS)
    return parser.parse_args()


def own_hardware():
    with open("/proc/cpuinfo") as file:
        flags = file.read()
    return "no-vnni" if "avx2" in flags and "vnni" not in flags else "exact"


def samples(o, path):
    given = onnx.load(path).graph.input[0]
    dims = [d.dim_value or 1 for d in given.type.tensor_type.shape.dim]
    if o.inputs:
        return np.load(o.inputs)[: o.count].astype(np.float32)
    return np.random.default_rng(1).standard_normal([o.count] + dims[1:]).astype(np.float32)


def record(o):
    """What ONNX Runtime makes of a model, and what its integer layers read and wrote."""
    import onnxruntime as ort

    def session(path, **settings):
        so = ort.SessionOptions()
        so.log_severity_level = 4
        so.intra_op_num_threads = 1
        for key, value in settings.items():
            setattr(so, key, value)
        return ort.InferenceSession(path, so, providers=["CPUExecutionProvider"])

    fused, tapped = o.record + ".fused.onnx", o.record + ".tapped.onnx"
    session(o.models[0], optimized_model_filepath=fused)
    model = onnx.load(fused)
    known = {v.name for v in list(model.graph.output) + list(model.graph.input)}
    layers = [n for n in model.graph.node if n.op_type in LAYERS]
    for name in {name for n in layers for name in (n.input[0], n.output[0])} - known:
        model.graph.output.append(helper.make_empty_tensor_value_info(name))
    onnx.save(model, tapped)
    run = session(tapped, graph_optimization_level=ort.GraphOptimizationLevel.ORT_DISABLE_ALL)
    x = samples(o, o.models[0])
    values = run.run(None, {run.get_inputs()[0].name: x})
    np.savez(o.record, **dict(zip([v.name for v in run.get_outputs()], values)))


class Layers:
    """A model of nothing but the recorded layers: each reads codes from outside and writes codes."""

    def __init__(self):
        self.nodes, self.inputs, self.outputs, self.initializers = [], [], [], []
        self.feeds, self.expected = {}, {}

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def value(self, name, array):
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        self.inputs.append(helper.make_tensor_value_info(name, kind, array.shape))
        self.feeds[name] = array
        return name

    def result(self, name, array):
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        self.outputs.append(helper.make_tensor_value_info(name, kind, array.shape))
        self.expected[name] = array

    def model(self):
        graph = helper.make_graph(self.nodes, "layers", self.inputs, self.outputs, self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def add_layer(layers, index, node, constants, x, y, form):
    """One recorded layer, in QLinear form or between DequantizeLinear and QuantizeLinear."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    name = f"{index}"
    c = [constants.get(i) for i in node.input]
    sx, zx, w, sw, zw = c[1:6]
    if w is None:
        return False
    if node.op_type == "QLinearConv":
        sy, zy, bias = c[6], c[7], c[8] if len(c) > 8 else None
        if attributes.pop("channels_last", 0):
            x, y = (np.moveaxis(v, -1, 1) for v in (x, y))
        kept = {k: v for k, v in attributes.items() if k in ("group", "kernel_shape", "pads", "strides", "dilations", "auto_pad")}
    elif node.op_type == "QLinearMatMul":
        sy, zy, bias, kept = c[6], c[7], None, {}
        # A matrix product of rows is a convolution of one pixel; so Gemm and MatMul share what follows.
        w, x, y = w.T, x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
    else:
        bias, sy, zy, kept = c[6], c[7] if len(c) > 7 else None, c[8] if len(c) > 8 else None, {}
        w = w if attributes.get("transB", 0) else w.T
        if attributes.get("transA", 0) or attributes.get("alpha", 1.0) != 1.0 or sy is None:
            return False
    if node.op_type != "QLinearConv" and form == "codes":
        w, x, y = (v.reshape(v.shape + (1, 1)) for v in (w, x, y))
    x, y, w = (np.ascontiguousarray(v) for v in (x, y, w))
    outputs = w.shape[0]
    bias = np.zeros(outputs, np.int32) if bias is None else bias.reshape(-1).astype(np.int32)
    zw = np.zeros_like(sw, w.dtype) if zw is None else zw
    read = layers.value(f"x{name}", x)
    k = {key: layers.constant(key + name, v) for key, v in dict(sx=sx, zx=zx, w=w, sw=sw, zw=zw, sy=sy, zy=zy, b=bias).items()}
    if form == "codes":
        inputs = [read] + [k[i] for i in ("sx", "zx", "w", "sw", "zw", "sy", "zy", "b")]
        layers.nodes.append(helper.make_node("QLinearConv", inputs, ["y" + name], name=node.name, **kept))
    else:
        axis = {"axis": 0} if np.asarray(sw).size > 1 else {}
        scale = (np.float32(sx).reshape(()) * sw.astype(np.float32)).astype(np.float32)
        k["sb"] = layers.constant("sb" + name, scale)
        layers.nodes += [
            helper.make_node("DequantizeLinear", [read, k["sx"], k["zx"]], ["xd" + name]),
            helper.make_node("DequantizeLinear", [k["w"], k["sw"], k["zw"]], ["wd" + name], **axis),
            helper.make_node("DequantizeLinear", [k["b"], k["sb"]], ["bd" + name], **axis),
        ]
        if node.op_type != "QLinearConv":
            kept = {"transB": 1}
        op = "Conv" if node.op_type == "QLinearConv" else "Gemm"
        inputs = [v + name for v in ("xd", "wd", "bd")]
        layers.nodes.append(helper.make_node(op, inputs, ["o" + name], name=node.name, **kept))
        layers.nodes.append(helper.make_node("QuantizeLinear", ["o" + name, k["sy"], k["zy"]], ["y" + name]))
    layers.result("y" + name, y)
    return True


def run_ours(layers, folder, hardware):
    path = os.path.join(folder, "layers.onnx")
    onnx.save(layers.model(), path)
    arguments = []
    for name, array in layers.feeds.items():
        file = os.path.join(folder, name + ".npy")
        np.save(file, array)
        arguments += ["--input", f"{name}={file}"]
    binary = os.environ.get("CALIBRANT", ".build/release/calibrant")
    subprocess.run([binary, "run", path, *arguments, "--arithmetic", "integer", "--hardware", hardware,
                    "--output-dir", folder], check=True, stdout=subprocess.DEVNULL)
    return {name: np.load(os.path.join(folder, name + ".npy")) for name in layers.expected}


def check(o, path, hardware, folder):
    recorded = os.path.join(folder, "recorded.npz")
    arguments = [path, "--record", recorded, "--count", str(o.count)] + (["--inputs", o.inputs] if o.inputs else [])
    python = os.path.realpath(sys.executable)
    subprocess.run([*shlex.split(o.onnxruntime), python, os.path.abspath(__file__), *arguments], check=True,
                   stderr=subprocess.DEVNULL if o.onnxruntime else None)
    values = np.load(recorded)
    model = onnx.load(recorded + ".fused.onnx")
    constants = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    nodes = [n for n in model.graph.node if n.op_type in LAYERS]
    wrong = 0
    for form in ["codes", "file"]:
        layers, left_out = Layers(), []
        for index, node in enumerate(nodes):
            x, y = values[node.input[0]], values[node.output[0]]
            if not add_layer(layers, index, node, constants, x, y, form):
                left_out.append(node.name)
        ours = run_ours(layers, folder, hardware)
        different = {name: int((ours[name] != layers.expected[name]).sum()) for name in ours}
        total = sum(v.size for v in layers.expected.values())
        wrong += sum(different.values())
        print(f"{os.path.basename(path)}: {hardware}, {form}: {len(ours)} layers, {total} outputs, "
              f"{sum(different.values())} differ" + (f"; left out: {', '.join(left_out)}" if left_out else ""), flush=True)
        for name, count in different.items():
            if count:
                print(f"  {nodes[int(name[1:])].name}: {count} of {layers.expected[name].size}")
    return wrong


def main():
    o = options()
    if o.record:
        return record(o)
    hardware = o.hardware or ("no-vnni" if o.onnxruntime else own_hardware())
    with tempfile.TemporaryDirectory() as folder:
        wrong = sum(check(o, path, hardware, folder) for path in o.models)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
