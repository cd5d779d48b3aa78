"""What stands at the head of a file that is sent: which part of it, its name, what a browser may do with it. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import quote

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""A file runs nothing, wherever it is opened."""
SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp")
"""What may be shown as it is, for we wrote it ourselves; all else is saved."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PLAIN = re.compile(r"[^A-Za-z0-9 ._-]")


@dataclass(frozen=True)
class Part:
    """Which bytes: from `start` on, so many."""

    start: int
    length: int


class NotThere(Exception):
    """The bytes that were asked for are beyond the end (RFC 9110 §15.5.17)."""


def part(asked: str | None, size: int) -> Part | None:
    """Read a `Range` of one part (RFC 9110 §14.2). Any other is passed over: all bytes are sent. Raises `NotThere`."""
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        if length == 0:
            raise NotThere
        return Part(size - length, length)
    start, end = int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
    if found[2] and int(found[2]) < start:
        return None
    if start >= size:
        raise NotThere
    return Part(start, end - start + 1)


def disposition(type: str, name: str, save: bool = False) -> str:
    """Say whether a file is shown or saved, and as what (RFC 6266, RFC 8187)."""
    how = "inline" if type in SHOWN and not save else "attachment"
    return f"{how}; filename=\"{_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"


def same(tags: str | None, tag: str) -> bool:
    """Say whether a tag is in an `If-None-Match`."""
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in (tags or "").split(","))
