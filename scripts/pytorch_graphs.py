#!/usr/bin/env python3
"""Exports small PyTorch modules that use the awkward corners of the format, by both of PyTorch's exporters, and writes
them with the outputs that PyTorch computes in ONNX's test layout: one folder a module and exporter, one data set a
batch size. Batches are dynamic.

    pip install torch onnx onnxscript numpy
    scripts/python scripts/pytorch_graphs.py Tests/EngineTests/Graphs/PyTorch
"""
import contextlib
import io
import logging
import math
import pathlib
import shutil
import sys
import warnings

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import nn

OPSETS = {"torchscript": 17, "dynamo": 18}

torch.manual_seed(1)  # the weights of the layers below


class Call(nn.Module):
    """A module of one function, and of the layers that it calls."""

    def __init__(self, function, **layers):
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *inputs):
        return self.function(self, *inputs)


def floats(*shape):
    return lambda batch: torch.randn(batch, *shape)


def attention(m, x):
    heads = m.qkv(x).unflatten(-1, (3, 2, 4)).permute(2, 0, 3, 1, 4)
    mixed = F.scaled_dot_product_attention(*heads.unbind(0))
    return m.out(mixed.transpose(1, 2).flatten(2))


def masked_attention(m, x):
    scores = x @ x.transpose(-1, -2) / math.sqrt(x.shape[-1])
    future = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
    return scores.masked_fill(future, float("-inf")).softmax(-1) @ x


def windows(m, x):
    """Swin's: shift, cut into 2 × 2 windows, and put together again."""
    n, c, h, w = x.shape
    x = torch.roll(x, (-1, -1), (2, 3))
    cut = x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 2, 4, 3, 5, 1).reshape(-1, 4, c)
    cut = cut.softmax(1) * cut
    back = cut.reshape(n, h // 2, w // 2, 2, 2, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, h, w)
    return torch.roll(back, (1, 1), (2, 3))


def anchors(m, x):
    """A detector's head: a grid made by arange and meshgrid, boxes decoded in place."""
    y, x_ = torch.meshgrid(torch.arange(3.0), torch.arange(4.0), indexing="ij")
    grid = torch.stack((x_, y), -1).reshape(1, 12, 2)
    p = m.head(x).flatten(2).transpose(1, 2)
    boxes = p.clone()
    boxes[..., :2] = p[..., :2].sigmoid() * 2 - 0.5 + grid
    boxes[..., 2:] = p[..., 2:].exp().clamp(max=4.0)
    return boxes


def top_rows(m, x):
    scores, order = x.mean(-1).topk(3, dim=1)
    return torch.gather(x, 1, order.unsqueeze(-1).expand(-1, -1, x.shape[-1])), scores, order


def warp(m, x):
    turn = torch.tensor([[0.8, -0.3, 0.1], [0.2, 0.9, -0.2]]).expand(x.shape[0], 2, 3)
    return F.grid_sample(x, F.affine_grid(turn, [x.shape[0], 2, 5, 6], align_corners=False),
                         mode="bilinear", padding_mode="zeros", align_corners=False)


def resize(**options):
    return Call(lambda m, x: F.interpolate(x, **options))


# name: (module, what makes its inputs of a batch size)
MODULES = {
    "grid_sample_reflection": (
        Call(lambda m, x, g: F.grid_sample(x, g.tanh() * 1.3, padding_mode="reflection", align_corners=True)),
        [floats(2, 4, 5), floats(3, 3, 2)]),
    "grid_sample_border_nearest": (
        Call(lambda m, x, g: F.grid_sample(x, g, mode="nearest", padding_mode="border", align_corners=False)),
        [floats(2, 4, 5), floats(3, 3, 2)]),
    "grid_sample_bicubic": (
        Call(lambda m, x, g: F.grid_sample(x, g, mode="bicubic", align_corners=False)),
        [floats(2, 6, 5), floats(3, 3, 2)]),
    "affine_warp": (Call(warp), [floats(2, 5, 6)]),
    "interpolate_nearest": (resize(scale_factor=2, mode="nearest"), [floats(2, 3, 5)]),
    "interpolate_bilinear": (resize(size=(7, 4), mode="bilinear", align_corners=False), [floats(2, 3, 5)]),
    "interpolate_corners": (resize(size=(7, 9), mode="bilinear", align_corners=True), [floats(2, 3, 5)]),
    "interpolate_bicubic": (resize(scale_factor=1.7, mode="bicubic", align_corners=False), [floats(2, 6, 5)]),
    "interpolate_antialias": (
        resize(size=(3, 4), mode="bilinear", align_corners=False, antialias=True), [floats(2, 9, 11)]),
    "interpolate_like": (
        Call(lambda m, x, y: y + F.interpolate(x, size=y.shape[2:], mode="bilinear", align_corners=False)),
        [floats(2, 3, 3), floats(2, 5, 6)]),
    "adaptive_average": (Call(lambda m, x: F.adaptive_avg_pool2d(x, (3, 2))), [floats(2, 6, 8)]),
    "adaptive_max": (Call(lambda m, x: F.adaptive_max_pool2d(x, (2, 2))), [floats(2, 6, 8)]),
    "pools_ceil": (
        Call(lambda m, x: (F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
                           F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False))),
        [floats(2, 6, 7)]),
    "max_pool_indices": (
        Call(lambda m, x: F.max_pool2d(x, (2, 3), stride=(2, 1), dilation=(1, 2), return_indices=True)),
        [floats(2, 6, 7)]),
    "einsum": (
        Call(lambda m, x, y: torch.einsum("bihd,bjhd->bhij", x, y).sum(1) + torch.einsum("bihd,bihd->bi", x, x)[:, :, None]),
        [floats(3, 2, 4), floats(5, 2, 4)]),
    "scaled_dot_product_attention": (
        Call(attention, qkv=nn.Linear(8, 24), out=nn.Linear(8, 8)), [floats(5, 8)]),
    "multihead_attention": (
        Call(lambda m, x: m.attention(x, x, x, need_weights=False)[0],
             attention=nn.MultiheadAttention(8, 2, batch_first=True)), [floats(5, 8)]),
    "encoder_layer": (
        nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True, norm_first=True), [floats(5, 8)]),
    "causal_mask": (Call(masked_attention), [floats(5, 4)]),
    "group_norm": (nn.Sequential(nn.GroupNorm(2, 4), nn.SiLU(), nn.InstanceNorm2d(4)), [floats(4, 3, 5)]),
    "layer_norms": (
        Call(lambda m, x: m.last(F.layer_norm(x, (3, 5)).transpose(1, 3)), last=nn.LayerNorm(4)),
        [floats(4, 3, 5)]),
    "pixel_shuffle": (
        Call(lambda m, x: F.pixel_unshuffle(F.pad(F.pixel_shuffle(x, 2), (1, 1, 0, 2), mode="reflect"), 2)),
        [floats(8, 3, 3)]),
    "pads": (
        Call(lambda m, x: F.pad(F.pad(x, (1, 2, 0, 1), mode="replicate"), (-1, 1, 2, -2), value=0.5)),
        [floats(2, 4, 5)]),
    "circular_pad": (nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), [floats(2, 4, 5)]),
    "transposed_convolutions": (
        nn.Sequential(nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1, groups=1),
                      nn.BatchNorm2d(4), nn.Hardswish(),
                      nn.ConvTranspose2d(4, 2, (2, 3), stride=(1, 2), dilation=(2, 1), groups=2)),
        [floats(3, 3, 4)]),
    "convolution_1d": (
        nn.Sequential(nn.Conv1d(3, 4, 5, stride=2, padding=2, dilation=2), nn.PReLU(4), nn.AvgPool1d(2)),
        [floats(3, 17)]),
    "convolution_3d": (
        nn.Sequential(nn.Conv3d(2, 4, (1, 3, 3), padding=(0, 1, 1), groups=2), nn.ReLU6(), nn.MaxPool3d(2)),
        [floats(2, 4, 4, 5)]),
    "same_convolution": (
        Call(lambda m, x: F.glu(m.conv(x), 1), conv=nn.Conv2d(3, 4, (4, 3), padding="same", dilation=(1, 2))),
        [floats(3, 5, 6)]),
    "weight_norm": (
        nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3)), nn.Softplus(), nn.Flatten(),
                      nn.LazyLinear(5)), [floats(3, 5, 5)]),
    "masked_fill": (
        Call(lambda m, x: x.masked_fill((x > 0.5) | (x < -1), 0.25).cumsum(1).where(x != 0, -x)), [floats(3, 5)]),
    "index_operations": (
        Call(lambda m, x: torch.cat((x[:, [2, 0, 2]], x[:, 1::2].flip(1), x.index_select(1, torch.tensor([3]))), 1)),
        [floats(4, 3)]),
    "negative_slices": (Call(lambda m, x: x[..., -3:-1] - x[:, -1:, 1:3] + x[:, 0, None, 2:4]), [floats(3, 5)]),
    "assign_slices": (Call(lambda m, x: torch.slice_scatter(x, x[:, :2] * 2, 1, 1, 3)), [floats(4, 3)]),
    "scatter_add": (
        Call(lambda m, x: torch.zeros_like(x).scatter_add(
            1, torch.tensor([[0, 2, 2, 1]]).expand(x.shape[0], 4), x)), [floats(4)]),
    "top_rows": (Call(top_rows), [floats(6, 3)]),
    "argmax_one_hot": (Call(lambda m, x: (F.one_hot(x.argmax(1), 5) * 2.0, x.argmin(1, keepdim=True))), [floats(5)]),
    "sort_descending": (Call(lambda m, x: torch.sort(x, dim=1, descending=True)), [floats(7)]),
    "unfold": (Call(lambda m, x: F.unfold(x, (2, 3), padding=(1, 0), stride=(1, 2))), [floats(2, 4, 5)]),
    "fold": (Call(lambda m, x: F.fold(x, (4, 5), (2, 2), stride=(2, 1))), [floats(8, 8)]),
    "sliding_windows": (Call(lambda m, x: x.unfold(1, 4, 3).mean(-1)), [floats(10, 3)]),
    "shifted_windows": (Call(windows), [floats(3, 4, 6)]),
    "anchors": (Call(anchors, head=nn.Conv2d(3, 4, 1)), [floats(3, 3, 4)]),
    "statistics": (
        Call(lambda m, x: torch.cat((x.var(1), x.std((1, 2), keepdim=True)[:, 0], x.norm(dim=1), x.amax(1),
                                     x.logsumexp(1), x.prod(1)), 1)), [floats(4, 3)]),
    "normalize": (Call(lambda m, x: F.cosine_similarity(F.normalize(x, dim=1), x.roll(1, 2), dim=1)), [floats(4, 3)]),
    "activations": (
        Call(lambda m, x: F.gelu(x, approximate="tanh") + F.mish(x) + F.elu(x, 0.7) + F.selu(x) + F.softsign(x)
             + F.hardsigmoid(x) + F.hardtanh(x, -0.5, 0.6) + F.celu(x, 1.3) + F.logsigmoid(x) + F.softshrink(x)
             + F.hardshrink(x) + F.leaky_relu(x, 0.2) + F.threshold(x, 0.1, -0.2) + F.tanhshrink(x)), [floats(6, 5)]),
    "rounding": (
        Call(lambda m, x: torch.round(x * 4) + torch.floor_divide(x, 0.3) + torch.remainder(x, 0.7)
             + torch.fmod(x, 0.7) + torch.trunc(x * 3) + torch.sign(x) + torch.atan2(x, x + 3)), [floats(6, 5)]),
    "matrix_shapes": (
        Call(lambda m, x: (torch.baddbmm(x, x, x, beta=0.5, alpha=2) @ m.weight[0]).unsqueeze(-1)
             * torch.outer(m.weight[0], m.weight[1]), weight=nn.Parameter(torch.randn(2, 3))), [floats(3, 3)]),
    "squeeze_excite": (
        Call(lambda m, x: x * m.up(F.silu(m.down(x.mean((2, 3), keepdim=True)))).sigmoid(),
             down=nn.Conv2d(4, 2, 1), up=nn.Conv2d(2, 4, 1)), [floats(4, 3, 5)]),
    "channel_shuffle": (
        nn.Sequential(nn.Conv2d(4, 6, 3, padding=1, groups=2), nn.Unflatten(1, (3, 2)),
                      Call(lambda m, x: x.transpose(1, 2).flatten(1, 2)), nn.MaxPool2d(2)),
        [floats(4, 4, 6)]),
    "chunks": (Call(lambda m, x: [a * (i + 1) for i, a in enumerate(x.chunk(3, 1))] + list(x.split([1, 6], 1))),
               [floats(7)]),
    "relative_positions": (
        Call(lambda m, x: x + m.table[(torch.arange(4)[:, None] - torch.arange(4)[None] + 3)],
             table=nn.Parameter(torch.randn(7))), [floats(4, 4)]),
    "class_token": (
        Call(lambda m, x: torch.cat((m.token.expand(x.shape[0], -1, -1), m.patches(x).flatten(2).transpose(1, 2)), 1)
             [:, 0] + m.token.mean(), patches=nn.Conv2d(3, 4, 2, stride=2), token=nn.Parameter(torch.randn(1, 1, 4))),
        [floats(3, 4, 4)]),
}


def exported(module, inputs, exporter):
    names = [f"x{i}" for i in range(len(inputs))]
    if exporter == "torchscript":
        file = io.BytesIO()
        torch.onnx.export(module, inputs, file, dynamo=False, opset_version=OPSETS[exporter], input_names=names,
                          dynamic_axes={name: {0: "batch"} for name in names})
        return onnx.load_model_from_string(file.getvalue())
    shapes = (tuple({0: torch.export.Dim("batch")} for _ in inputs),)
    if not isinstance(module, Call):
        shapes = shapes[0]
    program = torch.onnx.export(module, inputs, dynamo=True, opset_version=OPSETS[exporter], input_names=names,
                                dynamic_shapes=shapes, verbose=False)
    return program.model_proto


def without_notes(model):
    """Without the source paths, stack traces and inferred shapes that exporters leave."""
    graphs = [model.graph, *model.functions]
    for graph in graphs:
        for node in graph.node:
            node.ClearField("doc_string")
            del node.metadata_props[:]
        del graph.value_info[:]
        del graph.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    del model.metadata_props[:]
    return model


def tensors(values):
    for value in values if isinstance(values, (tuple, list)) else [values]:
        yield value.detach().numpy()


def write_set(folder, model, module, inputs):
    folder.mkdir(parents=True)
    for kind, declared, arrays in (("input", model.graph.input, tensors(inputs)),
                                   ("output", model.graph.output, tensors(module(*inputs)))):
        for index, (value, array) in enumerate(zip(declared, arrays, strict=True)):
            (folder / f"{kind}_{index}.pb").write_bytes(
                numpy_helper.from_array(array, value.name).SerializeToString())


def write_case(folder, module, makers, exporter):
    model = without_notes(exported(module, tuple(make(2) for make in makers), exporter))
    onnx.checker.check_model(model)
    torch.manual_seed(2)
    for index, batch in enumerate((1, 3)):
        write_set(folder / f"test_data_set_{index}", model, module, tuple(make(batch) for make in makers))
    (folder / "model.onnx").write_bytes(model.SerializeToString())


def main(target, *wanted):
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    for name in wanted or MODULES:
        module, makers = MODULES[name]
        module = module.eval()
        torch.manual_seed(len(name))
        module(*(make(2) for make in makers))
        for exporter in OPSETS:
            folder = pathlib.Path(target) / f"{name}-{exporter}"
            shutil.rmtree(folder, ignore_errors=True)
            try:
                with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
                    write_case(folder, module, makers, exporter)
            except Exception as error:
                shutil.rmtree(folder, ignore_errors=True)
                print(f"{folder.name}: not exported: {str(error).strip().splitlines()[0][:200]}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
