"""The rules of files: values in; new values, or a refusal, out. No I/O, no clock."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category

from components.settings import Files

from .api import (
    MAX_FILES,
    MAX_NAME,
    EmptyFile,
    EnoughForToday,
    File,
    FileTooLarge,
    NoSuchFile,
    TooManyFiles,
    TooManyUploads,
)

_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
}
"""How names of pictures end, by what they are once they are written anew; the first one is put where there is none."""
_OF_PICTURES = re.compile(r"\.(jpe?g|jpe|jfif|png|gif|webp|avif|heic)$", re.IGNORECASE)
_MAKES_LINES = re.compile(r"\s+")


@dataclass(frozen=True)
class Use:
    """What somebody has sent already: files that are in no message yet, and bytes today."""

    pending: int
    today: int


def must_fit(size: int, use: Use, limits: Files) -> None:
    """Refuse bytes that are too many: at once, of files that wait, or for one day."""
    if size == 0:
        raise EmptyFile
    if size > limits.bytes:
        raise FileTooLarge(f"This file is too large: {_megabytes(limits.bytes)} MB is the most.", limit=limits.bytes)
    if use.pending >= limits.pending:
        raise TooManyUploads(limit=limits.pending)
    if use.today + size > limits.day_bytes:
        raise EnoughForToday(limit=limits.day_bytes)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")


def must_be_few(files: Sequence[str]) -> None:
    """Refuse more files than one message shows, and the same one twice."""
    if len(files) > MAX_FILES or len(set(files)) < len(files):
        raise TooManyFiles(limit=MAX_FILES)


def must_be_there(wanted: Sequence[str], found: Sequence[File]) -> None:
    """Refuse a message with files that are not its author's to send."""
    there = {file.id for file in found}
    if missing := [id for id in wanted if id not in there]:
        raise NoSuchFile("A file of this message is not here any more. Attach it again.", file=missing[0])


def called(name: str) -> str:
    """Make a name that can stand on a page and on a disk: one line, no path, nothing that turns the reading round."""
    plain = "".join(_kept(character) for character in re.split(r"[\\/]", name)[-1])
    line = _MAKES_LINES.sub(" ", plain).strip(" .")
    stem, dot, ending = line.rpartition(".")
    if len(line) > MAX_NAME and dot and len(ending) <= 16:
        return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"
    return line[:MAX_NAME].strip() or "file"


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    return "" if category(character)[0] == "C" or character in '<>:"|?*' else character


def picture_name(name: str, type: str) -> str:
    """Give a picture a name that ends as what it is now."""
    endings = _ENDINGS[type]
    if name.lower().endswith(endings):
        return name
    return f"{_OF_PICTURES.sub('', name)[: MAX_NAME - 5]}{endings[0]}"
