#!/usr/bin/env python3
"""Writes text.json: greedy CTC, exact match and character error rate, written out in Python and NumPy.

    python3 make_text.py > text.json
"""
import json
from itertools import groupby

import numpy as np

random = np.random.default_rng(18)
SYMBOLS = ["a", "b", "é", "e\u0301", "字", "\U0001F600", " ", "z"]


def decoded(scores, blank):
    best = scores.argmax(1).tolist()
    symbols = [None] + SYMBOLS if blank == "first" else SYMBOLS + [None]
    return "".join(symbols[k] for k, _ in groupby(best) if symbols[k] is not None)


def distance(a, b):
    """Over Unicode code points, by recursion over the whole table."""
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    table[:, 0], table[0] = range(len(a) + 1), range(len(b) + 1)
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i, j] = min(table[i - 1, j - 1] + (x != y), table[i - 1, j] + 1, table[i, j - 1] + 1)
    return int(table[-1, -1])


cases = []
for k in range(12):
    steps, blank = int(random.integers(1, 12)), ["first", "last"][k % 2]
    classes = len(SYMBOLS) + 1
    scores = random.integers(0, 6, (steps, classes)).astype(np.float32)  # with ties
    shape = [[1, steps, classes], [steps, 1, classes], [steps, classes]][k % 3]
    text = decoded(scores, blank)
    truth = text if k % 3 == 0 else text[1:] + "ab" if k % 3 == 1 else text.replace("é", "e\u0301")[::-1]
    cases.append({"shape": shape, "blank": blank, "scores": scores.ravel().tolist(), "text": text, "truth": truth,
                  "distance": distance(text, truth), "length": len(truth)})
weights = [[1] * 12, random.integers(0, 3, 12).tolist(), [0] * 12]
metrics = []
for w in weights:
    total, length = sum(w), sum(k * c["length"] for k, c in zip(w, cases))
    metrics.append({"weights": w,
                    "exact": sum(k for k, c in zip(w, cases) if c["text"] == c["truth"]) / total if total else None,
                    "errors": sum(k * c["distance"] for k, c in zip(w, cases)) / length if length else None})
words = ["", "a", "kitten", "sitting", "字é", "字e\u0301", "\U0001F600\U0001F1E9\U0001F1EA", "\U0001F600", "flaw", "lawn"]
distances = [{"first": a, "second": b, "distance": distance(a, b)} for a in words for b in words]
print(json.dumps({"symbols": SYMBOLS, "cases": cases, "metrics": metrics, "distances": distances}))
