#!/usr/bin/env python3
"""Writes bootstrap.json: resamples, differences and intervals, written out with Python's integers, NumPy and SciPy.

    python3 make_bootstrap.py > bootstrap.json
"""
import json

import numpy as np

from paired_bootstrap import MASK, p_value, resamples, tail

random = np.random.default_rng(18)
SHIFTS = [-0.2, -0.05, 0, 0.08, 1]
cases = []
for images, seed in [(40, 1), (97, MASK)]:
    first, second = random.random(images).round(6), random.random(images).round(6)
    rows = np.array(resamples(images, 300, seed))
    differences = rows @ first / images - rows @ second / images
    intervals = [{"confidence": c, "lower": np.quantile(differences, tail(images, c)),
                  "upper": np.quantile(differences, 1 - tail(images, c))} for c in (0.9, 0.95, 0.99)]
    cases.append({"seed": str(seed), "first": first.tolist(), "second": second.tolist(), "resamples": 300,
                  "weights": rows[[0, 1, 299]].tolist(), "intervals": intervals,
                  "shifts": [{"shift": d, "pValue": p_value(differences + d, images)} for d in SHIFTS]})
tails = [{"images": n, "confidence": c, "tail": tail(n, c)} for n in (31, 50, 200, 5000) for c in (0.9, 0.95, 0.99)]
print(json.dumps({"cases": cases, "tails": tails}))
