#!/usr/bin/env python3
"""Writes the archives beside it: two arrays as np.savez and np.savez_compressed write them, deflated in one block of fixed
codes, and with the sizes and places of the list of files in 64 bits.

    python3 make_archives.py
"""
import io
import pathlib
import struct
import zipfile
import zlib

import numpy as np

HERE = pathlib.Path(__file__).parent
arrays = {"ids": (np.arange(300) ** 2 % 17).astype(np.int64).reshape(3, 100),
          "image": (np.arange(96) / 8).astype(np.float32).reshape(3, 2, 4, 4)}
np.savez(HERE / "stored.npz", **arrays)
np.savez_compressed(HERE / "deflated.npz", **arrays)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def archive(path, is_fixed, is_large):
    """Written out, since zipfile chooses neither."""
    body, listing = b"", b""
    for name, array in arrays.items():
        data, name = npy(array), f"{name}.npy".encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FIXED if is_fixed else zlib.Z_DEFAULT_STRATEGY)
        packed = packer.compress(data) + packer.flush()
        offset, sizes = len(body), (len(packed), len(data))
        crc = zlib.crc32(data)
        body += struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, *sizes, len(name), 0) + name + packed
        extra = struct.pack("<2H3Q", 1, 24, len(data), len(packed), offset) if is_large else b""
        listed = (0xFFFFFFFF,) * 2 if is_large else sizes
        listing += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, *listed, len(name), len(extra), 0, 0, 0,
                               0, 0xFFFFFFFF if is_large else offset) + name + extra
    place, count, end = len(body), len(arrays), b""
    if is_large:
        end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(listing), place)
        end += struct.pack("<4sIQI", b"PK\6\7", 0, place + len(listing), 1)
        count, place = 0xFFFF, 0xFFFFFFFF
    end += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(listing), place, 0)
    (HERE / path).write_bytes(body + listing + end)


archive("fixed.npz", is_fixed=True, is_large=False)
archive("large.npz", is_fixed=False, is_large=True)
for path in HERE.glob("*.npz"):
    with np.load(path) as read:
        assert sorted(read) == sorted(arrays) and all((read[k] == v).all() for k, v in arrays.items()), path
