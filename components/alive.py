"""Know whether another process is alive: it holds a lock that the system lets go of when it dies."""

import fcntl
import os
import time
from pathlib import Path

SUPERVISOR = "components.lock"
"""In the `run` folder; held by the components' supervisor while it lives."""
PATIENCE = 5.0
"""Seconds that whoever starts waits for one before to end."""


class AlreadyHeld(Exception):
    """Somebody else holds this lock: the same thing is running twice."""


def router_lock(name: str) -> str:
    """Name the lock in the `run` folder that a router worker holds while it lives."""
    return f"{name}.lock"


def hold(path: Path) -> int:
    """Take a lock for as long as this process lives, and leave our process id in it."""
    file = _lock(path, fcntl.LOCK_EX)
    os.ftruncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode())
    return file


def take_over(path: Path) -> int:
    """Take a lock, and wait a moment for the one who had it to end. Blocks: for the start of a process."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return hold(path)
        except AlreadyHeld:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def is_held(path: Path) -> bool:
    """Say whether a living process holds a lock. For that moment nobody else can take it."""
    try:
        os.close(_lock(path, fcntl.LOCK_SH))
    except AlreadyHeld:
        return True
    return False


def holder(path: Path) -> str:
    """Say who took a lock last, whether they still hold it or have died since: a process id, or nothing."""
    return path.read_text().strip() if path.exists() else ""


def _lock(path: Path, kind: int) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise AlreadyHeld(f"{path} is held: this node is running already") from None
    return file
