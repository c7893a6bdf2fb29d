"""The hash of pixels that ImagingTests computes too (PixelHash.swift)."""

import numpy as np

MULTIPLIER = 0x00000100000001B3


def pixel_hash(values):
    """Little-endian 64-bit words of the bytes (padded with zeros) as digits of a number in an odd
    base, modulo 2^64: one changed word always changes it."""
    data = np.ascontiguousarray(values).tobytes()
    words = np.frombuffer(data + bytes(-len(data) % 8), "<u8")
    powers = np.full(len(words), MULTIPLIER, np.uint64)
    powers[-1:] = 1
    powers = np.cumprod(powers[::-1], dtype=np.uint64)[::-1]
    return f"{int((words * powers).sum(dtype=np.uint64)):016x}"
