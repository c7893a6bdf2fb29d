#!/usr/bin/env python3
"""Prints the numbers that DemoTests and DemoGroupTests expect, from files as Pillow reads them.

    swift run -c release DemoImages images --test 2
    scripts/python scripts/demo_fingerprint.py images
    swift run -c release DemoImages pictures --groups --test 20
    scripts/python scripts/demo_fingerprint.py pictures --groups

FNV-1a over the pixels of every class's second test image, or of every second picture: those are PNG files, which keep them.
With --groups, then over the masks.
"""

import pathlib
import sys

from PIL import Image


def fingerprint(files, mode):
    """Of the pixels as `mode`, or as the file stores them where it is None."""
    value = 0xCBF29CE484222325
    for file in sorted(files):
        image = Image.open(file)
        for byte in (image.convert(mode) if mode else image).tobytes():
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"0x{value:X}"


folder = pathlib.Path(sys.argv[1])
if "--groups" in sys.argv:
    print(fingerprint(folder.glob("test/*.png"), "RGB"))
    print(fingerprint(folder.glob("test-masks/*.png"), None))
else:
    print(fingerprint(folder.glob("test/*/0002.png"), "RGB"))
