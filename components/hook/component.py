"""Answer the hook API: who may what is asked of rooms, what is kept is in the store, the log is the queue."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from random import random
from secrets import token_bytes, token_hex

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components import catalog
from components.contract import Bus, Caller, Chore, Component, Nothing, Refusal, Route
from components.database import Database
from components.given import Given
from components.names import presentable
from components.rooms import PUBLIC, TELL, Telling, stream_of
from components.settings import Bot, Hooks, Rate
from components.streams import Log, Streams
from router.edge.buckets import Buckets

from . import api, rules, store
from .bots import Bots
from .courier import Courier
from .gate import Gate
from .incoming import Incomings
from .store import Target
from .web import Post, Web

LOOK = 0.5
"""Seconds between two looks at what is new."""
_TRIALS = Rate(per_second=0.2, burst=5)

logger = Logger()


def build(given: Given) -> "Webhooks":
    list(catalog.declarations(given.settings))  # What rooms refuse is known by name here, in whatever process this is.
    post = Web(given.clock, given.settings.hooks.allow).post
    bots = given.settings.rooms.bots
    return Webhooks(given.db, given.streams, given.bus, given.clock, given.settings.hooks, post, tuple(bots))


@dataclass(frozen=True)
class Webhooks(Component):
    """All it touches is handed to it."""

    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime
    settings: Hooks
    post: Post
    known: tuple[Bot, ...] = ()

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.bus, self.db)

    @cached_property
    def incoming(self) -> Incomings:
        return Incomings(self.db, self.streams, self.bus, self.clock, self.settings, self.gate)

    @cached_property
    def courier(self) -> Courier:
        return Courier(self.db, self.streams, self.clock, self.post, self._public, self._paused, random)

    @cached_property
    def bots(self) -> Bots:
        return Bots(list(self.known), self.db, self.streams, self.bus, self.clock)

    @cached_property
    def trials(self) -> Buckets:
        return Buckets(_TRIALS)

    def routes(self) -> list[Route]:
        return [
            *self.incoming.routes(),
            api.SUBSCRIBE.by(self.subscribe),
            api.LIST.by(self.list_hooks),
            api.REVOKE.by(self.revoke),
            api.ROTATE.by(self.rotate),
            api.TRY.by(self.try_out),
            api.RESUME.by(self.resume),
            api.DELIVERIES.by(self.deliveries),
        ]

    def chores(self) -> list[Chore]:
        bots = [Chore(LOOK, self.bots.look)] if self.known else []
        return [Chore(LOOK, self.courier.look), *bots]

    async def subscribe(self, caller: Caller, new: api.NewOutgoing) -> api.Made:
        """Have what happens from now on posted to an address."""
        await self.gate.must_own(caller, new.room)
        rooms = await self._public() if new.room is None else [new.room]
        made = api.Made(token_hex(8), _secret())
        hook = api.Outgoing(
            made.id,
            new.room,
            presentable(new.name),
            new.url,
            list(new.types),
            new.trigger.strip(),
            caller.author,
            self.clock.seconds(),
            "working",
            None,
            None,
            "",
        )
        heads = await self.streams.heads([stream_of(room) for room in rooms])
        await self.streams.write(_subscribe, hook, made.secret, {room: heads[stream_of(room)].offset for room in rooms})
        self.courier.idle = False
        return made

    async def list_hooks(self, caller: Caller, which: api.Which) -> api.Hooks:
        owns = (await self.gate.must_moderate(caller, which.room)).owns
        incoming = await self.db.read(store.incoming, which.room) if which.room else []
        return api.Hooks(incoming, await self.db.read(store.outgoing, which.room) if owns else [])

    async def revoke(self, caller: Caller, which: api.WhichHook) -> Nothing:
        """Forget a webhook: nothing more comes or goes by it."""
        await self.gate.must_see_to(caller, which.hook)
        await self.streams.write(_revoke, which.hook, caller)
        return Nothing()

    async def rotate(self, caller: Caller, which: api.WhichHook) -> api.Made:
        """Give a webhook another secret. For a day, what is sent is signed by both."""
        await self.gate.must_see_to(caller, which.hook, "out")
        made = api.Made(which.hook, _secret())
        await self.db.run(store.rotate, made.id, made.secret, self.clock.seconds() + rules.GRACE)
        return made

    async def try_out(self, caller: Caller, which: api.WhichHook) -> api.Delivery:
        """Post something that is no event, and say what came of it."""
        await self.gate.must_see_to(caller, which.hook, "out")
        if wait := self.trials.take(which.hook, self.clock.seconds()):
            raise api.TooFast(retry_after=max(0.1, round(wait, 1)))
        target = await self.db.read(store.target, which.hook)
        if target is None:
            raise api.NoSuchHook
        made = await self.courier.trial(target, token_hex(16))
        await self.db.run(store.note, which.hook, made)
        return made

    async def resume(self, caller: Caller, which: api.WhichHook) -> Nothing:
        """Go on with one that was paused, or put off, from where it stopped."""
        await self.gate.must_see_to(caller, which.hook, "out")
        await self.db.run(store.resume, which.hook)
        self.courier.idle = False
        return Nothing()

    async def deliveries(self, caller: Caller, which: api.WhichHook) -> api.Deliveries:
        await self.gate.must_see_to(caller, which.hook, "out")
        return api.Deliveries(await self.db.read(store.deliveries, which.hook))

    async def _public(self) -> list[str]:
        return (await self.bus.call(PUBLIC, Nothing())).rooms

    async def _paused(self, target: Target) -> None:
        """Tell the owners of a room, or who made it, that a webhook was given up."""
        told = {"room": target.room, "hook": target.id, "name": target.name}
        try:
            await self.bus.call(TELL, Telling("hook_paused", told, target.room or "", target.by.id))
        except Refusal as refusal:
            logger.warn("nobody was told that a webhook is paused: {why}", why=refusal.uri)


def _secret() -> str:
    return rules.PREFIX + b64encode(token_bytes(32)).decode()


def _subscribe(log: Log, hook: api.Outgoing, secret: str, heads: dict[str, int]) -> None:
    if store.count(log.connection, hook.room)[1] >= api.MOST:
        raise api.TooManyHooks(limit=api.MOST)
    store.add_outgoing(log.connection, hook, secret, heads)
    log.audit("hook_made", {"hook": hook.id, "room": hook.room, "name": hook.name, "way": "out"}, by=hook.by)


def _revoke(log: Log, hook: str, caller: Caller) -> None:
    store.remove(log.connection, hook)
    log.audit("hook_revoked", {"hook": hook}, by=caller.author)
