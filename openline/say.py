"""Tell the person at the terminal."""

import sys


def say(sentence: str) -> None:
    """Write a line now, also where the output is a pipe."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
