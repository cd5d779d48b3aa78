"""Where the bytes of files are: one small interface, and the folder behind it; `bucket.py` is the other.

All of it blocks: for threads. A name is the id of a file, or that with `.thumb` behind it.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from components.settings import Files

PIECE = 65_536
"""Bytes that are read at once."""


class Blobs(Protocol):
    """Bytes under names. What is put is there for good when that returns, whatever happens to the machine."""

    def put(self, name: str, source: Path) -> None:
        """Keep what is in a file, under a name; what had that name is replaced."""

    def size(self, name: str) -> int | None:
        """Say how many bytes there are; `None` where there are none."""

    def read(self, name: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Read bytes, in pieces; from `start` on, and no more than `length`. Raises `FileNotFoundError`."""

    def remove(self, name: str) -> None:
        """Forget some. Harmless when repeated."""

    def names(self) -> Iterator[str]:
        """Name all that there are."""


class Folder:
    """A folder, with others in it by the beginning of the names: none of them grows beyond what a system takes well."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, source: Path) -> None:
        to = self._of(name)
        made = [folder for folder in (to.parent, *to.parent.parents) if not folder.exists()]
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = to.with_name(f"{name}.part")
        with source.open("rb") as given, part.open("wb") as kept:
            shutil.copyfileobj(given, kept, PIECE)
            kept.flush()
            os.fsync(kept.fileno())
        part.replace(to)
        for folder in (to.parent, *(one.parent for one in made)):
            _sync(folder)

    def size(self, name: str) -> int | None:
        try:
            return self._of(name).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, name: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        left = length
        with self._of(name).open("rb") as file:
            file.seek(start)
            while left is None or left > 0:
                piece = file.read(PIECE if left is None else min(PIECE, left))
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece

    def remove(self, name: str) -> None:
        for path in (self._of(name), self._of(f"{name}.part")):
            path.unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        yield from sorted(path.name for path in self._path.glob("??/*"))

    def _of(self, name: str) -> Path:
        return self._path / name[:2] / name


def _sync(folder: Path) -> None:
    """Have the system write down what is in a folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def open_blobs(settings: Files, data: Path, keys: Path) -> Blobs:
    """Open what the settings name: a bucket, or else the folder beside the database. Raises `BadBucket`."""
    if settings.bucket is None:
        return Folder(data / "files")
    from .bucket import Bucket  # Not everybody has the library.

    return Bucket.open(settings.bucket, keys)


def incoming(data: Path) -> Path:
    """The folder in which bytes arrive, which the router and the component share."""
    return data / "incoming"
