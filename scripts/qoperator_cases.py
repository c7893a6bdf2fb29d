#!/usr/bin/env python3
"""Writes cases of ONNX Runtime's operators on codes (QOperator format) with the outputs that it computes, in the layout that
`calibrant check` reads.

    pip install onnx onnxruntime numpy
    scripts/python scripts/qoperator_cases.py FOLDER [COUNT]    COUNT cases of each operator, by default 3

    scripts/python scripts/qoperator_cases.py Tests/EngineTests/QOperator
    scripts/python scripts/qoperator_cases.py /tmp/cases 200 && calibrant check /tmp/cases

Half the scales are quotients of small numbers, so that many results lie half-way between two codes.
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

random = np.random.default_rng(13)


def scale():
    if random.random() < 0.5:
        return np.float32(random.integers(1, 40)) / np.float32(random.integers(1, 40) * 2)
    return np.float32(np.exp(random.uniform(-6, 0)))


class Case:
    """A node whose scales and zero points are constants and whose codes are inputs, of one type of codes."""

    def __init__(self, type):
        self.type, self.range = type, np.iinfo(type)
        self.names, self.constants, self.inputs = [], {}, {}

    def codes(self, *shape):
        values = random.integers(self.range.min, self.range.max + 1, shape).astype(self.type)
        return self.add(self.inputs, values)

    def constant(self, value):
        return self.add(self.constants, np.asarray(value))

    def omitted(self):
        self.names.append("")

    def add(self, place, value):
        self.names.append(f"v{len(self.names)}")
        place[self.names[-1]] = value
        return value

    def coding(self, scale_=None, zero=None):
        self.constant(scale() if scale_ is None else scale_)
        self.constant(self.type(random.integers(self.range.min, self.range.max + 1) if zero is None else zero))

    def model(self, name, attributes, output):
        infos = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
                 for n, v in self.inputs.items()]
        node = helper.make_node(name, self.names, ["y"], domain="com.microsoft", **attributes)
        graph = helper.make_graph([node], name, infos, [helper.make_tensor_value_info("y", output, None)],
                                  [numpy_helper.from_array(v, n) for n, v in self.constants.items()])
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def arithmetic(case):
    shapes = [((2, 3, 5, 7), (2, 3, 5, 7)), ((2, 3, 5, 7), (3, 1, 1)), ((1, 7), (4, 5, 7)), ((1,), (40,)), ((40,), ())]
    for shape in shapes[random.integers(len(shapes))]:
        case.codes(*shape)
        case.coding()
    case.coding()
    return {}


def function(case):
    case.codes(3, 100)
    case.coding()
    case.coding(*([np.float32(1 / 256), case.range.min] if random.random() < 0.3 else []))
    return {}


def leaky(case):
    return function(case) | {"alpha": float(random.uniform(0, 0.5))}


def concat(case):
    case.coding()
    for channels in random.integers(1, 5, random.integers(2, 4)):
        case.codes(2, channels, 3, 4)
        case.coding()
    return {"axis": int(random.choice([1, -3]))}


def global_pool(case):
    case.codes(2, 5, random.integers(1, 9), random.integers(1, 9))
    case.coding()
    case.coding()
    return {"channels_last": 0}


def pool(case):
    kernel = random.integers(1, 4, 2)
    case.codes(1, 3, 7, 6)
    case.coding()
    case.coding()
    pads = [int(random.integers(0, k)) for k in [*kernel, *kernel]]
    return {"kernel_shape": kernel.tolist(), "strides": random.integers(1, 3, 2).tolist(), "pads": pads,
            "count_include_pad": int(random.integers(2)), "channels_last": 0}


def softmax(case):
    opset = int(random.choice([11, 13]))
    case.codes(2, random.integers(2, 50), random.integers(2, 5))
    case.coding(np.float32(random.uniform(0.001, 0.5)))
    case.coding(*([np.float32(1 / 256), case.range.min] if random.random() < 0.5 else []))
    return {"opset": opset, "axis": int(random.choice([-1, 1]))}


def gemm(case):
    m, k, n = random.integers(1, 6), random.integers(1, 40), random.integers(1, 9)
    transposes = random.integers(0, 2, 2)
    case.codes(*((k, m) if transposes[0] else (m, k)))
    case.coding()
    weights = np.int8 if random.random() < 0.5 else case.type
    low, high = np.iinfo(weights).min // 2, np.iinfo(weights).max // 2
    case.constant(random.integers(low, high, (n, k) if transposes[1] else (k, n)).astype(weights))
    count = n if random.random() < 0.5 else None
    case.constant(np.array([scale() for _ in range(n)], np.float32) if count else scale())
    case.constant(random.integers(low, high, count).astype(weights) if count else weights(random.integers(low, high)))
    bias = random.integers(3)
    if bias == 0:
        case.omitted()
    else:
        case.constant(random.integers(-3000, 3000, n if bias == 1 else (m, 1)).astype(np.int32))
    if random.random() < 0.8:
        case.coding(np.float32(random.uniform(0.5, 200)))
    return {"alpha": float(random.choice([1, 0.75])), "transA": int(transposes[0]), "transB": int(transposes[1])}


OPERATORS = {
    "QLinearAdd": arithmetic, "QLinearMul": arithmetic, "QLinearSigmoid": function, "QLinearLeakyRelu": leaky,
    "QLinearConcat": concat, "QLinearGlobalAveragePool": global_pool, "QLinearAveragePool": pool,
    "QLinearSoftmax": softmax, "QGemm": gemm,
}


def write(folder, name, make, index):
    type = [np.uint8, np.int8][index % 2]
    case = Case(type)
    attributes = make(case)
    has_codes = name != "QGemm" or len(case.names) > 7
    output = helper.np_dtype_to_tensor_dtype(np.dtype(type if has_codes else np.float32))
    model = case.model(name, attributes, output)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    result = session.run(None, case.inputs)[0]
    values = folder / "test_data_set_0"
    values.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for position, (label, value) in enumerate(case.inputs.items()):
        (values / f"input_{position}.pb").write_bytes(numpy_helper.from_array(value, label).SerializeToString())
    (values / "output_0.pb").write_bytes(numpy_helper.from_array(result, "y").SerializeToString())


def main(target, count):
    for name, make in OPERATORS.items():
        for index in range(count):
            write(pathlib.Path(target) / f"{name}_{index}", name, make, index)
    print(len(OPERATORS) * count, "cases")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 3)
