"""Writes the images beside this script and golden.json: what Pillow and NumPy make of them.

Needs Pillow and NumPy: python3 make_fixtures.py
"""

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from pixel_hash import pixel_hash

HERE = Path(__file__).parent
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]
random = np.random.default_rng(20)


def smooth(width, height, channels):
    """Waves with some noise: every DCT coefficient and chroma sample matters, files stay small."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / (3 + c) + c) * np.cos(y / (2 + c)) for c in range(channels)]
    noise = random.normal(0, 12, (height, width, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def jpeg(pixels, mode, **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels.squeeze(), mode).save(buffer, "JPEG", quality=80, **options)
    return buffer.getvalue()


def ycck(pixels):
    """Pillow writes plain CMYK; the Adobe segment's last byte makes a reader take it as YCCK."""
    data = bytearray(jpeg(pixels, "CMYK"))
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def oriented(pixels, orientation):
    exif = Image.Exif()
    exif.endian = "<" if orientation % 2 else ">"
    exif[0x0112] = orientation
    return jpeg(pixels, "L", exif=exif)


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(samples, depth, color, extra=b"", interlaced=False):
    """H×W×C samples as a PNG without row filters; `extra` goes before the pixels."""
    height, width = samples.shape[:2]
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = b""
    for x, y, dx, dy in passes:
        part = samples[y::dy, x::dx].reshape(len(samples[y::dy]), -1)
        if part.size:
            raw += b"".join(b"\0" + packed(row, depth) for row in part)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra
            + png_chunk(b"IDAT", zlib.compress(raw, 9)) + png_chunk(b"IEND", b""))


def packed(row, depth):
    if depth == 16:
        return row.astype(">u2").tobytes()
    bits = "".join(format(int(v), f"0{depth}b") for v in row)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def levels(width, height, channels, depth):
    return random.integers(0, 1 << depth, (height, width, channels))


def jpegs():
    color, grey, inks = smooth(43, 29, 3), smooth(43, 29, 1), smooth(21, 19, 4)
    yield "baseline_420.jpg", jpeg(color, "RGB", subsampling="4:2:0")
    yield "baseline_422_restart.jpg", jpeg(
        color, "RGB", subsampling="4:2:2", restart_marker_blocks=2)
    yield "baseline_444.jpg", jpeg(color, "RGB", subsampling="4:4:4")
    yield "progressive_420.jpg", jpeg(color, "RGB", subsampling="4:2:0", progressive=True)
    yield "stored_rgb.jpg", jpeg(color, "RGB", keep_rgb=True)
    yield "grey.jpg", jpeg(grey, "L")
    yield "cmyk.jpg", jpeg(inks, "CMYK")
    yield "ycck.jpg", ycck(inks)
    for orientation in range(1, 9):
        yield f"exif_{orientation}.jpg", oriented(smooth(13, 9, 1), orientation)


def pngs():
    palette = png_chunk(b"PLTE", random.integers(0, 256, 48, dtype=np.uint8).tobytes())
    alphas = png_chunk(b"tRNS", bytes(range(0, 160, 10)))
    gamma = png_chunk(b"gAMA", struct.pack(">I", 100000))
    key = png_chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))
    yield "noise.png", png(levels(37, 23, 3, 8), 8, 2)
    yield "rgb_gamma_key_interlaced.png", png(
        levels(11, 7, 3, 8), 8, 2, gamma + key, interlaced=True)
    yield "rgba.png", png(levels(11, 7, 4, 8), 8, 6)
    yield "rgba_interlaced.png", png(levels(11, 7, 4, 8), 8, 6, interlaced=True)
    yield "grey.png", png(levels(11, 7, 1, 8), 8, 0)
    yield "grey_1bit.png", png(levels(11, 7, 1, 1), 1, 0)
    yield "grey_2bit.png", png(levels(11, 7, 1, 2), 2, 0)
    yield "grey_4bit_interlaced.png", png(levels(11, 7, 1, 4), 4, 0, interlaced=True)
    yield "grey_alpha.png", png(levels(11, 7, 2, 8), 8, 4)
    yield "palette_4bit.png", png(levels(11, 7, 1, 4), 4, 3, palette)
    yield "palette_8bit_alpha.png", png(levels(11, 7, 1, 4), 8, 3, palette + alphas)


def pngs16():
    """Pillow keeps the high byte of colours and clips grey, so these are checked against NumPy."""
    yield "rgb_16bit.png", levels(17, 16, 3, 16), 2
    yield "rgba_16bit_interlaced.png", levels(9, 8, 4, 16), 6
    yield "grey_16bit.png", np.arange(65536 // 64).reshape(32, 32, 1) * 64 + 31, 0


def damaged():
    baseline = (HERE / "baseline_420.jpg").read_bytes()
    progressive = (HERE / "progressive_420.jpg").read_bytes()
    noise = (HERE / "noise.png").read_bytes()
    flipped = bytearray(noise)
    flipped[len(noise) // 2] ^= 0x10
    bomb = struct.pack(">IIBBBBB", 1 << 15, 1 << 14, 8, 2, 0, 0, 0)
    yield "truncated.jpg", baseline[: len(baseline) * 7 // 10]
    yield "truncated_header.jpg", baseline[:300]
    yield "truncated_progressive.jpg", progressive[: len(progressive) * 9 // 10]
    yield "no_end_marker.jpg", baseline[:-2]
    yield "text.jpg", b"This is not an image.\n"
    yield "empty.png", b""
    yield "truncated.png", noise[: len(noise) // 2]
    yield "wrong_checksum.png", bytes(flipped)
    yield "too_large.png", noise[:8] + png_chunk(b"IHDR", bomb) + png_chunk(
        b"IDAT", zlib.compress(b"\0"))


def entry(name, image):
    return {"name": name, "width": image.width, "height": image.height,
            "hash": pixel_hash(np.asarray(image))}


def decoded():
    for name, data in [*jpegs(), *pngs()]:
        (HERE / name).write_bytes(data)
        yield entry(name, Image.open(HERE / name).convert("RGB"))
    for name, samples, color in pngs16():
        data = png(samples, 16, color, interlaced="interlaced" in name)
        (HERE / name).write_bytes(data)
        bytes8 = np.rint(samples[..., :3] / 257).astype(np.uint8)
        rgb = np.broadcast_to(bytes8, (*bytes8.shape[:2], 3))
        yield entry(name, Image.fromarray(np.ascontiguousarray(rgb)))


def upright():
    for orientation in range(1, 9):
        name = f"exif_{orientation}.jpg"
        yield entry(name, ImageOps.exif_transpose(Image.open(HERE / name)).convert("RGB"))


def refused():
    for name, data in damaged():
        (HERE / name).write_bytes(data)
        try:
            Image.open(HERE / name).load()
        except Exception as error:
            yield {"name": name, "pillow": f"{type(error).__name__}".strip()}
        else:
            raise SystemExit(f"Pillow reads {name}")


def two_passes(image, size, filter):
    """Horizontal, then vertical, which Pillow 13 turns round where it saves time."""
    return image.resize((size[0], image.height), filter).resize(size, filter)


def resized(image):
    sizes = [(17, 11), (61, 40), (37, 9), (13, 23), (1, 1), (111, 5), (5, 111), (36, 24),
             (200, 150), (74, 46)]
    for filter in ["nearest", "bilinear", "bicubic", "lanczos"]:
        for size in sizes:
            result = two_passes(image, size, Image.Resampling[filter.upper()])
            yield entry(filter, result)


def center_crop(image, crop):
    left = int(round((image.width - crop) / 2))
    top = int(round((image.height - crop) / 2))
    return image.crop((left, top, left + crop, top + crop))


def prepared(image):
    presets = {
        "imagenet": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        "tensorflow": ([0.5] * 3, [0.5] * 3),
        "caffe": (np.float32([103.939, 116.779, 123.68]) / np.float32(255),
                  [np.float32(1) / np.float32(255)] * 3),
    }
    for name, (mean, std) in presets.items():
        for side in [14, 15, 32, 61]:
            shorter = int(side * 256 / 224 + 0.5)
            size = (int(shorter * image.width / image.height), shorter)
            cropped = center_crop(image.resize(size, Image.Resampling.BILINEAR), side)
            pixels = np.asarray(cropped, np.float32) / 255
            if name == "caffe":
                pixels = pixels[..., ::-1]
            planes = ((pixels - np.float32(mean)) / np.float32(std)).transpose(2, 0, 1)
            assert planes.dtype == np.float32
            yield {"name": name, "side": side, "pixels": pixel_hash(np.asarray(cropped)),
                   "planes": pixel_hash(planes)}


def main():
    golden = {"decoded": list(decoded()), "upright": list(upright()), "refused": list(refused())}
    noise = Image.open(HERE / "noise.png").convert("RGB")
    golden["resized"] = list(resized(noise))
    golden["cropped"] = [entry(str(c), center_crop(noise, c)) for c in [23, 12, 10, 7, 1]]
    golden["prepared"] = list(prepared(noise))
    lines = [f' "{key}": [\n  ' + ",\n  ".join(map(json.dumps, rows)) + "\n ]"
             for key, rows in golden.items()]
    (HERE / "golden.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
