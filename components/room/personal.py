"""What one person is told of rooms that they may not be in: on a stream of their own, which nobody else reads."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from components.contract import Author
from components.streams import Log

from .api import FEED, PERSONAL, stream_of


def word_of(person: str) -> str:
    """The last word of somebody's own stream: ids may hold what addresses may not."""
    return f"{PERSONAL}{sha256(person.encode()).hexdigest()[:32]}"


def stream(person: str) -> str:
    return stream_of(word_of(person))


def feed(person: str) -> str:
    """Name the topic on which somebody's devices are told what the others did."""
    return FEED + word_of(person)


def tell(log: Log, person: str, what: str, data: Mapping[str, Any], by: Author) -> None:
    log.append(stream(person), what, data, by=by)
