"""List the keys that tokens are read by, or have new ones signed by a new key: `keys list`, `keys rotate`."""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

from components import settings_file
from components.push import keys as push_keys
from openline.say import say
from router.keys import BadKey, load, rotate
from router.tokens import longest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do."""
    parser.add_argument("action", choices=["list", "rotate"], help="list: which there are; rotate: make a new one")
    parser.add_argument("--push", action="store_true", help="rotate what push services know this node by, not tokens")


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Do it, whether or not the node runs: it looks at the folder by itself."""
    try:
        settings = settings_file.load(folder, environ)
        keys, lasts = settings_file.places(folder, settings).keys, longest(settings)
        if arguments.action == "rotate" and arguments.push:
            name = push_keys.rotate(keys, time.time())
            say(f"Browsers subscribe with {name} from now on, each when its page is opened the next time.")
            return 0
        if arguments.action == "rotate":
            say(f"{rotate(keys, lasts, time.time())} signs from now on. A node that runs takes it up within seconds.")
            return 0
        return _list(keys, lasts)
    except settings_file.BadSettings as error:
        lines = error.lines
    except (BadKey, OSError) as error:
        lines = [str(error)]
    for line in lines:
        say(line)
    return 1


def _list(keys: Path, lasts: float) -> int:
    ring = load(keys, lasts)
    for key in ring.ours:
        say(f"{key.name}: {key.algorithm}, ours")
    for key in ring.hosts:
        say(f"{key.name}: {key.algorithm}, of a site")
    for problem in ring.problems:
        say(f"not used: {problem}")
    return 1 if ring.problems else 0
