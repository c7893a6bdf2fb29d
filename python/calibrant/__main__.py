"""`python -m calibrant` is the command `calibrant`."""

import os
import sys

from .program import path

if __name__ == "__main__":
    os.execv(path(), ["calibrant", *sys.argv[1:]])
