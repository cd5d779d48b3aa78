"""Webhooks for tests: the component beside the real rooms, on a real database; what is posted goes to a list."""

from collections.abc import Mapping
from typing import Any

import orjson
from twisted.internet.defer import Deferred

from components.contract import Caller, CommandAnswer, Component, Procedure, Reply, Request
from components.hook import api
from components.hook.bots import Mention
from components.hook.component import Webhooks
from components.hook.web import Answered, Unsent
from components.room import api as rooms
from components.room.component import Rooms
from components.room.test.rooms import ADA, RoomCase
from components.settings import Bot, Hooks, RoomRules
from tests.support.bus import MemoryBus

NODE = Caller("hook", "component", "hook")


class SharedBus(MemoryBus):
    """A bus on which components answer each other."""

    def __init__(self) -> None:
        super().__init__()
        self.components: list[Component] = []

    async def call(self, procedure: Procedure[Request, Reply], request: Request) -> Reply:
        for component in self.components:
            for route in component.routes():
                if route.procedure.uri == procedure.uri:
                    answer: Reply = await route.answer(NODE, request)
                    return answer
        return await super().call(procedure, request)


class Receivers:
    """What is at the other end: what each address answers, and what it was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Mapping[str, str], dict[str, Any]]] = []
        self.raw: list[bytes] = []
        self.answers: dict[str, int | str | Deferred[Answered]] = {}
        self.after = 0.0

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answered:
        self.sent.append((url, headers, orjson.loads(content)))
        self.raw.append(content)
        answer = self.answers.get(url, 200)
        if isinstance(answer, str):
            raise Unsent(answer)
        return Answered(answer, self.after) if isinstance(answer, int) else await answer

    def texts(self, url: str) -> list[str]:
        """The words of messages that were sent to an address."""
        sent = [body["data"]["event"] for to, _, body in self.sent if to == url and "event" in body["data"]]
        return [event["data"].get("text", "") for event in sent if event["type"] == "message_posted"]


class Helper:
    """A bot: what it was told, and what it answers."""

    def __init__(self) -> None:
        self.told: list[Mention] = []
        self.says = "Hello!"
        self.fails: Exception | None = None

    async def answer(self, mention: Mention) -> CommandAnswer:
        self.told.append(mention)
        if self.fails:
            raise self.fails
        return CommandAnswer(post=self.says)


class HookCase(RoomCase):
    """Ada owns the room `team`; Bob is a member, and so is a bot."""

    rules = RoomRules(bots=[Bot(component="helper", name="Helper", rooms=["lobby"], commands={"roll": "Roll a die"})])

    def setUp(self) -> None:
        super().setUp()
        self.bus = self.shared = SharedBus()
        self.streams._bus = self.bus
        self.rooms = Rooms(self.db, self.streams, self.bus, self.clock, self.rules)
        self.get(self.rooms.prepare())
        self.there = Receivers()
        self.hooks = self.begin()
        self.done(ADA, rooms.CREATE, room="team")

    def begin(self) -> Webhooks:
        """Start the component, as after a restart."""
        made = Webhooks(self.db, self.streams, self.bus, self.clock, Hooks(), self.there.post, tuple(self.rules.bots))
        self.shared.components = [self.rooms, made]
        return made

    def hook(self, caller: Caller, procedure: Procedure[Any, Reply], **fields: Any) -> Reply:
        """Call a procedure of the hook component."""
        reply: Reply = self.get(self.hooking(caller, procedure, **fields))
        return reply

    def hooking(self, caller: Caller, procedure: Procedure[Any, Any], **fields: Any) -> Any:
        answer = next(route.answer for route in self.hooks.routes() if route.procedure is procedure)
        return answer(caller, procedure.request(**fields))

    def refuses(self, kind: type[Exception], caller: Caller, procedure: Procedure[Any, Any], **fields: Any) -> Any:
        asked = self.start(self.hooking(caller, procedure, **fields))
        return self.failureResultOf(asked, kind).value  # type: ignore[attr-defined]

    def look(self, seconds: float = 0.0) -> None:
        """Let some time go by, and have the component look at what is new."""
        self.clock.advance(seconds)
        self.get(self.hooks.courier.look())
        self.get(self.hooks.bots.look())

    def subscribe(self, url: str = "https://a.example/", **more: Any) -> api.Made:
        asked = {"room": "team", "name": "Out", "url": url, **more}
        return self.hook(ADA, api.SUBSCRIBE, **asked)

    def speak(self, *texts: str, room: str = "team") -> None:
        for text in texts:
            self.get(self.rooms.post(ADA, rooms.Post(room, text)))
            self.clock.advance(2.0)
