"""Random outputs of detectors and the detections in them, written out in NumPy: make_boxes.py OUT [SEED].

Every step is one that the reader can check: decode, keep what is sure enough, suppress class by class, map back to the image.
The committed file: make_boxes.py boxes.json
"""

import json
import sys

import numpy as np

INPUT = (96, 64)  # width, height


def corners(cx, cy, w, h):
    return np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], -1)


def decode_yolov5(outputs):
    rows = outputs[0].reshape(-1, outputs[0].shape[-1])
    return corners(*rows[:, :4].T.astype(float)), (rows[:, 4:5] * rows[:, 5:]).astype(float), rows[:, 4].astype(float)


def decode_yolov8(outputs):
    rows = outputs[0].reshape(outputs[0].shape[-2:])
    rows = (rows if rows.shape[0] > rows.shape[1] else rows.T).astype(float)
    return corners(*rows[:, :4].T), rows[:, 4:], None


def decode_yolox(outputs):
    rows = outputs[0].reshape(-1, outputs[0].shape[-1])
    cells = np.array([(x, y, s) for s in (8, 16, 32) for y in range(INPUT[1] // s) for x in range(INPUT[0] // s)], float)
    x, y, stride = cells.T
    box = rows[:, :4].astype(float)
    centres = corners((box[:, 0] + x) * stride, (box[:, 1] + y) * stride, np.exp(box[:, 2]) * stride, np.exp(box[:, 3]) * stride)
    return centres, (rows[:, 4:5] * rows[:, 5:]).astype(float), rows[:, 4].astype(float)


def decode_detr(outputs):
    logits, box = (o.reshape(o.shape[-2:]).astype(float) for o in outputs)
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return corners(*(box * [INPUT[0], INPUT[1], INPUT[0], INPUT[1]]).T), (powers / powers.sum(-1, keepdims=True))[:, :-1], None


def decode_detr_sigmoid(outputs):
    logits, box = (o.reshape(o.shape[-2:]).astype(float) for o in outputs)
    return corners(*(box * [INPUT[0], INPUT[1], INPUT[0], INPUT[1]]).T), 1 / (1 + np.exp(-logits)), None


def candidates(name, outputs, confidence, every):
    """Rows left, top, right, bottom, score, class in the network's order."""
    if name == "end2end":
        rows = outputs[0].reshape(-1, 6).astype(float)
        return rows[rows[:, 4] > confidence]
    decode = {"yolov5": decode_yolov5, "yolov8": decode_yolov8, "yolox": decode_yolox, "detr": decode_detr,
              "detr-sigmoid": decode_detr_sigmoid}[name]
    boxes, scores, objects = decode(outputs)
    found = []
    for i, (box, row) in enumerate(zip(boxes, scores)):
        if objects is not None and not objects[i] > confidence:
            continue
        kept = [c for c in range(len(row)) if row[c] > confidence] if every else [c for c in [int(row.argmax())] if row[c] > confidence]
        found += [[*box, row[c], c] for c in kept]
    return np.array(found).reshape(-1, 6)


def overlap(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def suppressed(rows, threshold, limit):
    kept = []
    for row in rows[np.argsort(-rows[:, 4], kind="stable")]:
        if len(kept) < limit and not any(k[5] == row[5] and overlap(k, row) > threshold for k in kept):
            kept.append(row)
    return np.array(kept).reshape(-1, 6)


def original(rows, geometry):
    width, height, scale_x, scale_y, left, top = geometry
    rows = rows.copy()
    rows[:, [0, 2]] = ((rows[:, [0, 2]] - left) / scale_x).clip(0, width)
    rows[:, [1, 3]] = ((rows[:, [1, 3]] - top) / scale_y).clip(0, height)
    return rows


def network(random, name, classes):
    """Outputs as a network gives them; scores on a coarse grid, so that some are equal."""
    def scores(*shape):
        return np.round(random.random(shape) ** 2, 2)

    def boxes(count):
        return np.round(np.concatenate([random.uniform(0, 90, (count, 2)), random.uniform(4, 60, (count, 2))], 1), 2)

    count = 60
    if name == "yolov5":
        return [np.concatenate([boxes(count), scores(count, 1 + classes)], 1)[None]]
    if name == "yolov8":
        rows = np.concatenate([boxes(count), scores(count, classes)], 1)[None]
        return [rows if random.random() < 0.5 else rows.transpose(0, 2, 1)]
    if name == "yolox":
        count = sum((INPUT[0] // s) * (INPUT[1] // s) for s in (8, 16, 32))
        return [np.concatenate([np.round(random.normal(0, 0.6, (count, 4)), 2), scores(count, 1 + classes)], 1)[None]]
    if name == "end2end":
        box = boxes(count)
        box[:, 2:] += box[:, :2]
        return [np.concatenate([box, scores(count, 1), random.integers(0, classes, (count, 1))], 1)[None]]
    logits = np.round(random.normal(-1, 2, (1, 20, classes + (name == "detr"))), 2)
    return [logits, np.round(random.uniform(0, 1, (1, 20, 4)), 3)]


def main():
    random = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 18)
    cases = []
    for name in ["yolov5", "yolov8", "yolox", "end2end", "detr", "detr-sigmoid"]:
        for every in [True, False]:
            outputs = [o.astype(np.float32) for o in network(random, name, 3)]
            confidence = float(random.choice([0.05, 0.3]))
            limit, threshold = int(random.choice([10, 300])), float(random.choice([0.45, 0.7]))
            geometry = [200, 130, 0.48, 0.5, 0.0, float(random.integers(0, 3))]
            rows = candidates(name, outputs, confidence, every)
            if name.startswith(("detr", "end2end")):
                rows = rows[np.argsort(-rows[:, 4], kind="stable")][:limit]
            else:
                rows = suppressed(rows, threshold, limit)
            cases.append({
                "name": name, "every": every, "confidence": confidence, "overlap": threshold, "limit": limit,
                "geometry": geometry, "input": INPUT,
                "outputs": [{"shape": o.shape, "values": [float(str(v)) for v in o.ravel()]} for o in outputs],
                "detections": np.round(original(rows, geometry), 12).tolist()})
    with open(sys.argv[1], "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")


main()
