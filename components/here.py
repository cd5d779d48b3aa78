"""The node that this process belongs to: its settings and places. The one reader of the environment."""

import os
from pathlib import Path

from .settings import Settings
from .settings_file import Places, find_folder, load, places


def here() -> tuple[Settings, Places]:
    """Read the settings of the node in whose folder this process was started. Raises `BadSettings`."""
    folder = find_folder(Path.cwd(), os.environ)
    settings = load(folder, os.environ)
    return settings, places(folder, settings)


def private_folder(path: Path) -> None:
    """Make a folder that only its owner may enter, or make it so."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
