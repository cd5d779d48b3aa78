"""Holds all that sessions do against the permissions, and remembers what the owners of streams said."""

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from components.contract import Access, Refusal, Unavailable, Verdict
from components.permissions import Ask, Permissions, Question, Who

OWNER_AWAY = 10.0
"""Seconds that a subscription waits for the component that owns the stream."""
MOST_ANSWERS = 20_000
"""How many answers of owners are remembered: as many as people in rooms may come back at once."""

log = Logger()

Registered = Callable[[str], object]
"""(procedure) → the registration of who answers it now; another one after whoever answered it was away."""


class Guard:
    """Decides by the table, by what the owner of a stream said before, or by asking it."""

    def __init__(self, table: Permissions, ask: Ask, registered: Registered, clock: IReactorTime) -> None:
        self._table, self._ask, self._clock = table, ask, clock
        self._answers = Answers(registered)
        self._asked: dict[_Key, set[_Asking]] = {}

    def known(self, role: str, action: str, uri: str, match: str) -> bool | None:
        """Say what does not depend on who asks; `None` when it does."""
        answer = self._table.of_role(role, action, uri, match)
        return None if answer is None else answer.allow

    async def decide(self, who: Who, action: str, uri: str, match: str) -> bool:
        """Say what one person may do."""
        answer = self._table.decide(who, action, uri, match)
        if isinstance(answer, Question):
            answer = self._answers.find(answer) or await self._owner_says(answer)
        if not answer.allow:
            log.debug("{who} may not {action} {uri}: {rule}", who=who.id, action=action, uri=uri, rule=answer.rule)
        return answer.allow

    async def explain(self, who: Who, action: str, uri: str, match: str) -> tuple[Verdict, Verdict | None]:
        """Say what one person may do, asking the owner of a stream anew; and what is remembered of its answers."""
        answer = self._table.decide(who, action, uri, match)
        if not isinstance(answer, Question):
            return answer, None
        remembered = self._answers.find(answer)
        try:
            return await self._ask(answer.owner, answer.access), remembered
        except Refusal as refusal:
            return Verdict(False, refusal.uri), remembered

    def beside(self, stream: str) -> list[str]:
        """List the topics that are read by whoever reads a stream."""
        return self._table.beside(stream)

    def lost(self, id: str, stream: str) -> None:
        """Hear from its owner that somebody may not read a stream any more: forget what it said until now.

        An answer that is on its way may have been given before: it counts for nothing, and is asked for again.
        """
        self._answers.forget(id, stream)
        for asking in self._asked.get(_Key(id, stream), ()):
            asking.is_stale = True

    async def _owner_says(self, question: Question) -> Verdict:
        """Ask the owner of a stream. One that is being started anew is waited for, within bounds."""
        deadline = self._clock.seconds() + OWNER_AWAY
        while True:
            try:
                answer = await self._ask_once(question)
                if answer is not None:
                    return answer
            except Unavailable:
                if self._clock.seconds() >= deadline:
                    raise
                await deferLater(self._clock, 0.25)
            except Refusal as refusal:
                return Verdict(False, refusal.uri)

    async def _ask_once(self, question: Question) -> Verdict | None:
        """Ask the owner, and remember a yes. `None` where the answer is out of date when it arrives."""
        key = _Key(question.access.id, question.access.stream)
        asking = _Asking(self._answers.by(question))
        self._asked.setdefault(key, set()).add(asking)
        try:
            answer = await self._ask(question.owner, question.access)
        finally:
            self._asked[key].discard(asking)
            if not self._asked[key]:
                del self._asked[key]
        if asking.is_stale or asking.by != self._answers.by(question):
            return None
        self._answers.keep(question, answer)
        return answer


class _Key(NamedTuple):
    """Whose access to what may be lost."""

    id: str
    stream: str


class _Asking:
    """A question that is on its way, and the registration of whom it was put to."""

    def __init__(self, by: object) -> None:
        self.by = by
        self.is_stale = False


class Answers:
    """What owners of streams said yes to, of the last so many people and streams.

    Each is of one person in one role, and holds until its owner says that the access is lost, or is away itself: what
    happened to its streams meanwhile, nobody told us.
    """

    def __init__(self, registered: Registered, most: int = MOST_ANSWERS) -> None:
        self._registered, self._most = registered, most
        self._kept: OrderedDict[_Key, dict[Access, tuple[object, Verdict]]] = OrderedDict()

    def by(self, question: Question) -> object:
        """Say who would answer now."""
        return self._registered(question.owner.uri)

    def find(self, question: Question) -> Verdict | None:
        """Find what the owner said, if it still stands."""
        key = _Key(question.access.id, question.access.stream)
        by, answer = self._kept.get(key, {}).get(question.access, (None, None))
        if answer is None:
            return None
        if by is None or by != self.by(question):
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return answer

    def keep(self, question: Question, answer: Verdict) -> None:
        """Remember a yes; a no may be a yes the next moment, and nobody would tell."""
        key = _Key(question.access.id, question.access.stream)
        if answer.allow:
            self._kept.setdefault(key, {})[question.access] = self.by(question), answer
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, id: str, stream: str) -> None:
        """Forget what was said of one person and one stream."""
        self._kept.pop(_Key(id, stream), None)

    def __len__(self) -> int:
        return len(self._kept)
