#!/usr/bin/env python3
"""How often 95 % intervals of a paired drop hold the true drop, for Guides/Statistics.md.

Nothing is drawn: the chance of every table of counts is summed. Discordant images are binomial, broken ones among
them too, and images that both arms get right enter through nine quantiles of their distribution (only Newcombe's
method depends on them, and weakly). Needs NumPy and SciPy; takes about a minute.

    scripts/python scripts/interval_coverage.py
"""
import numpy as np
from scipy.stats import binom, norm

CONFIDENCE, ACCURACY = 0.95, 0.8
Z = norm.ppf(1 - (1 - CONFIDENCE) / 2)


def wilson(k, n):
    middle, spread = k + Z * Z / 2, Z * np.sqrt(k * (n - k) / n + Z * Z / 4)
    return (middle - spread) / (n + Z * Z), (middle + spread) / (n + Z * Z)


def newcombe(right, b, c, n):
    """Method 10 (Newcombe 1998): Wilson intervals of both shares, joined by their correlation."""
    wrong = n - right - b - c
    margins = (right + b) * (c + wrong) * (right + c) * (b + wrong)
    excess = right * wrong - b * c
    excess = np.where(excess > 0, np.maximum(excess - n / 2, 0), excess)
    phi = np.where(margins > 0, excess / np.sqrt(np.maximum(margins, 1)), 0)
    (l1, u1), (l2, u2) = wilson(right + b, n), wilson(right + c, n)
    p, q, drop = (right + b) / n, (right + c) / n, (b - c) / n

    def side(x, y):
        return np.sqrt(np.maximum(x * x - 2 * phi * x * y + y * y, 0))

    return drop - side(p - l1, u2 - q), drop + side(u1 - p, q - l2)


def tango(right, b, c, n):
    """The score interval (Tango 1998): drops that the score test does not refute."""
    drop = (b - c) / n

    def statistic(delta):
        # The likeliest chance of "fixed" given the drop.
        linear = -b - c + (2 * n - b + c) * delta
        constant = -c * delta * (1 - delta)
        fixed = (np.sqrt(np.maximum(linear**2 - 8 * n * constant, 0)) - linear) / (4 * n)
        variance = n * (2 * fixed + delta * (1 - delta))
        return (b - c - n * delta) / np.sqrt(np.maximum(variance, 1e-300))

    def bound(outside, sign):
        inside = drop.copy()
        outside = np.full_like(drop, outside)
        for _ in range(50):
            middle = (inside + outside) / 2
            refuted = sign * statistic(middle) > Z
            inside, outside = np.where(refuted, inside, middle), np.where(refuted, middle, outside)
        return (inside + outside) / 2

    return bound(-1.0, 1), bound(1.0, -1)


def agresti_min(right, b, c, n):
    """Wald's interval after half an image more in each cell (Agresti and Min 2005)."""
    b, c, n = b + 0.5, c + 0.5, n + 2
    drop = (b - c) / n
    half = Z * np.sqrt(np.maximum((b + c) / n - drop**2, 0) / n)
    return drop - half, drop + half


def bonett_price(right, b, c, n):
    """Wald's interval after one broken and one fixed image more (Bonett and Price 2012)."""
    p, q = (b + 1) / (n + 2), (c + 1) / (n + 2)
    half = Z * np.sqrt((p + q - (p - q) ** 2) / (n + 2))
    return p - q - half, p - q + half


def exact_mid_p(right, b, c, n):
    """Given how many images differ, the mid-p interval of the share of broken ones, times that number."""
    d = b + c

    def bound(k_low):
        low, high = np.zeros_like(d, dtype=float), np.ones_like(d, dtype=float)
        for _ in range(45):
            p = (low + high) / 2
            if k_low:
                tail = binom.sf(b, d, p) + binom.pmf(b, d, p) / 2
                above = tail < (1 - CONFIDENCE) / 2
            else:
                tail = binom.cdf(b - 1, d, p) + binom.pmf(b, d, p) / 2
                above = tail > (1 - CONFIDENCE) / 2
            low, high = np.where(above, p, low), np.where(above, high, p)
        return np.where(d > 0, (low + high) / 2, 0.0 if k_low else 1.0)

    return (2 * bound(True) - 1) * d / n, (2 * bound(False) - 1) * d / n


METHODS = {
    "Newcombe 10": newcombe,
    "Tango": tango,
    "Agresti-Min": agresti_min,
    "Bonett-Price": bonett_price,
    "mid-p, conditional": exact_mid_p,
}


def around(n, p):
    """The values of a binomial count that matter, and their chances."""
    low, high = binom.ppf([1e-7, 1 - 1e-7], n, p).astype(int)
    k = np.arange(low, high + 1)
    return k, binom.pmf(k, n, p)


def tables(n, discordance, skew):
    """Counts and chances: arrays of right, broken, fixed, chance, with `right` in nine equal parts."""
    rows = []
    for d, chance in zip(*around(n, discordance)):
        b, share = around(int(d), (1 + skew) / 2) if d else (np.array([0]), np.array([1.0]))
        rest = (ACCURACY - discordance * (1 + skew) / 2) / (1 - discordance)
        right = binom.ppf((np.arange(9) + 0.5) / 9, int(n - d), rest)
        b, right = np.broadcast_arrays(b[:, None], right[None, :])
        rows.append((right.ravel(), b.ravel(), (d - b).ravel(), np.repeat(chance * share / 9, 9)))
    return [np.concatenate(column).astype(float) for column in zip(*rows)]


def coverage(method, n, discordance, skew):
    right, b, c, chance = tables(n, discordance, skew)
    if method is not newcombe:  # does not depend on `right`
        right, b, c, chance = right[::9], b[::9], c[::9], chance.reshape(-1, 9).sum(axis=1)
    low, high = method(right, b, c, n)
    truth = discordance * skew
    return chance[(low <= truth + 1e-12) & (truth - 1e-12 <= high)].sum() / chance.sum()


def main():
    print("coverage, %, by accuracy 80 %; skew = share of broken minus share of fixed among discordant images")
    print(f"{'images':>6} {'differ':>7} {'skew':>5} {'expected':>9}  " + "  ".join(f"{m:>18}" for m in METHODS))
    extremes = {m: [] for m in METHODS}
    for n in (200, 500, 1000, 2000, 5000):
        for discordance in (0.01, 0.02, 0.05, 0.1, 0.2):
            for skew in (0.0, 0.5):
                shares = {m: 100 * coverage(f, n, discordance, skew) for m, f in METHODS.items()}
                for m, share in shares.items():
                    extremes[m].append((n * discordance, share))
                print(
                    f"{n:6} {discordance:7.0%} {skew:5} {n * discordance:9.0f}  "
                    + "  ".join(f"{s:18.2f}" for s in shares.values()), flush=True)
    for title, least, most in (("fewer than 20 differ", 0, 20), ("20 or more differ", 20, 1e9)):
        spans = {m: [s for e, s in x if least <= e < most] for m, x in extremes.items()}
        inside = {m: f"{min(s):.2f} to {max(s):.2f}" for m, s in spans.items()}
        print(f"{title:>30}  " + "  ".join(f"{s:>18}" for s in inside.values()))
        held = {m: f"{sum(94 <= v <= 96.5 for v in s)} of {len(s)}" for m, s in spans.items()}
        print(f"{'within 94 to 96.5':>30}  " + "  ".join(f"{s:>18}" for s in held.values()))


if __name__ == "__main__":
    main()
