"""Writes what Pillow makes of every image of a folder, for ImagingTests/PillowComparisonTests.

scripts/python scripts/compare_with_pillow.py ../shared/data/imagenet/test \\
    > Tests/ImagingTests/Fixtures/pillow_imagenet.txt

One line per image: path, then the pixel hashes of the image itself and, for bilinear, bicubic and
Lanczos, of the image reduced (shorter side 256, centre crop 227) and enlarged (9/8 of both sides).
Needs Pillow and NumPy.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests/ImagingTests/Fixtures"))
from pixel_hash import pixel_hash

FILTERS = [Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS]


def reduced(image, filter):
    short, long = sorted(image.size)
    longer = int(256 * long / short)
    size = (256, longer) if image.width <= image.height else (longer, 256)
    result = image.resize(size, filter)
    left = int(round((result.width - 227) / 2))
    top = int(round((result.height - 227) / 2))
    return result.crop((left, top, left + 227, top + 227))


def enlarged(image, filter):
    return image.resize((image.width * 9 // 8, image.height * 9 // 8), filter)


def main(folder):
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        image = Image.open(path).convert("RGB")
        images = [image]
        images += [change(image, f) for f in FILTERS for change in (reduced, enlarged)]
        hashes = [pixel_hash(np.asarray(i)) for i in images]
        print(path.relative_to(folder).as_posix(), *hashes)


main(Path(sys.argv[1]))
