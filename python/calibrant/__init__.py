"""What quantizing an ONNX vision model costs, measured; and what makes it cost less.

    import calibrant

    report = calibrant.compare("model.onnx", images="test/", calibration="calibration/", schemes=["w8a8"], max_drop=1)
    print(report.verdict, report.frame()[["name", "top1", "drop", "verdict"]])

Each function runs the command of its name. Keywords are the command's options with underscores for dashes, `True` sets a flag,
and lists are what the option takes: `schemes=["w8", "w8a8"]`, `exclude=["conv1", "fc*"]`. Results have the keys of the
command's JSON as attributes. `calibrant COMMAND --help` lists the options.
"""

from __future__ import annotations

from .commands import (
    bench,
    calibrate,
    check,
    compare,
    demo,
    diff,
    doctor,
    evaluate,
    info,
    inspect,
    merge,
    quantize,
    run,
    validate,
)
from .errors import CalibrantError
from .program import version
from .result import Result

__all__ = [
    "CalibrantError",
    "Result",
    "bench",
    "calibrate",
    "check",
    "compare",
    "demo",
    "diff",
    "doctor",
    "evaluate",
    "info",
    "inspect",
    "merge",
    "quantize",
    "run",
    "validate",
    "version",
]
