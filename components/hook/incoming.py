"""Answer what is asked of incoming webhooks, and say in rooms what programs post to them."""

from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex, token_urlsafe

from sqlalchemy import Connection
from twisted.internet.interfaces import IReactorTime

from components.contract import (
    Author,
    Bus,
    Caller,
    InvalidArgument,
    NotAuthorized,
    Nothing,
    Refusal,
    Route,
    Unavailable,
)
from components.database import Database
from components.names import made_presentable, presentable
from components.rooms import SAY, Saying
from components.settings import Hooks
from components.streams import Log, Streams
from router.edge.buckets import Buckets

from . import api, store
from .gate import Gate

USED = 60.0
"""Seconds within which it is not noted again that a webhook was used."""


@dataclass(frozen=True)
class Incomings:
    """A part of the hook component: all it touches is handed to it."""

    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime
    settings: Hooks
    gate: Gate
    buckets: Buckets = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "buckets", Buckets(self.settings.rate))

    def routes(self) -> list[Route]:
        return [api.MAKE.by(self.make), api.DELIVER.by(self.deliver)]

    async def make(self, caller: Caller, new: api.NewIncoming) -> api.Made:
        """Make an address to post to. Only its hash is kept."""
        await self.gate.must_moderate(caller, new.room)
        made = api.Made(token_hex(8), token_urlsafe(32))
        hook = api.Incoming(
            made.id,
            new.room,
            presentable(new.name),
            _icon(new.icon),
            new.everybody,
            caller.author,
            self.clock.seconds(),
            None,
        )
        await self.streams.write(_make, hook, made.secret)
        return made

    async def deliver(self, caller: Caller, posted: api.Deliver) -> Nothing:
        """Say what was posted. The same key is said once, whoever repeats it."""
        hook = await self.db.read(store.by_secret, posted.secret)
        if hook is None:
            raise api.NoSuchHook
        now = self.clock.seconds()
        if wait := self.buckets.take(hook.id, now):
            raise api.TooFast(retry_after=max(0.1, round(wait, 1)))
        await self._say(hook, posted)
        if hook.used is None or now - hook.used > USED:
            await self.db.run(store.use, hook.id, now)
        return Nothing()

    async def _say(self, hook: api.Incoming, posted: api.Deliver) -> None:
        by = Author(f"hook_{hook.id}", made_presentable(posted.name, hook.name))
        key = f"hook.{hook.id}.{sha256(posted.key.encode()).hexdigest()[:40]}" if posted.key else None
        icon = _icon(posted.icon) or hook.icon
        try:
            await self.bus.call(SAY, Saying(hook.room, posted.text, by, by.id, icon, hook.everybody, key))
        except (Unavailable, NotAuthorized):
            raise
        except Refusal as refusal:
            raise api.NotTaken(refusal.message, why=refusal.uri) from refusal


def _icon(text: str) -> str:
    """Take an emoji or a letter: nothing that could pass for words."""
    shown = text.strip()
    if shown.isascii() and len(shown) > 1:
        raise InvalidArgument("The icon is one emoji, or one letter.", field="icon")
    return shown


def _make(log: Log, hook: api.Incoming, secret: str) -> None:
    _must_have_room(log.connection, hook.room)
    store.add_incoming(log.connection, hook, secret)
    log.audit("hook_made", {"hook": hook.id, "room": hook.room, "name": hook.name, "way": "in"}, by=hook.by)


def _must_have_room(connection: Connection, room: str) -> None:
    if store.count(connection, room)[0] >= api.MOST:
        raise api.TooManyHooks(limit=api.MOST)
