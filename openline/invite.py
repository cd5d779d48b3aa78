"""Make a link with which people sign up."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from components.identity.api import INVITE, Invitation
from openline.ask import Call, ask
from openline.links import link, shown
from openline.say import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take into which role, how many, and for how long."""
    parser.add_argument("--role", choices=["member", "operator"], default="member", help="what they will be")
    parser.add_argument("--uses", type=int, default=1, metavar="N", help="how many people it lets in (default: 1)")
    parser.add_argument("--days", type=int, default=7, metavar="N", help="how many days it is good (default: 7)")


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Print it."""

    async def conversation(call: Call) -> None:
        made = await call(INVITE, Invitation(arguments.role, arguments.uses, arguments.days))
        people = "one person" if arguments.uses == 1 else f"{arguments.uses} people"
        say(f"This link lets {people} sign up as {arguments.role} until {shown(made.expires)}:")
        say(link(folder, environ, "invite", made.code))

    return ask(folder, environ, conversation)
