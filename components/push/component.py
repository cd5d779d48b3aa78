"""Answer the push API, and look from time to time who has something to hear that nobody told them of.

There is no queue. What was said, what was read and what everybody wants to hear is kept by the room component, and here
only what each device was told. So whoever is killed loses nothing: the next look finds what is still news, for a day.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import Bus, Caller, Chore, Component, Ear, InvalidArgument, Nothing, Route, Unavailable
from components.database import Database
from components.given import Given
from components.here import here
from components.settings import Settings
from router.edge.buckets import Buckets

from . import api, keys, rules, store, vapid
from .asking import ON_REVOKED, Others
from .post import Post
from .rounds import Round
from .rules import Device
from .sending import Sender

TICK = 2.0
"""Seconds between two looks at who has something to hear."""
WRITE = 60.0
"""Seconds between two times that it is written down up to when was looked."""
KEYS = 10.0
HOUR, DAY = 3_600.0, 86_400.0

log = Logger()


def build(given: Given) -> "Push":
    post = Post(given.clock, given.settings.push.hosts)
    return Push(given.db, given.bus, given.clock, given.settings, post, lambda: here()[1].keys)


class Push(Component):
    """All it touches is handed to it; all it knows is in the store and in the files of its keys."""

    def __init__(
        self, db: Database, bus: Bus, clock: IReactorTime, settings: Settings, post: Any, folder: Callable[[], Path]
    ) -> None:
        self._db, self._clock, self._settings, self._folder = db, clock, settings, folder
        self._others = Others(bus, settings)
        self._sender = Sender(db, clock, post, vapid.Signatures(settings.push.sign(settings.url)))
        self._trials = Buckets(settings.push.trials)
        self._seen: dict[str, float] = {}
        """Up to when it was decided what to tell each device, as far as this is not written down yet."""
        self._state: object = None
        self._deaf = ""

    def routes(self) -> list[Route]:
        return [api.KEY.by(self.key), api.ON.by(self.on), api.OFF.by(self.off), api.TRY.by(self.try_out)]

    def ears(self) -> list[Ear]:
        return [Ear(ON_REVOKED, self._others.revoked)]

    def chores(self) -> list[Chore]:
        return [
            Chore(TICK, self.look),
            Chore(TICK, self.cut),
            Chore(WRITE, self.write),
            Chore(KEYS, self.renew),
            Chore(DAY, self.forget),
        ]

    async def prepare(self) -> None:
        """Have keys, and see to it that whoever was signed out while nobody was here is told no more."""
        await self.renew()

    # ---- what is asked

    async def key(self, caller: Caller, nothing: Nothing) -> api.PublicKey:
        return api.PublicKey(self._newest())

    async def on(self, caller: Caller, asked: api.Subscription) -> Nothing:
        """Tell a device from now on; or still, where it is told already."""
        rules.must_be_allowed(asked.endpoint, self._settings.push.hosts)
        if not vapid.can_encrypt(asked.p256dh, asked.auth):
            raise InvalidArgument("These are not the keys of a browser.", field="p256dh")
        if asked.key not in self._sender.keys:
            raise api.KeyChanged
        now = self._clock.seconds()
        browser = (asked.endpoint, asked.p256dh, asked.auth, asked.key)
        device = Device(rules.id_of(asked.endpoint), caller.id, caller.family, *browser, now, now, now)
        await self._db.run(store.keep, device)
        return Nothing()

    async def off(self, caller: Caller, asked: api.Which) -> Nothing:
        """Tell a device no more. One that is somebody else's by now stays theirs."""
        if device := await self._own(caller, asked.endpoint):
            await self._db.run(store.forget, [device.id])
        return Nothing()

    async def try_out(self, caller: Caller, asked: api.Which) -> Nothing:
        """Push something to a device, and say how that went."""
        now = self._clock.seconds()
        device = await self._own(caller, asked.endpoint)
        if device is None:
            raise api.NotSubscribed
        if (wait := self._trials.take(caller.id, now)) > 0:
            raise api.TooSoon(retry_after=round(wait, 1))
        if not await self._sender.send(device, rules.trial(now), "high", rules.topic(caller.id, "")):
            raise api.NotDelivered
        return Nothing()

    # ---- what is done now and then

    async def look(self) -> None:
        """Tell all who have something to hear. While others do not answer, nothing is decided."""
        try:
            await self._look()
        except Unavailable as error:
            self._note(error.message)
        else:
            self._note("")

    async def _look(self) -> None:
        now = self._clock.seconds()
        devices = [self._as_seen(device) for device in await self._db.read(store.due, now)]
        if not devices:
            return
        this = Round(self._db, self._others, self._sender, self._settings.push, now)
        behind = await this.go(devices)
        self._seen |= {device.id: now for device in devices if device.id not in behind}

    async def cut(self) -> None:
        """Forget the devices of those who were signed out, also while this component was not here to hear of it."""
        for cut in await self._others.cuts():
            await self._db.run(store.forget_of, cut.id, cut.family, cut.at)

    async def write(self) -> None:
        """Write down up to when was looked."""
        seen, self._seen = self._seen, {}
        try:
            await self._db.run(store.looked, seen)
        except Unavailable:
            self._seen = seen | self._seen

    async def renew(self) -> None:
        """Take up keys that are new."""
        folder = self._folder()
        if self._state is None or keys.state(folder) != self._state:
            try:
                self._sender.keys = keys.load(folder, self._clock.seconds())
            except keys.BadKey as error:
                log.error("nothing is pushed by this key: {error}", error=error)
            self._state = keys.state(folder)

    async def forget(self) -> None:
        """Forget devices of which nothing was heard for long, and the keys that none needs."""
        await self._db.run(store.forget_before, self._clock.seconds() - rules.FORGET)
        keys.drop(self._sender.keys, await self._db.read(store.keys))

    def _newest(self) -> str:
        for public in self._sender.keys:
            return public
        raise Unavailable("Nothing can be pushed here at the moment.")

    async def _own(self, caller: Caller, endpoint: str) -> Device | None:
        device = await self._db.read(store.load, rules.id_of(endpoint))
        return device if device is not None and device.person == caller.id else None

    def _as_seen(self, device: Device) -> Device:
        seen = self._seen.get(device.id, 0.0)
        return device if seen <= device.seen else Device(**{**vars(device), "seen": seen})

    def _note(self, trouble: str) -> None:
        """Write down when it cannot be found out what to tell, and when it can again."""
        if trouble and not self._deaf:
            log.warn("nobody is told by Web Push for the moment: {trouble}", trouble=trouble)
        elif self._deaf and not trouble:
            log.info("people are told by Web Push again")
        self._deaf = trouble
