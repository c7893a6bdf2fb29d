"""Writes masks.json: small PNGs of class indices, and the indices that were stored, which Pillow reads back.

    python3 make_masks.py > masks.json

One line per mask: name, bytes (base64), width, height and indices, or the kind for which it is refused. Pillow gives the
indices of palettes as they are and grey of fewer bits as levels of 0 to 255, which are checked after scaling. Needs Pillow
and NumPy.
"""

import base64
import io
import json
import struct
import zlib

import numpy as np
from PIL import Image

random = np.random.default_rng(18)
WIDTH, HEIGHT = 11, 7


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(indices, bits, color, extra=b"", interlace=False):
    """A PNG of samples as they are stored; Adam7 where interlaced."""
    height, width = indices.shape
    passes = [(0, 0, 1, 1)]
    if interlace:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b""
    for y, x, down, right in passes:
        part = indices[y::down, x::right]
        for row in part if part.size else []:
            stored = np.concatenate([(row[:, None] >> np.arange(bits - 1, -1, -1)) & 1]).ravel().astype(np.uint8)
            rows += b"\0" + np.packbits(stored).tobytes()
    head = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def entry(name, bits, color, interlace=False, keyed=False):
    indices = random.integers(0, 1 << bits, (HEIGHT, WIDTH), dtype=np.uint8)
    if bits == 8:
        indices[0, :3] = (0, 21, 255)
    extra = b""
    if color == 3:
        extra = chunk(b"PLTE", random.integers(0, 256, 3 << bits, dtype=np.uint8).tobytes())
    if keyed:
        extra += chunk(b"tRNS", b"\0" * 2)
    data = png(indices, bits, color, extra, interlace)
    seen = Image.open(io.BytesIO(data))
    scale = 1 if color == 3 else 255 // ((1 << bits) - 1)
    seen = np.asarray(seen if seen.mode != "1" else seen.convert("L"))
    assert (seen == indices * scale).all(), name
    return {"name": name, "bytes": encoded(data), "width": WIDTH, "height": HEIGHT,
            "indices": indices.ravel().tolist()}


def encoded(data):
    return base64.b64encode(data).decode()


def saved(picture, format="PNG"):
    buffer = io.BytesIO()
    picture.save(buffer, format)
    return encoded(buffer.getvalue())


entries = [entry(f"{kind}_{bits}{'_interlaced' if interlace else ''}", bits, color, interlace)
           for kind, color in (("grey", 0), ("palette", 3)) for bits in (1, 2, 4, 8)
           for interlace in (False, True)]
entries.append(entry("palette_8_transparent", 8, 3, keyed=True))

by_pillow = Image.fromarray(random.integers(0, 20, (HEIGHT, WIDTH), dtype=np.uint8), "P")
by_pillow.putpalette(random.integers(0, 256, 60, dtype=np.uint8).tobytes())
entries.append({"name": "pillow", "bytes": saved(by_pillow), "width": WIDTH, "height": HEIGHT,
                "indices": np.asarray(by_pillow).ravel().tolist()})

colors = Image.fromarray(random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8), "RGB")
for name, picture, format, kind in [
    ("rgb", colors, "PNG", "with three colours for each pixel"),
    ("rgba", colors.convert("RGBA"), "PNG", "with three colours for each pixel"),
    ("grey_alpha", colors.convert("LA"), "PNG", "with an alpha channel"),
    ("grey_16", Image.fromarray(np.full((HEIGHT, WIDTH), 300, np.uint16)), "PNG", "of 16 bits for each pixel"),
    ("jpeg", colors.convert("L"), "JPEG", "of another format than PNG"),
]:
    entries.append({"name": name, "bytes": saved(picture, format), "kind": kind})

print("[\n" + ",\n".join(json.dumps(line) for line in entries) + "\n]")
