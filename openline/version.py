"""Say which Openline this is, and on what it runs."""

import argparse
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from openline.say import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Say it in one line."""
    say(f"openline {version('openline')} (crossbar {version('crossbar')}, Python {platform.python_version()})")
    return 0
