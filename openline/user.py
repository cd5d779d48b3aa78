"""Add people with an account, list them, change what they are, and let them set a new password."""

import argparse
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from components.identity.api import (
    ADD,
    DISABLE,
    RESET,
    SET_ROLE,
    USERS,
    Disabling,
    NewUser,
    NoSuchUser,
    RoleChange,
    Search,
    User,
    Which,
)
from openline.ask import Call, ask
from openline.links import link, shown
from openline.say import say

ROLES = ["member", "operator"]
Link = Callable[[str, str], str]
"""(what, code) → a link for people."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and with whom."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    adding = what.add_parser("add", help="make an account, and print the link with which its password is set")
    adding.add_argument("who", metavar="LOGIN", help="what they sign in with")
    adding.add_argument("--name", help="what others see (default: the login)")
    adding.add_argument("--role", choices=ROLES, default="member", help="(default: member)")
    listing = what.add_parser("list", help="say who has an account")
    listing.add_argument("words", nargs="?", help="only those with this in their login or name")
    for verb, help in _ABOUT.items():
        one = what.add_parser(verb, help=help)
        one.add_argument("who", help="a sign-in name, or an id")
        if verb == "role":
            one.add_argument("role", choices=ROLES)


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Do it, if the node runs."""

    async def conversation(call: Call) -> None:
        await _WHATS[arguments.what](call, arguments, lambda what, code: link(folder, environ, what, code))

    return ask(folder, environ, conversation)


async def find(call: Call, who: str) -> User | None:
    """Find an account by its login or its id."""
    after: str | None = None
    while True:
        page = await call(USERS, Search(who[:100], after))
        for user in page.users:
            if who.casefold() in (user.login, user.id):
                return user
        after = page.next
        if after is None:
            return None


async def _the(call: Call, who: str) -> User:
    user = await find(call, who)
    if user is None:
        raise NoSuchUser(f"Nobody has an account as {who}.")
    return user


async def _add(call: Call, given: argparse.Namespace, write: Link) -> None:
    added = await call(ADD, NewUser(given.who, given.role, given.name))
    say(f"{given.who} is {_a(given.role)} now. Give them this link, which sets their password")
    say(f"once, until {shown(added.expires)}:")
    say(write("reset", added.code))


async def _list(call: Call, given: argparse.Namespace, write: Link) -> None:
    after: str | None = None
    while True:
        page = await call(USERS, Search(given.words, after))
        for user in page.users:
            say(_row(user))
        after = page.next
        if after is None:
            return


async def _role(call: Call, given: argparse.Namespace, write: Link) -> None:
    user = await _the(call, given.who)
    await call(SET_ROLE, RoleChange(user.id, given.role))
    say(f"{given.who} is {_a(given.role)} now.")


async def _reset(call: Call, given: argparse.Namespace, write: Link) -> None:
    user = await _the(call, given.who)
    made = await call(RESET, Which(user.id))
    say(f"Give {given.who} this link, which sets a new password once, until {shown(made.expires)}:")
    say(write("reset", made.code))


async def _disable(call: Call, given: argparse.Namespace, write: Link) -> None:
    user = await _the(call, given.who)
    await call(DISABLE, Disabling(user.id, given.what == "disable"))
    out = "is signed out everywhere, and cannot sign in" if given.what == "disable" else "can sign in again"
    say(f"{given.who} {out}.")


_ABOUT = {
    "role": "make somebody a member or an operator",
    "reset": "print a link with which somebody sets a new password",
    "disable": "sign somebody out everywhere, and keep them out",
    "enable": "let somebody in again",
}
_WHATS: Mapping[str, Callable[[Call, argparse.Namespace, Link], Awaitable[None]]] = {
    "add": _add,
    "list": _list,
    "role": _role,
    "reset": _reset,
    "disable": _disable,
    "enable": _disable,
}


def _row(user: User) -> str:
    """Write an account in a line, with its columns below each other."""
    seen = shown(user.used) if user.used else "never signed in"
    state = " disabled" if user.disabled else ""
    return f"{user.login or '-':<32} {user.role:<8} {user.id} {seen:<16} {user.name}{state}"


def _a(role: str) -> str:
    return "an operator" if role == "operator" else "a member"
