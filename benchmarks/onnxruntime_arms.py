#!/usr/bin/env python3
"""What ONNX Runtime's static quantizer makes of a detector or a text network, for `calibrant compare --also NAME=FILE`.

    scripts/python benchmarks/onnxruntime_arms.py MODEL --images PHOTOS -o FOLDER [--limit 100] [preprocessing]

Writes ort-all.onnx (every operator that it quantizes) and ort-conv.onnx (Conv, Gemm and MatMul only): Q/DQ, min-max, int8
weights per channel, uint8 activations; prints the `--also` options. `task_models.py` says what the preprocessing is.
Needs: pip install onnxruntime onnx numpy pillow sympy
"""
import argparse
import os
import tempfile

from task_models import Preprocessing, paths, session

ARMS = {"ort-all": None, "ort-conv": ["Conv", "Gemm", "MatMul"]}


def quantize(model, target, operators, inputs):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    name = session(model).get_inputs()[0].name

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rows = iter(inputs)

        def get_next(self):
            row = next(self.rows, None)
            return None if row is None else {name: row}

    quantize_static(
        model, target, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, op_types_to_quantize=operators,
        weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8)


def prepare(model, target):
    """As ONNX Runtime's guide says; scales per channel need opset 13."""
    import onnx
    from onnx import version_converter
    from onnxruntime.quantization.shape_inference import quant_pre_process

    source = onnx.load(model)
    if next(o.version for o in source.opset_import if o.domain in ("", "ai.onnx")) < 13:
        model = target + ".opset13"
        onnx.save(version_converter.convert_version(source, 13), model)
    quant_pre_process(model, target, skip_symbolic_shape=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--images", required=True, help="folder to calibrate on")
    parser.add_argument("-o", "--out", required=True)
    parser.add_argument("--limit", type=int, default=100)
    Preprocessing.arguments(parser)
    o = parser.parse_args()
    os.makedirs(o.out, exist_ok=True)
    preprocessing = Preprocessing(o)
    inputs = [preprocessing.load(path)[0] for path in paths(o.images)[: o.limit]]
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        prepare(o.model, prepared)
        for name, operators in ARMS.items():
            target = os.path.join(o.out, f"{name}.onnx")
            quantize(prepared, target, operators, inputs)
            print(f"--also {name}={target}", flush=True)


if __name__ == "__main__":
    main()
