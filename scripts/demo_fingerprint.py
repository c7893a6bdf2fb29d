#!/usr/bin/env python3
"""Prints the number that DemoTests.pixelsNeverChange expects, from files as Pillow reads them.

    swift run -c release DemoImages images --test 2
    scripts/python scripts/demo_fingerprint.py images

FNV-1a over the pixels of every class's second test image: those are PNG files, which keep them.
"""

import pathlib
import sys

from PIL import Image

value = 0xCBF29CE484222325
for file in sorted(pathlib.Path(sys.argv[1]).glob("test/*/0002.png")):
    for byte in Image.open(file).convert("RGB").tobytes():
        value = (value ^ byte) * 0x100000001B3 % 2**64
print(f"0x{value:X}")
