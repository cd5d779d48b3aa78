"""One look at who has something to hear: ask, decide, push, note."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from twisted.internet.defer import Deferred, DeferredSemaphore, gatherResults

from components.database import Database
from components.notice import News, Notice
from components.settings import PushRules

from . import rules, store
from .asking import Others
from .rules import Device, Told
from .sending import Sender

AT_ONCE = 10
"""To how many devices is pushed at the same time."""


@dataclass(frozen=True)
class Parcel:
    """What one device is told of one room."""

    device: Device
    news: News
    notice: Notice


@dataclass(frozen=True)
class Round:
    """What one look needs. It does not begin before the one before it has ended."""

    db: Database
    others: Others
    sender: Sender
    settings: PushRules
    now: float

    async def go(self, devices: Collection[Device]) -> set[str]:
        """Tell these devices what there is, and say which of them have to be looked at again from where they were."""
        due = [pair for pair in await self._pairs(devices) if pair]
        if not due:
            return set()
        ended = await self.others.signed_out({device.id: device for device, _ in due}.values())
        if ended:
            await self.db.run(store.forget, [*ended])
        due = [(device, news) for device, news in due if device.id not in ended]
        parcels = await self._pack(due)
        return await self._send_all(parcels)

    async def _pairs(self, devices: Collection[Device]) -> list[tuple[Device, News]]:
        """Find what each of these devices is to be told now."""
        until = self.now - self.settings.wait
        by_person: dict[str, list[News]] = defaultdict(list)
        parts = rules.by_need(devices, self.now)
        for part in parts.values():
            if part:
                start = min(rules.since(device, self.now) for device in part)
                people = dict.fromkeys(device.person for device in part)
                for news in await self.others.news(people, start, until):
                    by_person[news.person].append(news)
        if not by_person:
            return []
        looking, undisturbed = await self.others.looking(by_person)
        waiting = [device for device in devices if device.person in by_person and device.person not in undisturbed]
        told = await self.db.read(store.told, [device.id for device in waiting])
        return [
            (device, news)
            for device in waiting
            for news in {one.room: one for one in by_person[device.person]}.values()
            if rules.is_due(news, device, told.get((device.id, news.room), Told()), looking, self.now)
        ]

    async def _pack(self, due: Iterable[tuple[Device, News]]) -> list[Parcel]:
        pairs = [*due]
        which = {(news.person, news.room, news.offset): news for _, news in pairs}
        notices = {(one.person, one.room, one.offset): one for one in await self.others.notices(which.values())}
        found = ((device, news, notices.get((news.person, news.room, news.offset))) for device, news in pairs)
        return [Parcel(device, news, notice) for device, news, notice in found if notice is not None]

    async def _send_all(self, parcels: Collection[Parcel]) -> set[str]:
        turns = DeferredSemaphore(AT_ONCE)
        sending = [turns.run(self._sending, one) for one in parcels]
        done = await gatherResults(sending, consumeErrors=True)
        return {parcel.device.id for parcel, is_done in zip(parcels, done, strict=True) if not is_done}

    def _sending(self, parcel: Parcel) -> Deferred[bool]:
        return Deferred.fromCoroutine(self._send(parcel))

    async def _send(self, parcel: Parcel) -> bool:
        device, news, notice = parcel.device, parcel.news, parcel.notice
        payload = rules.payload(notice, self.now, self.settings.words)
        topic = rules.topic(news.person, news.room)
        is_done = await self.sender.send(device, payload, rules.urgency(news, notice), topic)
        if is_done:
            await self.db.run(store.tell, device.id, news.room, news.offset, self.now)
        return is_done
