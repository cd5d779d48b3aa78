"""Print the audit trail: who signed in, who was refused, who changed what."""

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import orjson

from components import audit, settings_file
from components.document import Mistakes
from components.settings_file import Places
from components.streams import as_published
from openline.say import say

LOOK = 1.0
"""Seconds between two looks for more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take which events."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    exporting = what.add_parser("export", help="print events as JSON Lines, oldest first")
    exporting.add_argument("--after", type=int, default=0, metavar="N", help="only those after this offset")
    exporting.add_argument("--follow", action="store_true", help="go on with what is added, until Ctrl-C")


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Print them, whether the node runs or not."""
    try:
        places = settings_file.places(folder, settings_file.load(folder, environ))
        export(places, arguments.after, (lambda: time.sleep(LOOK)) if arguments.follow else None)
    except (Mistakes, audit.NoTrail) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def export(places: Places, after: int, wait: Callable[[], object] | None) -> None:
    """Print events after an offset, a line each; with `wait`, for ever."""
    while True:
        for event in audit.events(places, after):
            say(orjson.dumps(as_published(event)).decode())
            after = event.offset
        if wait is None:
            return
        wait()
