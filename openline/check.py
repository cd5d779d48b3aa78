"""Check the node's two configuration files, and name the line of every mistake."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from components import settings_file
from components.document import Mistakes
from openline.say import say
from router import config_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Print the mistakes, or that there are none."""
    found = mistakes(folder, environ)
    for line in found:
        say(line)
    if not found:
        say(f"{folder}: {config_file.FILE} and {settings_file.FILE} are fine.")
    return 1 if found else 0


def mistakes(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """List what is wrong with both files, a line each."""
    return _of(partial(config_file.check, folder)) + _of(partial(settings_file.load, folder, environ))


def _of(check: Callable[[], object]) -> list[str]:
    try:
        check()
    except Mistakes as found:
        return found.lines
    return []
