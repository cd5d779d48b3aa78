"""Bring rooms into the node: from an export of Openline, or of Slack."""

import argparse
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from components import audit, settings_file
from components.contract import Author
from components.document import Mistakes
from components.keys import COMMANDS
from openline.say import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to bring in, and under which names."""
    parser.add_argument("what", nargs="+", metavar="EXPORT", help="a folder or a .zip; `slack FILE` for one of Slack")
    parser.add_argument(
        "--as", dest="names", action="append", default=[], metavar="ROOM=NAME", help="another name here"
    )
    parser.add_argument("--owner", metavar="ID", help="who is to own what comes from Slack: the id of an account")
    parser.add_argument(
        "--person", action="append", default=[], metavar="SLACK=ID", help="who of Slack is which account here"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and what is in the way")


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Bring it in, whether the node runs or not."""
    from openline.exchange import bring, places, store

    try:
        renamed = dict(_pair(name) for name in arguments.names)
        settings = settings_file.load(folder, environ)
        here = settings_file.places(folder, settings)
        with store.writing(here) as transact, _source(arguments) as source:
            planned = bring.plan(transact, source, renamed)
            if arguments.dry_run:
                return _say_what(planned)
            bring.bring(transact, source, planned, _told)
        audit.note(settings, here, "rooms_imported", {"rooms": sorted(planned.names.values())}, _US)
    except (Mistakes, ValueError, store.NoStore, places.Unusable, bring.Refused, audit.NoTrail) as error:
        say(str(error))
        return 1
    say(
        f"{len(planned.rooms)} rooms and {planned.people} people are here. Pages that are open show them once reloaded."
    )
    return 0


_US = Author(COMMANDS, "openline import")


def _source(arguments: argparse.Namespace) -> AbstractContextManager[Any]:
    from openline.exchange import places
    from openline.exchange.slack import archive

    kind, *more = arguments.what
    if kind == "slack" and len(more) == 1:
        accounts = dict(one.split("=", 1) for one in arguments.person)
        return archive.opened(Path(more[0]), arguments.owner, accounts)
    if more:
        raise ValueError("Name one export, or `slack` and one archive.")
    return places.opened(Path(kind))


def _pair(said: str) -> tuple[str, str]:
    from components.room.exchange.form import is_room

    room, equals, name = said.partition("=")
    if not equals or not is_room(name):
        raise ValueError(f"--as {said}: expected ROOM=NAME, with a name of a-z, 0-9 and _")
    return room, name


def _say_what(planned: Any) -> int:
    for name, room in planned.rooms.items():
        here = planned.names[name]
        if name in planned.here:
            say(f"{here}: here already")
            continue
        named = "" if here == name else f" as {here}"
        say(f"{name}: {room.head - room.oldest + 1} events would come in{named}")
    say(f"{len(planned.rooms)} rooms and {planned.people} people would come in. Nothing was written.")
    return 0


def _told(name: str, here: str, events: int) -> None:
    say(f"{here}: {events} events")
