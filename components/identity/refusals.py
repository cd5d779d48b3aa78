"""Wrong sign-ins, counted for the audit: at most one event a minute and login. Pure: the time is handed in."""

from dataclasses import dataclass, field

MINUTE = 60.0
MOST_ADDRESSES = 5


@dataclass
class Count:
    """How often a login was wrong, and from where, since that was last told."""

    told: float
    times: int = 0
    addresses: dict[str, None] = field(default_factory=dict)


class Refusals:
    """Counts. Remembers no names but those of accounts, of which there are so many and no more."""

    def __init__(self) -> None:
        self._counts: dict[str, Count] = {}

    def count(self, login: str, address: str) -> None:
        """Count one, of the account with a login; `""` is whoever has none."""
        count = self._counts.setdefault(login, Count(-MINUTE))
        count.times += 1
        if len(count.addresses) < MOST_ADDRESSES:
            count.addresses[address] = None

    def due(self, now: float) -> list[dict[str, object]]:
        """Take what may be told now: what was not told of within a minute."""
        ready = {login: count for login, count in self._counts.items() if not count.told <= now < count.told + MINUTE}
        for login in ready:
            self._counts[login] = Count(now)
            if not ready[login].times:
                del self._counts[login]
        return [
            {"login": login, "count": count.times, "addresses": list(count.addresses)}
            for login, count in ready.items()
            if count.times
        ]
