"""What push asks of the other components, and hears from them. One that the node does not have is not asked."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from components import catalog, notice
from components.contract import COMPONENT, Bus, Nothing, Procedure, Refusal, Topic, Unavailable, payload
from components.settings import Settings

from .rules import Device

T = TypeVar("T")


@payload
class Cut:
    """Whose sign-ins until when are over: on one device, or on all (`""`). As identity says it."""

    id: str
    family: str
    at: float


@payload
class Cuts:
    """All that are cut."""

    cuts: list[Cut]


ON_REVOKED = Topic("openline.identity.on_revoked", Cut, readers={COMPONENT})
REVOKED = Procedure("openline.identity.revoked", Nothing, Cuts, callers={COMPONENT})


class Others:
    """The room, presence and identity components of this node."""

    def __init__(self, bus: Bus, settings: Settings) -> None:
        self._bus = bus
        self._there = set(catalog.names(settings))
        self._cuts: list[Cut] = []
        self._knows_cuts = "identity" not in self._there

    async def news(self, people: Iterable[str], since: float, until: float) -> list[notice.News]:
        """Find what these people want to hear of that was said in between."""
        if "room" not in self._there:
            return []
        asked = [notice.Lately(part, since, until) for part in _parts(people)]
        return [news for one in asked for news in (await self._bus.call(notice.NEWS, one)).news]

    async def notices(self, news: Iterable[notice.News]) -> list[notice.Notice]:
        """Find what there is to tell of it, as far as it is still news."""
        which = (notice.WhichNews(one.person, one.room, one.offset) for one in news)
        asked = [notice.Asked(part) for part in _parts(which)]
        return [told for one in asked for told in (await self._bus.call(notice.NOTICES, one)).notices]

    async def looking(self, people: Iterable[str]) -> tuple[set[str], set[str]]:
        """Find who uses a device now, and who is not to be disturbed. Raises `Unavailable` while nobody knows."""
        looking: set[str] = set()
        undisturbed: set[str] = set()
        for part in _parts(people) if "presence" in self._there else ():
            found = await self._ask_presence(part)
            looking |= {*found.looking}
            undisturbed |= {*found.undisturbed}
        return looking, undisturbed

    async def signed_out(self, devices: Iterable[Device]) -> set[str]:
        """Find which devices are not signed in any more. Guests, and users of a site, have none that identity knows."""
        with_family = [device for device in devices if device.family]
        if "identity" not in self._there:
            return set()
        living: set[str] = set()
        for part in _parts({device.family for device in with_family}):
            living |= {*(await self._bus.call(notice.LIVING, notice.Families(part))).families}
        return {device.id for device in with_family if device.family not in living}

    def revoked(self, cut: Cut) -> None:
        """Hear that somebody was signed out."""
        self._cuts.append(cut)

    async def cuts(self) -> list[Cut]:
        """Take the cuts that were heard of, the first time with those from before."""
        if not self._knows_cuts:
            try:
                self._cuts += (await self._bus.call(REVOKED, Nothing())).cuts
                self._knows_cuts = True
            except Refusal:
                pass  # It is not there yet; the next time, then.
        cuts, self._cuts = self._cuts, []
        return cuts

    async def _ask_presence(self, people: Sequence[str]) -> notice.Attention:
        try:
            return await self._bus.call(notice.ATTENTION, notice.People([*people]))
        except Refusal as refusal:
            raise Unavailable(refusal.message) from refusal


def _parts(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while part := list(islice(rest, notice.TOGETHER)):
        yield part
