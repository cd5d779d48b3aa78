"""A family: one device that is signed in, and its chain of refresh secrets. Pure: no I/O, no clock, no chance.

What a device holds is `<mark>.<secret>`. The mark stays the same for as long as the family lives; the secret is good
once and gives the next one. Only the SHA-256 of either is kept, which is enough to know them by: they are chance of 128
and 256 bits, so nobody finds them by trying.

*A secret that was used before.* With the right mark and a secret that is not the newest, two parties have held the same
secrets, and nobody can say which of them is the thief: the family ends. The mark is what tells such a secret from
rubbish, so that nobody ends a family who only knows its public id.

*Unless it was replaced less than 20 s ago.* Two tabs may ask at once, or an answer may be lost on its way; both then
hold the old secret and want the new one, which is not kept anywhere. So it is made from the old one: the successor of a
secret is HMAC-SHA256 of the secret and a salt, and the row keeps the salt. Whoever shows the old secret within those
20 s is given what follows from it, over as many steps as were made since. The database alone gives no secret away,
since a salt is worth nothing without the secret before it; and salts are wiped a minute later, so that an old secret
that is found together with the database then is worth nothing either.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from .api import GRACE

ABSOLUTE = 90 * 86_400.0
"""Seconds after which a device signs in again, however much it is used."""
MOST_STEPS = 20
"""The most replaced secrets that are remembered, however quickly they follow each other."""


@dataclass(frozen=True)
class Step:
    """A secret that was replaced: its hash, the salt that made the next one of it, and when."""

    hash: str
    salt: str
    at: float


@dataclass(frozen=True)
class Family:
    """A signed-in device of an account. `mark` and `current` are hashes; `ended` is when it was signed out."""

    id: str
    account: str
    mark: str
    current: str
    steps: tuple[Step, ...]
    agent: str
    address: str
    created: float
    used: float
    ended: float | None = None

    def expires(self, idle: float) -> float:
        """Say until when it lives, if it is not used again for `idle` seconds."""
        return min(self.used + idle, self.created + ABSOLUTE)

    def lives(self, now: float, idle: float) -> bool:
        return self.ended is None and now < self.expires(idle)


@dataclass(frozen=True)
class Held:
    """What a device holds, apart."""

    mark: str
    secret: str

    def __str__(self) -> str:
        return f"{self.mark}.{self.secret}"


@dataclass(frozen=True)
class Fresh:
    """The chance that a new family is made of: its id, and what its device will hold first."""

    id: str
    held: Held


class Replayed(Exception):
    """This secret was replaced too long ago, or never was one of this family."""


def digest(secret: str) -> str:
    """Hash what is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def parse(refresh: str) -> Held | None:
    """Take apart what a device showed, if it can be."""
    mark, _, secret = refresh.partition(".")
    return Held(mark, secret) if mark and secret and refresh.isascii() else None


def opened(fresh: Fresh, account: str, agent: str, address: str, now: float) -> Family:
    """Make the family of somebody who has just signed in."""
    mark, current = digest(fresh.held.mark), digest(fresh.held.secret)
    return Family(fresh.id, account, mark, current, (), agent, address, now, now)


def turned(family: Family, secret: str, salt: str, now: float) -> tuple[Family, str]:
    """Use a secret: answer with the family from now on, and the secret that its device is to hold.

    Raises `Replayed` where the secret is an old one. Within the grace after its replacement nothing changes.
    """
    if digest(secret) == family.current:
        following = successor(secret, salt)
        steps = (*_recent(family.steps, now), Step(digest(secret), salt, now))[-MOST_STEPS:]
        return replace(family, current=digest(following), steps=steps, used=now), following
    return family, _follow(_recent(family.steps, now), secret)


def successor(secret: str, salt: str) -> str:
    """Make the secret that follows from another."""
    return hmac.new(secret.encode(), salt.encode(), sha256).hexdigest()


def _follow(steps: Sequence[Step], secret: str) -> str:
    """Go from a secret that was replaced to the newest."""
    known = [step.hash for step in steps]
    if digest(secret) not in known:
        raise Replayed
    for step in steps[known.index(digest(secret)) :]:
        secret = successor(secret, step.salt)
    return secret


def _recent(steps: Sequence[Step], now: float) -> tuple[Step, ...]:
    return tuple(step for step in steps if now <= step.at + GRACE)
