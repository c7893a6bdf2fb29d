#!/usr/bin/env python3
"""Writes the .npy files beside this script with NumPy: one per element type, shape and format version.

The values of every array are 0, 1, 2, ... minus the type's offset, so that tests can compute them.
"""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
OFFSETS = {
    "float32": 2.5, "float64": 2.25, "int8": 3, "uint8": 0, "int16": 3, "uint16": 0,
    "int32": 3, "uint32": 0, "int64": 3, "uint64": 0,
}


def counting(dtype, shape):
    count = int(np.prod(shape))
    return (np.arange(count) - OFFSETS[dtype]).astype(dtype).reshape(shape)


def save(name, array, version=None):
    with open(HERE / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version, allow_pickle=True)


for dtype in OFFSETS:
    save(f"{dtype}.npy", counting(dtype, (2, 3)))
save("bool.npy", np.array([[True, False, True], [False, False, True]]))
save("scalar.npy", counting("float32", ()))
save("vector.npy", counting("float32", (5,)))
save("empty.npy", counting("float32", (0, 3)))
save("rank4.npy", counting("float32", (2, 1, 2, 3)))
# A header that fills whole blocks of 64 bytes without padding: NumPy then adds one more block.
save("full-block.npy", np.zeros((0, 10, 10) + (1,) * 11, "float32"))
save("version2.npy", counting("float32", (2, 3)), version=(2, 0))
save("version3.npy", counting("float32", (2, 3)), version=(3, 0))
save("fortran.npy", np.asfortranarray(counting("float32", (2, 3))))
save("fortran-rank4.npy", np.asfortranarray(counting("float32", (2, 1, 2, 3))))
save("fortran-big-endian-half.npy", np.asfortranarray(counting("float32", (2, 3, 2)).astype(">f2")))
save("big-endian.npy", counting("float32", (2, 3)).astype(">f4"))
save("big-endian-double.npy", counting("float32", (2, 3)).astype(">f8"))
save("half.npy", counting("float32", (2, 3)).astype("<f2"))
save("bad-complex.npy", np.zeros(2, "complex64"))
save("bad-object.npy", np.array([None, 1], dtype=object))
save("bad-record.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
save("bad-string.npy", np.array(["ab", "c"]))
