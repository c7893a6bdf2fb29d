#!/usr/bin/env python3
"""Writes difference.json: pairs of saved results of tasks, and what they differ by on the images that both hold, written out
with NumPy and SciPy: metrics, and the paired bootstrap's interval and p-value.

    python3 make_difference.py > difference.json
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "TasksTests/Golden"))
from paired_bootstrap import p_value, resamples, tail  # noqa: E402

IMAGES, ONLY_OLD, ONLY_NEW = 60, 4, 3
random = np.random.default_rng(18)


def seed(hashes):
    """The lowest 64 bits of the sum of a SHA-256 of every image's hash."""
    return sum(int(hashlib.sha256(h.encode()).hexdigest(), 16) for h in hashes) % (1 << 64)


# Metrics: records of images, and how often each counts, to a number or None.

def mean_precision(images, weights):
    classes = {c for image, w in zip(images, weights) if w for c in image["truth"]}
    values = []
    for c in sorted(classes):
        truths = sum(w * image["truth"].get(c, 0) for image, w in zip(images, weights))
        found = [(-score, place, hits, ignored, w) for place, (image, w) in enumerate(zip(images, weights)) if w
                 for own, score, hits, ignored in image["boxes"] if own == c]
        found.sort(key=lambda box: box[:2])
        repeats = np.array([box[4] for box in found], dtype=int)
        for bit in range(10):
            hits = np.repeat(np.array([box[2] >> bit & 1 for box in found], dtype=bool), repeats)
            ignored = np.repeat(np.array([box[3] >> bit & 1 for box in found], dtype=bool), repeats)
            right = np.cumsum(hits[~ignored])
            recall, precision = right / truths, right / np.arange(1, len(right) + 1)
            precision = np.maximum.accumulate(precision[::-1])[::-1]
            places = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
            values.append(np.append(precision, 0)[np.minimum(places, len(precision))].mean())
    return np.mean(values) if values else None


def mean_overlap(images, weights):
    counts = np.zeros((6, 3))
    for image, w in zip(images, weights):
        for c, numbers in image.items():
            counts[c] += w * np.array(numbers)
    union = counts[:, 0] + counts[:, 1] - counts[:, 2]
    known = union > 0
    return (counts[known, 2] / union[known]).mean() if known.any() else None


def f1(images, weights):
    found, extra, lost = np.array(weights) @ np.array(images)
    return 2 * found / (2 * found + extra + lost) if found + extra + lost else None


def lowest_cosine(images, weights):
    sums = np.tensordot(np.array(weights, dtype=float), np.array(images), 1)
    return min(product / np.sqrt(signal * power) for signal, product, power in sums)


def best_accuracy(pairs, weights):
    cosine, same = np.array([p[2] for p in pairs]), np.array([p[3] for p in pairs], dtype=bool)
    weights = np.array(weights)
    return max(weights @ ((cosine >= cut) == same) for cut in [np.inf, *cosine]) / weights.sum()


def harmonic(counts):
    counts = [c for c in counts if c]
    return len(counts) / sum(1 / c for c in counts)


def everything(images):
    return None


def by_class(images):
    """How many images show each class, as a truth."""
    return harmonic([sum(image["truth"].get(c, 0) > 0 for image in images) for c in range(4)])


def by_label(images):
    return harmonic([sum(image.get(c, (0, 0, 0))[0] > 0 for image in images) for c in range(6)])


# Records: what an old and a worse new network leave of each image.

def detections():
    truths = [{int(c): int(random.integers(1, 4)) for c in random.choice(4, random.integers(0, 4), replace=False)}
              for _ in range(IMAGES)]

    def answers(quality):
        images = []
        for truth in truths:
            boxes = []
            for c in range(4):
                left = truth.get(c, 0)
                for score in sorted(random.random(random.integers(0, 5)).round(6), reverse=True):
                    hit = left > 0 and random.random() < quality
                    left -= hit
                    good = int(random.integers(3, 11)) if hit else 0
                    ignored = 1023 ^ ((1 << good) - 1) if random.random() < 0.1 else 0
                    boxes.append((c, float(score), (1 << good) - 1, ignored))
            images.append({"truth": truth, "boxes": boxes})
        return images

    return answers(0.9), answers(0.6)


def pixels():
    truths = [random.choice(6, 400, p=[.5, .2, .1, .1, .06, .04]) for _ in range(IMAGES)]

    def answers(errors):
        images = []
        for truth in truths:
            wrong = random.random(400) < errors * random.random() * 2
            answer = np.where(wrong, random.integers(0, 6, 400), truth)
            images.append({c: (int((truth == c).sum()), int((answer == c).sum()), int(((truth == c) & (answer == c)).sum()))
                           for c in range(6) if (truth == c).any() or (answer == c).any()})
        return images

    return answers(0.1), answers(0.2)


def boxes():
    def answers(quality):
        return [(int(random.binomial(5, quality)), int(random.integers(0, 2)), int(random.integers(0, 3)))
                for _ in range(IMAGES)]

    return answers(0.9), answers(0.8)


def distances():
    reference = random.standard_normal((IMAGES, 2, 16))

    def answers(noise):
        other = reference + noise * random.standard_normal(reference.shape)
        return [[(float(x @ x), float(x @ y), float(y @ y)) for x, y in zip(a, b)] for a, b in zip(reference, other)]

    return answers(0.2), answers(0.21)


def pairs():
    listed = [(int(a), int(b), bool(random.random() < 0.5))
              for a, b in (random.choice(IMAGES, 2, replace=False) for _ in range(80))]
    listed = list({(a, b): (a, b, same) for a, b, same in listed}.values())

    def answers(noise):
        return [(a, b, float(np.clip(same * 0.5 + noise * random.standard_normal(), -1, 1)), same) for a, b, same in listed]

    return answers(0.3), answers(0.6)


# Columns, as reports keep records.

def columns(kind, images):
    flat = [one for image in images for one in (image if isinstance(image, list) else [])]
    if kind == "detections":
        found = [box for image in images for box in image["boxes"]]
        truths = [one for image in images for one in sorted(image["truth"].items())]
        return {"counts": [len(image["boxes"]) for image in images], "classes": [b[0] for b in found],
                "scores": [b[1] for b in found], "hits": [b[2] for b in found], "ignored": [b[3] for b in found],
                "truthCounts": [len(image["truth"]) for image in images], "truthClasses": [c for c, _ in truths],
                "truths": [n for _, n in truths]}
    if kind == "pixels":
        found = [(c, *n) for image in images for c, n in sorted(image.items())]
        return {"counts": [len(image) for image in images],
                **{name: [one[i] for one in found] for i, name in enumerate(("classes", "truths", "predicted", "correct"))}}
    if kind == "boxes":
        return {name: [image[i] for image in images] for i, name in enumerate(("found", "extra", "lost"))}
    if kind == "distances":
        return {"counts": [len(image) for image in images],
                **{name: [one[i] for one in flat] for i, name in enumerate(("signal", "product", "power"))}}
    return {"first": [p[0] for p in images], "second": [p[1] for p in images], "same": [int(p[3]) for p in images],
            "cosines": [p[2] for p in images]}


def document(task, metric, kind, hashes, images, name):
    return {"task": task, "metric": metric, "model": {"name": "m.onnx"},
            "arms": [{"name": name, "measured": {"kind": kind, **columns(kind, images)}}],
            "records": {"path": [f"{h}.png" for h in hashes], "contentHash": hashes}}


def case(task, metric, kind, make, measure, effective):
    old, new = make()
    hashes = [hashlib.sha256(f"{metric} {i}".encode()).hexdigest() for i in range(IMAGES)]
    if kind == "pairs":
        # All images in both; the old result holds them in another order.
        places = random.permutation(IMAGES)
        own = np.argsort(places)
        old_document = [(int(own[a]), int(own[b]), cosine, same) for a, b, cosine, same in old]
        old_hashes, new_hashes, shared = [hashes[i] for i in places], hashes, list(range(IMAGES))
        order = sorted(range(len(new)), key=lambda i: new[i][:2])
        first, second = [old[i] for i in order], [new[i] for i in order]
        old_images, new_images = old_document, new
    else:
        in_old = [int(i) for i in random.permutation(IMAGES - ONLY_NEW)]
        in_new = [int(i) + ONLY_OLD for i in random.permutation(IMAGES - ONLY_OLD)]
        shared = [i for i in in_new if i in in_old]
        old_hashes, new_hashes = [hashes[i] for i in in_old], [hashes[i] for i in in_new]
        old_images, new_images = [old[i] for i in in_old], [new[i] for i in in_new]
        first, second = [old[i] for i in shared], [new[i] for i in shared]
    n = len(first)
    rows = resamples(n, 2000, seed([hashes[i] for i in shared] if kind != "pairs" else hashes))
    differences = np.array([a - b for a, b in ((measure(first, row), measure(second, row)) for row in rows)])
    rest = max(2, min([n, *(x for x in (effective(first), effective(second)) if x is not None)]))
    cut = tail(rest, 0.95)
    values = [measure(images, [1] * n) for images in (first, second)]
    return {"paired": len(shared), "old": document(task, metric, kind, old_hashes, old_images, "old"),
            "new": document(task, metric, kind, new_hashes, new_images, "new"), "oldMetric": values[0], "newMetric": values[1],
            "lower": np.quantile(differences, cut), "upper": np.quantile(differences, 1 - cut),
            "pValue": p_value(differences, rest)}


print(json.dumps([
    case("detection", "mAP", "detections", detections, mean_precision, by_class),
    case("segmentation", "mIoU", "pixels", pixels, mean_overlap, by_label),
    case("detection", "box F1", "boxes", boxes, f1, everything),
    case("fidelity", "cosine", "distances", distances, lowest_cosine, everything),
    case("embedding", "verification accuracy", "pairs", pairs, best_accuracy, everything),
]))
