"""A bus that remembers what was said on it."""

from collections.abc import Callable
from typing import Any

from components.contract import Procedure, Reply, Request, Shape, Topic, Unavailable


class MemoryBus:
    """The `Bus` that tests hand to a component. `broken` makes it fail as a lost router does.

    Nobody answers calls but those that `answers` has something to wait for.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.published: list[tuple[str, object]] = []
        self.asked: list[tuple[str, Any]] = []
        self.answers: dict[str, Callable[[], Any]] = {}
        self.broken = False

    async def publish(self, topic: Topic[Shape], event: Shape) -> None:
        self._must_work()
        self.published.append((topic.uri, event))

    async def insist(self, topic: Topic[Shape], event: Shape) -> None:
        await self.publish(topic, event)

    async def publish_event(self, stream: str, event: dict[str, Any]) -> None:
        self._must_work()
        self.events.append(event)

    async def call(self, procedure: Procedure[Request, Reply], request: Request) -> Reply:
        self.asked.append((procedure.uri, request))
        if procedure.uri not in self.answers:
            raise Unavailable
        answer: Reply = await self.answers[procedure.uri]()
        return answer

    def _must_work(self) -> None:
        if self.broken:
            raise Unavailable
