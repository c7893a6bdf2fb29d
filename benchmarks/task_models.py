"""Inputs and outputs of detectors and text networks, written out with Pillow and NumPy: the independent side of a comparison.

Needs: pip install onnxruntime numpy pillow
"""
import glob
import math
import os

import numpy as np
from PIL import Image

GREY = 114


def paths(folder):
    """The images of a folder, in order of their paths."""
    found = glob.glob(f"{glob.escape(folder)}/**/*", recursive=True)
    return sorted(p for p in found if p.lower().endswith((".jpg", ".jpeg", ".png")))


def session(path, threads=2):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class Preprocessing:
    """From a file to the model's input, and for detectors the way back of boxes.

    `letterbox` is the side of a square frame: grey bars around the image as Ultralytics puts them, or with `corner` to the
    right and below as YOLOX does. `height` is that of text networks, whose width follows the image, filled up to `width` with
    zeros as PaddleOCR does. Values become (value / 255 - mean) / std, in the order `channels`.
    """

    def __init__(self, o):
        self.side, self.corner = o.letterbox, o.corner
        self.height, self.width = o.height, o.width
        self.mean, self.std, self.channels = o.mean, o.std, o.channels

    @staticmethod
    def arguments(parser):
        parser.add_argument("--letterbox", type=int, default=320, help="side of the frame")
        parser.add_argument("--corner", action="store_true", help="bars to the right and below, sides rounded down, as YOLOX")
        parser.add_argument("--height", type=int, help="of a text network's input, instead of a frame")
        parser.add_argument("--width", type=int, default=320, help="the least of a text network's input")
        parser.add_argument("--mean", type=float, default=0)
        parser.add_argument("--std", type=float, default=1)
        parser.add_argument("--channels", choices=["rgb", "bgr"], default="rgb")

    def load(self, path):
        """The input of 1 x 3 x H x W, and the way back: width and height of the image, scales and offsets of x and y."""
        image = Image.open(path).convert("RGB")
        pixels, way = self.line(image) if self.height else self.framed(image)
        values = (pixels.astype(np.float32) / np.float32(255) - np.float32(self.mean)) / np.float32(self.std)
        if self.height and values.shape[1] < self.width:
            values = np.pad(values, ((0, 0), (0, self.width - values.shape[1]), (0, 0)))
        if self.channels == "bgr":
            values = values[:, :, ::-1]
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None]), way

    def line(self, image):
        width = max(1, math.ceil(self.height * image.width / image.height))
        return np.asarray(image.resize((width, self.height), Image.BILINEAR)), None

    def framed(self, image):
        scale = min(self.side / image.height, self.side / image.width)
        rounded = math.floor if self.corner else round
        width, height = (min(max(rounded(s * scale), 1), self.side) for s in image.size)
        left, top = (0 if self.corner else round((self.side - s) / 2 - 0.1) for s in (width, height))
        frame = np.full((self.side, self.side, 3), GREY, np.uint8)
        inner = image if image.size == (width, height) else image.resize((width, height), Image.BILINEAR)
        frame[top : top + height, left : left + width] = np.asarray(inner)
        scales = (scale, scale) if self.corner else (width / image.width, height / image.height)
        return frame, (*image.size, *scales, left, top)


def yolov8(output, size):
    """Left, top, right, bottom of N boxes in input pixels, and scores of N x C."""
    rows = output[0].astype(np.float64)
    rows = rows.T if rows.shape[0] < rows.shape[1] else rows
    return corners(*rows[:, :4].T), rows[:, 4:]


def yolov5(output, size):
    rows = output[0]
    return corners(*rows[:, :4].T.astype(np.float64)), products(rows)


def yolox(output, size):
    rows = output[0]
    cells = [(x, y, s) for s in (8, 16, 32) for y in range(size // s) for x in range(size // s)]
    x, y, stride = np.array(cells, np.float64).T
    a, b, w, h = rows[:, :4].T.astype(np.float64)
    return corners((a + x) * stride, (b + y) * stride, np.exp(w) * stride, np.exp(h) * stride), products(rows)


def products(rows):
    """Whether there is an object, times the classes given that there is, in single precision as the networks give them."""
    return (rows[:, 4:5] * rows[:, 5:]).astype(np.float64)


def corners(x, y, w, h):
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1)


DECODERS = {"yolov8": yolov8, "yolov5": yolov5, "yolox": yolox}


def detections(output, decoder, size, way, confidence=0.001, overlap=0.7, limit=300):
    """Rows of left, top, right, bottom in the image, score and class, by descending score: every class of a box that is
    above `confidence`, thinned class by class."""
    boxes, scores = DECODERS[decoder](output, size)
    box, category = np.nonzero(scores > confidence)
    order = np.argsort(-scores[box, category], kind="stable")[:30_000]
    box, category = box[order], category[order]
    kept = thinned(boxes[box], category, overlap)[:limit]
    rows = np.column_stack([boxes[box], scores[box, category], category])[kept]
    width, height, scale_x, scale_y, left, top = way
    rows[:, 0:4:2] = np.clip((rows[:, 0:4:2] - left) / scale_x, 0, width)
    rows[:, 1:4:2] = np.clip((rows[:, 1:4:2] - top) / scale_y, 0, height)
    return rows


def thinned(boxes, category, overlap):
    """What greedy suppression leaves of boxes in order of score."""
    left = np.ones(len(boxes), bool)
    for i in range(len(boxes)):
        if left[i]:
            rest = np.nonzero(left[i + 1 :] & (category[i + 1 :] == category[i]))[0] + i + 1
            left[rest[overlaps(boxes[i], boxes[rest]) > overlap]] = False
    return np.nonzero(left)[0]


def overlaps(box, others):
    """Intersection over union of one box with others."""
    wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.where((wide > 0) & (high > 0), wide * high, 0)
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    own = (box[2] - box[0]) * (box[3] - box[1])
    return np.divide(shared, own + areas - shared, out=np.zeros(len(others)), where=shared > 0)


def symbols(path):
    """A dictionary of one symbol a line; a space follows the last where the file has none."""
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    return lines if " " in lines else [*lines, " "]


def text(output, dictionary):
    """The best class of each step, repeats joined, blanks (class 0) left out."""
    best = output[0].argmax(1)
    kept = best[(best != 0) & (best != np.concatenate([[0], best[:-1]]))]
    return "".join(dictionary[i - 1] for i in kept)
