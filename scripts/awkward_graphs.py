#!/usr/bin/env python3
"""Writes small graphs full of what exporters do (shapes computed from shapes, dynamic batches, branches, masks) with the
outputs that ONNX Runtime computes, in ONNX's test layout: one folder a graph, one data set a batch size.

    pip install onnx onnxruntime numpy
    scripts/python scripts/awkward_graphs.py Tests/EngineTests/Graphs
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper, parser

HEAD = '<ir_version: {ir}, opset_import: ["" : {opset}]>\n'

# name: (opset, text of the graph, batches). Weights come as {name}; see `weights`.
GRAPHS = {
    "flatten_by_shape": (17, """
      g (float[N, 3, 4, 4] x) => (float[N, M] y) {
        shape = Shape(x)
        zero = Constant<value_int = 0>()
        n = Gather<axis = 0>(shape, zero)
        axes = Constant<value_ints = [0]>()
        n1 = Unsqueeze(n, axes)
        rest = Constant<value_ints = [-1]>()
        target = Concat<axis = 0>(n1, rest)
        y = Reshape(x, target)
      }"""),
    "upsample_by_shape": (13, """
      g (float[N, 2, 5, 3] x) => (float[N, 2, H, W] y) {
        shape = Shape(x)
        starts = Constant<value_ints = [2]>()
        ends = Constant<value_ints = [4]>()
        axis = Constant<value_ints = [0]>()
        hw = Slice(shape, starts, ends, axis)
        f = Cast<to = 1>(hw)
        factor = Constant<value_float = 1.6>()
        scaled = Mul(f, factor)
        floor = Floor(scaled)
        size = Cast<to = 7>(floor)
        ends0 = Constant<value_ints = [2]>()
        starts0 = Constant<value_ints = [0]>()
        nc = Slice(shape, starts0, ends0, axis)
        sizes = Concat<axis = 0>(nc, size)
        y = Resize<mode = "linear", coordinate_transformation_mode = "pytorch_half_pixel">(x, , , sizes)
      }"""),
    "channel_shuffle": (11, """
      g (float[N, 6, 4, 4] x) => (float[N, 6, 4, 4] y) {
        split = Constant<value = int64[5] {0, 2, 3, 4, 4}>()
        groups = Reshape(x, split)
        turned = Transpose<perm = [0, 2, 1, 3, 4]>(groups)
        whole = Constant<value = int64[4] {0, 6, 4, 4}>()
        y = Reshape(turned, whole)
      }"""),
    "layer_norm_composed": (13, """
      g (float[N, 5, 8] x) => (float[N, 5, 8] y) {
        mean = ReduceMean<axes = [-1]>(x)
        d = Sub(x, mean)
        two = Constant<value_float = 2.0>()
        sq = Pow(d, two)
        var = ReduceMean<axes = [-1]>(sq)
        eps = Constant<value_float = 0.00001>()
        shifted = Add(var, eps)
        std = Sqrt(shifted)
        y = Div(d, std)
      }"""),
    "attention_composed": (14, """
      g (float[N, 5, 8] x) => (float[N, 5, 8] y) <{w8x24}> {
        qkv = MatMul(x, w8x24)
        s = Constant<value = int64[5] {0, 5, 3, 2, 4}>()
        heads = Reshape(qkv, s)
        t = Transpose<perm = [2, 0, 3, 1, 4]>(heads)
        i0 = Constant<value_int = 0>()
        i1 = Constant<value_int = 1>()
        i2 = Constant<value_int = 2>()
        q = Gather<axis = 0>(t, i0)
        k = Gather<axis = 0>(t, i1)
        v = Gather<axis = 0>(t, i2)
        kt = Transpose<perm = [0, 1, 3, 2]>(k)
        scores = MatMul(q, kt)
        half = Constant<value_float = 0.5>()
        scaled = Mul(scores, half)
        p = Softmax<axis = -1>(scaled)
        o = MatMul(p, v)
        ot = Transpose<perm = [0, 2, 1, 3]>(o)
        back = Constant<value = int64[3] {0, 5, 8}>()
        y = Reshape(ot, back)
      }"""),
    "causal_mask": (16, """
      g (float[N, T, T] x) => (float[N, T, T] y) {
        shape = Shape(x)
        one = Constant<value_ints = [1]>()
        two = Constant<value_ints = [2]>()
        axis = Constant<value_ints = [0]>()
        t = Slice(shape, one, two, axis)
        tt = Concat<axis = 0>(t, t)
        ones = ConstantOfShape<value = float[1] {1.0}>(tt)
        mask = Trilu<upper = 0>(ones)
        b = Cast<to = 9>(mask)
        low = Constant<value_float = -10000.0>()
        hidden = Where(b, x, low)
        y = Softmax<axis = -1>(hidden)
      }"""),
    "positions_by_range": (13, """
      g (float[N, T, T] x) => (float[N, T, T] y) {
        shape = Shape(x)
        i = Constant<value_int = 1>()
        t = Gather<axis = 0>(shape, i)
        zero = Constant<value_int = 0>()
        one = Constant<value_int = 1>()
        r = Range(zero, t, one)
        f = Cast<to = 1>(r)
        s = Sin(f)
        y = Add(x, s)
      }"""),
    "branch_on_shape": (13, """
      g (float[N, 2, 6, 6] x) => (float[N, 2, K, L] y) {
        shape = Shape(x)
        i = Constant<value_int = 0>()
        n = Gather<axis = 0>(shape, i)
        one = Constant<value_int = 1>()
        many = Greater(n, one)
        y = If<then_branch = a () => (float[N, 2, A, B] ya) {
            ya = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(x)
          }, else_branch = b () => (float[N, 2, C, D] yb) {
            yb = AveragePool<kernel_shape = [3, 3], strides = [3, 3]>(x)
          }>(many)
      }"""),
    "branch_on_data": (13, """
      g (float[N, 4] x) => (float[N, 4] y) {
        total = ReduceSum<keepdims = 0>(x)
        zero = Constant<value_float = 0.0>()
        positive = Greater(total, zero)
        y = If<then_branch = a () => (float[N, 4] ya) {
            ya = Exp(x)
          }, else_branch = b () => (float[N, 4] yb) {
            t = Neg(x)
            yb = Add(t, total)
          }>(positive)
      }"""),
    "nonzero_and_gather": (13, """
      g (float[N, 4] x) => (float[K] y) {
        zero = Constant<value_float = 0.0>()
        positive = Greater(x, zero)
        places = NonZero(positive)
        rows = Transpose(places)
        y = GatherND(x, rows)
      }"""),
    "top_k_and_gather": (13, """
      g (float[N, 9] x) => (float[N, 3] values, float[N, 3] again) {
        k = Constant<value_ints = [3]>()
        values, places = TopK<axis = -1>(x, k)
        again = GatherElements<axis = 1>(x, places)
      }"""),
    "scatter_into_zeros": (16, """
      g (float[N, 3] x) => (float[N, 6] y) {
        shape = Shape(x)
        two = Constant<value = int64[2] {1, 2}>()
        larger = Mul(shape, two)
        zeros = ConstantOfShape<value = float[1] {0.0}>(larger)
        row = Constant<value = int64[1, 3] {4, 0, 2}>()
        places = Expand(row, shape)
        y = ScatterElements<axis = 1>(zeros, places, x)
      }"""),
    "backward_slices": (13, """
      g (float[N, 7, 5] x) => (float[N, 3, 2] y) {
        starts = Constant<value_ints = [-1, 4]>()
        ends = Constant<value_ints = [-8, -9223372036854775808]>()
        axes = Constant<value_ints = [1, -1]>()
        steps = Constant<value_ints = [-3, -3]>()
        y = Slice(x, starts, ends, axes, steps)
      }"""),
    "uneven_split": (18, """
      g (float[N, 7] x) => (float[N, 3] a, float[N, 3] b, float[N, 1] c) {
        a, b, c = Split<axis = 1, num_outputs = 3>(x)
      }"""),
    "group_norm_composed": (13, """
      g (float[N, 4, 3, 3] x) => (float[N, 4, 3, 3] y) <{ones2}, {zeros2}, {w4}> {
        s = Constant<value = int64[3] {0, 2, -1}>()
        groups = Reshape(x, s)
        normal = InstanceNormalization(groups, ones2, zeros2)
        shape = Shape(x)
        whole = Reshape(normal, shape)
        axes = Constant<value_ints = [1, 2]>()
        scale = Unsqueeze(w4, axes)
        y = Mul(whole, scale)
      }"""),
    "transposed_convolution": (13, """
      g (float[N, 3, 5, 4] x) => (float[N, 4, H, W] y) <{w3x2x3x3}, {w4}> {
        t = ConvTranspose<strides = [2, 2], pads = [1, 1, 1, 1], output_padding = [1, 0], dilations = [1, 2]>(x, w3x2x3x3)
        u = Concat<axis = 1>(t, t)
        axes = Constant<value_ints = [1, 2]>()
        b = Unsqueeze(w4, axes)
        y = Add(u, b)
      }"""),
    "volume": (13, """
      g (float[N, 3, 4, 5, 6] x) => (float[N, 2, D, H, W] y) <{w2x3x3x3x3}> {
        c = Conv<pads = [1, 1, 1, 1, 1, 1], strides = [1, 2, 1]>(x, w2x3x3x3x3)
        r = Relu(c)
        y = MaxPool<kernel_shape = [2, 2, 2], ceil_mode = 1, strides = [2, 2, 2]>(r)
      }"""),
    "einsum_heads": (13, """
      g (float[N, 2, 5, 4] x) => (float[N, 2, 5, 5] y, float[N] z) {
        y = Einsum<equation = "bhid,bhjd->bhij">(x, x)
        z = Einsum<equation = "bhid->b">(x)
      }"""),
    "half_precision": (13, """
      g (float16[N, 4] x) => (float[N, 2] y) <{h4x2}> {
        p = MatMul(x, h4x2)
        f = Cast<to = 1>(p)
        y = Softmax<axis = 1>(f)
      }"""),
    "hard_swish_composed": (11, """
      g (float[N, 6] x) => (float[N, 6] y) {
        three = Constant<value = float {3.0}>()
        six = Constant<value = float {6.0}>()
        zero = Constant<value = float {0.0}>()
        a = Add(x, three)
        b = Clip(a, zero, six)
        c = Mul(x, b)
        y = Div(c, six)
      }"""),
    "pads_by_arithmetic": (13, """
      g (float[N, 2, 5, 5] x) => (float[N, 2, H, W] y) {
        begin = Constant<value_ints = [0, 0, 1, 2]>()
        end = Constant<value_ints = [0, 0, 2, 1]>()
        pads = Concat<axis = 0>(begin, end)
        p = Pad<mode = "reflect">(x, pads)
        y = AveragePool<kernel_shape = [3, 3], ceil_mode = 1, strides = [2, 2], count_include_pad = 1>(p)
      }"""),
    "integer_operators": (13, """
      g (float[N, 3, 6, 6] x) => (float[N, 4, 4, 4] y) <{q4x3x3x3}> {
        c, scale, zero = DynamicQuantizeLinear(x)
        wzero = Constant<value = int8 {0}>()
        sums = ConvInteger(c, q4x3x3x3, zero, wzero)
        f = Cast<to = 1>(sums)
        y = Mul(f, scale)
      }"""),
    "shared_input_names": (13, """
      g (float[N, 4] x, float[N, 4] x2) => (float[N, 4] y, float[N, 4] x_again, float z) {
        y = Add(x, x2)
        x_again = Identity(x)
        z = ReduceMax<keepdims = 0>(y)
      }"""),
}


def weights(name):
    """w4, h4x2: floats of that shape, h in half precision, q as int8; ones2 and zeros2 as they say."""
    if name.startswith(("ones", "zeros")):
        count = int(name.lstrip("oneszr"))
        return np.full(count, name.startswith("ones"), np.float32)
    shape = [int(size) for size in name[1:].split("x")]
    random = np.random.default_rng(len(name))
    if name[0] == "q":
        return random.integers(-127, 127, shape, dtype=np.int8)
    return random.standard_normal(shape).astype(np.float16 if name[0] == "h" else np.float32)


def build(name, opset, text):
    names = []
    while "{w" in text or "{h" in text or "{q" in text or "{ones" in text or "{zeros" in text:
        start = min(i for i in (text.find("{" + kind) for kind in ("w", "h", "q", "ones", "zeros")) if i >= 0)
        end = text.index("}", start)
        names.append(text[start + 1:end])
        text = text[:start] + text[end + 1:]
    text = text.replace("<, , >", "").replace("<, >", "").replace("<>", "")
    ir = 7 if opset < 15 else 8
    model = parser.parse_model(HEAD.format(ir=ir, opset=opset) + text)
    model.graph.name = name
    model.graph.initializer.extend(numpy_helper.from_array(weights(n), n) for n in names)
    return model


def sizes(value, batch):
    known = {"N": batch, "T": 4}
    return [d.dim_value or known[d.dim_param] for d in value.type.tensor_type.shape.dim]


def write_set(folder, model, batch):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(batch)
    feeds = {}
    for index, value in enumerate(model.graph.input):
        dtype = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        array = random.standard_normal(sizes(value, batch)).astype(dtype)
        feeds[value.name] = array
        (folder / f"input_{index}.pb").write_bytes(
            numpy_helper.from_array(array, value.name).SerializeToString())
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for index, (value, array) in enumerate(zip(model.graph.output, session.run(None, feeds))):
        (folder / f"output_{index}.pb").write_bytes(
            numpy_helper.from_array(np.asarray(array), value.name).SerializeToString())


def main(target):
    for name, (opset, text) in GRAPHS.items():
        model = build(name, opset, text)
        folder = pathlib.Path(target) / name
        for index, batch in enumerate((1, 3)):
            write_set(folder / f"test_data_set_{index}", model, batch)
        (folder / "model.onnx").write_bytes(model.SerializeToString())
    print(len(GRAPHS), "graphs")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
