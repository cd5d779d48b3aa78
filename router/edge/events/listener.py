"""Follows streams for one answer: subscribes, reads the log from where the listener was, and hands out what comes.

What a listener that reads slowly has not taken is not queued: it is left to the log, and read again page by page as
there is room. So it holds one page and 64 KiB at most, and misses nothing; the streams' `slow` rule has no part in it.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from twisted.internet.defer import Deferred, DeferredList

from components.stream.api import HEADS, MAX_PAGE, READ

from ..cut import Cut
from ..edge import Edge
from ..transport import Visitor
from .client import Client
from .follow import Entry, Follow, Page
from .form import entry, frame
from .outlet import Outlet
from .position import Position, written
from .problem import Problem, of_cut, of_error

AWAY = 10.0
"""Seconds that a new listener waits for components that are being started anew."""
PATIENCE = 0.2
"""Seconds that an event which was overtaken gets to arrive."""
RETRY = 2_000
"""Milliseconds after which to connect again, and up to half as much more, so that not all do so at once."""
_SHORTEST, _LONGEST = 0.25, 15.0


class Listener(Client):
    """One answer, with its streams."""

    def __init__(self, edge: Edge, visitor: Visitor, outlet: Outlet, follows: Sequence[Follow]) -> None:
        super().__init__(edge, visitor)
        self._outlet = outlet
        self._all = list(follows)
        self._following = {follow.stream: follow for follow in follows}
        self._woken: Deferred[None] | None = None
        self._patience: Any = None
        self._pause = _SHORTEST
        outlet.on_room = self._wake

    async def open(self) -> None:
        """Subscribe, and learn where the logs end; then the listener is at a known place. Raises `Problem`."""
        deadline = self.edge.ticker.now + AWAY
        while True:
            try:
                return await self._begin()
            except Problem as problem:
                if not problem.is_passing or self.edge.ticker.now > deadline:
                    raise
                await self._wait(problem)

    async def run(self) -> None:
        """Write, and go on writing until no stream is left or the session ends."""
        self._outlet.begin(self._outlet.form.opening(self._position(), RETRY + random.randrange(RETRY // 2)))
        while self._following:
            follow = self._next()
            if follow is None:
                await self._sleep()
            else:
                await self._read(follow)

    # ---- reading

    async def _begin(self) -> None:
        subscribing = [Deferred.fromCoroutine(self.subscribe(stream)) for stream in self._following]
        outcomes: Any = await DeferredList(subscribing, consumeErrors=True)
        # Asked in any case: where a subscription was refused, this says why.
        heads = (await self.call(HEADS.uri, streams=list(self._following)))["heads"]
        for succeeded, failure in outcomes:
            if not succeeded:
                failure.raiseException()
        for follow in self._all:
            follow.begin(Position(**heads[follow.stream]))

    def _next(self) -> Follow | None:
        """Choose a stream whose log must be read, each in its turn, if there is room for a page."""
        if not self._outlet.takes:
            return None
        follow = next((one for one in self._following.values() if one.must_read), None)
        if follow is not None:
            self._following[follow.stream] = self._following.pop(follow.stream)
        return follow

    async def _read(self, follow: Follow) -> None:
        try:
            after = follow.start_reading()
            page = _page(await self.call(READ.uri, stream=follow.stream, after=after, limit=MAX_PAGE))
        except Problem as problem:
            follow.stop_reading()
            if problem.is_passing or problem.status == 500:
                await self._wait(problem)
            else:
                self._lose(follow.stream, problem)
            return
        self._pause = _SHORTEST
        if follow.stream in self._following:
            self._take(follow, page)

    def _take(self, follow: Follow, page: Page) -> None:
        begin, entries = follow.read(page)
        if begin is not None:
            about = {"epoch": page.epoch, "oldest": page.oldest, "head": page.head}
            self._notice("reset", {"stream": follow.stream, "recovered": False, **about}, self._position(follow, begin))
        self._hand_out(follow, entries)
        if follow.has_hole:
            self._look_later()

    # ---- events

    def heard(self, topic: str, data: bytes) -> None:
        follow = self._following.get(topic)
        if follow is None or not data:
            return
        if not self._outlet.takes:
            follow.skip()
            return
        self._hand_out(follow, follow.arrived(entry(data)))
        if follow.must_read:
            self._wake()
        elif follow.has_hole:
            self._look_later()

    def revoked(self, topic: str, reason: str) -> None:
        self._lose(topic, of_error(reason, {}))

    def close(self, cut: Cut) -> None:
        if not self.is_over:
            self._notice("closed", of_cut(cut).content())
        super().close(cut)

    def leave(self) -> None:
        super().leave()
        if self._patience is not None:
            self._patience.cancel()

    def _lose(self, stream: str, problem: Problem) -> None:
        """Follow a stream no more, and say so."""
        if self._following.pop(stream, None) is not None:
            self._notice("lost", {"stream": stream, "error": problem.uri, "message": problem.message})
            self._wake()

    # ---- writing

    def _hand_out(self, follow: Follow, entries: Sequence[Entry]) -> None:
        if entries:
            event = self._outlet.form.event
            frames = [event(one, position) for one, position in zip(entries, self._after(follow, entries), strict=True)]
            self._outlet.write(b"".join(frames))

    def _after(self, follow: Follow, entries: Sequence[Entry]) -> Iterator[str | None]:
        """Say where the listener is after each of some events of one stream."""
        if len(self._all) == 1:
            yield from (None for _ in entries)  # Their own positions say it.
            return
        at = self._all.index(follow)
        positions = [str(one.position) for one in self._all]
        for one in entries:
            positions[at] = f"{one.epoch}:{one.offset}"
            yield ",".join(positions)

    def _notice(self, name: str, about: dict[str, Any], position: str | None = None) -> None:
        self._outlet.write(self._outlet.form.notice(name, about, position or self._position()))

    def _position(self, moved: Follow | None = None, to: Position | None = None) -> str:
        """Say where the listener is, or would be if one of its streams stood elsewhere."""
        return written(to if one is moved else one.position for one in self._all)

    # ---- waiting

    def _wake(self) -> None:
        woken, self._woken = self._woken, None
        if woken is not None:
            woken.callback(None)

    async def _sleep(self) -> None:
        """Wait until there is something to do."""
        self._woken = self.wait()
        await self._woken

    async def _wait(self, problem: Problem) -> None:
        """Wait before asking again: as long as we were told, or longer and longer."""
        self._pause = min(2 * self._pause, _LONGEST)
        seconds = problem.retry_after or self._pause * random.uniform(0.5, 1.0)
        over = self.wait()
        timer = self.edge.ticker.later(seconds, lambda: over.callback(None))
        try:
            await over
        finally:
            timer.cancel()

    def _look_later(self) -> None:
        """Give what is missing a moment to arrive, then read it."""
        if self._patience is None:
            self._patience = self.edge.ticker.later(PATIENCE, self._look)

    def _look(self) -> None:
        self._patience = None
        for follow in self._following.values():
            follow.must_read = follow.must_read or follow.has_hole
        self._wake()


def _page(reply: dict[str, Any]) -> Page:
    entries = [Entry(event["epoch"], event["offset"], frame(event)) for event in reply["events"]]
    return Page(reply["epoch"], reply["head"], reply["oldest"], entries)
