"""What has been cut: tokens that are refused, and sessions that are ended, before their time."""

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from components.contract import Nothing, Refusal
from components.identity.api import REVOKED, Cut, Cuts

from . import hooks
from .edge.cut import Cut as End
from .edge.cut import Why
from .edge.joined import Joined
from .tokens import Token

LOOK = 0.5
"""Seconds between two looks at whether the identity component has come, or come back."""
FORGET = 600.0
"""Seconds between two looks at whether a cut is older than any token."""
NOT_YET = "Nobody can be signed in just yet. Try again in a moment."

log = Logger()


class Revocations:
    """The cuts of one node, in memory. `longest` is how many seconds a token may be good, whoever signed it."""

    def __init__(self, longest: float, is_open: bool = False, now: Callable[[], float] = time.time) -> None:
        self._longest, self._now = longest, now
        self._cuts: dict[tuple[str, str], float] = {}
        self.is_open = is_open
        """Whether it is known what is cut. Until then nobody is let in."""

    def __len__(self) -> int:
        return len(self._cuts)

    def add(self, cut: Cut) -> None:
        """Refuse from now on what is cut."""
        key = cut.id, cut.family
        self._cuts[key] = max(cut.at, self._cuts.get(key, 0.0))

    def loaded(self, cuts: Iterable[Cut]) -> None:
        """Take in all that there are, beside those that were heard of meanwhile."""
        for cut in cuts:
            self.add(cut)
        self.is_open = True

    def forget(self) -> None:
        """Let go of what is older than any token."""
        oldest = self._now() - self._longest
        self._cuts = {key: at for key, at in self._cuts.items() if at > oldest}

    def cover(self, token: Token) -> bool:
        """Say whether a token was cut."""
        return any(token.issued <= self._cuts.get((token.id, family), -1.0) for family in {"", token.family})

    def check(self, token: Token) -> bool:
        """Say whether a token is good still. Raises `End` while nobody knows."""
        if not self.is_open:
            raise End(Why.UNAVAILABLE, NOT_YET, retry_after=1.0)
        return not self.cover(token)


class Cutting:
    """Hears of cuts at one router, ends what they mean, and asks for all of them whenever identity comes back."""

    def __init__(self, router: Any, known: Revocations, ask: Callable[[Any, Any], Awaitable[Cuts]]) -> None:
        self._router, self._known, self._ask = router, known, ask
        self._seen: object = None
        self._is_asking = False

    def watch(self, ticker: Any) -> None:
        """Look from time to time."""
        ticker.every(LOOK, self.look)
        ticker.every(FORGET, self._known.forget)

    def cut(self, id: str, family: str, at: float) -> None:
        """End the sessions of a cut, on every transport."""
        self._known.add(Cut(id, family, at))
        self._end(self._router.sessions_of(id))

    def look(self) -> None:
        """Ask what is cut, if identity answers anew since the last time: something may have been missed."""
        answering = hooks.registration(self._router, REVOKED.uri)
        if answering is not None and answering != self._seen and not self._is_asking:
            self._is_asking = True
            Deferred.fromCoroutine(self._load(answering))

    async def _load(self, answering: object) -> None:
        try:
            cuts = (await self._ask(REVOKED, Nothing())).cuts
        except Refusal as refusal:
            log.debug("what is cut could not be asked: {error}", error=refusal)
        else:
            self._seen = answering
            self._known.loaded(cuts)
            self._end(self._router.sessions())
            log.info("Sign-ins are checked against {count} revocations", count=len(self._known))
        finally:
            self._is_asking = False

    def _end(self, sessions: Iterable[Any]) -> None:
        for one in list(sessions):
            if isinstance(one, Joined) and one.token is not None and self._known.cover(one.token):
                one.end(End(Why.SIGNED_OUT))
