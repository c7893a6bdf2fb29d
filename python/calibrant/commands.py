"""The commands, one function each. `calibrant COMMAND --help` lists the options that **options stands for."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any, Mapping, Sequence, Union

from . import program
from .result import Result

if TYPE_CHECKING:
    import numpy
    from typing_extensions import TypeAlias

Path: TypeAlias = Union[str, "os.PathLike[str]"]
Samples: TypeAlias = "Path | numpy.typing.ArrayLike"
"""A folder of images, a .npy file, or arrays: one of N×C×H×W, or a list of batches. Tensors of PyTorch are arrays."""


def info(model: Path, **options: Any) -> Result:
    """What a model holds, and every node that cannot run: `nodes`, `parameters`, `macs`, `unsupported`."""
    return program.run("info", [model], options)


def evaluate(model: Path, *, images: Path, **options: Any) -> Result:
    """A model's accuracy on labelled images: `top1`, `top5`, `top1Interval`, `perClass`, `imagesPerSecond`."""
    return program.run("evaluate", [model], {"images": images, **options})


def quantize(model: Path, *, output: Path, **options: Any) -> Result:
    """Writes a model quantized from its file alone (weight-based)."""
    return program.run("quantize", [model], {"output": output, **options})


def calibrate(model: Path, *, data: Samples, o: Path | None = None, **options: Any) -> Result:
    """Writes a model quantized with what it does on samples (activation-based) to the file `o`.

    Arrays are the model's input as they are: preprocessing is done by whoever made them.
    """
    return program.run("calibrate", [model], {"data": data, "o": o, **options})


def compare(model: Path | Sequence[Path], *, images: Path, calibration: Samples, o: Path | None = None, **options: Any) -> Result:
    """The main job: original against weight-based against activation-based, on labelled images.

    With `max_drop`, `verdict` is pass, fail or inconclusive. `arms` are the measured files, of which the folder `o` gets copies
    beside the report. Of several models, `models` has the result of each, and `o` a folder for each.
    """
    models = [model] if isinstance(model, (str, os.PathLike)) else list(model)
    return program.run("compare", models, {"images": images, "calibration": calibration, "o": o, **options})


def validate(original: Path, quantized: Path, **options: Any) -> Result:
    """Checks a quantized file against its original: structure, parameters, numbers. `exit_code` is 1 where it fails."""
    return program.run("validate", [original, quantized], options)


def inspect(model: Path, quantized: Path, *, data: Path, **options: Any) -> Result:
    """Which layers a quantized model's error comes from, and what keeping them in float wins."""
    return program.run("inspect", [model, quantized], {"data": data, **options})


def doctor(model: Path, *, images: Path, **options: Any) -> Result:
    """Whether the float model is measured the way it was made. `exit_code` is 1 where something is at fault."""
    return program.run("doctor", [model], {"images": images, **options})


def diff(old: Path, new: Path, **options: Any) -> Result:
    """Compares two saved results, paired by image. `exit_code` is 1 where the new one is worse."""
    return program.run("diff", [old, new], options)


def merge(*parts: Path, **options: Any) -> Result:
    """Joins what shards saved."""
    return program.run("merge", parts, options)


def check(*paths: Path, **options: Any) -> Result:
    """Runs cases in ONNX's test layout. `exit_code` is 1 where one fails."""
    return program.run("check", paths, options)


def bench(*models: Path, **options: Any) -> Result:
    """Latency and throughput. With `against`, `exit_code` is 1 where a figure is worse than the baseline's."""
    return program.run("bench", models, options)


def demo(**options: Any) -> Result:
    """The main job on a bundled model and images that the program makes."""
    return program.run("demo", [], options)


def run(
    model: Path, inputs: Mapping[str, Samples], *, tap: Sequence[str] = (), **options: Any
) -> dict[str, numpy.ndarray[Any, Any]]:
    """The model's outputs, and the values named by `tap`, for arrays or .npy files by the names of its inputs. Needs NumPy."""
    import numpy

    with tempfile.TemporaryDirectory(prefix="calibrant-") as folder:
        found = program.run("run", [model], {"input": inputs, "tap": tap, "output_dir": folder, **options})
        return {value.name: numpy.load(os.path.join(folder, value.file)) for value in found.values}
