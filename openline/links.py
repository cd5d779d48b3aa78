"""Links for people, at the address that they reach a node by."""

import time
from collections.abc import Mapping
from pathlib import Path

from components import links, settings_file
from openline.run import address


def link(folder: Path, environ: Mapping[str, str], what: str, code: str) -> str:
    """Write where a code is used."""
    return links.link(settings_file.load(folder, environ).url or address(folder, environ).url, what, code)


def shown(seconds: float) -> str:
    """Write a time as people at a terminal read it."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
