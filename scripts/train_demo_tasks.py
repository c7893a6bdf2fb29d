#!/usr/bin/env python3
"""Trains the demo's detector or segmenter on the demo's pictures and writes it as ONNX.

    swift run -c release DemoImages pictures --groups --training 4000
    python3 -m pip install torch==2.15.0 numpy==2.4.6 pillow==13.0.0 onnx==1.23.2 onnxscript
    scripts/python scripts/train_demo_tasks.py detection pictures Sources/CDemoModel/detector.onnx
    scripts/python scripts/train_demo_tasks.py segmentation pictures Sources/CDemoModel/segmenter.onnx

The networks see the files that users see, after JPEG. The detector is a small YOLOv8: SiLU, blocks that split and
concatenate, a nearest-neighbour Resize, boxes in pixels and scores of 0...1 in one output. The segmenter is an encoder and a
decoder: depthwise layers, HardSwish, residual additions, two bilinear Resizes with skip connections, a ConvTranspose at the
end. Batch norm is folded, as exporters do. scripts/score_demo_tasks.py says what they are worth. Everything is seeded;
another machine or version of PyTorch may still end at slightly different weights.
"""

import argparse
import json
import math
import pathlib
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

SEED = 1
BATCH = 32
CLASSES = 6
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


# Parts of both networks


def layer(inputs, outputs, size=1, stride=1, groups=1, activation=nn.SiLU):
    """Convolution, batch norm and activation."""
    layers = [nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
              nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


def separable(inputs, outputs, stride=1, activation=nn.SiLU):
    return nn.Sequential(layer(inputs, inputs, 3, stride, inputs, activation),
                         layer(inputs, outputs, activation=activation))


# Detector


class Split(nn.Module):
    """YOLOv8's C2f with one bottleneck: half of the channels go on as they are, and all that arises is concatenated."""

    def __init__(self, inputs, outputs, shortcut=True):
        super().__init__()
        self.half = outputs // 2
        self.first = layer(inputs, outputs)
        self.bottleneck = layer(self.half, self.half, 3)
        self.last = layer(3 * self.half, outputs)
        self.shortcut = shortcut

    def forward(self, x):
        kept, worked = self.first(x).split(self.half, 1)
        further = self.bottleneck(worked)
        if self.shortcut:
            further = further + worked
        return self.last(torch.cat([kept, worked, further], 1))


class Head(nn.Module):
    """Distances of four sides from a cell's middle, in cells, and a logit per class."""

    def __init__(self, inputs):
        super().__init__()
        self.tower = separable(inputs, inputs)
        self.boxes = nn.Conv2d(inputs, 4, 1)
        self.scores = nn.Conv2d(inputs, CLASSES, 1)
        nn.init.constant_(self.boxes.bias, 1.5)
        nn.init.constant_(self.scores.bias, -4.0)

    def forward(self, x):
        x = self.tower(x)
        return torch.cat([F.relu(self.boxes(x)), self.scores(x)], 1).flatten(2)


class Detector(nn.Module):
    strides = (8, 16)

    def __init__(self, side):
        super().__init__()
        self.stem = layer(3, 14, 3, 2)
        self.down1 = layer(14, 24, 3, 2)
        self.block1 = Split(24, 24)
        self.down2 = separable(24, 40, 2)
        self.block2 = Split(40, 40)
        self.down3 = separable(40, 40, 2)
        self.block3 = Split(40, 40)
        self.merge = Split(80, 40, shortcut=False)
        self.fine = Head(40)
        self.coarse = Head(40)
        points, strides = [], []
        for stride in self.strides:
            places = (torch.arange(side // stride) + 0.5) * stride
            y, x = torch.meshgrid(places, places, indexing="ij")
            points.append(torch.stack([x.flatten(), y.flatten()]))
            strides.append(torch.full((1, x.numel()), float(stride)))
        self.register_buffer("points", torch.cat(points, 1), persistent=False)
        self.register_buffer("scale", torch.cat(strides, 1), persistent=False)

    def raw(self, x):
        """Left, top, right, bottom in pixels (N x 4 x A) and logits (N x C x A)."""
        middle = self.block2(self.down2(self.block1(self.down1(self.stem(x)))))
        low = self.block3(self.down3(middle))
        merged = self.merge(torch.cat([F.interpolate(low, scale_factor=2.0), middle], 1))
        both = torch.cat([self.fine(merged), self.coarse(low)], 2)
        distances, logits = both[:, :4] * self.scale, both[:, 4:]
        corners = torch.cat([self.points - distances[:, :2], self.points + distances[:, 2:]], 1)
        return corners, logits

    def forward(self, x):
        """As Ultralytics exports it: N x (4 + C) x A, centre and size in pixels, then scores."""
        corners, logits = self.raw(x)
        first, second = corners[:, :2], corners[:, 2:]
        return torch.cat([(first + second) / 2, second - first, logits.sigmoid()], 1)


def overlaps(a, b):
    """IoU of boxes (... x 4, corners), and how far it is from generalized IoU."""
    inner = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0)
    outer = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    common = inner.prod(-1)
    union = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1) - common
    hull = outer.prod(-1)
    return common / (union + 1e-7), (hull - union) / (hull + 1e-7)


def detection_loss(model, x, truth):
    """Task-aligned assignment (Feng et al. 2021), as in YOLOv8, with generalized IoU."""
    corners, logits = model.raw(x)
    corners, logits = corners.transpose(1, 2), logits.transpose(1, 2)
    boxes, labels, valid = truth
    with torch.no_grad():
        points = model.points.t()
        inside = torch.minimum(points - boxes[:, :, None, :2], boxes[:, :, None, 2:] - points).amin(-1) > 0
        inside &= valid[:, :, None]
        iou = overlaps(corners[:, None], boxes[:, :, None])[0].clamp(0, 1)
        score = logits.sigmoid().gather(
            2, labels[:, None, :].expand(-1, logits.shape[1], -1)).transpose(1, 2)
        aligned = score.sqrt() * iou**4 * inside + 1e-9 * inside
        best = torch.zeros_like(aligned).scatter_(2, aligned.topk(8, 2).indices, 1) * (aligned > 0)
        owner = (best * (iou + 1e-6)).argmax(1)
        best *= F.one_hot(owner, boxes.shape[1]).transpose(1, 2)
        aligned = aligned * best
        peak = aligned.amax(2, keepdim=True)
        weight = (aligned / (peak + 1e-12) * (iou * best).amax(2, keepdim=True)).amax(1)
        target = F.one_hot(labels.gather(1, owner), CLASSES) * weight[..., None]
        wanted = boxes.gather(1, owner[..., None].expand(-1, -1, 4))
        total = target.sum().clamp(min=1)
    classes = F.binary_cross_entropy_with_logits(logits, target, reduction="sum") / total
    iou, gap = overlaps(corners, wanted)
    sides = ((1 - iou + gap) * weight).sum() / total
    return classes + 4 * sides


# Segmenter


class Inverted(nn.Module):
    """MobileNet's inverted residual."""

    def __init__(self, inputs, outputs, stride=1, expansion=3):
        super().__init__()
        inner = inputs * expansion
        self.layers = nn.Sequential(
            layer(inputs, inner, activation=nn.Hardswish),
            layer(inner, inner, 3, stride, inner, nn.Hardswish),
            layer(inner, outputs, activation=None))
        self.residual = inputs == outputs and stride == 1

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


class Segmenter(nn.Module):
    def __init__(self, side):
        super().__init__()
        self.stem = layer(3, 16, 3, 2, activation=nn.Hardswish)
        self.fine = separable(16, 16, activation=nn.Hardswish)
        self.quarter = nn.Sequential(separable(16, 24, 2, nn.Hardswish), Inverted(24, 24))
        self.eighth = nn.Sequential(Inverted(24, 40, 2), Inverted(40, 40))
        self.sixteenth = nn.Sequential(Inverted(40, 40, 2), Inverted(40, 40, expansion=2))
        self.up1 = separable(80, 32, activation=nn.Hardswish)
        self.up2 = separable(56, 24, activation=nn.Hardswish)
        self.up3 = separable(40, 16, activation=nn.Hardswish)
        self.scores = nn.ConvTranspose2d(16, 1 + CLASSES, 2, 2)

    def forward(self, x):
        def larger(x):
            return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)

        half = self.fine(self.stem(x))
        quarter = self.quarter(half)
        eighth = self.eighth(quarter)
        x = self.up1(torch.cat([larger(self.sixteenth(eighth)), eighth], 1))
        x = self.up2(torch.cat([larger(x), quarter], 1))
        x = self.up3(torch.cat([larger(x), half], 1))
        return self.scores(x)


def segmentation_loss(model, x, masks):
    return F.cross_entropy(model(x), masks, ignore_index=255)


# Pictures


def load_images(folder):
    files = sorted(file for file in folder.iterdir())
    return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])


def load_boxes(path):
    """Corners (N x M x 4), labels and which of the M are there."""
    document = json.loads(path.read_text())
    images = {image["id"]: index for index, image in enumerate(
        sorted(document["images"], key=lambda image: image["file_name"]))}
    found = [[] for _ in images]
    for entry in document["annotations"]:
        left, top, width, height = entry["bbox"]
        found[images[entry["image_id"]]].append(
            (left, top, left + width, top + height, entry["category_id"] - 1))
    room = max(map(len, found))
    table = np.zeros((len(found), room, 6), np.float32)
    for row, entries in zip(table, found):
        for slot, entry in zip(row, entries):
            slot[:] = (*entry, 1)
    return torch.from_numpy(table[..., :4]), torch.from_numpy(table[..., 4]).long(), \
        torch.from_numpy(table[..., 5]) > 0


def load_masks(folder):
    return torch.from_numpy(np.stack(
        [np.asarray(Image.open(file)) for file in sorted(folder.iterdir())]))


def turned_boxes(boxes, quarters, mirrored, side):
    for _ in range(quarters):  # counter-clockwise: (x, y) goes to (y, side - x)
        left, top, right, bottom = boxes.unbind(-1)
        boxes = torch.stack([top, side - right, bottom, side - left], -1)
    if mirrored:
        left, top, right, bottom = boxes.unbind(-1)
        boxes = torch.stack([side - right, top, side - left, bottom], -1)
    return boxes


def augmented(images, quarters, mirrored):
    images = torch.rot90(images, quarters, (-2, -1))
    return images.flip(-1) if mirrored else images


def train(model, loss, images, truth, turn, epochs, rate, normalise):
    model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-3)
    batches = len(images) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=epochs * batches, pct_start=0.1)
    generator = np.random.default_rng(SEED)
    for epoch in range(epochs):
        began, total = time.time(), 0.0
        model.train()
        order = torch.from_numpy(generator.permutation(len(images)))
        for batch in range(batches):
            rows = order[batch * BATCH:(batch + 1) * BATCH]
            quarters, mirrored = int(generator.integers(4)), bool(generator.integers(2))
            x = normalise(augmented(images[rows], quarters, mirrored).float() / 255)
            x = x.contiguous(memory_format=torch.channels_last)
            value = loss(model, x, turn(truth, rows, quarters, mirrored))
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 10.0)
            optimizer.step()
            schedule.step()
            total += value.item()
        if not math.isfinite(total):
            raise SystemExit("training diverged")
        print(f"epoch {epoch + 1}: loss {total / batches:.4f}, {time.time() - began:.0f} s", flush=True)
    model.eval()
    model.to(memory_format=torch.contiguous_format)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=["detection", "segmentation"])
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, help="default: 20 for detection, 10 for segmentation")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)

    folder = options.pictures / "training"
    images = torch.from_numpy(load_images(folder)).permute(0, 3, 1, 2).contiguous()
    side = images.shape[-1]
    if options.task == "detection":
        model, truth, output = Detector(side), load_boxes(folder.with_suffix(".json")), "boxes"

        def turn(truth, rows, quarters, mirrored):
            boxes, labels, valid = (part[rows] for part in truth)
            return turned_boxes(boxes, quarters, mirrored, side), labels, valid

        train(model, detection_loss, images, truth, turn, options.epochs or 20, 4e-3, lambda x: x)
    else:
        model, truth, output = Segmenter(side), load_masks(folder.with_name("training-masks")), "scores"

        def turn(truth, rows, quarters, mirrored):
            return augmented(truth[rows], quarters, mirrored).long()

        train(model, segmentation_loss, images, truth, turn, options.epochs or 10, 4e-3,
              lambda x: (x - MEAN) / STD)

    torch.onnx.export(
        model, (torch.zeros(1, 3, side, side),), options.output, dynamo=False, opset_version=17,
        input_names=["images"], output_names=[output],
        dynamic_axes={"images": {0: "N"}, output: {0: "N"}})
    onnx.checker.check_model(onnx.load(options.output), full_check=True)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"{parameters} parameters; {options.output.stat().st_size} bytes written")


if __name__ == "__main__":
    main()
