#!/usr/bin/env python3
"""Writes ONNX's conformance cases for single operators, as the `onnx` package defines them.

    pip install onnx numpy
    scripts/onnx_cases.py FOLDER           every case
    scripts/onnx_cases.py FOLDER NAME...   the named ones

Each case becomes FOLDER/<name>/model.onnx with test_data_set_0/{input,output}_<i>.pb; values that are no tensors
are left out. The committed selection is remade by naming its own folders:

    scripts/onnx_cases.py Tests/EngineTests/Conformance $(ls Tests/EngineTests/Conformance)

All cases are run against the engine by

    CALIBRANT_ONNX_CASES=FOLDER swift test --filter Conformance
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases


def write_values(folder, kind, values, infos):
    for index, (value, info) in enumerate(zip(values, infos)):
        if not info.type.HasField("tensor_type"):
            continue
        if not isinstance(value, onnx.TensorProto):
            value = numpy_helper.from_array(np.asarray(value), info.name)
        value.name = info.name
        (folder / f"{kind}_{index}.pb").write_bytes(value.SerializeToString())


def write(case, folder):
    inputs, outputs = case.data_sets[0]
    values = folder / "test_data_set_0"
    values.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    write_values(values, "input", inputs, case.model.graph.input)
    write_values(values, "output", outputs, case.model.graph.output)


def main(folder, *names):
    cases = {c.name: c for c in collect_testcases(None) if c.model is not None and c.data_sets}
    for name in names or cases:
        write(cases[name], pathlib.Path(folder) / name)
    print(len(names or cases), "cases")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
