"""Send to devices, and note how that went."""

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.database import Database

from . import rules, store, vapid
from .keys import Key
from .post import Outcome, Post
from .rules import Device

log = Logger()


class Sender:
    """Hands over to push services. One that does not answer is left alone for a while, by all devices that need it."""

    def __init__(self, db: Database, clock: IReactorTime, post: Post, signatures: vapid.Signatures) -> None:
        self._db, self._clock, self._post, self._signatures = db, clock, post, signatures
        self.keys: dict[str, Key] = {}
        """By their public halves, the newest first."""
        self._failing: dict[str, tuple[int, float]] = {}
        """Hosts that do not answer: how often in a row, and until when they are left alone."""

    async def send(self, device: Device, payload: bytes, urgency: str, topic: str) -> bool:
        """Push to one device, and say whether that is done with: delivered, or refused for good."""
        now, key, host = self._clock.seconds(), self.keys.get(device.key), rules.host(device)
        fails, until = self._failing.get(host, (0, 0.0))
        if key is None:
            await self._gone(device)
            return False
        if now < until:
            await self._db.run(store.note, device.id, device.fails, until)
            return False
        headers = {
            "Authorization": self._signatures.of(device.endpoint, key, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": f"{rules.DAY:.0f}",
            "Urgency": urgency,
            "Topic": topic,
        }
        outcome = await self._post.send(device.endpoint, headers, vapid.encrypt(payload, device), now)
        self._judge(host, fails, outcome)
        return await self._note(device, outcome)

    def _judge(self, host: str, fails: int, outcome: Outcome) -> None:
        """Leave a push service alone that does not answer, or has trouble."""
        if not outcome.by_host:
            self._failing.pop(host, None)
            return
        if not fails:
            log.warn("the push service {host} does not take anything: {why}", host=host, why=outcome.why)
        now = self._clock.seconds()
        self._failing = {name: (times, at) for name, (times, at) in self._failing.items() if now < at + rules.DAY}
        self._failing[host] = fails + 1, now + rules.wait(fails, outcome.wait)

    async def _note(self, device: Device, outcome: Outcome) -> bool:
        if outcome.went == "gone":
            await self._gone(device)
            return False
        if outcome.went == "delivered":
            if device.fails:
                await self._db.run(store.note, device.id, 0, 0.0)
            return True
        if outcome.went == "refused":
            return await self._refused(device, outcome)
        again = self._clock.seconds() + rules.wait(device.fails, outcome.wait)
        await self._db.run(store.note, device.id, device.fails + 1, again)
        return False

    async def _refused(self, device: Device, outcome: Outcome) -> bool:
        """It would be refused again, so it is not said again. A device of which nothing is taken is not one."""
        log.warn("{host} refused what was pushed: {why}", host=rules.host(device), why=outcome.why)
        if device.fails + 1 >= rules.PATIENCE:
            await self._gone(device)
        else:
            await self._db.run(store.note, device.id, device.fails + 1, 0.0)
        return True

    async def _gone(self, device: Device) -> None:
        await self._db.run(store.forget, [device.id])
