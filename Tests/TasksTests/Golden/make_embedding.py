#!/usr/bin/env python3
"""Writes embedding.json: nearest neighbours, recall and verification, written out in NumPy.

    python3 make_embedding.py > embedding.json
"""
import json

import numpy as np

random = np.random.default_rng(18)


def floats(array):
    return [[float(str(x)) for x in row] for row in np.asarray(array, np.float32)]


def cosines(queries, gallery):
    a, b = queries.astype(float), gallery.astype(float)
    a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))
    return a @ b.T


def nearest(queries, gallery):
    similar = cosines(queries, gallery)
    np.fill_diagonal(similar, -np.inf)
    return similar.argmax(1)


def recall(found, identities, weights):
    kept = [i for i, x in enumerate(identities) if identities.count(x) > 1]
    weight = sum(weights[i] for i in kept)
    right = sum(weights[i] for i in kept if identities[found[i]] == identities[i])
    return right / weight if weight else None


def verification(similar, same, weights):
    """Every threshold tried: none the same, or all of at least one of the cosines."""
    best = (0, np.inf)
    for threshold in [np.inf] + sorted(set(similar), reverse=True):
        right = sum(w for s, t, w in zip(similar, same, weights) if (s >= threshold) == t)
        if right > best[0]:
            best = (right, threshold)
    return best[0] / sum(weights), None if np.isinf(best[1]) else best[1]


IMAGES, LENGTH = 37, 16
identities = random.integers(0, 8, IMAGES).tolist()
identities[5] = 99  # alone
centers = random.normal(size=(100, LENGTH))
vectors = (centers[identities] + 1.1 * random.normal(size=(IMAGES, LENGTH))).astype(np.float32)
other = (vectors + 0.5 * random.normal(size=vectors.shape)).astype(np.float32)
weights = [[1] * IMAGES, random.integers(0, 3, IMAGES).tolist(), [0] * IMAGES]

own, fixed = nearest(other, other), nearest(other, vectors)
result = {"identities": identities, "vectors": floats(other), "gallery": floats(vectors),
          "own": own.tolist(), "fixed": fixed.tolist(), "weights": weights,
          "ownRecall": [recall(own, identities, w) for w in weights],
          "fixedRecall": [recall(fixed, identities, w) for w in weights]}

pairs = [random.choice(IMAGES, 2, replace=False).tolist() for _ in range(40)]
for i in range(20):  # as many of the same identity
    first = int(random.integers(IMAGES))
    second = [j for j, x in enumerate(identities) if x == identities[first] and j != first]
    if second:
        pairs.append([first, int(random.choice(second))])
similar = cosines(other, other)
similar = [similar[a, b] for a, b in pairs]
same = [identities[a] == identities[b] for a, b in pairs]
result["pairs"], result["verification"] = pairs, []
for w in ([1] * len(pairs), random.integers(0, 4, len(pairs)).tolist()):
    accuracy, threshold = verification(similar, same, w)
    result["verification"].append({"weights": w, "accuracy": accuracy, "threshold": threshold})

similar = cosines(other, vectors)
accuracy, threshold = verification([similar[a, b] for a, b in pairs], same, [1] * len(pairs))
result["fixedVerification"] = {"weights": [1] * len(pairs), "accuracy": accuracy, "threshold": threshold}

ties, truth = random.integers(0, 6, 50) / 5, (random.random(50) < 0.5).tolist()
accuracy, threshold = verification(ties.tolist(), truth, [1] * 50)
result["ties"] = {"cosines": ties.tolist(), "isSame": truth, "accuracy": accuracy, "threshold": threshold}
print(json.dumps(result))
