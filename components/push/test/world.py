"""Push for tests: with the real rooms, on a real database, and no reactor, no socket, and no clock but ours."""

import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from components import notice
from components.contract import Caller, Nothing, Procedure, Reply, Request, Route
from components.push import api
from components.push.asking import REVOKED, Cut, Cuts
from components.push.component import Push
from components.push.post import Outcome
from components.room import api as room
from components.room.component import Rooms
from components.settings import PushRules, Rate, RoomRules
from components.streams import Streams
from tests.support.bus import MemoryBus
from tests.support.pushservice import Browser
from tests.support.router import SETTINGS

T = TypeVar("T")
ADA = Caller("u_ada", "member", "Ada", "f_ada")
BOB = Caller("u_bob", "guest", "Bob")
FAST = RoomRules(rate=Rate(per_second=1_000, burst=10_000))
DELIVERED = Outcome("delivered")


class Line(MemoryBus):
    """Components that answer each other."""

    def __init__(self) -> None:
        super().__init__()
        self.routes: list[Route] = []
        self.looking: list[str] = []
        self.undisturbed: list[str] = []
        self.living = {"f_ada", "f_bob"}
        self.cuts: list[Cut] = []

    async def call(self, procedure: Procedure[Request, Reply], request: Request) -> Reply:
        answer: Any
        if procedure is notice.ATTENTION:
            answer = notice.Attention(self.looking, self.undisturbed)
        elif procedure is notice.LIVING:
            answer = notice.Families(sorted(self.living & {*request.families}))  # type: ignore[attr-defined]
        elif procedure is REVOKED:
            answer = Cuts(self.cuts)
        else:
            self._must_work()
            route = next(route for route in self.routes if route.procedure is procedure)
            answer = await route.answer(Caller("push", "component", "push"), request)
        return answer  # type: ignore[no-any-return]


class Posted:
    """What was handed over, and what is answered."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, Outcome] = {}

    async def send(self, endpoint: str, headers: dict[str, str], body: bytes, now: float) -> Outcome:
        self.sent.append((endpoint, headers, body))
        return self.answers.get(endpoint, DELIVERED)


class PushCase:
    """The lobby, with Ada and Bob in it, on whatever database is below. Bob talks, Ada is told."""

    database: Any
    push_rules: ClassVar[dict[str, Any]] = {}

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.bus, self.post = Line(), Posted()
        self.db = self.database()
        self.addCleanup(self.db.close)  # type: ignore[attr-defined]
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)  # type: ignore[attr-defined]
        self.keys = Path(folder.name)
        self.rooms = Rooms(self.db, Streams(self.db, self.bus, self.clock, SETTINGS), self.bus, self.clock, FAST)
        self.bus.routes = self.rooms.routes()
        self.get(self.rooms.prepare())
        self.push = self.started()
        for caller in (ADA, BOB):
            self.get(self.rooms.join(caller, room.Which("lobby")))

    def started(self) -> Push:
        """Start the component, as after a crash: all it knew is what it kept."""
        settings = SETTINGS.model_copy(update={"push": PushRules(**{"wait": "1s", **self.push_rules})})
        push = Push(self.db, self.bus, self.clock, settings, self.post, lambda: self.keys)
        self.get(push.prepare())
        return push

    def start(self, coroutine: Awaitable[T]) -> "Deferred[T]":
        async def run() -> T:
            return await coroutine

        return Deferred.fromCoroutine(run())

    def get(self, coroutine: Awaitable[T]) -> T:
        return self.successResultOf(self.start(coroutine))  # type: ignore[attr-defined, no-any-return]

    def refused(self, coroutine: Awaitable[object], kind: type[Exception]) -> Exception:
        return self.failureResultOf(self.start(coroutine), kind).value  # type: ignore[attr-defined, no-any-return]

    def subscribe(self, caller: Caller = ADA, endpoint: str = "https://push.example.com/1") -> Browser:
        browser = Browser(endpoint)
        key = self.get(self.push.key(caller, Nothing())).key
        self.get(self.push.on(caller, api.Subscription(**browser.subscription(key))))
        self.clock.advance(0.1)
        return browser

    def say(self, text: str, caller: Caller = BOB, name: str = "lobby") -> int:
        return self.get(self.rooms.post(caller, room.Post(name, text))).offset

    def looks(self, seconds: float = 2.0) -> list[str]:
        """Let some time go by, and say to which devices was pushed then."""
        before = len(self.post.sent)
        self.clock.advance(seconds)
        self.get(self.push.cut())
        self.get(self.push.look())
        return [endpoint.rpartition("/")[2] for endpoint, _, _ in self.post.sent[before:]]

    def last(self, browser: Browser) -> dict[str, Any]:
        """What a browser was told last."""
        return browser.read(next(body for to, _, body in reversed(self.post.sent) if to == browser.endpoint))
