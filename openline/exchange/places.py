"""Where an export lies: a folder, or a zip archive. Of either only the files of the format are ever opened."""

import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import IO, Protocol

ROOM = re.compile(r"rooms/([a-z0-9][a-z0-9_]{0,39})\.jsonl")
ABOUT, PEOPLE = "openline.json", "people.jsonl"
_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of all files in an archive, so that the same rooms make the same bytes."""


class Unusable(Exception):
    """A place that nothing can be written to, or read from. The text is for the operator."""


class Sink(Protocol):
    """Where files are written, one after the other."""

    def file(self, name: str) -> AbstractContextManager[IO[bytes]]: ...


class Source(Protocol):
    """Where files are read."""

    def names(self) -> list[str]: ...

    def file(self, name: str) -> AbstractContextManager[IO[bytes]]: ...


@contextmanager
def written(to: Path) -> Iterator[Sink]:
    """Make a folder or an archive. It has its name once it is whole; nothing that is there is written over."""
    if to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise Unusable(f"{to} is there already")
    partial = to.with_name(f".{to.name}.{token_hex(4)}")
    try:
        if to.suffix == ".zip":
            with open(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    yield _ZipSink(archive)
                file.flush()
                os.fsync(file.fileno())
        else:
            partial.mkdir(mode=0o700)
            yield _FolderSink(partial)
        partial.replace(to)
    except OSError as error:
        raise Unusable(f"{to}: {error.strerror or error}") from error
    finally:
        _drop(partial)


@contextmanager
def opened(place: Path) -> Iterator[Source]:
    """Open a folder or an archive."""
    try:
        if place.is_dir():
            yield _FolderSource(place)
        else:
            with zipfile.ZipFile(place) as archive:
                yield _ZipSource(archive)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unusable(f"{place}: {getattr(error, 'strerror', None) or error}") from error


def rooms_in(source: Source) -> dict[str, str]:
    """Find the files of rooms, by the names of the rooms."""
    found = [match for name in source.names() if (match := ROOM.fullmatch(name))]
    return {match[1]: match[0] for match in sorted(found, key=lambda match: match[1])}


class _FolderSink:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())


class _ZipSink:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        about = zipfile.ZipInfo(name, _DAY)
        about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        with self._archive.open(about, "w", force_zip64=True) as file:
            yield file


class _FolderSource:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        return [str(path.relative_to(self._folder)) for path in self._folder.rglob("*") if path.is_file()]

    def file(self, name: str) -> AbstractContextManager[IO[bytes]]:
        return (self._folder / name).open("rb")


class _ZipSource:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def names(self) -> list[str]:
        return self._archive.namelist()

    def file(self, name: str) -> AbstractContextManager[IO[bytes]]:
        return self._archive.open(name)


def _drop(partial: Path) -> None:
    """Leave nothing half-written."""
    if partial.is_dir():
        rmtree(partial, ignore_errors=True)
    else:
        partial.unlink(missing_ok=True)
