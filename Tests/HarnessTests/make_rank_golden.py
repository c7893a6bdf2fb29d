#!/usr/bin/env python3
"""Writes Golden/rank-sum.json: reference values for RankSumTests.swift.

Needs NumPy and SciPy. A bound of the shift is where SciPy's exact Mann-Whitney test changes its mind, found by testing
between every two neighbouring pairwise differences.
"""
import json
from pathlib import Path

import numpy as np
from scipy.stats import mannwhitneyu


def lower_bound(old, new, alpha):
    differences = np.sort((new[:, None] - old[None, :]).ravel())
    probes = np.concatenate([[differences[0] - 1], (differences[1:] + differences[:-1]) / 2])
    bound = None
    for probe, difference in zip(probes, differences):
        p = mannwhitneyu(new - probe, old, alternative="greater", method="exact").pvalue
        if p > alpha:
            return bound
        bound = difference
    return bound


rng = np.random.default_rng(11)
cases = []
for m, n in [(1, 1), (3, 3), (5, 5), (4, 9), (10, 10), (10, 7), (12, 20)]:
    for alpha in (0.05, 0.01, 0.0002):
        old, new = rng.normal(0, 1, m).round(6), rng.normal(0.7, 1.3, n).round(6)
        upper = lower_bound(-old, -new, alpha)
        cases.append({
            "old": old.tolist(), "new": new.tolist(), "alpha": alpha,
            "shift": float(np.median(new[:, None] - old[None, :])),
            "lower": lower_bound(old, new, alpha), "upper": None if upper is None else -upper,
        })
text = "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"
(Path(__file__).parent / "Golden" / "rank-sum.json").write_text(text)
