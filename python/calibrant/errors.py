"""What a command says when it cannot do its work."""

from __future__ import annotations

import signal


class CalibrantError(RuntimeError):
    """A command that gave no result.

    `exit_code` is the program's: 64 wrong usage, 65 bad input data, 66 missing input, 70 internal, 73 cannot write; negative
    where a signal ended it. `message` is what it said.
    """

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message or _unsaid(exit_code))
        self.exit_code = exit_code
        self.message = str(self)

    def __reduce__(self) -> tuple[type[CalibrantError], tuple[int, str]]:
        return type(self), (self.exit_code, self.message)


def _unsaid(exit_code: int) -> str:
    if exit_code >= 0:
        return f"calibrant ended with exit code {exit_code}"
    return f"calibrant was ended by {signal.Signals(-exit_code).name}"
