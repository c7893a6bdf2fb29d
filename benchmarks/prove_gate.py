#!/usr/bin/env python3
"""Whether the gate of `calibrant bench --against` holds on this machine, as busy as it is.

    scripts/python benchmarks/prove_gate.py MODEL ... [--unchanged 10] [--handicapped 5] [--handicap 0.1] [--seconds 10]

Saves a baseline, holds the unchanged binary against it, and the same binary with a handicap: extra work per run, as a
share of it. Fails unless every unchanged run passes and every handicapped one is caught.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

BINARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".build", "release", "calibrant")


def bench(o, *arguments):
    command = [o.binary, "bench", *o.models, "--seconds", str(o.seconds), "--quiet", "--json", "-", *arguments]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode not in (0, 1):
        sys.exit(process.stderr)
    return process.returncode, json.loads(process.stdout)["changes"]


def rounds(name, count, expected, o, baseline, *arguments):
    right = 0
    for index in range(count):
        code, changes = bench(o, "--against", baseline, *arguments)
        right += code == expected
        worst = max((c for c in changes if c["figure"] != "peak memory" and c["interval"][0] is not None), key=lambda c: c["interval"][0])
        found = ", ".join(f"{c['model']} {c['figure']}" for c in changes if c["regression"])
        print(
            f"{name} {index + 1}: exit {code}; surest change: {worst['model']} {worst['figure']} "
            f"{100 * worst['change']:+.1f} % [{100 * worst['interval'][0]:+.1f}, {100 * worst['interval'][1]:+.1f}]"
            f"{'; worse: ' + found if found else ''}", flush=True)
    print(f"{name}: {right} of {count} as expected", flush=True)
    return right == count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--unchanged", type=int, default=10)
    parser.add_argument("--handicapped", type=int, default=5)
    parser.add_argument("--handicap", type=float, default=0.1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--binary", default=BINARY)
    o = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        baseline = os.path.join(folder, "baseline.json")
        bench(o, "--save", baseline)
        holds = [
            rounds("unchanged", o.unchanged, 0, o, baseline),
            rounds("handicapped", o.handicapped, 1, o, baseline, "--handicap", str(o.handicap)),
        ]
    sys.exit(0 if all(holds) else 1)


if __name__ == "__main__":
    main()
