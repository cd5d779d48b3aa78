"""Make what the bench runs: the load generator, the sink, and the packages of the peers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = ROOT / "bench"
PEERS = HERE / "peers"
BUILT = ROOT / "build/bench"
"""Ignored by git; made anew when a source is newer."""
LOAD, SINK = BUILT / "load", BUILT / "sink"
_ENVIRONMENT = Path(sys.executable).parent
_FRAMES = HERE / "load/frames.c"


class CannotBuild(Exception):
    """Something is missing on this machine, in a sentence for people."""


def load() -> Path:
    """Compile the load generator."""
    return _compile(LOAD, sorted((HERE / "load").glob("*.c")))


def sink() -> Path:
    """Compile the server that does nothing else."""
    return _compile(SINK, [PEERS / "sink/sink.c", _FRAMES])


def tool(name: str) -> str:
    """Find a program on this machine, or else in the environment that the pages are built with."""
    found = shutil.which(name) or shutil.which(name, path=str(_ENVIRONMENT))
    if not found:
        raise CannotBuild(f"The bench needs {name}, which is not on this machine.")
    return found


def _compile(made: Path, sources: list[Path]) -> Path:
    newest = max(path.stat().st_mtime for path in [*sources, *(HERE / "load").glob("*.h")])
    if not made.exists() or made.stat().st_mtime < newest:
        made.parent.mkdir(parents=True, exist_ok=True)
        _run(
            [tool("gcc"), "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(made), *map(str, sources)], ROOT
        )
    return made


def packages(name: str) -> Path:
    """Install what a peer's lock file names, beside a copy of its server; the folder of both."""
    source, folder = PEERS / name, BUILT / name
    lock = source / "package-lock.json"
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "installed.json"
    for file in ("package.json", "package-lock.json", ".npmrc", "server.js"):
        shutil.copy(source / file, folder)
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        _run([tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        shutil.copy(lock, done)
    return folder


def python() -> Path:
    """Install what is pinned for the peers in Python, in an environment of their own; its interpreter."""
    lock, folder = ROOT / "requirements/peers.txt", BUILT / "python"
    done = folder / "installed.txt"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "venv", "--clear", "."], folder)
        _run(
            ["bin/python", "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(lock)], folder
        )
        shutil.copy(lock, done)
    return folder / "bin/python"


def _run(command: list[str], folder: Path) -> None:
    environ = {**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{_ENVIRONMENT}"}
    done = subprocess.run(command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise CannotBuild(f"{done.stdout[-2000:]}{done.stderr[-2000:]}\nThis did not work: {' '.join(command)}")
