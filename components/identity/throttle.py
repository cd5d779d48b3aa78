"""How often somebody may be wrong about a password. Pure: the time is handed in.

Three bounds hold at once, and each keeps somebody else out than the others do:

- *A login at an address* has five free tries, then waits of 1, 2, 4, ... 60 s. This is who guesses one password.
  Since the address is a part of it, whoever attacks a login from elsewhere does not keep its owner waiting.
- *An address* may be wrong 20 times in any minute, whatever the logins are. This is who tries one password on many
  names.
- *A login* may be wrong 100 times at once, and 10 times a minute from then on, at all addresses together at which its
  owner was never signed in. This is who guesses one password from many addresses. The owner's own addresses are known
  and not bound by it, and at a new one the wait is seconds, not a lock-out: the attackers compete for the same ten.

An address stands for its neighbourhood: an IPv6 user has a network of them. A try counts as wrong from its beginning
until it turns out to be right, so many at once are as many one after the other. One that has to wait is not evaluated
and counts as nothing.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .api import TooManyTries

FREE = 5
LONGEST_WAIT = 60.0
FORGOTTEN = 3_600.0
"""Seconds after which a login at an address begins with its free tries again."""
PER_ADDRESS = 20
MINUTE = 60.0
LINKS, HOUR = 3, 3_600.0
"""How many links to a new password are mailed to somebody within an hour."""
STRANGERS = 100
STRANGERS_PER_MINUTE = 10
MOST = 20_000
"""The most of each kind that are remembered; the longest unused are forgotten first."""

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Try:
    """A try that may be evaluated: which login, where, whether its owner is known there, and when."""

    login: str
    place: str
    known: bool
    at: float


class Throttle:
    """Remembers who was wrong how often, and says who has to wait."""

    def __init__(self) -> None:
        self._pairs: Recent[tuple[str, str], Wrong] = Recent(Wrong)
        self._places: Recent[str, Lately] = Recent(Lately)
        self._newcomers: Recent[str, Lately] = Recent(Lately)
        self._forgetful: Recent[str, Lately] = Recent(Lately)
        self._links: Recent[str, Lately] = Recent(lambda: Lately(LINKS, HOUR))
        self._logins: Recent[str, Allowance] = Recent(Allowance)

    def look(self, login: str, place: str, now: float) -> None:
        """Refuse who has to wait anyway. Counts nothing: for before it is known whether the owner is known here."""
        _must_not_wait(max(self._pairs.peek((login, place)).wait(now), self._places.peek(place).wait(now)))

    def take(self, login: str, place: str, known: bool, now: float) -> Try:
        """Begin a try, or refuse it with the seconds to wait. It ends with `right` or `spare`, or it was wrong."""
        self.look(login, place, now)
        if not known:
            _must_not_wait(self._logins.peek(login).wait(now))
            self._logins[login].take(now)
        self._pairs[login, place].take(now)
        self._places[place].take(now)
        return Try(login, place, known, now)

    def right(self, tried: Try) -> None:
        """It was right after all: whoever knows the password begins anew."""
        self._pairs.forget((tried.login, tried.place))
        self._give_back(tried)

    def spare(self, tried: Try) -> None:
        """It was not evaluated, and is as if it had not been."""
        self._pairs[tried.login, tried.place].give_back()
        self._give_back(tried)

    def newcomer(self, place: str, now: float) -> None:
        """Count somebody who signs up, whom it costs as much to take in; as many from an address as may be wrong."""
        _must_not_wait(self._newcomers.peek(place).wait(now))
        self._newcomers[place].take(now)

    def forgot(self, place: str, now: float) -> None:
        """Count somebody who forgot their password: as many from an address as may be wrong."""
        _must_not_wait(self._forgetful.peek(place).wait(now))
        self._forgetful[place].take(now)

    def takes_link(self, id: str, now: float) -> bool:
        """Count a link that is mailed to an account, unless it was mailed enough of them."""
        if self._links.peek(id).wait(now) > 0:
            return False
        self._links[id].take(now)
        return True

    def _give_back(self, tried: Try) -> None:
        self._places[tried.place].give_back(tried.at)
        if not tried.known:
            self._logins[tried.login].give_back()


class Wrong:
    """How often a login was wrong at an address, and when last."""

    def __init__(self) -> None:
        self._times, self._last = 0, 0.0

    def wait(self, now: float) -> float:
        self._last = min(self._last, now)  # A clock that is set back keeps nobody waiting.
        if self._times < FREE or now >= self._last + FORGOTTEN:
            return 0.0
        doubled = min(self._times - FREE, 10)
        return self._last + min(2.0**doubled, LONGEST_WAIT) - now

    def take(self, now: float) -> None:
        self._times = 1 if now >= self._last + FORGOTTEN else self._times + 1
        self._last = now

    def give_back(self) -> None:
        self._times = max(self._times - 1, 0)


class Lately:
    """When something was done within the last seconds, of which there may be so many."""

    def __init__(self, most: int = PER_ADDRESS, seconds: float = MINUTE) -> None:
        self._most, self._seconds = most, seconds
        self._times: list[float] = []

    def wait(self, now: float) -> float:
        self._times = [min(time, now) for time in self._times if time > now - self._seconds]
        return self._times[-self._most] + self._seconds - now if len(self._times) >= self._most else 0.0

    def take(self, now: float) -> None:
        self._times.append(now)

    def give_back(self, at: float) -> None:
        if at in self._times:
            self._times.remove(at)


class Allowance:
    """How often a login may still be wrong where its owner is not known: a token bucket."""

    def __init__(self) -> None:
        self._left, self._seen = float(STRANGERS), 0.0

    def wait(self, now: float) -> float:
        return max(0.0, 1 - self._filled(now)) * MINUTE / STRANGERS_PER_MINUTE

    def take(self, now: float) -> None:
        self._left, self._seen = self._filled(now) - 1, now

    def give_back(self) -> None:
        self._left += 1

    def _filled(self, now: float) -> float:
        return min(STRANGERS, self._left + max(0.0, now - self._seen) * STRANGERS_PER_MINUTE / MINUTE)


class Recent(Generic[Key, Value]):
    """The values of the keys that were used last; one that is asked for and not there is made."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def __getitem__(self, key: Key) -> Value:
        value = self._values[key] = self._values.pop(key, None) or self._make()
        if len(self._values) > MOST:
            self._values.popitem(last=False)
        return value

    def peek(self, key: Key) -> Value:
        """Look at what there is, or would be, and remember nothing: who is refused pushes nobody out."""
        return self._values.get(key) or self._make()

    def forget(self, key: Key) -> None:
        self._values.pop(key, None)


def _must_not_wait(seconds: float) -> None:
    if seconds > 0:
        raise TooManyTries(retry_after=max(0.1, round(seconds, 1)))
