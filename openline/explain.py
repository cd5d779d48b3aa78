"""Say whether somebody may do something, by which rule, and what their sessions claim."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from components.contract import Unavailable
from openline.ask import Call, ask
from openline.say import say
from openline.user import find
from router.api import EXPLAIN, Explain, Explained

ACTIONS = ("call", "register", "reregister", "subscribe", "publish", "read", "write")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take who, what they would do, and to what."""
    parser.add_argument("who", help="a sign-in name, or the id of anybody")
    parser.add_argument("action", choices=ACTIONS, help="read and write are for the log of a stream")
    parser.add_argument("what", help="an address, or the name of a stream")
    parser.add_argument("--match", choices=("exact", "prefix", "wildcard"), default="exact")
    parser.add_argument(
        "--role", choices=("guest", "member", "operator", "component", "service"), help="as if it were theirs"
    )


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Ask the running node, and print what it says of each of their sessions."""

    async def conversation(call: Call) -> None:
        who, role = await _id(call, arguments.who), arguments.role
        said = await call(EXPLAIN, Explain(who, arguments.action, arguments.what, arguments.match, role))
        for answer in said.answers:
            for line in lines(answer):
                say(line)

    return ask(folder, environ, conversation)


async def _id(call: Call, who: str) -> str:
    """Find the id behind a sign-in name; on a node without accounts, everybody goes by their ids."""
    try:
        user = await find(call, who)
    except Unavailable:
        return who
    return user.id if user else who


def lines(answer: Explained) -> Iterator[str]:
    """Put the answer for one session into words."""
    yield f"{'yes' if answer.allow else 'no'}: {answer.rule}"
    yield f"  session     {answer.session or 'none'}, as {answer.role}, called {answer.name}"
    if answer.family:
        yield f"  device      {answer.family}"
    for action, patterns in (("read", answer.rights.read), ("publish", answer.rights.publish)):
        if patterns:
            yield f"  its token   streams.{action}: {', '.join(patterns)}"
    if answer.remembered is not None:
        yield f"  remembered  yes: {answer.remembered}"
