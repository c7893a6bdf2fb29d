"""The paired bootstrap, written out with Python's integers, NumPy and SciPy."""
import numpy as np
from scipy.stats import norm, t

MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def resamples(images, count, seed):
    seeds = SplitMix64(seed)
    rows = []
    for _ in range(count):
        draws, row = SplitMix64(seeds.next()), [0] * images
        for _ in range(images):
            row[draws.next() * images >> 64] += 1
        rows.append(row)
    return rows


def tail(images, confidence):
    width = t.ppf((1 + confidence) / 2, images - 1)
    return norm.sf(width * np.sqrt(images / (images - 1)))


def p_value(differences, images):
    """The level of the expanded interval that ends at 0, by Student's tail itself."""
    rarer = min((differences <= 0).sum(), (differences >= 0).sum())
    share = (rarer + 1) / (len(differences) + 1)
    return min(1.0, 2 * t.sf(norm.isf(share) / np.sqrt(images / (images - 1)), images - 1))
