"""Tells the presence component who is here: in numbered reports, and all of it whenever one may have been missed."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from components.contract import PEOPLE, Refusal
from components.presence.api import REPORT, Gone, Here, Report, Taken
from components.settings import Presence

from .edge.joined import token_of

SOON = 0.25
"""Seconds between two looks at whether there is something to tell, or somebody else to tell it."""
SIGNS = 4
"""How often something is told in any case, while presence waits until it takes us for dead."""

log = Logger()

Ask = Callable[[Any, Any], Awaitable[Taken]]


class Attendance:
    """The sessions of one router worker, as far as presence wants to know of them."""

    def __init__(
        self,
        name: str,
        times: Presence,
        ask: Ask,
        registered: Callable[[str], object],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`registered` names who answers a procedure now."""
        self._name, self._ask, self._registered, self._now = name, ask, registered, now
        self._grace, self._sign = times.grace, times.lease / SIGNS
        self._run = token_hex(8)
        self._number = 0
        self._here: dict[int, Here] = {}
        self._gone: OrderedDict[int, tuple[Here, float]] = OrderedDict()
        """Sessions that have ended within the grace, and when."""
        self._came: list[Here] = []
        self._went: list[int] = []
        self._told_to: object = None
        """Who took the last report; `None` where the next one has to be full."""
        self._told_at = 0.0
        self._is_telling = False

    def watch(self, ticker: Any) -> None:
        """Look from time to time."""
        ticker.every(SOON, self.look)

    def joined(self, session: Any) -> None:
        """Somebody has come. Who only listens by Server-Sent Events is not shown as being here."""
        token, transport = token_of(session), session._transport
        if token.role in PEOPLE and transport is not None and transport.kind != "events":
            number = session._session_id
            self._here[number] = Here(number, token.id, token.family or str(number))
            self._came.append(self._here[number])

    def left(self, session: Any) -> None:
        """A session has ended."""
        here = self._here.pop(session._session_id, None)
        if here is not None:
            self._gone[here.session] = here, self._now()
            self._went.append(here.session)

    def look(self) -> None:
        """Tell what there is to tell."""
        self._forget()
        answering = self._registered(REPORT.uri)
        if self._is_telling or answering is None:
            return
        is_full = answering != self._told_to
        if is_full or self._came or self._went or self._told_at + self._sign <= self._now():
            self._is_telling = True
            Deferred.fromCoroutine(self._tell(self._report(is_full), answering))

    def _forget(self) -> None:
        """Let go of sessions that ended longer ago than the grace, and were told of."""
        unsaid = set(self._went)
        while self._gone:
            number, (_, at) = next(iter(self._gone.items()))
            if at + self._grace > self._now() or number in unsaid:
                return
            del self._gone[number]

    def _report(self, is_full: bool) -> Report:
        self._number += 1
        came, self._came = self._came, []
        went, self._went = self._went, []
        here = list(self._here.values()) if is_full else came
        gone = [self._ended(number) for number in (self._gone if is_full else went)]
        return Report(self._name, self._run, self._number, is_full, here, gone)

    def _ended(self, number: int) -> Gone:
        here, at = self._gone[number]
        return Gone(number, here.person, max(0.0, self._now() - at))

    async def _tell(self, report: Report, to: object) -> None:
        self._told_to = None
        try:
            answer = await self._ask(REPORT, report)
        except Refusal as refusal:
            log.debug("presence was not told who is here: {error}", error=refusal)
        else:
            self._told_at = self._now()
            self._told_to = to if answer.taken else None
        finally:
            self._is_telling = False
