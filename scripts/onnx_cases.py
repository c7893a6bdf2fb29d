#!/usr/bin/env python3
"""Writes ONNX's conformance cases, as the `onnx` package defines them, in the layout that `calibrant check` reads.

    pip install onnx numpy
    scripts/python scripts/onnx_cases.py FOLDER            every case for a single operator, and its function's body
    scripts/python scripts/onnx_cases.py FOLDER NAME...    the named ones
    scripts/python scripts/onnx_cases.py FOLDER --models   the package's whole models: light, pytorch-converted, pytorch-operator, simple

Each case becomes FOLDER/<name>/model.onnx with test_data_set_0/{input,output}_<i>.pb; values that are no tensors
are left out. The committed selection is remade by naming its own folders:

    scripts/python scripts/onnx_cases.py Tests/EngineTests/Conformance $(ls Tests/EngineTests/Conformance)

All cases are run, and none that once passed is lost, by

    calibrant check FOLDER --must-pass Tests/EngineTests/conformance.txt
"""
import pathlib
import shutil
import sys

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

DATA = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"


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


def write_light(file, folder):
    """Weights are constants; the input is 0, 1/n, 2/n ... and the package holds the output."""
    values = folder / "test_data_set_0"
    values.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, folder / "model.onnx")
    graph = onnx.load(file).graph
    initializers = {value.name for value in graph.initializer}
    inputs = [value for value in graph.input if value.name not in initializers]
    for index, value in enumerate(inputs):
        shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        count = int(np.prod(shape))
        array = (np.arange(count).reshape(shape) / count).astype(np.float32)
        (values / f"input_{index}.pb").write_bytes(
            numpy_helper.from_array(array, value.name).SerializeToString())
    shutil.copy(file.with_name(f"{file.stem}_output_0.pb"), values / "output_0.pb")


def write_models(folder):
    for kind in ("pytorch-converted", "pytorch-operator", "simple"):
        shutil.copytree(DATA / kind, folder / kind, dirs_exist_ok=True)
    for file in sorted((DATA / "light").glob("*.onnx")):
        write_light(file, folder / "light" / file.stem)


def main(folder, *names):
    folder = pathlib.Path(folder)
    if names == ("--models",):
        return write_models(folder)
    cases = {c.name: c for c in collect_testcases(None) if c.model is not None and c.data_sets}
    for name in names or cases:
        write(cases[name], folder / name)
    print(len(names or cases), "cases")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
