"""Links for people: to the pages of a node, at the address that people reach it by."""

import time
from collections.abc import Mapping
from pathlib import Path

from components import settings_file
from openline.run import address


def link(folder: Path, environ: Mapping[str, str], what: str, code: str) -> str:
    """Write where a code is used: `https://line.example.com/#/reset/…`.

    What is behind the `#` stays in the browser: no server and no proxy writes it into a log.
    """
    base = settings_file.load(folder, environ).url or address(folder, environ).url
    return f"{base}/#/{what}/{code}"


def shown(seconds: float) -> str:
    """Write a time as people at a terminal read it."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
