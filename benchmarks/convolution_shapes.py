#!/usr/bin/env python3
"""Writes the convolutions of ONNX models as CSV, one file per model: Shapes/<model>.csv.

    scripts/python benchmarks/convolution_shapes.py MODEL.onnx ...

Needs: pip install onnx. One row per distinct shape, `count` says how many layers have it.
"""
import collections
import os
import sys

import onnx

COLUMNS = "count,channels,height,width,filters,kernel_height,kernel_width,stride,padding,groups"


def sizes(value):
    return [d.dim_value for d in value.type.tensor_type.shape.dim]


def shapes(path):
    graph = onnx.shape_inference.infer_shapes(onnx.load(path)).graph
    values = {v.name: sizes(v) for v in [*graph.value_info, *graph.input]}
    weights = {w.name: list(w.dims) for w in graph.initializer}
    counts = collections.Counter()
    for node in graph.node:
        if node.op_type == "Conv":
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            _, channels, height, width = values[node.input[0]]
            filters, _, *kernel = weights[node.input[1]]
            stride = attributes.get("strides", [1])[0]
            padding = attributes.get("pads", [0])[0]
            counts[(channels, height, width, filters, *kernel, stride, padding, attributes.get("group", 1))] += 1
    return counts


for path in sys.argv[1:]:
    name = os.path.basename(path).removesuffix(".onnx") + ".csv"
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "Shapes", name), "w") as file:
        print(COLUMNS, file=file)
        for shape, count in shapes(path).items():
            print(count, *shape, sep=",", file=file)
