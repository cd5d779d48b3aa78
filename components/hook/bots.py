"""Telling bots that they were mentioned, and saying what they answer.

A bot is a component from outside, which the settings name. What it is told is taken from the log, in order in each
room. While it is away that waits, for an hour at most: a late answer is no answer.
"""

from dataclasses import dataclass, field

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import (
    COMPONENT,
    Author,
    Bus,
    CommandAnswer,
    Event,
    Offset,
    Procedure,
    Refusal,
    Unavailable,
    payload,
)
from components.database import Database
from components.rooms import SAY, Saying, stream_of
from components.settings import Bot
from components.streams import Streams

from . import store

SECONDS = 30.0
"""How long a bot may think."""
AGAIN = 2.0
"""Seconds until one that is away is asked again."""
LATE = 3_600.0
PAGE = 100

log = Logger()


@payload
class Mention:
    """What a bot is told: what was said, where, by whom, at which offset, and in which thread if in one."""

    room: str
    text: str
    by: Author
    message: Offset
    thread: Offset | None = None


@dataclass
class Bots:
    """Every bot that the settings name."""

    bots: list[Bot]
    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime
    busy: set[str] = field(default_factory=set)
    rests: dict[str, float] = field(default_factory=dict)
    """Until when which bot is not asked, since it is away."""

    async def look(self) -> None:
        """Tell each bot, in each of its rooms, what is new."""
        for bot in self.bots:
            ready = self.rests.get(bot.component, 0.0) <= self.clock.seconds()
            for room in bot.rooms if ready else ():
                self._set_out(bot, room)

    def _set_out(self, bot: Bot, room: str) -> None:
        way = f"{bot.component} {room}"
        if way not in self.busy:
            self.busy.add(way)
            going = Deferred.fromCoroutine(self._go(bot, room))
            going.addErrback(lambda failure: log.failure("a bot was not served", failure))
            going.addBoth(lambda _: self.busy.discard(way))

    async def _go(self, bot: Bot, room: str) -> None:
        at = (await self.db.read(store.cursors, bot.author.id)).get(room)
        if at is None:  # What was said before it came is not for it.
            at = (await self.streams.heads([stream_of(room)]))[stream_of(room)].offset
            await self.db.run(store.advance, bot.author.id, room, at)
        while events := await self.streams.after(stream_of(room), at, PAGE):
            for event in events:
                if _is_for(bot, event) and not await self._tell(bot, room, event):
                    self.rests[bot.component] = self.clock.seconds() + AGAIN
                    return
                at = event.offset
                if _is_for(bot, event) or event is events[-1]:
                    await self.db.run(store.advance, bot.author.id, room, at)

    async def _tell(self, bot: Bot, room: str, event: Event) -> bool:
        """Ask a bot, and say what it answers. False: it is away."""
        try:
            answer = await Deferred.fromCoroutine(self._ask(bot, room, event)).addTimeout(SECONDS, self.clock)
            if answer.post.strip():
                await self.bus.call(SAY, _saying(bot, room, event, answer))
        except Unavailable:
            return event.time < self.clock.seconds() - LATE
        except Exception as error:
            why = error.uri if isinstance(error, Refusal) else type(error).__name__
            log.warn(
                "the bot {bot} did not answer {room} {at}: {why}", bot=bot.name, room=room, at=event.offset, why=why
            )
        return True

    async def _ask(self, bot: Bot, room: str, event: Event) -> CommandAnswer:
        asked = Procedure(f"app.{bot.component}.on_mention", Mention, CommandAnswer, callers={COMPONENT})
        mention = Mention(room, event.data["text"], event.by, event.offset, event.data.get("thread"))
        return await self.bus.call(asked, mention)


def _is_for(bot: Bot, event: Event) -> bool:
    """Say whether a bot is mentioned, by somebody: programs that answer each other would do so for ever."""
    if event.type != "message_posted" or "program" in event.data or "text" not in event.data:
        return False
    mentions = event.data.get("mentions", ())
    return mentions != "room" and bot.author.id in mentions


def _saying(bot: Bot, room: str, event: Event, answer: CommandAnswer) -> Saying:
    key = f"bot.{bot.component}.{event.offset}"
    return Saying(room, answer.post, bot.author, bot.author.id, key=key, thread=event.data.get("thread"))
