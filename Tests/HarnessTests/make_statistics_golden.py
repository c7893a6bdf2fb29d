#!/usr/bin/env python3
"""Writes Golden/statistics.json: reference values for StatisticsTests.swift.

Needs SciPy. Tails and quantiles come from SciPy; Newcombe's interval is written here straight
from the paper's formulas and first checked against examples that the paper prints.
"""
import json
import math
from pathlib import Path

from scipy.stats import binom, norm


def wilson(k, n, confidence):
    z = norm.ppf(1 - (1 - confidence) / 2)
    p = k / n
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return [max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)]


def newcombe(e, f, g, h, confidence=0.95):
    """Method 10; e = both right, f = only the first, g = only the second, h = neither."""
    n = e + f + g + h
    l1, u1 = wilson(e + f, n, confidence)
    l2, u2 = wilson(e + g, n, confidence)
    p1, p2 = (e + f) / n, (e + g) / n
    margins = [e + f, g + h, e + g, f + h]
    phi = 0.0
    if all(margins):
        numerator = e * h - f * g
        if numerator > n / 2:
            numerator -= n / 2
        elif numerator >= 0:
            numerator = 0
        phi = numerator / math.sqrt(math.prod(margins))
    d1, d2, e1, e2 = p1 - l1, u2 - p2, u1 - p1, p2 - l2
    delta = math.sqrt(max(0, d1**2 - 2 * phi * d1 * d2 + d2**2))
    epsilon = math.sqrt(max(0, e2**2 - 2 * phi * e2 * e1 + e1**2))
    theta = (f - g) / n
    return [max(-1.0, theta - delta), min(1.0, theta + epsilon)]


def mcnemar(b, c):
    n, k = b + c, min(b, c)
    exact = min(1.0, 2 * binom.cdf(k, n, 0.5))
    below = binom.cdf(k - 1, n, 0.5) if k > 0 else 0.0
    return exact, min(1.0, 2 * below + binom.pmf(k, n, 0.5))


# Newcombe 1998, Statistics in Medicine 17, 2635-2650: the method's printed limits.
for cells, limits in {
    (36, 12, 2, 0): (0.0569, 0.3404),
    (18, 12, 2, 18): (0.0562, 0.3290),
    (53, 0, 0, 1): (-0.0729, 0.0729),
}.items():
    for computed, printed in zip(newcombe(*cells), limits):
        assert abs(computed - printed) < 1e-4, (cells, computed, printed)

counts = [1, 2, 7, 10, 100, 400, 5000, 1_000_000]
wilsons = [
    {"successes": k, "count": n, "confidence": level, "interval": wilson(k, n, level)}
    for n in counts
    for k in sorted({0, 1, n // 3, n // 2, n - 1, n})
    for level in (0.9, 0.95, 0.99)
]

discordant = [(0, 0), (0, 1), (1, 1), (0, 5), (3, 9), (9, 3), (50, 50), (20, 41), (511, 600),
              (0, 1000), (5000, 5200), (499_000, 501_000), (500_000, 500_000), (499_999, 500_001)]
mcnemars = []
for b, c in discordant:
    exact, mid = mcnemar(b, c)
    mcnemars.append({"broken": b, "fixed": c, "pValue": exact, "midP": mid})

tables = [(36, 12, 2, 0), (18, 12, 2, 18), (53, 0, 0, 1), (10, 0, 0, 0), (0, 0, 0, 10),
          (0, 10, 0, 0), (0, 0, 10, 0), (0, 5, 5, 0), (1, 0, 0, 0), (1, 0, 0, 1), (3, 1, 4, 2),
          (361, 4, 2, 33), (900, 0, 40, 60), (4321, 123, 98, 458), (9, 90, 1, 0),
          (700_000, 3000, 2500, 294_500), (250_000, 250_000, 250_000, 250_000)]
newcombes = [
    {"cells": cells, "confidence": level, "interval": newcombe(*cells, level)}
    for cells in tables
    for level in (0.9, 0.95, 0.99)
]

probabilities = [1e-300, 1e-20, 1e-9, 1e-3, 0.025, 0.05, 0.25, 0.499, 0.5, 0.501, 0.75, 0.95,
                 0.975, 0.995, 1 - 1e-9]
normals = [{"probability": p, "quantile": norm.ppf(p)} for p in probabilities]

golden = {"wilson": wilsons, "mcnemar": mcnemars, "newcombe": newcombes, "normal": normals}
lines = [f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
         for name, rows in golden.items()]
path = Path(__file__).parent / "Golden" / "statistics.json"
path.parent.mkdir(exist_ok=True)
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
