#!/usr/bin/env python3
"""Prints the judged arms of a report.json as annotations of a GitHub job.

    annotations.py report/report.json
"""

import json
import sys

LEVELS = {"fail": "error", "inconclusive": "warning", "pass": "notice"}


def escaped(text):
    """Text as the data of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text):
    return escaped(text).replace(":", "%3A").replace(",", "%2C")


def sentence(arm, max_drop):
    low, high = (100 * bound for bound in arm["dropInterval"])
    return (
        f"{arm['verdict'].upper()}: top-1 {100 * arm['top1']:.2f} %, drop {100 * arm['drop']:+.2f} points "
        f"[{low:+.2f}, {high:+.2f}], {100 * max_drop:.2f} allowed; {arm['bytes']:,} bytes, {arm['compression']:.2f} times smaller"
    )


def annotations(report):
    judged = [arm for arm in report["arms"] if arm.get("verdict")]
    based = [arm for arm in judged if arm["kind"] == "activation-based"]
    # The job's verdict is that of activation-based arms where there are any.
    for arm in based or judged:
        title = escaped_property(f"{report['model']['name']}: {arm['name']}")
        yield f"::{LEVELS[arm['verdict']]} title={title}::{escaped(sentence(arm, report['maxDrop']))}"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in annotations(json.load(file)):
            print(line)
