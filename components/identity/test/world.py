"""An identity component with a clock and a bus of our own, hashes that are cheap, and no thread."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from argon2 import PasswordHasher
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from components.contract import AUDIT, Caller
from components.identity import api
from components.identity.component import Identity
from components.identity.passwords import Passwords
from components.settings import Settings
from components.stream.api import Range
from components.streams import Streams
from tests.support.bus import MemoryBus
from tests.support.router import SETTINGS

T = TypeVar("T")
ROUTER = Caller("router", "component", "router")
OPERATOR = Caller("u_boss", "operator", "Boss")
HERE = api.Device("192.0.2.1", "Firefox")
THERE = api.Device("198.51.100.7", "Safari")
PASSWORD = "tin of blue paint"
URL = "https://line.example.com"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def at_once(work: Callable[[], T]) -> "Deferred[T]":
    return cast("Deferred[T]", maybeDeferred(work))


class IdentityWorld:
    """What tests of the component do, whatever database is below."""

    database: Any

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.bus = MemoryBus()
        self.db = self.database()
        self.addCleanup(self.db.close)  # type: ignore[attr-defined]
        self.identity = self.made()

    def made(self, hasher: PasswordHasher = CHEAP, oidc: Sequence[Any] = (), **accounts: Any) -> Identity:
        """Make the component, as after a restart with these settings."""
        given = Settings.model_validate({"url": URL, "accounts": accounts, "oidc": oidc})
        settings = SETTINGS.model_copy(update={name: getattr(given, name) for name in ("url", "accounts", "oidc")})
        streams = Streams(self.db, self.bus, self.clock, settings)
        return Identity(self.db, streams, self.bus, self.clock, settings, Passwords(at_once, hasher))

    def get(self, answer: Awaitable[T]) -> T:
        return self.successResultOf(_started(answer))  # type: ignore[attr-defined, no-any-return]

    def refused(self, answer: Awaitable[object], kind: type[Exception]) -> Any:
        """It is refused; what with is returned."""
        return self.failureResultOf(_started(answer), kind).value  # type: ignore[attr-defined]

    def sign_up(self, login: str = "ada", device: api.Device = HERE, **more: Any) -> api.Entry:
        return self.get(self.identity.sign_up(ROUTER, api.SignUp(login, PASSWORD, device, **more)))

    def sign_in(self, login: str = "ada", password: str = PASSWORD, device: api.Device = HERE) -> Awaitable[api.Entry]:
        return self.identity.sign_in(ROUTER, api.SignIn(login, password, device))

    def refresh(self, refresh: str, device: api.Device = HERE) -> Awaitable[api.Entry]:
        return self.identity.refresh(ROUTER, api.Refresh(refresh, device))

    def operator(self) -> Caller:
        """Somebody who is an operator with an account."""
        added = self.get(self.identity.add(ROUTER, api.NewUser("boss", "operator", "Boss")))
        return Caller(added.id, "operator", "Boss")

    def audit(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """All that was told: type, by whom, data."""
        page = self.get(self.identity.streams.read(Range(AUDIT, after=0, limit=300)))
        return [(event.type, event.by.id, event.data) for event in page.events]

    def told(self, what: str) -> list[Mapping[str, Any]]:
        return [data for type, _, data in self.audit() if type == what]

    def cuts(self) -> list[api.Cut]:
        """What was said on the topic since the last look."""
        said = [event for uri, event in self.bus.published if uri == api.ON_REVOKED.uri]
        self.bus.published.clear()
        return cast(list[api.Cut], said)


def as_caller(entry: api.Entry) -> Caller:
    """Somebody who is on the line with an access token of an entry."""
    return Caller(entry.id, entry.role, entry.name, family=entry.family)


def _started(answer: Awaitable[T]) -> "Deferred[T]":
    async def run() -> T:
        return await answer

    return Deferred.fromCoroutine(run())
