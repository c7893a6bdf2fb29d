#!/usr/bin/env python3
"""Holds our integer arithmetic against ONNX Runtime's, layer by layer and code by code.

    pip install onnx onnxruntime numpy
    scripts/python scripts/check_integer_outputs.py QUANTIZED.onnx … [--inputs X.npy] [--hardware exact|no-vnni]
        [--form file|operators] [--onnxruntime "qemu-x86_64-static -cpu Haswell"]

ONNX Runtime runs each file as written, and every code it computes is kept. Then each layer between DequantizeLinear and
QuantizeLinear is cut out as a small model that reads the codes ONNX Runtime read there. ONNX Runtime computes these models
with its default options, which make integer operators of most, and so does our engine under --arithmetic integer. No code
of a Conv, MatMul or Gemm may differ, others by one step.

--form operators gives our engine not the layers as the file has them, but the operators that ONNX Runtime made of them
(QLinearConv, QGemm …), as far as we have them.

Processors with VNNI (and ARM) add up exactly, x86 without it clamps the sum of two products to 16 bits: --hardware says
which is expected, by default what /proc/cpuinfo says. --onnxruntime runs ONNX Runtime alone under another command, such as
an emulator of a processor without VNNI.

The inputs are N × C × H × W samples in the model's own input range; without them, seeded noise. Exits with 1 where an
output differs by more than it may. CALIBRANT names our binary.
"""
import argparse
import collections
import os
import pickle
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# ONNX Runtime's operators that sum products of codes.
SUMS = {"QLinearConv", "QLinearMatMul", "QGemm", "MatMulIntegerToFloat"}
SUMMING = {"Conv", "MatMul", "Gemm"}
ACTIVATIONS = {"Relu", "Clip"}
# What ONNX Runtime puts around operators for the sake of layouts.
LAYOUTS = {"Transpose", "ReorderInput", "ReorderOutput", "Identity"}


def options():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--inputs")
    parser.add_argument("--count", type=int, default=2, help="samples")
    parser.add_argument("--hardware", choices=["exact", "no-vnni"])
    parser.add_argument("--form", choices=["file", "operators"], default="file")
    parser.add_argument("--onnxruntime", default="", help="a command to run ONNX Runtime under")
    parser.add_argument("--verbose", action="store_true", help="name every layer that differs")
    parser.add_argument("--record", help=argparse.SUPPRESS)
    return parser.parse_args()


def own_hardware():
    with open("/proc/cpuinfo") as file:
        flags = file.read()
    return "no-vnni" if "avx2" in flags and "vnni" not in flags else "exact"


def samples(o, model):
    dims = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    count = dims[0] or o.count
    if o.inputs:
        return np.load(o.inputs)[:count].astype(np.float32)
    return np.random.default_rng(1).standard_normal([count] + [d or 1 for d in dims[1:]]).astype(np.float32)


class Layer:
    """The nodes between codes and the codes that are made of them, or a result of the model."""

    def __init__(self, nodes, reads, end):
        self.nodes, self.reads, self.end = nodes, reads, end

    @property
    def operator(self):
        """What it computes, but for the activation behind it."""
        made = {name: n for n in self.nodes for name in n.output}
        node = made[self.end]
        while node.op_type in ACTIVATIONS | {"QuantizeLinear"} and node.input[0] in made:
            node = made[node.input[0]]
        return node.op_type


class Source:
    """A quantized model and its layers."""

    def __init__(self, model):
        self.model = model
        graph = model.graph
        self.initializers = {i.name: i for i in graph.initializer}
        self.producers = {name: n for n in graph.node for name in n.output if name}
        self.inputs = {i.name: i.type.tensor_type.elem_type for i in graph.input if i.name not in self.initializers}
        self.constant = set(self.initializers)
        for node in graph.node:
            if all(not name or name in self.constant for name in node.input):
                self.constant.update(node.output)
        self.readers = collections.defaultdict(list)
        for node in graph.node:
            for name in node.input:
                self.readers[name].append(node)
        made = [n for n in graph.node if n.output[0] not in self.constant]
        self.codes = {n.output[0] for n in made if n.op_type == "QuantizeLinear"}
        self.sums = {n.output[0] for n in made if self.stays_in_float(n)}

    def stays_in_float(self, node):
        """Whether a layer of codes has a result that is not quantized."""
        if node.op_type not in SUMMING or self.producers.get(node.input[0], node).op_type != "DequantizeLinear":
            return False
        value = node.output[0]
        while len(self.readers[value]) == 1:
            reader = self.readers[value][0]
            if reader.op_type == "QuantizeLinear":
                return False
            adds_bias = reader.op_type == "Add" and any(name in self.constant for name in reader.input)
            if reader.op_type not in ACTIVATIONS and not adds_bias:
                break
            value = reader.output[0]
        return any(n.op_type != "QuantizeLinear" for n in self.readers[value])

    def layers(self):
        ends = self.codes | self.sums
        for value in self.model.graph.output:
            if self.producers[value.name].op_type not in ("QuantizeLinear", "DequantizeLinear"):
                ends.add(value.name)
        return [self.layer(n.output[0]) for n in self.model.graph.node if n.output[0] in ends]

    def layer(self, end):
        """All that a value is computed from, back to codes and to the model's inputs."""
        found, reads, waiting = {}, [], [end]
        while waiting:
            name = waiting.pop()
            if not name or name in self.initializers:
                continue
            node = self.producers.get(name)
            if node is None or (name != end and name in self.codes | self.sums):
                if name not in reads:
                    reads.append(name)
            elif node.output[0] not in found:
                found[node.output[0]] = node
                waiting += node.input
        nodes = [n for n in self.model.graph.node if n.output[0] in found]
        return Layer(nodes, reads, end)


class Cut:
    """A model of layers side by side, each of which reads values from outside.

    Runtimes take codes from outside and give them back. Our engine computes on codes between quantizers, and pools of
    images where a convolution made them: so it gets each layer behind a quantizer and, where that matters, a depthwise
    convolution that changes nothing, and quantizers behind the layer."""

    def __init__(self, source, wrapped):
        self.source, self.wrapped = source, wrapped
        self.nodes, self.inputs, self.outputs, self.initializers = [], [], [], dict(source.initializers)

    def constant(self, name, value):
        self.initializers[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def node(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def grid(self, name):
        """Scale and zero point of the codes `name`."""
        return list(self.source.producers[name].input[1:])

    def read(self, value, array, own, plain):
        """The name under which a layer finds what it reads."""
        self.inputs.append(helper.make_tensor_value_info(own, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape))
        if not self.wrapped or value not in self.source.codes:
            return own
        grid = self.grid(value)
        floats = self.node("DequantizeLinear", [own] + grid, own + "_given")
        codes = self.node("QuantizeLinear", [floats] + grid, own + "_codes")
        if plain or array.ndim != 4:
            return codes
        ones = self.constant(own + "_ones", np.ones((array.shape[1], 1, 1, 1), np.int8))
        scale, zero = self.constant("scale_of_ones", np.float32(1)), self.constant("zero_of_ones", np.int8(0))
        weights = self.node("DequantizeLinear", [ones, scale, zero], own + "_weights")
        values = self.node("DequantizeLinear", [codes] + grid, own + "_values")
        same = self.node("Conv", [values, weights], own + "_same", group=array.shape[1], kernel_shape=[1, 1])
        return self.node("QuantizeLinear", [same] + grid, own + "_image")

    def add(self, index, layer, values):
        prefix = f"l{index}_"
        plain = layer.operator in SUMMING
        made = {name for n in layer.nodes for name in n.output}
        names = {v: self.read(v, values[v], f"{prefix}x{i}", plain) for i, v in enumerate(layer.reads)}
        for node in layer.nodes:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.name = prefix + node.name
            copy.input[:] = [prefix + n if n in made else names.get(n, n) for n in node.input]
            copy.output[:] = [prefix + n if n else n for n in node.output]
            self.nodes.append(copy)
        end = prefix + layer.end
        if self.wrapped and layer.end in self.source.codes:
            grid = self.grid(layer.end)
            end = self.node("DequantizeLinear", [end] + grid, prefix + "value")
            end = self.node("QuantizeLinear", [end] + grid, prefix + "y")
        else:
            end = self.node("Identity", [end], prefix + "y")
        kind = helper.np_dtype_to_tensor_dtype(values[layer.end].dtype)
        self.outputs.append(helper.make_tensor_value_info(end, kind, None))

    def proto(self):
        used = {name for n in self.nodes for name in n.input}
        kept = [i for name, i in self.initializers.items() if name in used]
        graph = helper.make_graph(self.nodes, "layers", self.inputs, self.outputs, kept)
        source = self.source.model
        return helper.make_model(graph, opset_imports=source.opset_import, ir_version=source.ir_version)


# MARK: ONNX Runtime's side


def session(path, level=None, optimized=None):
    import onnxruntime as ort

    so = ort.SessionOptions()
    so.log_severity_level = 4
    so.intra_op_num_threads = 1
    # What it does on ARM, too: otherwise layers of signed codes are computed in float here.
    so.add_session_config_entry("session.qdqisint8allowed", "1")
    if level:
        so.graph_optimization_level = getattr(ort.GraphOptimizationLevel, level)
    if optimized:
        so.optimized_model_filepath = optimized
    return ort.InferenceSession(path, so, providers=["CPUExecutionProvider"])


def outputs(run, feeds):
    return dict(zip([v.name for v in run.get_outputs()], run.run(None, feeds)))


def every_code(source, x, path):
    """What ONNX Runtime computes of samples, as the model is written."""
    tapped = onnx.ModelProto()
    tapped.CopyFrom(source.model)
    known = {v.name for v in tapped.graph.output}
    tapped.graph.output.extend(helper.make_empty_tensor_value_info(n) for n in sorted((source.codes | source.sums) - known))
    onnx.save(tapped, path)
    run = session(path, "ORT_DISABLE_ALL")
    name = run.get_inputs()[0].name
    return {name: x, **outputs(run, {name: x})}


def kernels(path):
    """The operator of ONNX Runtime that computes each output of a model."""
    graph = onnx.load(path).graph
    producers = {name: n for n in graph.node for name in n.output}
    found = {}
    for value in graph.output:
        node = producers.get(value.name)
        while node is not None and node.op_type in LAYOUTS and node.input[0] in producers:
            node = producers[node.input[0]]
        found[value.name] = node.op_type if node is not None else "Identity"
    return found


def record(o):
    """What ONNX Runtime reads and computes in each layer, and by which operators."""
    source = Source(onnx.load(o.models[0]))
    values = every_code(source, samples(o, source.model), o.record + ".tapped.onnx")
    layers = source.layers()
    feeds = {f"l{i}_x{k}": values[v] for i, layer in enumerate(layers) for k, v in enumerate(layer.reads)}
    for name, wrapped in ((".cut.onnx", False), (".ours.onnx", True)):
        cut = Cut(source, wrapped)
        for index, layer in enumerate(layers):
            cut.add(index, layer, values)
        onnx.save(cut.proto(), o.record + name)
    session(o.record + ".cut.onnx", "ORT_ENABLE_EXTENDED", o.record + ".operators.onnx")
    found = outputs(session(o.record + ".cut.onnx", optimized=o.record + ".fused.onnx"), feeds)
    made = kernels(o.record + ".fused.onnx")
    with open(o.record, "wb") as file:
        pickle.dump(dict(
            feeds=feeds, expected=found, names={f"l{i}_y": layer.end for i, layer in enumerate(layers)},
            kinds={n: kind(layer, made[n], found[n]) for n, layer in zip((f"l{i}_y" for i in range(len(layers))), layers)}), file)


def kind(layer, kernel, result):
    """A layer's operator and how ONNX Runtime computes it."""
    is_float = np.issubdtype(result.dtype, np.floating)
    if kernel != "QuantizeLinear" and (kernel.startswith("Q") or "Integer" in kernel):
        return kernel + (", result in float" if is_float else "")
    return f"{layer.operator}, " + ("in float" if is_float or kernel == "QuantizeLinear" else "on codes")


# MARK: Our side


def run_ours(path, feeds, folder, hardware):
    arguments = []
    for name, array in feeds.items():
        file = os.path.join(folder, name + ".npy")
        np.save(file, array)
        arguments += ["--input", f"{name}={file}"]
    if hardware == "no-vnni":
        arguments += ["--hardware", hardware]
    binary = os.environ.get("CALIBRANT", ".build/release/calibrant")
    subprocess.run([binary, "run", path, *arguments, "--arithmetic", "integer", "--output-dir", folder, "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)


class Tally:
    def __init__(self):
        self.layers = self.outputs = self.different = 0
        self.most = 0.0

    def add(self, ours, theirs):
        self.layers += 1
        self.outputs += theirs.size
        if np.issubdtype(theirs.dtype, np.floating):
            difference = np.abs(ours - theirs) / max(float(np.abs(theirs).max()), 1e-30)
        else:
            difference = np.abs(ours.astype(np.int32) - theirs.astype(np.int32))
        count = int((difference > 0).sum())
        self.different += count
        self.most = max(self.most, float(difference.max(initial=0)))
        return count

    @staticmethod
    def allowed(kind, is_float):
        """The largest difference that is no fault: in steps, or beside the largest value where both compute in float."""
        if kind.split(",")[0] in SUMS:
            return 0
        return 1e-3 if is_float else 1


def check(o, path, hardware, folder):
    recorded = os.path.join(folder, "recorded")
    arguments = [path, "--record", recorded, "--count", str(o.count)] + (["--inputs", o.inputs] if o.inputs else [])
    python = os.path.abspath(sys.executable)  # a link of an environment, which its packages depend on
    subprocess.run([*shlex.split(o.onnxruntime), python, os.path.abspath(__file__), *arguments], check=True,
                   stderr=subprocess.DEVNULL if o.onnxruntime else None)
    with open(recorded, "rb") as file:
        r = pickle.load(file)
    run_ours(recorded + (".ours.onnx" if o.form == "file" else ".operators.onnx"), r["feeds"], folder, hardware)
    tallies, lines = collections.defaultdict(Tally), []
    for name, theirs in r["expected"].items():
        is_float = np.issubdtype(theirs.dtype, np.floating)
        kind = r["kinds"][name]
        ours = np.load(os.path.join(folder, name + ".npy"))
        count = tallies[kind, is_float].add(ours, theirs)
        if count:
            lines.append(f"    {kind} {r['names'][name]}: {count} of {theirs.size}")
    print(f"{os.path.basename(path)}: {hardware}, {o.form}")
    wrong = 0
    for (kind, is_float), tally in sorted(tallies.items()):
        wrong += tally.most > tally.allowed(kind, is_float)
        unit = "of the largest" if is_float else "steps"
        print(f"  {kind:40} {tally.layers:4} layers {tally.outputs:10} outputs {tally.different:8} differ "
              f"({tally.different / max(tally.outputs, 1):.4%}), by {tally.most:.3g} {unit} at most", flush=True)
    if o.verbose:
        print("\n".join(lines))
    return wrong


def main():
    o = options()
    if o.record:
        return record(o)
    hardware = o.hardware or ("no-vnni" if o.onnxruntime else own_hardware())
    wrong = 0
    for path in o.models:
        with tempfile.TemporaryDirectory() as folder:
            wrong += check(o, path, hardware, folder)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
