"""Token buckets: how often one session, all sessions of a user, and all of an address may do something."""

from collections import OrderedDict
from typing import Literal
from weakref import WeakValueDictionary

from components.settings import Limits, Rate, Rates

from .address import neighbours

Kind = Literal["call", "publish", "subscribe"]

REMEMBERED = 10_000
"""How many keys are remembered besides those that somebody is using."""
_LOOKS = 8
"""How many of the oldest are looked at for one that has nothing to remember."""


class Bucket:
    """Gives out tokens: `burst` at once, and `per_second` for as long as one likes. Seconds are a monotonic clock's."""

    __slots__ = ("__weakref__", "_burst", "_left", "_per_second", "_then")

    def __init__(self, rate: Rate) -> None:
        self._per_second, self._burst = rate.per_second, float(rate.burst)
        self._left, self._then = self._burst, 0.0

    def take(self, now: float) -> float:
        """Take a token: 0.0. Where there is none, nothing is taken: the seconds until there is one."""
        left = self._left
        if now > self._then:
            left += (now - self._then) * self._per_second
            if left > self._burst:
                left = self._burst
        self._then = now
        if left >= 1.0:
            self._left = left - 1.0
            return 0.0
        self._left = left
        return (1.0 - left) / self._per_second

    def give_back(self) -> None:
        """Put back a token that was not used after all."""
        self._left += 1.0

    def full(self, now: float) -> bool:
        """Say whether it has nothing to remember."""
        return self._left + (now - self._then) * self._per_second >= self._burst


class Buckets:
    """A bucket for each key. One that is held by somebody stays; of the others the longest unused are forgotten."""

    def __init__(self, rate: Rate, remembered: int = REMEMBERED) -> None:
        self._rate, self._remembered = rate, remembered
        self._known: WeakValueDictionary[str, Bucket] = WeakValueDictionary()
        self._recent: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, key: str, now: float) -> Bucket:
        """Find the bucket of a key."""
        bucket = self._known.get(key)
        if bucket is None:
            bucket = self._known[key] = Bucket(self._rate)
        self._recent[key] = bucket
        self._recent.move_to_end(key)
        if len(self._recent) > self._remembered:
            self._forget(now)
        return bucket

    def take(self, key: str, now: float) -> float:
        """Take a token from the bucket of a key, as `Bucket.take` does."""
        return self.of(key, now).take(now)

    def __len__(self) -> int:
        return len(self._known)

    def _forget(self, now: float) -> None:
        """Forget a full bucket, for its key will get another such; else the one that was asked for longest ago."""
        oldest = [key for key, _ in zip(self._recent, range(_LOOKS), strict=False)]
        del self._recent[next((key for key in oldest if self._recent[key].full(now)), oldest[0])]


class Allowance:
    """What one session may do. Its buckets are made when it first does something: most of the time most are idle."""

    __slots__ = ("_address", "_allowances", "_buckets", "_user")

    def __init__(self, allowances: "Allowances", user: str, address: str) -> None:
        self._allowances, self._user, self._address = allowances, user, address
        self._buckets: dict[Kind, tuple[Bucket, Bucket, Bucket]] = {}

    def take(self, kind: Kind, now: float) -> float:
        """Take a token of the session, of its user and of its address: 0.0, or the seconds until all have one."""
        try:
            session, user, address = self._buckets[kind]
        except KeyError:
            session, user, address = self._buckets[kind] = self._allowances.buckets(
                kind, self._user, self._address, now
            )
        if wait := session.take(now):
            return wait
        if wait := user.take(now):
            session.give_back()
            return wait
        if wait := address.take(now):
            session.give_back()
            user.give_back()
        return wait


class Allowances:
    """What all sessions of one router worker may do."""

    def __init__(self, limits: Limits, remembered: int = REMEMBERED) -> None:
        rates: dict[Kind, Rates] = {"call": limits.calls, "publish": limits.publishes, "subscribe": limits.subscribes}
        self._kinds = {
            kind: (one.session, Buckets(one.user, remembered), Buckets(one.address, remembered))
            for kind, one in rates.items()
        }

    def of(self, authid: str, address: str) -> Allowance:
        """Make the allowance of a session: of whose it is, and where it comes from."""
        return Allowance(self, authid, neighbours(address))

    def sign_in(self, address: str, now: float) -> float:
        """Take a token of an address for a session that begins there: 0.0, or the seconds until there is one."""
        return self._kinds["call"][2].take(neighbours(address), now)

    def buckets(self, kind: Kind, user: str, address: str, now: float) -> tuple[Bucket, Bucket, Bucket]:
        """Make a session's own bucket, and find those that it shares."""
        own, users, addresses = self._kinds[kind]
        return Bucket(own), users.of(user, now), addresses.of(address, now)
