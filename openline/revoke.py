"""End all that somebody is doing, and refuse the tokens that they were given."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from components.identity.api import REVOKE, Which
from openline.ask import Call, ask
from openline.say import say
from openline.user import find


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take whom."""
    parser.add_argument("who", help="a sign-in name, or the id of anybody: a guest, or a user of another site")


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Do it, and say to whom."""

    async def conversation(call: Call) -> None:
        user = await find(call, arguments.who)
        await call(REVOKE, Which(user.id if user else arguments.who))
        if user:
            say(f"{user.name} ({user.id}) is signed out everywhere, and may sign in again.")
        else:
            say(f"Nobody has an account as {arguments.who}: whoever goes by this id is signed out everywhere.")

    return ask(folder, environ, conversation)
