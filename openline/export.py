"""Take rooms out of the node, with all that was said in them: a folder or a .zip of JSON Lines."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from components import audit, settings_file
from components.contract import Author
from components.document import Mistakes
from components.keys import COMMANDS
from openline.say import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take which rooms, and where to put them."""
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="by the name in its address")
    parser.add_argument("--all", action="store_true", help="every room, private and direct ones too")
    parser.add_argument("--to", type=Path, required=True, help="a folder, or a file that ends in .zip; not there yet")


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Write them, whether the node runs or not: who talks does not notice."""
    from openline.exchange import places, store, take

    if bool(arguments.rooms) == arguments.all:
        say("Name the rooms to export, or say --all.")
        return 1
    wanted = None if arguments.all else arguments.rooms
    try:
        settings = settings_file.load(folder, environ)
        here = settings_file.places(folder, settings)
        with store.reading(here) as transact, places.written(arguments.to) as sink:
            counts = take.rooms(transact, wanted, sink)
        told = {"rooms": sorted(counts) if wanted else "all"}
        audit.note(settings, here, "rooms_exported", told, Author(COMMANDS, "openline export"))
    except (Mistakes, store.NoStore, places.Unusable, take.NoRoom, audit.NoTrail) as error:
        say(str(error))
        return 1
    for name, count in counts.items():
        say(f"{name}: {count} events")
    say(f"{len(counts)} rooms are in {arguments.to}.")
    return 0
