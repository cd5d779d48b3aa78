"""Add a component from outside, list them, remove one."""

import argparse
import getpass
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components import audit, catalog, keys, settings_file
from components.contract import COMPONENT, OPERATOR, Author
from components.document import Mistakes
from components.host import socket_url
from components.keys import BadKey
from components.settings import Settings
from components.settings_file import Places
from openline.say import say

PROGRAM = """\
from autobahn.twisted.component import Component, run

key = open("{key}").read().strip()
node = {{"type": "rawsocket", "url": "{url}", "serializer": "cbor", "max_retries": -1}}
sign_in = {{"cryptosign": {{"authid": "{name}", "privkey": key}}}}
{variable} = Component(transports=node, realm="{realm}", authentication=sign_in)

@{variable}.register("{procedure}")
async def answer(**asked):
    return {{"asked": asked}}

run([{variable}])"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and with which component."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    adding = what.add_parser("add", help="make a key, and say what it is for")
    adding.add_argument("name", help="what the component is called, as in `prices`")
    adding.add_argument(
        "--register", nargs="+", metavar="ADDRESS", help="what it may register (default: app.NAME.*)", default=[]
    )
    adding.add_argument(
        "--callers", nargs="*", metavar="ROLE", help="who may call that (default: operator component)", default=None
    )
    what.add_parser("list", help="say which there are")
    removing = what.add_parser("remove", help="forget a key, and end the sessions of who came in with it")
    removing.add_argument("name")


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Do it, whether the node runs or not: one that does notices within a second."""
    try:
        settings = settings_file.load(folder, environ)
        return _VERBS[arguments.what](settings, settings_file.places(folder, settings), arguments)
    except (BadKey, Mistakes) as error:
        say(str(error))
        return 1


def _add(settings: Settings, places: Places, given: argparse.Namespace) -> int:
    if given.name in {*catalog.names(settings), keys.COMMANDS}:
        raise BadKey(f"{given.name} is one of the node's own components")
    register = given.register or [f"app.{given.name}.*"]
    callers = [OPERATOR, COMPONENT] if given.callers is None else given.callers
    key = keys.add(places.keys, given.name, register, callers)
    _note(settings, places, "component_added", {"name": key.name, "register": register, "callers": sorted(callers)})
    say(f"The component {key.name} may register {', '.join(register)}; that is called by {_list(callers)}.")
    say(f"Its key, which nobody else should read, is in {keys.private_file(places.keys, key.name)}. A program:\n")
    say(program(settings, places, key.name, register[0]))
    return 0


def program(settings: Settings, places: Places, name: str, pattern: str) -> str:
    """Write a program that comes in as a component, and answers one procedure."""
    url = socket_url(places.run, settings.routers[0])
    key = keys.private_file(places.keys, name)
    procedure = pattern.replace("*", "echo")
    variable = name.replace(".", "_")
    return PROGRAM.format(key=key, url=url, realm=settings.realm, name=name, variable=variable, procedure=procedure)


def _show(settings: Settings, places: Places, given: argparse.Namespace) -> int:
    badges = [badge for name in sorted(keys.marks(places.keys)) if (badge := keys.load(places.keys, name))]
    added = [badge for badge in badges if badge.is_added]
    for badge in added:
        say(f"{badge.name}: registers {', '.join(badge.register)}, called by {_list(badge.callers)}, key {badge.key}")
    if not added:
        say("No component was added.")
    return 0


def _remove(settings: Settings, places: Places, given: argparse.Namespace) -> int:
    keys.remove(places.keys, given.name)
    _note(settings, places, "component_removed", {"name": given.name})
    say(f"The component {given.name} is not let in any more; a running node ends its sessions within a second.")
    return 0


def _note(settings: Settings, places: Places, type: str, data: Mapping[str, Any]) -> None:
    """Write it into the audit trail, or say that it could not be."""
    try:
        audit.note(settings, places, type, data, Author(keys.COMMANDS, _user()))
    except audit.NoTrail as error:
        say(f"This is not in the audit trail: {error}")


def _user() -> str:
    """Name who sits at the terminal, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _list(roles: Any) -> str:
    return ", ".join(sorted(roles)) or "nobody"


_VERBS = {"add": _add, "list": _show, "remove": _remove}
