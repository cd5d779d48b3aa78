"""Tell the person at the terminal, or whatever reads the log."""

import os
import sys
import time
from collections.abc import Callable

from components.log_lines import Line
from components.settings import LogFormat


def say(sentence: str) -> None:
    """Write a line now, also where the output is a pipe."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def say_as_json(sentence: str) -> None:
    """Write a line of the log."""
    say(Line(time.time(), "info", "openline", os.getpid(), sentence).json())


def voice(kind: LogFormat) -> Callable[[str], None]:
    """Choose how to speak beside a log of some kind."""
    return say_as_json if kind == "json" else say
