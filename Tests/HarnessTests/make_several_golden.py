#!/usr/bin/env python3
"""Writes Golden/several.json: reference values for HolmTests.swift.

Needs NumPy and SciPy. Holm's p-values are computed by closed testing, which is what the procedure
abbreviates: a hypothesis is rejected when every intersection that holds it is rejected by Bonferroni.
The ratio's interval is found by root search on Fieller's statistic over the images themselves.
"""
import itertools
import json
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm


def holm(p):
    """The largest Bonferroni p-value of all sets that hold the test."""
    indices = range(len(p))
    sets = [s for size in range(1, len(p) + 1) for s in itertools.combinations(indices, size)]
    return [max(min(1.0, len(s) * min(p[j] for j in s)) for s in sets if i in s) for i in indices]


def ratio(cells):
    x = np.repeat([c[0] for c in cells], [c[2] for c in cells]).astype(float)
    y = np.repeat([c[1] for c in cells], [c[2] for c in cells]).astype(float)
    z = norm.ppf(0.975)

    def excess(theta):
        d = x - theta * y
        return abs(d.mean()) - z * d.std(ddof=1) / np.sqrt(len(d))

    if x.mean() <= 0 or y.mean() <= 0 or y.mean() <= z * y.std(ddof=1) / np.sqrt(len(y)):
        return None, None
    theta = x.mean() / y.mean()
    high = theta
    while excess(high) < 0:
        high *= 2
    low = theta
    while excess(low) < 0:
        low -= theta
    limits = [brentq(excess, low, theta, xtol=1e-14), brentq(excess, theta, high, xtol=1e-14)]
    return (theta, limits) if limits[0] > 1 else (None, None)


rng = np.random.default_rng(3)
families = [[0.01], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5], [0.0, 1.0, 0.02], [0.2] * 5]
families += [sorted(rng.random(n) ** 3) for n in (3, 6, 9)] + [list(rng.random(8) ** 4)]
tables = [
    [[1, 1, 30], [1, 0, 60], [0, 1, 10], [-1, -1, 10], [0, 0, 890]],
    [[1, 1, 300], [1, 0, 900], [0, 1, 20], [-1, 0, 40], [0, -1, 30], [0, 0, 3710]],
    [[1, 0, 28], [1, 1, 2], [0, 0, 970]],
    [[1, 0, 500], [1, 1, 200], [0, 0, 1]],
    [[1, 1, 100], [0, 0, 900]],
    [[1, 0, 50], [0, -1, 50], [0, 0, 900]],
    [[-1, 1, 20], [0, 0, 980]],
]
golden = {
    "holm": [{"pValues": list(map(float, p)), "adjusted": list(map(float, holm(p)))}
             for p in families],
    "ratio": [dict(zip(("cells", "ratio", "interval"), (t, *ratio(t)))) for t in tables],
}
lines = [f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
         for name, rows in golden.items()]
path = Path(__file__).parent / "Golden" / "several.json"
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
