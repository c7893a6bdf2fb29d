"""Keyword arguments as the command line says them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping

REPEATED = frozenset({"also", "calibration", "data", "exclude", "input", "layer_bits", "tap"})
"""Options that are given once for each value; all others join values by commas."""

INVERTIBLE = frozenset({"equalize"})
"""Flags that are also switched off, as --no-…, which is not their absence."""

ARRAYS = frozenset({"data", "calibration", "input"})
"""Options that name files of samples, and so take arrays."""


def arguments(options: Mapping[str, Any], scratch: Path) -> list[str]:
    """The options as arguments; arrays are written to files in the folder `scratch`."""
    return [text for name, value in options.items() for text in _argument(name, value, scratch)]


def _argument(name: str, value: Any, scratch: Path) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, bool):
        if value or name in INVERTIBLE:
            yield _flag(name if value else f"no_{name}")
        return
    if name in ARRAYS:
        value = _saved(name, value, scratch)
    values = [f"{key}={_text(element)}" for key, element in value.items()] if isinstance(value, Mapping) else _texts(value)
    for text in values if name in REPEATED else [",".join(values)]:
        # Bound to its option: a value may start with a dash.
        yield from ([_flag(name), text] if len(name) == 1 else [f"{_flag(name)}={text}"])


def _flag(name: str) -> str:
    return f"-{name}" if len(name) == 1 else "--" + name.replace("_", "-")


def _texts(value: Any) -> list[str]:
    is_one = isinstance(value, (str, os.PathLike)) or not isinstance(value, Iterable)
    return [_text(value)] if is_one else [_text(element) for element in value]


def _text(value: Any) -> str:
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _saved(name: str, value: Any, scratch: Path) -> Any:
    """The value, with files in place of arrays."""
    if isinstance(value, Mapping):
        return {key: _saved(f"{name}-{index}", element, scratch) for index, (key, element) in enumerate(value.items())}
    batches = value if isinstance(value, (list, tuple)) else [value]
    if not batches or not all(hasattr(batch, "__array__") for batch in batches):
        return value
    import numpy

    path = scratch / f"{name}.npy"
    # A tensor that takes part in training says so, and is of interest for its values alone.
    arrays = [numpy.asarray(batch.detach().cpu() if hasattr(batch, "detach") else batch) for batch in batches]
    numpy.save(path, arrays[0] if len(arrays) == 1 else numpy.concatenate(arrays))
    return path
