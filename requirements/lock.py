"""Write run.txt, node.txt, test.txt and peers.txt beside this file from the ranges in setup.cfg: `make lock`."""

import configparser
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from pathlib import Path

UV = "uv==0.13.9"
"""Resolves for another Python than its own, and knows the hashes of all files of a release, whatever the processor."""

OLDEST = "3.11"
"""A test (tests/contract/test_environment.py) says whether a newer Python would need more."""

LEFT_OUT = {
    # Autobahn's UBJSON, which nothing here speaks; its wheel prints a traceback at every start (design, style.md).
    "bjdata",
}
HERE = Path(__file__).parent
HEAD = """\
# {what}
# Made by `make lock` from setup.cfg; do not edit. Install with --no-deps: what is missing is missing on purpose.
"""


def main() -> None:
    """Resolve everything together, so that the files agree, then share it out."""
    wanted = ranges(HERE.parent / "setup.cfg")
    with tempfile.TemporaryDirectory() as folder:
        uv = install_uv(Path(folder))
        run = resolve(uv, wanted["run"], [])
        node = resolve(uv, wanted["node"], [])
        test = resolve(uv, wanted["run"] + wanted["test"], run.values())
        peers = resolve(uv, wanted["peers"], [])
    write("run.txt", "What a node runs on.", run)
    write("node.txt", "Node.js, to build web/vendor and to test the pages.", node)
    write("test.txt", "What `make test` needs on top of run.txt and node.txt.", without(test, run))
    write("peers.txt", "What the bench measures beside us.", peers)


def ranges(setup_cfg: Path) -> dict[str, list[str]]:
    """Read what setup.cfg asks for, comments left out."""
    config = configparser.ConfigParser()
    config.read(setup_cfg)
    lists = {"run": config["options"]["install_requires"], **config["options.extras_require"]}
    return {name: value.split("\n")[1:] for name, value in lists.items()}


def install_uv(folder: Path) -> Path:
    """Put the resolver into an environment of its own, since nothing else needs it."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", UV], check=True)
    return folder / "bin/uv"


def resolve(uv: Path, requirements: list[str], pinned: Iterable[str]) -> dict[str, str]:
    """Find the newest versions that go together, each with the hashes of all its files."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.writelines(pin.split(" \\")[0] + "\n" for pin in pinned)
        constraints.flush()
        target = ["--python-version", OLDEST, "--python-platform", "linux", "--constraint", constraints.name]
        quiet = ["--quiet", "--no-header", "--no-annotate", "--no-config"]
        done = subprocess.run(
            [str(uv), "pip", "compile", "-", "--generate-hashes", *target, *quiet],
            input="\n".join(requirements),
            env={**os.environ, **index()},
            stdout=subprocess.PIPE,
            text=True,
        )
    if done.returncode:
        sys.exit("The ranges in setup.cfg do not go together; see above.")
    return without(blocks(done.stdout), LEFT_OUT)


def index() -> dict[str, str]:
    """Say where pip looks for packages, if it was told; uv does not read pip's settings."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    found = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    return {"UV_DEFAULT_INDEX": found} if found else {}


def blocks(text: str) -> dict[str, str]:
    """Cut requirements into one piece a package: its pin, and the hashes below it."""
    pieces = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return {re.split(r"[=\[ ]", piece)[0]: piece for piece in pieces if piece.strip()}


def without(pins: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    """Leave some packages out."""
    taken = set(names)
    return {name: pin for name, pin in pins.items() if name not in taken}


def write(name: str, what: str, pins: dict[str, str]) -> None:
    """Put a file in place."""
    (HERE / name).write_text(HEAD.format(what=what) + "".join(pins.values()))


if __name__ == "__main__":
    main()
