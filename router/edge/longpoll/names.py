"""Names of long-poll sessions: what nobody can guess, good for whoever was given it alone."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

from .line import Line

SECRET = 24
"""Bytes of chance in a name."""


@dataclass(frozen=True)
class Owner:
    """Who opened a session, as far as a browser tells: the page's origin, and its session cookie."""

    origin: str
    cookie: str

    def is_same(self, other: "Owner") -> bool:
        """Compare without telling by the time it takes how much is alike."""
        same_origin = compare_digest(self.origin.encode(), other.origin.encode())
        return compare_digest(self.cookie.encode(), other.cookie.encode()) and same_origin


class Names:
    """The sessions there are. What is kept of a name is its digest."""

    def __init__(self) -> None:
        self._lines: dict[bytes, tuple[Owner, Line]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @staticmethod
    def make() -> str:
        """Make a new name."""
        return token_urlsafe(SECRET)

    def put(self, name: str, owner: Owner, line: Line) -> None:
        """Let a session be found by its name."""
        self._lines[_digest(name)] = owner, line

    def forget(self, name: str) -> None:
        """Let it not be found any more."""
        self._lines.pop(_digest(name), None)

    def find(self, name: str, owner: Owner) -> Line | None:
        """Find a session for its owner."""
        whose, line = self._lines.get(_digest(name), (owner, None))
        return line if whose.is_same(owner) else None


def _digest(name: str) -> bytes:
    return sha256(name.encode()).digest()
