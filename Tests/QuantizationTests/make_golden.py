"""Golden values for the quantization tests, from NumPy alone: python3 make_golden.py

Samples come from an integer generator that Samples.swift repeats, so only results are stored.
"""
import json
import math
import os

import numpy as np

COUNT = 20000
CAPACITY = 2048
f32 = np.float32


def uniforms(seed, count):
    """24-bit fractions from a 64-bit linear congruential generator."""
    state, out = seed, np.empty(count)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out[i] = (state >> 40) / 2**24
    return out


def bell(seed, count):
    return (uniforms(seed, 12 * count).reshape(count, 12).sum(1) - 6).astype(f32)


def samples(name):
    b = bell(1, COUNT)
    if name == 'bell': return b
    if name == 'relu': return np.where(b > 0, b, f32(0))
    if name == 'heavy': return b * b * b
    if name == 'heavyRelu': return np.where(b > 0, b * b * b, f32(0))
    if name == 'shifted': return b * f32(0.25) + f32(0.5)
    if name == 'clipped': return np.minimum(np.where(b > 0, b * f32(4), f32(0)), f32(6))
    raise KeyError(name)


def histogram(x):
    """The smallest exponent whose bins cover the values and zero."""
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    e = -126
    while math.floor(high / 2.0**e) - math.floor(low / 2.0**e) + 1 > CAPACITY: e += 1
    k = np.floor(x.astype(np.float64) / 2.0**e).astype(int)
    first = math.floor(low / 2.0**e)
    counts = np.bincount(k - first, minlength=math.floor(high / 2.0**e) - first + 1)
    return e, first, counts


def grid(name, low, high):
    """Scale, zero point and codes of a range."""
    low, high = min(low, 0.0), max(high, 0.0)
    if name == 'symmetricInt8': return f32(max(-low, high) / 127), 0, -127, 127
    scale = f32((high - low) / 255)
    return scale, int(np.clip(np.rint(-low / float(scale)), 0, 255)), 0, 255


def mse(x, name, low, high):
    s, z, n, p = grid(name, low, high)
    q = np.clip(np.rint(x / s) + z, n, p)
    return float(np.mean((x.astype(np.float64) - float(s) * (q - z)) ** 2))


def brute_force(x, name):
    """The smallest error over a dense lattice of ranges, measured on the samples themselves."""
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    y = x[::4]
    fractions = np.linspace(0.05, 1, 96)
    if name == 'symmetricInt8':
        pairs = [(low * f, high * f) for f in fractions]
    elif low == 0:
        pairs = [(0.0, high * f) for f in fractions]
    else:
        pairs = [(low * a, high * b) for a in fractions[::2] for b in fractions[::2]]
    best = sorted((mse(y, name, *p), p) for p in pairs)[:8]
    return min(mse(x, name, *p) for _, p in best)


def divergence(h, first, last, levels):
    """KL(P || Q), written out bin by bin."""
    kept = h[first:last + 1].astype(float)
    p = kept.copy()
    p[0] += h[:first].sum()
    p[-1] += h[last + 1:].sum()
    q = np.zeros_like(kept)
    for level in range(levels):
        a, b = level * len(kept) // levels, (level + 1) * len(kept) // levels
        nonzero = kept[a:b] > 0
        if nonzero.any(): q[a:b][nonzero] = kept[a:b].sum() / nonzero.sum()
    p, q = p / p.sum(), q / q.sum()
    used = p > 0
    return float((p[used] * np.log(p[used] / q[used])).sum())


def entropy(x, name):
    e, first, counts = histogram(x[x != 0])
    if name == 'symmetricInt8':
        negative, positive = counts[:-first][::-1], counts[-first:]
        n = max(len(negative), len(positive))
        h = np.pad(negative, (0, n - len(negative))) + np.pad(positive, (0, n - len(positive)))
        zero, levels, lower_moves = 0, 128, False
    else:
        h, zero, levels, lower_moves = counts, -first, 256, first < 0
    spacing = max((len(h) - levels) // (64 if lower_moves else len(h)), 1)
    best = (divergence(h, 0, len(h) - 1, levels), 0, len(h) - 1)
    for a in range(0, zero + 1, spacing) if lower_moves else [0]:
        for b in range(len(h) - 1, zero - 1, -spacing):
            if b - a + 1 < levels or h[b] == 0 or (lower_moves and h[a] == 0): continue
            d = divergence(h, a, b, levels)
            if d < best[0] - 1e-12: best = (d, a, b)
    _, a, b = best
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    if name == 'symmetricInt8':
        t = (b + 1) * 2.0**e
        return [max(-t, low), min(t, high)]
    return [max((first + a) * 2.0**e, low), min((first + b + 1) * 2.0**e, high)]


def weights():
    """A 4x3x3x3 tensor with a dead and a tiny channel, rounded to nearest per axis."""
    w = bell(7, 108).reshape(4, 3, 3, 3).copy()
    w[1] = 0
    w[2] *= f32(1e-3)
    cases = []
    for bits, symmetric, axis in [(8, True, 0), (8, True, None), (8, False, 0), (8, False, 1),
                                  (4, True, 0), (4, False, None)]:
        low, high = -(2**(bits - 1)), 2**(bits - 1) - 1
        if symmetric and bits == 8: low = -127
        moved = np.moveaxis(w, axis, 0) if axis is not None else w[None]
        codes, scales, zeros = np.empty(moved.shape, int), [], []
        for c, row in enumerate(moved):
            a, b = min(float(row.min()), 0.0), max(float(row.max()), 0.0)
            if symmetric: s, z = f32(max(-a, b) / high), 0
            else:
                s = f32((b - a) / (high - low))
                z = int(np.clip(np.rint(low - a / float(s)), low, high)) if b > a else 0
            if b == a: s = f32(1)
            codes[c] = np.clip(np.rint(row / s) + z, low, high)
            scales.append(float(s)), zeros.append(z)
        codes = np.moveaxis(codes, 0, axis) if axis is not None else codes[0]
        cases.append(dict(bits=bits, symmetric=symmetric, axis=axis, scales=scales,
                          zeroPoints=zeros, codes=codes.reshape(-1).tolist()))
    return cases


def main():
    out = {'samples': [], 'weights': weights()}
    for name in ['bell', 'relu', 'heavy', 'heavyRelu', 'shifted', 'clipped']:
        x = samples(name)
        e, first, counts = histogram(x)
        p = [float(np.quantile(x, q)) for q in (0.0001, 0.9999)]
        d = x.astype(np.float64)
        out['samples'].append(dict(
            name=name, minimum=float(x.min()), maximum=float(x.max()),
            zeros=int((x == 0).sum()), sum=math.fsum(d), sumOfSquares=math.fsum(d * d),
            exponent=e, firstBin=first, counts=counts.tolist(), percentile=p,
            entropy={g: entropy(x, g) for g in ('asymmetricUInt8', 'symmetricInt8')},
            leastError={g: brute_force(x, g) for g in ('asymmetricUInt8', 'symmetricInt8')},
            minMaxError={g: mse(x, g, float(x.min()), float(x.max()))
                         for g in ('asymmetricUInt8', 'symmetricInt8')}))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'golden.json')
    with open(path, 'w') as f:
        json.dump(out, f, separators=(',', ':'), sort_keys=True)
        f.write('\n')


main()
