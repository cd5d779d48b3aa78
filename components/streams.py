"""The log, for components: append in the transaction in which you decide; it is published after the commit.

    async def post(self, caller: Caller, post: Post) -> Appended:
        return await self.streams.write(_post, post, caller)

    def _post(log: Log, post: Post, caller: Caller) -> Appended:
        ...  # load and decide with log.connection; what is raised takes everything back
        return log.append("openline.room.lobby", "message_posted", {"text": post.text}, by=author, key=post.key)

Commit first, then publish: a process that dies in between loses nothing, since a stream stays marked until every
router has taken its newest event. The stream component publishes what stayed marked (`Streams.sweep`), and followers
find any hole before it by its offset.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from .contract import AUDIT, Appended, Author, Bus, Event
from .database import Database
from .settings import Settings
from .stream import store, upkeep
from .stream.api import Head, Page, Range, UnknownStream

P = ParamSpec("P")
T = TypeVar("T")

SETTLE_SECONDS = 5.0
"""How long after its commit an event may be on its way to the routers before anybody looks after it."""
SWEEP = 200
"""The most streams that one sweep announces."""

logger = Logger()


class Log:
    """The streams, within one transaction. Made anew each time a work is run."""

    def __init__(self, connection: Connection, settings: Settings, now: float) -> None:
        self.connection = connection
        self.now = now
        self.appended: list[Event] = []
        self._settings = settings

    def append(
        self,
        stream: str,
        type: str,
        data: Mapping[str, Any],
        *,
        by: Author,
        key: str | None = None,
        derived: Mapping[str, Any] | None = None,
    ) -> Appended:
        """Append an event. A key that was taken before gives the first position again, and appends nothing.

        `derived` is added to the data: what we made of it just now, and might make otherwise if this is repeated.
        Raises `UnknownStream` where no namespace has it, `KeyReused` if the key was taken for a different event.
        """
        if self._settings.namespace(stream) is None:
            raise UnknownStream(stream=stream)
        appended, event = store.append(self.connection, stream, type, data, by, key, self.now, derived or {})
        if event is not None:
            self.appended.append(event)
        return appended

    def audit(self, type: str, data: Mapping[str, Any], *, by: Author) -> None:
        """Write down for operators who did what, where the settings have a stream for it."""
        if self._settings.namespace(AUDIT) is not None:
            self.append(AUDIT, type, data, by=by)

    def redact(self, stream: str, offset: int) -> None:
        """Take an event's data out of the log, for good; its offset stays. Not out of the audit trail."""
        if stream == AUDIT:
            raise ValueError("the audit trail keeps what it says")
        store.redact(self.connection, stream, offset)

    def event(self, stream: str, offset: int) -> Event | None:
        """Load one event, if it is still kept."""
        return store.event(self.connection, stream, offset)


class Streams:
    """The streams of a node, for one component: writes are published through its bus."""

    def __init__(self, db: Database, bus: Bus, clock: IReactorTime, settings: Settings) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._taken: dict[str, int] = {}
        self._deaf = False
        self._swept = 0
        self._watched: dict[str, Callable[[Event], Coroutine[Any, Any, None]]] = {}

    def watch(self, types: str, told: Callable[[Event], Coroutine[Any, Any, None]]) -> None:
        """Have something done after the commit of each event whose type begins so.

        Nobody waits for it, and what is committed right before a crash is not told.
        """
        self._watched[types] = told

    async def write(self, work: Callable[Concatenate[Log, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(log, *args)` in one transaction, and after its commit publish what it appended.

        Does not wait for the routers. Works may run more than once: they touch nothing but their log.
        """

        def logged(connection: Connection) -> tuple[T, list[Event]]:
            log = Log(connection, self._settings, self._clock.seconds())
            return work(log, *args, **kwargs), log.appended

        result, appended = await self._db.run(logged)
        for event in appended:
            self._announce(event)
        return result

    async def read(self, wanted: Range) -> Page:
        return await self._db.read(store.read, wanted)

    async def events(self, stream: str, offsets: Sequence[int]) -> list[Event]:
        """Load those of some events that are still kept."""

        def load(connection: Connection) -> list[Event]:
            found = [store.event(connection, stream, offset) for offset in offsets]
            return [event for event in found if event is not None]

        return await self._db.read(load)

    async def after(self, stream: str, offset: int, limit: int) -> list[Event]:
        """Load the events that come after an offset, so many at most."""
        return (await self.read(Range(stream, after=offset, limit=limit))).events

    async def heads(self, streams: Sequence[str]) -> dict[str, Head]:
        return await self._db.read(store.heads, streams)

    async def oldest(self, stream: str) -> int:
        """Find the offset of the oldest event that is kept, or that will be the first."""
        return (await self.read(Range(stream, limit=1))).oldest

    async def sweep(self) -> None:
        """Publish the newest event of streams that may not have been announced, whoever wrote them."""
        now = self._clock.seconds()
        found = await self._db.read(upkeep.unannounced, self._swept, now - SETTLE_SECONDS, now + SETTLE_SECONDS, SWEEP)
        self._swept = found[-1][0] if len(found) == SWEEP else 0
        for _, event in found:
            self._announce(event)

    def _announce(self, event: Event) -> None:
        published = Deferred.fromCoroutine(self._publish(event))
        published.addErrback(lambda failure: logger.failure("announcing {uri} failed", failure, uri=event.stream))
        for types, told in self._watched.items():
            if event.type.startswith(types):
                telling = Deferred.fromCoroutine(told(event))
                telling.addErrback(lambda failure: logger.warn("not told of {type}: {e}", type=event.type, e=failure))

    async def _publish(self, event: Event) -> None:
        """Publish an event, and remember that the routers have it. If they are away, the sweep comes back to it."""
        try:
            await self._bus.publish_event(event.stream, as_published(event))
        except Exception as error:
            self._note(str(error) or type(error).__name__)
        else:
            self._note("")
            self._took(event)

    def _took(self, event: Event) -> None:
        if not self._taken:
            self._clock.callLater(SETTLE_SECONDS, self._flush)
        self._taken[event.stream] = max(event.offset, self._taken.get(event.stream, 0))

    def _flush(self) -> Deferred[None]:
        """Write down what the routers have taken. What cannot be written down now is swept up later."""
        taken, self._taken = self._taken, {}
        marked = self._db.run(upkeep.mark_announced, taken)
        return marked.addErrback(lambda failure: logger.warn("not marked as announced: {e}", e=failure.value))

    def _note(self, trouble: str) -> None:
        """Write down when routers stop taking events, and when they take them again."""
        if trouble and not self._deaf:
            logger.warn("events are not announced: {trouble}", trouble=trouble)
        elif self._deaf and not trouble:
            logger.info("events are announced again")
        self._deaf = bool(trouble)


def as_published(event: Event) -> dict[str, Any]:
    """Give an event the form in which it travels."""
    return {**vars(event), "by": {"id": event.by.id, "name": event.by.name}}
