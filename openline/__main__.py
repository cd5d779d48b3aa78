"""Find the verb and let it work: `openline run`, `openline check`, ..."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from components.settings_file import find_folder
from openline import (
    audit,
    check,
    component,
    explain,
    export,
    importing,
    invite,
    keys,
    permissions,
    revoke,
    run,
    user,
    version,
)


class Verb(Protocol):
    """A module that does one thing. Its docstring is its line in the help."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what it takes beside `--cbdir`."""

    def perform(self, folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
        """Do it for the node in a folder; the answer is the exit code."""


VERBS: dict[str, Verb] = {
    "run": run,
    "check": check,
    "user": user,
    "invite": invite,
    "revoke": revoke,
    "permissions": permissions,
    "explain": explain,
    "keys": keys,
    "component": component,
    "audit": audit,
    "export": export,
    "import": importing,
    "version": version,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says."""
    given = _parser().parse_args(arguments)
    folder = given.cbdir or find_folder(Path.cwd(), os.environ)
    return VERBS[given.verb].perform(folder.resolve(), os.environ, given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("openline", description="An open line between a program and every browser.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in VERBS.items():
        about = (verb.__doc__ or "").split("\n")[0]
        verb_parser = verbs.add_parser(name, help=about, description=about)
        verb_parser.add_argument("--cbdir", type=Path, help="the folder of the node (default: .crossbar)")
        verb.add_arguments(verb_parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
