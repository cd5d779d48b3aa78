"""Taking events to webhooks: the log is the queue, and how far each webhook has come in it is kept.

Each webhook has its own way through the log, so a slow one keeps nobody waiting. What was sent and not noted, since the
process died in between, is sent again under the same id.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import Event
from components.database import Database
from components.rooms import stream_of
from components.streams import Streams, as_published

from . import rules, store
from .api import Delivery
from .store import Target
from .web import Answered, Post, Unsent

PAGE = 100
"""How many events are looked at at once."""
UNDERWAY = 256
"""How many posts are on their way at once, to all webhooks together: each is a connection, for 10 s at most."""

log = Logger()


@dataclass(frozen=True)
class Parcel:
    """What is posted: under which id, of which type and time, about which room's event, with which data."""

    id: str
    type: str
    time: float
    room: str
    offset: int
    data: dict[str, Any]


@dataclass
class Courier:
    """All it touches is handed to it. `public` lists the public rooms, and `paused` is told of who was given up."""

    db: Database
    streams: Streams
    clock: IReactorTime
    post: Post
    public: Callable[[], Awaitable[list[str]]]
    paused: Callable[[Target], Awaitable[None]]
    chance: Callable[[], float]
    turns: DeferredSemaphore = field(default_factory=lambda: DeferredSemaphore(UNDERWAY))
    busy: set[str] = field(default_factory=set)
    idle: bool = False
    """There is no webhook: nothing needs to be looked at until one is made."""

    async def look(self) -> None:
        """Set out with whatever is new, to each webhook that may be sent something."""
        if self.idle:
            return
        due = await self.db.read(store.due, self.clock.seconds())
        self.idle = not due and not await self.db.read(store.has_any)
        free = [target for target in due if target.id not in self.busy]
        public = await self.public() if any(target.room is None for target in free) else []
        rooms = {room for target in free for room in _rooms(target, public)}
        heads = await self.streams.heads([stream_of(room) for room in rooms]) if rooms else {}
        for target in free:
            at = await self.db.read(store.cursors, target.id)
            behind = [room for room in _rooms(target, public) if heads[stream_of(room)].offset > at.get(room, 0)]
            if behind and target.id not in self.busy:
                self._set_out(target, behind)

    async def trial(self, target: Target, id: str) -> Delivery:
        """Post something that is no event, for its owner to see whether it arrives. It changes nothing else."""
        now = self.clock.seconds()
        parcel = Parcel(f"msg_{id}", "test", now, target.room or "", 0, {"room": target.room})
        return (await self._send(target, parcel))[0]

    async def _send(self, target: Target, parcel: "Parcel") -> tuple[Delivery, float]:
        """Post something, and say what came of it, and for how many seconds the other side asks us to wait."""
        await self.turns.acquire()
        try:
            return await self._post(target, parcel)
        finally:
            self.turns.release()

    async def _post(self, target: Target, parcel: "Parcel") -> tuple[Delivery, float]:
        begun = self.clock.seconds()
        content = rules.body(parcel.type, parcel.time, parcel.data)
        headers = rules.signed(target.secrets(begun), parcel.id, int(begun), content)
        status, why, after = None, "", 0.0
        try:
            answered = await self.post(target.url, headers, content)
            status, why, after = answered.status, _why(answered), answered.after
        except Unsent as unsent:
            why = str(unsent)
        took = max(0.0, round(self.clock.seconds() - begun, 3))
        return Delivery(0, begun, parcel.room, parcel.offset, parcel.type, status, why, took), after

    def _set_out(self, target: Target, rooms: list[str]) -> None:
        self.busy.add(target.id)
        going = Deferred.fromCoroutine(self._go(target.id, rooms))
        going.addErrback(lambda failure: log.failure("webhook {hook} was not served", failure, hook=target.id))
        going.addBoth(lambda _: self.busy.discard(target.id))

    async def _go(self, hook: str, rooms: list[str]) -> None:
        """Take what is new in each room to a webhook, until it takes something not."""
        at = await self.db.read(store.cursors, hook)
        for room in rooms:
            if not await self._through(hook, room, at.get(room, 0)):
                return

    async def _through(self, hook: str, room: str, at: int) -> bool:
        """Go through a room from an offset on. False: the webhook is not to be sent anything more now."""
        while events := await self.streams.after(stream_of(room), at, PAGE):
            for event in events:
                if not await self._take(hook, room, event):
                    return False
                at = event.offset
            await self.db.run(store.advance, hook, room, at)
        return True

    async def _take(self, hook: str, room: str, event: Event) -> bool:
        """Take an event to a webhook, if it wants that, as both are at this moment."""
        target = await self.db.read(store.target, hook)
        if target is None or target.paused or target.next > self.clock.seconds():
            return False
        if not target.wish.takes(event):
            return True
        (event,) = await self.streams.events(event.stream, [event.offset]) or [event]
        data = {"room": room, "event": as_published(event)}
        parcel = Parcel(rules.named(hook, event), event.type, event.time, room, event.offset, data)
        made, after = await self._send(target, parcel)
        if rules.is_taken(made.status):
            await self.db.run(store.taken, hook, made)
            return True
        await self._failed(target, made, after)
        return False

    async def _failed(self, target: Target, made: Delivery, after: float) -> None:
        """Put a webhook off, or give it up."""
        now = self.clock.seconds()
        over = made.status == rules.GONE or (target.since is not None and rules.is_over(target.since, now))
        wait = rules.wait(target.failures + 1, self.chance(), after)
        await self.db.run(store.failed, target.id, made, now + wait, over)
        if over:
            await self.paused(target)


def _rooms(target: Target, public: list[str]) -> list[str]:
    return public if target.room is None else [target.room]


def _why(answered: Answered) -> str:
    if rules.is_taken(answered.status):
        return ""
    return "It is gone." if answered.status == rules.GONE else f"It answered {answered.status}."
