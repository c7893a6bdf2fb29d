"""Standard error of the program: passed on as it comes, and its last words kept."""

from __future__ import annotations

import codecs
import os
import re
import sys
import threading
from types import TracebackType

KEPT_BYTES = 1 << 16
"""More than any message."""


class ErrorStream:
    """Copies what is written to `descriptor` to sys.stderr, which need not be a file: a notebook's is not.

    The program shows a progress bar on a terminal, so it gets one where sys.stderr is one.
    """

    def __init__(self) -> None:
        self._source, self.descriptor = _terminal() if _is_terminal() else os.pipe()
        self._kept = b""
        self._thread = threading.Thread(target=self._copy, daemon=True)

    def __enter__(self) -> ErrorStream:
        return self

    def follow(self) -> None:
        """Starts to copy, once the program has `descriptor`."""
        os.close(self.descriptor)
        self.descriptor = -1
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
        else:
            self._thread.join()
        os.close(self._source)

    @property
    def message(self) -> str:
        """The error that the program ended with, else all of its last words."""
        text = self._kept.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        parts = re.split(r"^(?:calibrant|Error): ", text, flags=re.MULTILINE)
        return parts[-1].strip()

    def _copy(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while True:
            try:
                piece = os.read(self._source, 1 << 16)
            except OSError:  # a terminal whose other side is closed
                piece = b""
            if not piece:
                return
            self._kept = (self._kept + piece)[-KEPT_BYTES:]
            sys.stderr.write(decoder.decode(piece))
            sys.stderr.flush()


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty() and os.isatty(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def _terminal() -> tuple[int, int]:
    """Both sides of a terminal of the size of ours, which changes nothing that is written to it."""
    import fcntl
    import pty
    import struct
    import termios
    import tty

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    columns, lines = os.get_terminal_size(sys.stderr.fileno())
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    return ours, theirs
