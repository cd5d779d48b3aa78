"""Tells the audit trail of refusals: summed up, at most once a minute, and only when the log can take it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import AUDIT, Appended
from components.stream.api import Publication

FIRST = 1.0
"""Seconds for which refusals are gathered after a while without any."""
EVERY = 60.0
"""Seconds between two events."""
MOST = 100
"""How many reasons and addresses one event names; what is left over is summed up under `others`."""
PATIENCE = 30.0
"""Seconds that the log has to take an event."""
TOLD = frozenset(
    {
        *("signed_out", "too_many_guests", "forbidden", "forged", "not_authorized"),
        *("component_without_key", "component_unknown", "component_forged"),
    }
)
"""Refused sign-ins and denied actions. The other reasons are about how much is sent, not about who may."""

Publish = Callable[[Publication], Awaitable[Appended]]


class Refusals:
    """Sums up who was refused, by reason and address."""

    def __init__(self, clock: IReactorTime, publish: Publish, log: Logger | None = None) -> None:
        self._clock, self._publish, self._log = clock, publish, log or Logger()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._others = 0
        self._since = 0.0
        self._is_due = False
        self._wait = FIRST
        self._is_lost = False

    def refused(self, reason: str, address: str = "") -> None:
        """Count a refusal, if it is one to be told of."""
        if reason not in TOLD:
            return
        if not self._counts:
            self._since = self._clock.seconds()
        if (reason, address) in self._counts or len(self._counts) < MOST:
            self._counts[reason, address] += 1
        else:
            self._others += 1
        self._tell_later()

    def _tell_later(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._clock.callLater(self._wait, self._tell)

    def _tell(self) -> None:
        """Publish what was counted; after a minute without anything to tell, the next is told of soon again."""
        self._is_due = False
        if not self._counts:
            self._wait = FIRST
            return
        event, self._counts, self._others = self._event(), Counter(), 0
        telling = Deferred.fromCoroutine(self._ask(event)).addTimeout(PATIENCE, self._clock)
        telling.addCallbacks(self._told, self._lost)
        self._wait = EVERY
        self._tell_later()

    def _event(self) -> Publication:
        refusals = [
            {"reason": reason, "address": address, "count": count}
            for (reason, address), count in sorted(self._counts.items())
        ]
        return Publication(AUDIT, "refused", {"since": self._since, "refusals": refusals, "others": self._others})

    async def _ask(self, event: Publication) -> Appended:
        return await self._publish(event)

    def _told(self, _: Appended) -> None:
        self._is_lost = False

    def _lost(self, failure: Any) -> None:
        """Let it go, and say so once: these are numbers, and the log has every line of them."""
        if not self._is_lost:
            self._log.warn("refusals are missing in {stream}: {error}", stream=AUDIT, error=repr(failure.value))
        self._is_lost = True
