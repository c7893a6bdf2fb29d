"""The program that does the work, and how it is run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, Mapping, Sequence

from .arguments import arguments
from .errors import CalibrantError
from .result import Result
from .stream import ErrorStream

VERDICTS = (0, 1, 2)
"""Exit codes that come with a result."""


def path() -> str:
    """The program: $CALIBRANT, else the one that was installed with this package, else the first on the path."""
    if "CALIBRANT" in os.environ:
        return os.environ["CALIBRANT"]
    folders = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")),
        # Where `pip install --target` puts it.
        str(Path(__file__).parent.parent / "bin"),
    ]
    for folder in folders:
        candidate = os.path.join(folder, "calibrant")
        if os.access(candidate, os.X_OK) and not os.path.isdir(candidate):
            return candidate
    found = shutil.which("calibrant")
    if found is None:
        raise CalibrantError(66, "the program calibrant is neither installed with this package nor on the path")
    return found


def version() -> str:
    """The program's version."""
    return subprocess.run([path(), "--version"], check=True, capture_output=True, text=True).stdout.strip()


def run(command: str, positional: Sequence[Any], options: Mapping[str, Any]) -> Result:
    """Runs a command and returns its JSON.

    - Raises: CalibrantError where it has no result.
    """
    with tempfile.TemporaryDirectory(prefix="calibrant-") as scratch:
        words = [command, *map(os.fspath, positional), *arguments(options, Path(scratch)), "--json", "-"]
        exit_code, output, message = _outcome([path(), *words])
    if exit_code not in VERDICTS or not output:
        raise CalibrantError(exit_code, message)
    result = Result(json.loads(output))
    result.exit_code = exit_code
    return result


def _outcome(words: list[str]) -> tuple[int, bytes, str]:
    """Exit code, standard output, and what was said last on standard error."""
    with ErrorStream() as errors:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors.descriptor)
        errors.follow()
        try:
            output = process.communicate()[0]
        except KeyboardInterrupt:
            # It was interrupted as well, and puts what is finished in its place.
            process.wait()
            raise
    return process.returncode, output, errors.message
