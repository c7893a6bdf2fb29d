"""Writes formats.json: small BMP, GIF, WebP, TIFF and Netpbm images and what Pillow makes of them.

    python3 make_formats.py > formats.json
    python3 make_formats.py --seed 7 --size 61x47 > /tmp/formats.json      # others, for FORMATS=/tmp/formats.json

One line per image: name, bytes (base64), then width, height and hash of its pixels in RGB, or the beginning of the
message that refuses it. Needs Pillow and NumPy; with tiffcp (libtiff-tools) there are more TIFFs.
"""

import argparse
import base64
import io
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from pixel_hash import pixel_hash

warnings.simplefilter("ignore")
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=5)
parser.add_argument("--size", default="13x9")
options = parser.parse_args()
random = np.random.default_rng(options.seed)
WIDTH, HEIGHT = map(int, options.size.split("x"))


def smooth(channels):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [128 + 100 * np.sin(x / (3 + c) + c) * np.cos(y / (2 + c)) for c in range(channels)]
    noise = random.normal(0, 12, (HEIGHT, WIDTH, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def levels(channels, count=256):
    """Samples below `count`, in runs, so that every coding has something to save."""
    values = random.integers(0, count, (HEIGHT, WIDTH, channels))
    repeats = random.random((HEIGHT, WIDTH)) < 0.6
    for x in range(1, WIDTH):
        values[repeats[:, x], x] = values[repeats[:, x], x - 1]
    return values


def image(mode):
    if mode == "1":
        return Image.fromarray((levels(1, 2)[..., 0] * 255).astype(np.uint8)).convert("1")
    if mode == "P":
        result = Image.fromarray(levels(1)[..., 0].astype(np.uint8), "L").convert("P")
        result.putpalette(random.integers(0, 256, 768, dtype=np.uint8).tobytes())
        return result
    if mode == "PA":
        result = image("P").convert("PA")
        return result
    channels = {"L": 1, "LA": 2, "RGB": 3, "YCbCr": 3}.get(mode, 4)
    return Image.fromarray(smooth(channels).squeeze(), mode)


def saved(picture, format, **settings):
    buffer = io.BytesIO()
    picture.save(buffer, format, **settings)
    return buffer.getvalue()


# TIFF

def tiff(samples, bits, photometric, order="<", large=False, planar=False, squeeze=False, rows=None, tile=None, tags={}):
    """H×W×C samples as a TIFF; `rows` per strip, or tiles of width and height."""
    height, width, channels = samples.shape
    planes = [samples[..., c:c + 1] for c in range(channels)] if planar else [samples]
    blocks = []
    for plane in planes:
        if tile:
            for y in range(0, height, tile[1]):
                for x in range(0, width, tile[0]):
                    part = plane[y:y + tile[1], x:x + tile[0]]
                    fill = (tile[1] - part.shape[0], tile[0] - part.shape[1])
                    blocks.append(np.pad(part, ((0, fill[0]), (0, fill[1]), (0, 0))))
        else:
            step = rows or height
            blocks += [plane[y:y + step] for y in range(0, height, step)]
    data = [b"".join(packed(row, bits, order) for row in block) for block in blocks]
    if squeeze:
        data = [zlib.compress(d) for d in data]
    entries = {256: width, 257: height, 258: [bits] * channels, 259: 8 if squeeze else 1, 262: photometric,
               277: channels, 284: 2 if planar else 1, **tags}
    offsets, counts = (324, 325) if tile else (273, 279)
    if tile:
        entries |= {322: tile[0], 323: tile[1]}
    else:
        entries[278] = rows or height
    entries[counts] = [len(d) for d in data]
    position = 16 if large else 8
    entries[offsets] = []
    for block in data:
        entries[offsets].append(position)
        position += len(block)
    return head(order, large, position) + b"".join(data) + directory(entries, order, large, position)


def packed(row, bits, order):
    if bits == 16:
        return row.astype(order + "u2").tobytes()
    if bits == 32:
        return row.astype(order + "u4").tobytes()
    text = "".join(format(int(v), f"0{bits}b") for v in row.reshape(-1))
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def head(order, large, directory_at):
    mark = b"II" if order == "<" else b"MM"
    if large:
        return mark + struct.pack(order + "HHHQ", 43, 8, 0, directory_at)
    return mark + struct.pack(order + "HI", 42, directory_at)


def directory(entries, order, large, position):
    wide = "Q" if large else "I"
    body, extra = b"", b""
    size = (8 + 20 * len(entries) + 8) if large else (2 + 12 * len(entries) + 4)
    for tag, values in sorted(entries.items()):
        values = values if isinstance(values, list) else [values]
        kind, code = (4, "I") if tag in (273, 279, 324, 325) else (3, "H")
        raw = struct.pack(f"{order}{len(values)}{code}", *values)
        room = 8 if large else 4
        if len(raw) > room:
            extra += b"\0" * (len(extra) % 2)
            place = struct.pack(order + wide, position + size + len(extra))
            extra += raw
            raw = place
        body += struct.pack(order + "HH" + wide, tag, kind, len(values)) + raw.ljust(room, b"\0")
    count = struct.pack(order + ("Q" if large else "H"), len(entries))
    return count + body + bytes(8 if large else 4) + extra


def color_map(bits):
    return {320: random.integers(0, 65536, 3 << bits).tolist()}


def tiffs_of_pillow():
    codecs = {
        "raw": None, "lzw": "tiff_lzw", "deflate": "tiff_adobe_deflate", "packbits": "packbits", "lzma": "lzma",
        "zstd": "zstd",
    }
    for mode in ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"]:
        for name, codec in codecs.items():
            yield f"{mode}_{name}.tif", saved(image(mode), "TIFF", compression=codec)
    for codec in ["group3", "group4", "tiff_ccitt"]:
        yield f"1_{codec}.tif", saved(image("1"), "TIFF", compression=codec)
    for mode in ["L", "RGB", "CMYK", "YCbCr"]:
        for quality in [30, 90]:
            yield f"{mode}_jpeg{quality}.tif", saved(image(mode), "TIFF", compression="jpeg", quality=quality)
    for mode in ["L", "RGB", "RGBA"]:
        yield f"{mode}_predictor.tif", saved(image(mode), "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
        yield f"{mode}_strips.tif", saved(image(mode), "TIFF", compression="tiff_deflate", tiffinfo={278: 2})
    for orientation in range(1, 9):
        yield f"orientation_{orientation}.tif", saved(image("RGB"), "TIFF", tiffinfo={274: orientation})
        yield f"orientation_{orientation}_lzw.tif", saved(
            image("L"), "TIFF", compression="tiff_lzw", tiffinfo={274: orientation})
    pages = [image("RGB"), image("L")]
    yield "pages.tif", saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    yield "large.tif", saved(image("RGB"), "TIFF", big_tiff=True)


def tiffs_by_hand():
    for order, end in [("<", "II"), (">", "MM")]:
        for squeeze in [False, True]:
            suffix = f"{end}{'_deflate' if squeeze else ''}.tif"
            settings = {"order": order, "squeeze": squeeze}
            for bits in [1, 2, 4, 8]:
                grey = levels(1, 1 << bits)
                yield f"grey{bits}_{suffix}", tiff(grey, bits, 1, **settings)
                yield f"white_is_zero{bits}_{suffix}", tiff(grey, bits, 0, rows=2, **settings)
                yield f"palette{bits}_{suffix}", tiff(grey, bits, 3, tags=color_map(bits), **settings)
            for channels, extra in [(3, []), (4, [2]), (4, [1]), (4, [0]), (5, [2, 0]), (5, [1, 0]), (6, [0, 0, 0])]:
                tags = {338: extra} if extra else {}
                name = f"rgb{''.join(map(str, extra))}"
                yield f"{name}_8_{suffix}", tiff(levels(channels), 8, 2, tags=tags, **settings)
                if channels < 5:
                    yield f"{name}_16_{suffix}", tiff(levels(channels, 65536), 16, 2, tags=tags, rows=3, **settings)
            yield f"rgba_untold_{suffix}", tiff(levels(4), 8, 2, **settings)
            yield f"grey_x_{suffix}", tiff(levels(2), 8, 1, tags={338: [0]}, **settings)
            yield f"cmyk_16_{suffix}", tiff(levels(4, 65536), 16, 5, **settings)
            yield f"cmyk_x_{suffix}", tiff(levels(5), 8, 5, tags={338: [0]}, **settings)
            yield f"planes_rgb_{suffix}", tiff(levels(3), 8, 2, planar=True, rows=2, **settings)
            yield f"planes_rgbx_{suffix}", tiff(levels(4), 8, 2, planar=True, tags={338: [0]}, **settings)
            yield f"planes_rgba_{suffix}", tiff(levels(4), 8, 2, planar=True, tags={338: [2]}, **settings)
            yield f"planes_cmyk_{suffix}", tiff(levels(4), 8, 5, planar=True, **settings)
            yield f"tiles_rgb_{suffix}", tiff(levels(3), 8, 2, tile=(16, 16), **settings)
            yield f"tiles_grey_{suffix}", tiff(levels(1), 8, 1, tile=(16, 16), **settings)
            yield f"tiles_palette4_{suffix}", tiff(levels(1, 16), 4, 3, tile=(16, 16), tags=color_map(4), **settings)
            yield f"tiles_planes_{suffix}", tiff(levels(3), 8, 2, tile=(16, 16), planar=True, **settings)
            yield f"large_{suffix}", tiff(levels(3), 8, 2, large=True, rows=4, **settings)
    yield "planes_rgb_16.tif", tiff(levels(3, 65536), 16, 2, planar=True, squeeze=True)
    yield "planes_premultiplied.tif", tiff(levels(4), 8, 2, planar=True, squeeze=True, tags={338: [1]})
    yield "reversed_bits.tif", tiff(levels(1, 2), 1, 1, tags={266: 2})
    yield "reversed_bits8.tif", tiff(levels(3), 8, 2, tags={266: 2})
    yield "reversed_bits_deflate.tif", tiff(levels(1, 16), 4, 1, tags={266: 2}, squeeze=True)
    yield "ycbcr.tif", tiff(levels(3), 8, 6, tags={530: [1, 1]})


def tiffs_of_tiffcp():
    """Pillow's files in other codings."""
    if not shutil.which("tiffcp"):
        return
    changes = {
        "tiles": ["-t", "-w", "16", "-l", "16"], "planes": ["-p", "separate"], "big_endian": ["-B"],
        "large": ["-8"], "rows": ["-r", "3"], "lzw2": ["-c", "lzw:2"], "jpeg": ["-c", "jpeg:60"],
        "jpeg_rows": ["-c", "jpeg:60", "-r", "8"], "jpeg_raw": ["-c", "jpeg:r:60"],
        "jpeg_tiles": ["-c", "jpeg:60", "-t", "-w", "16", "-l", "16"], "zip2": ["-c", "zip:2"],
        "tiles_planes_lzw": ["-c", "lzw", "-p", "separate", "-t", "-w", "32", "-l", "16"],
        "reversed": ["-f", "lsb2msb"], "g4_reversed": ["-c", "g4", "-f", "lsb2msb"], "g3_2d": ["-c", "g3:2d"],
        "packbits": ["-c", "packbits"],
    }
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.tif", Path(folder) / "out.tif"
        for mode in ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr"]:
            source.write_bytes(saved(image(mode), "TIFF"))
            for name, change in changes.items():
                if ("g3" in name or "g4" in name) != (mode == "1" and "g" in name[:1]):
                    continue
                if "jpeg" in name and mode in ["1", "P", "RGBA"]:
                    continue
                run = subprocess.run(["tiffcp", *change, source, target], capture_output=True)
                if run.returncode == 0:
                    yield f"{mode}_tiffcp_{name}.tif", target.read_bytes()


def refused_tiffs():
    kinds = "which is not read"
    yield "grey16.tif", saved(Image.fromarray(levels(1, 65536)[..., 0].astype(np.uint16)), "TIFF"), (
        f"a TIFF image with 16-bit grey, {kinds}")
    deep = f"a TIFF image with samples that are signed, floating-point or of more than 16 bits, {kinds}"
    yield "grey32.tif", saved(image("L").convert("I"), "TIFF"), deep
    yield "float.tif", saved(image("L").convert("F"), "TIFF"), deep
    yield "lab.tif", saved(image("RGB").convert("LAB"), "TIFF"), (
        f"a TIFF image of a colour space other than RGB or CMYK, {kinds}")
    yield "subsampled.tif", tiff(levels(3), 8, 6), f"a TIFF image with uncompressed subsampled YCbCr, {kinds}"
    yield "compression.tif", tiff(levels(3), 8, 2, tags={259: 34676}), (
        f"a TIFF image with compression 34676, {kinds}")
    whole = saved(image("RGB"), "TIFF", compression="tiff_lzw")
    yield "header.tif", whole[:8], "damaged TIFF image: "
    directory_at = struct.unpack("<I", whole[4:8])[0]
    yield "no_directory.tif", whole[:directory_at + 20], "damaged TIFF image: "
    short = tiff(levels(3), 8, 2)
    late = bytearray(short)
    at = short.index(struct.pack("<HHI", 273, 4, 1)) + 8
    late[at:at + 4] = struct.pack("<I", len(short) - 10)
    yield "beyond_the_end.tif", bytes(late), "damaged TIFF image: "


# BMP

def bmp(rows, bits, width, height, compression=0, palette=b"", header=40, masks=(), colors=0, start=None, core=False):
    """Rows of pixels, or whole coded data, behind a header of so many bytes."""
    data = rows if isinstance(rows, bytes) else b"".join(row + bytes(-len(row) % 4) for row in rows)
    if core:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(data), 0, 0, colors, 0)
        info += b"".join(struct.pack("<I", m) for m in masks)
        info = info.ljust(header, b"\0")
    offset = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset if start is None else start) + info + palette + data


def bmp_palette(count, size=4):
    return b"".join(random.integers(0, 256, 3, dtype=np.uint8).tobytes() + bytes(size - 3) for _ in range(count))


def line(count, value):
    """A row of one value, or the beginning of one."""
    runs = [(255, value)] * (count // 255) + [(count % 255, value)] * (count % 255 > 0)
    return b"".join(map(bytes, runs)) + bytes([0, 0])


def run_length(samples, bits):
    """Rows, bottom to top, as runs and literals."""
    data = b""
    for y, row in enumerate(samples[::-1]):
        x = 0
        while x < len(row):
            run = 1
            while x + run < len(row) and run < 255 and row[x + run] == row[x]:
                run += 1
            rest = len(row) - x
            if run >= 2 or rest < 3:
                value = int(row[x])
                data += bytes([run, value if bits == 8 else value << 4 | value])
                x += run
                continue
            count = min(rest, 3 + int(random.integers(0, 8)))
            part = row[x:x + count]
            raw = bytes(int(v) for v in part) if bits == 8 else packed(part, 4, "<")
            data += bytes([0, count]) + raw + bytes(len(raw) % 2)
            x += count
        data += bytes([0, 0])
    return data + bytes([0, 1])


def bmps():
    for mode in ["1", "L", "P", "RGB", "RGBA"]:
        yield f"{mode}.bmp", saved(image(mode), "BMP")
    for bits in [1, 4, 8]:
        index = levels(1, 1 << bits)
        rows = [packed(row, bits, "<") for row in index]
        yield f"palette{bits}.bmp", bmp(rows, bits, WIDTH, HEIGHT, palette=bmp_palette(1 << bits))
        yield f"palette{bits}_top_down.bmp", bmp(rows, bits, WIDTH, -HEIGHT, palette=bmp_palette(1 << bits))
        yield f"palette{bits}_core.bmp", bmp(
            rows, bits, WIDTH, HEIGHT, palette=bmp_palette(1 << bits, 3), core=True)
        yield f"palette{bits}_v5.bmp", bmp(rows, bits, WIDTH, HEIGHT, header=124, palette=bmp_palette(1 << bits))
        yield f"palette{bits}_start_of_palette.bmp", bmp(
            rows, bits, WIDTH, HEIGHT, palette=bmp_palette(1 << bits), start=54)
        yield f"palette{bits}_start_untold.bmp", bmp(
            rows, bits, WIDTH, HEIGHT, palette=bmp_palette(1 << bits), start=0)
    few = [packed(row, 8, "<") for row in levels(1, 12)]
    yield "palette8_of_9.bmp", bmp(few, 8, WIDTH, HEIGHT, palette=bmp_palette(9), colors=9)
    greys = b"".join(bytes([i, i, i, 0]) for i in range(100))
    yield "grey_of_100.bmp", bmp(
        [packed(r, 8, "<") for r in levels(1)], 8, WIDTH, HEIGHT, palette=greys, colors=100)
    for order in [b"\0\0\0\0\xff\xff\xff\0", b"\xff\xff\xff\0\0\0\0\0"]:
        yield f"bits_{order[0]}.bmp", bmp(
            [packed(r, 1, "<") for r in levels(1, 2)], 1, WIDTH, HEIGHT, palette=order)
    words = [row.astype("<u2").tobytes() for row in levels(1, 65536)]
    yield "555.bmp", bmp(words, 16, WIDTH, HEIGHT)
    yield "555_fields.bmp", bmp(words, 16, WIDTH, HEIGHT, 3, palette=struct.pack("<III", 0x7C00, 0x3E0, 0x1F))
    yield "565.bmp", bmp(words, 16, WIDTH, HEIGHT, 3, palette=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    yield "565_v4.bmp", bmp(words, 16, WIDTH, -HEIGHT, 3, header=108, masks=(0xF800, 0x7E0, 0x1F, 0))
    bytes3 = [row.astype(np.uint8).tobytes() for row in levels(3)]
    bytes4 = [row.astype(np.uint8).tobytes() for row in levels(4)]
    yield "24_top_down.bmp", bmp(bytes3, 24, WIDTH, -HEIGHT)
    yield "24_core.bmp", bmp(bytes3, 24, WIDTH, HEIGHT, core=True)
    yield "24_os2.bmp", bmp(bytes3, 24, WIDTH, HEIGHT, header=64)
    yield "24_fields.bmp", bmp(bytes3, 24, WIDTH, HEIGHT, 3, header=56, masks=(0xFF0000, 0xFF00, 0xFF, 0))
    yield "32.bmp", bmp(bytes4, 32, WIDTH, HEIGHT)
    for masks in [(0xFF0000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0), (0xFF000000, 0xFF00, 0xFF, 0),
                  (0xFF000000, 0xFF0000, 0xFF00, 0xFF), (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
                  (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (0xFF000000, 0xFF00, 0xFF, 0xFF0000), (0, 0, 0, 0)]:
        name = "_".join(f"{m:x}" for m in masks)
        yield f"32_{name}.bmp", bmp(bytes4, 32, WIDTH, HEIGHT, 3, header=108, masks=masks)
    yield "32_fields_behind.bmp", bmp(
        bytes4, 32, WIDTH, HEIGHT, 3, palette=struct.pack("<III", 0xFF0000, 0xFF00, 0xFF))
    for bits, code in [(8, 1), (4, 2)]:
        samples = levels(1, 1 << bits)[..., 0]
        data = run_length(samples, bits)
        colors = bmp_palette(1 << bits)
        yield f"runs{bits}.bmp", bmp(data, bits, WIDTH, HEIGHT, code, colors)
        yield f"runs{bits}_top_down.bmp", bmp(data, bits, WIDTH, -HEIGHT, code, colors)
    flat = b"".join(line(WIDTH // 2, y % 256) for y in range(HEIGHT))
    yield "runs8_short_rows.bmp", bmp(flat, 8, WIDTH, HEIGHT, 1, bmp_palette(256))
    skip = bytes([2, 7, 0, 2, 3, 1]) + b"".join(line(WIDTH, 9) for _ in range(HEIGHT))
    yield "runs8_deltas.bmp", bmp(skip, 8, WIDTH, HEIGHT, 1, bmp_palette(256))
    yield "runs4_odd.bmp", bmp(
        bytes([3, 0x5A, 0, 0]) + b"".join(line(WIDTH, 0x3C) for _ in range(HEIGHT)), 4, WIDTH, HEIGHT, 2,
        bmp_palette(16))


def refused_bmps():
    rows = [packed(row, 8, "<") for row in levels(1)]
    yield "png_inside.bmp", bmp(rows, 8, WIDTH, HEIGHT, 5, bmp_palette(256)), (
        "a BMP image with compression 5 of 8 bits, which is not read")
    yield "2bits.bmp", bmp(rows, 2, WIDTH, HEIGHT, 0, bmp_palette(4)), (
        "a BMP image with compression 0 of 2 bits, which is not read")
    words = [row.astype("<u4").tobytes() for row in levels(1, 1 << 32)]
    yield "fields10.bmp", bmp(words, 32, WIDTH, HEIGHT, 3, header=108, masks=(0x3FF00000, 0xFFC00, 0x3FF, 0)), (
        "a BMP image with the bit fields 3ff00000, ffc00, 3ff, which is not read")
    yield "header.bmp", bmp(rows, 8, WIDTH, HEIGHT, header=77), (
        "a BMP image with a header of 77 bytes, which is not read")
    yield "runs_end_early.bmp", bmp(line(WIDTH, 3) + bytes([0, 1]), 8, WIDTH, HEIGHT, 1, bmp_palette(256)), (
        f"damaged BMP image: runs for {WIDTH} of {WIDTH * HEIGHT} pixels")
    end = "damaged BMP image: premature end of file"
    whole = saved(image("RGB"), "BMP")
    yield "short.bmp", whole[:len(whole) * 2 // 3], end
    yield "short_header.bmp", whole[:30], end
    yield "short_palette.bmp", saved(image("P"), "BMP")[:100], end


# GIF

def lzw(indices, bits):
    """Without a table: a clear code before the table grows past a code width."""
    codes, clear = "", 1 << bits
    for i, value in enumerate(indices):
        if i % ((1 << bits) - 2) == 0:
            codes = format(clear, f"0{bits + 1}b") + codes
        codes = format(int(value), f"0{bits + 1}b") + codes
    codes = format(clear + 1, f"0{bits + 1}b") + codes
    data = int(codes, 2).to_bytes((len(codes) + 7) // 8, "little")
    blocks = [data[i:i + 255] for i in range(0, len(data), 255)]
    return bytes([bits]) + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0"


def gif(frame, screen, at=(0, 0), bits=4, own=None, shared=None, transparent=None, interlaced=False, version=b"89a",
        extra=b""):
    height, width = frame.shape
    data = b"GIF" + version + struct.pack("<HHBBB", *screen, (0x80 | bits - 1) if shared else 0, 3, 0) + (shared or b"")
    if transparent is not None:
        data += b"!\xf9\x04" + struct.pack("<BHBB", 1, 0, transparent, 0)
    data += extra + b"," + struct.pack("<HHHHB", *at, width, height, (0x80 | bits - 1 if own else 0) | interlaced << 6)
    order = [y for start, step in ([(0, 8), (4, 8), (2, 4), (1, 2)] if interlaced else [(0, 1)])
             for y in range(start, height, step)]
    return data + (own or b"") + lzw(frame[order].reshape(-1), bits) + b";"


def gifs():
    for mode in ["1", "L", "P", "RGB", "RGBA"]:
        for interlace in [0, 1]:
            yield f"{mode}_{interlace}.gif", saved(image(mode), "GIF", interlace=interlace)
    few = image("P").quantize(5)
    yield "few.gif", saved(few, "GIF")
    yield "transparent.gif", saved(image("P"), "GIF", transparency=7)
    frames = [image("P") for _ in range(3)]
    for disposal in [0, 1, 2, 3]:
        yield f"animated_{disposal}.gif", saved(
            frames[0], "GIF", save_all=True, append_images=frames[1:], disposal=disposal, duration=50, loop=0,
            transparency=3)
    yield "comment.gif", saved(image("P"), "GIF", comment=b"a" * 300)
    colors = lambda: random.integers(0, 256, 48, dtype=np.uint8).tobytes()
    grey = b"".join(bytes([i] * 3) for i in range(16))
    frame = levels(1, 16)[..., 0]
    part, screen, at = frame[:HEIGHT - 3, :WIDTH - 4], (WIDTH, HEIGHT), (2, 1)
    yield "part.gif", gif(part, screen, at, shared=colors())
    yield "part_transparent.gif", gif(part, screen, at, shared=colors(), transparent=6)
    yield "part_local.gif", gif(part, screen, at, own=colors(), shared=colors(), transparent=6)
    yield "part_interlaced.gif", gif(part, screen, at, own=colors(), interlaced=True)
    yield "no_palette.gif", gif(frame, screen)
    yield "grey_palette.gif", gif(frame, screen, shared=grey)
    yield "grey_local.gif", gif(frame, screen, own=grey)
    yield "small_screen.gif", gif(frame, (WIDTH - 5, 2), at=(3, 2), shared=colors())
    yield "old.gif", gif(frame, screen, shared=colors(), version=b"87a")
    yield "zeros_between.gif", gif(frame, screen, shared=colors(), extra=b"\0\0\0")
    yield "extensions.gif", gif(frame, screen, shared=colors(), extra=b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0!\xfe\x03abc\0")
    for bits in [1, 2, 3, 5, 7, 8]:
        samples = levels(1, 1 << bits)[..., 0]
        shared = random.integers(0, 256, 3 << bits, dtype=np.uint8).tobytes()
        if bits > 1:
            yield f"bits{bits}.gif", gif(samples, screen, bits=bits, shared=shared)
    yield "bits11.gif", gif(levels(1)[..., 0], screen, bits=11)
    many = np.tile(np.arange(256, dtype=np.uint8), 90)[:120 * 150].reshape(120, 150)
    noise = random.integers(0, 256, (120, 150), dtype=np.uint8)
    for name, samples in [("long_strings", many * 0), ("full_table", noise)]:
        if options.size != "13x9" or name == "long_strings":
            yield f"{name}.gif", saved(Image.fromarray(samples, "L"), "GIF")


def refused_gifs():
    whole = saved(image("P"), "GIF")
    yield "short.gif", whole[:-20], "damaged GIF image: premature end of file"
    yield "short_palette.gif", whole[:60], "damaged GIF image: premature end of file"
    yield "no_frame.gif", whole[:whole.index(b",\0\0\0\0")] + b";", "damaged GIF image: no frame"
    frame = levels(1, 16)[..., 0]
    early = bytearray(gif(frame[:-1], (WIDTH, HEIGHT)))
    early[13 + 7:13 + 9] = struct.pack("<H", HEIGHT)
    yield "early_end.gif", bytes(early), "damaged GIF image: premature end of the frame"
    empty = bytearray(gif(frame, (WIDTH, HEIGHT)))
    empty[13 + 7:13 + 9] = b"\0\0"
    yield "empty_frame.gif", bytes(empty), f"damaged GIF image: a frame of {WIDTH}x0 pixels"


# WebP

def chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def riff(chunks):
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def placed(frame, canvas, at):
    """An animation of one frame that leaves some of its canvas free."""
    u24 = lambda value: struct.pack("<I", value)[:3]
    picture = saved(frame, "WEBP", lossless=True, exact=True)[12:]
    place = u24(at[0] // 2) + u24(at[1] // 2) + u24(frame.width - 1) + u24(frame.height - 1) + u24(100) + b"\0"
    flags = 0x02 | (0x10 if frame.mode == "RGBA" else 0)
    header = struct.pack("<I", flags) + u24(canvas[0] - 1) + u24(canvas[1] - 1)
    return riff(chunk(b"VP8X", header) + chunk(b"ANIM", b"\x10\x20\x30\xff\0\0") + chunk(b"ANMF", place + picture))


def webps():
    for mode in ["L", "P", "RGB", "RGBA", "CMYK"]:
        for quality in [20, 80, 100]:
            yield f"{mode}_{quality}.webp", saved(image(mode), "WEBP", quality=quality)
        yield f"{mode}_lossless.webp", saved(image(mode), "WEBP", lossless=True)
    yield "RGBA_exact.webp", saved(image("RGBA"), "WEBP", lossless=True, exact=True)
    yield "RGBA_alpha.webp", saved(image("RGBA"), "WEBP", quality=60, alpha_quality=20)
    for mode in ["RGB", "RGBA"]:
        for lossless in [False, True]:
            frames = [image(mode) for _ in range(3)]
            yield f"animated_{mode}_{lossless}.webp", saved(
                frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=lossless, duration=40)
        part = image(mode).crop((0, 0, WIDTH - 4, HEIGHT - 3))
        yield f"part_{mode}.webp", placed(part, (WIDTH, HEIGHT), (2, 2))
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "exif.webp", saved(image("RGB"), "WEBP", quality=70, exif=exif)
    yield "one.webp", saved(image("RGB").crop((0, 0, 1, 1)), "WEBP")


def refused_webps():
    whole = saved(image("RGB"), "WEBP", quality=80)
    for count in [16, 29, len(whole) // 2, len(whole) - 4]:
        yield f"short_{count}.webp", whole[:count], "damaged WebP image: premature end of file"
    broken = bytearray(saved(image("RGB"), "WEBP", lossless=True))
    broken[20] ^= 0xFF
    yield "broken.webp", bytes(broken), "damaged WebP image: "


# Netpbm

def plain(kind, samples, largest=None, between=" "):
    head = f"P{kind}\n# a comment\n{WIDTH} {HEIGHT}\n" + (f"{largest}\n" if largest else "")
    return (head + "\n".join(between.join(map(str, row.reshape(-1))) for row in samples) + "\n").encode()


def raw(kind, samples, largest, type):
    return f"P{kind}\n{WIDTH} {HEIGHT} # size\n{largest}\n".encode() + samples.astype(type).tobytes()


def netpbms():
    for mode in ["1", "L", "RGB", "RGBA"]:
        yield f"{mode}.pnm", saved(image(mode), "PPM")
    yield "plain.pbm", plain(1, levels(1, 2))
    yield "plain_joined.pbm", plain(1, levels(1, 2), between="")
    yield "odd.pbm", f"P4 {WIDTH}\t{HEIGHT}\n".encode() + b"".join(packed(r, 1, "<") for r in levels(1, 2))
    for largest in [1, 7, 100, 255]:
        yield f"plain_{largest}.pgm", plain(2, levels(1, largest + 1), largest)
        yield f"raw_{largest}.pgm", raw(5, levels(1, largest + 1), largest, "u1")
    for largest in [1, 9, 200, 255, 256, 1000, 65535]:
        yield f"plain_{largest}.ppm", plain(3, levels(3, largest + 1), largest)
        yield f"raw_{largest}.ppm", raw(6, levels(3, largest + 1), largest, "u1" if largest < 256 else ">u2")
    yield "above_100.pgm", raw(5, levels(1), 100, "u1")
    yield "above_1000.ppm", raw(6, levels(3, 3000), 1000, ">u2")
    yield "comments.ppm", plain(3, levels(3), 255).replace(b"255\n", b"2#x\r55\r\n", 1).replace(b"\n", b" # y\n", 7)
    yield "trailing.ppm", saved(image("RGB"), "PPM") + b"more"


def refused_netpbms():
    kind = "a PPM image with 16-bit grey, which is not read"
    yield "raw_65535.pgm", raw(5, levels(1, 65536), 65535, ">u2"), kind
    yield "plain_1000.pgm", plain(2, levels(1, 1001), 1000), kind
    yield "above.pgm", plain(2, levels(1) * 0 + 9, 8), "damaged PPM image: 9 is more than the largest value"
    yield "letters.ppm", plain(3, levels(3), 255).replace(b" ", b" x", 4), "damaged PPM image: an invalid number"
    yield "negative.pgm", plain(2, levels(1), 255).replace(b"\n", b"\n-", 4), "damaged PPM image: an invalid number"
    yield "largest.ppm", raw(6, levels(3), 65536, ">u2"), "damaged PPM image: a largest value of 65536"
    end = "damaged PPM image: premature end of file"
    yield "short.ppm", saved(image("RGB"), "PPM")[:-1], end
    yield "short.pbm", plain(1, levels(1, 2))[:-3], end
    yield "header.ppm", b"P6\n12", end


def reference(data):
    with Image.open(io.BytesIO(data)) as file:
        return file.convert("RGB")


def main():
    sources = [tiffs_of_pillow, tiffs_by_hand, tiffs_of_tiffcp, bmps, gifs, webps, netpbms]
    refusals = [refused_tiffs, refused_bmps, refused_gifs, refused_webps, refused_netpbms]
    lines = []
    for source in sources:
        for name, data in source():
            entry = {"name": name, "bytes": base64.b64encode(data).decode()}
            try:
                picture = reference(data)
            except Exception as error:
                print(f"Pillow refuses {name}: {error!r}", file=sys.stderr)
                continue
            entry |= {"width": picture.width, "height": picture.height, "hash": pixel_hash(np.asarray(picture))}
            lines.append(json.dumps(entry))
    for source in refusals:
        for name, data, message in source():
            entry = {"name": name, "bytes": base64.b64encode(data).decode(), "refusal": message}
            lines.append(json.dumps(entry))
    print("[\n" + ",\n".join(lines) + "\n]")


main()
