#!/usr/bin/env python3
"""Whether `auto` is ever worse than the best single method, and whether leaving a step out ever helps.

    calibrant compare MODEL … --methods minmax,percentile,entropy,mse,auto --ablation -o OUT
    scripts/python benchmarks/never_worse.py OUT …

Reads the records of each comparison. For every scheme, `auto` is set against each other activation-based arm on the same
images: the difference of top-1 in points and one standard error of that paired difference. Says WORSE, and exits with 1,
where an arm beats auto by more than one standard error. (Of k arms that differ by chance alone about one in six does.)
Beside it stands the logit KL divergence from the original, which tells files apart that top-1 cannot: every image counts,
not just the few whose class changes.
"""
import csv
import json
import os
import sys
from collections import defaultdict


def right_answers(path):
    arms = defaultdict(dict)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            arms[row["arm"]][row["path"]] = row["top1"] == row["label"]
    return arms


def divergences(path):
    with open(path) as file:
        return {arm["name"]: arm["logitKL"] or 0 for arm in json.load(file)["arms"]}


def paired(ours, theirs):
    """How much better `theirs` is, and one standard error of that."""
    differences = [int(theirs[path]) - int(ours[path]) for path in ours]
    count = len(differences)
    mean = sum(differences) / count
    variance = sum((d - mean) ** 2 for d in differences) / max(count - 1, 1)
    return 100 * mean, 100 * (variance / count) ** 0.5


def main():
    failed = False
    for folder in sys.argv[1:]:
        arms = right_answers(os.path.join(folder, "records.csv"))
        original = arms["original"]
        kl = divergences(os.path.join(folder, "report.json"))
        print(f"{folder}: {len(original):,} images")
        for auto in (name for name in arms if name.endswith("activation-based auto")):
            drop = -paired(original, arms[auto])[0]
            print(f"  {auto}: drop {drop:+.2f}, logit KL {kl[auto]:.5f}")
            for other, answers in arms.items():
                if other == auto or not other.startswith(auto.removesuffix("auto")):
                    continue
                better, error = paired(arms[auto], answers)
                worse = better > error
                failed |= worse
                name = other.removeprefix(auto.removesuffix("auto"))
                print(f"    {name:44} {better:+.2f} ± {error:.2f}   KL {kl[other]:.5f}{'   WORSE' if worse else ''}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
