"""Answer the presence API: hear who is here, and tell those who may know."""

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import (
    Access,
    Bus,
    Caller,
    Chore,
    Component,
    Ear,
    NotAuthorized,
    Nothing,
    Refusal,
    Route,
    Unavailable,
    on_belonging,
)
from components.database import Database
from components.given import Given
from components.notice import Attention, People
from components.permissions import owner
from components.settings import Settings

from . import api, rules, store
from .attendance import Attendance
from .telling import Rooms
from .typists import Typists

TICK = 0.5
LOOK = 30.0
"""Seconds between two looks at who belongs to a room: it may have changed while nobody told."""
WRITE = 60.0
"""Seconds between two times that it is written down who was here."""
DAY = 86_400.0
FORGET = 90 * DAY
"""Seconds after which it is not known any more when somebody was here."""
SETTLING = 20.0
"""Seconds that a router worker has to say who is here, until we go on without it."""
_AS_THEY_ARE = api.Status()

log = Logger()


def build(given: Given) -> "Presence":
    return Presence(given.db, given.bus, given.clock, given.settings)


class Presence(Component):
    """All it touches is handed to it. Who is here it is told by the routers; what people chose is in the store."""

    def __init__(self, db: Database, bus: Bus, clock: IReactorTime, settings: Settings) -> None:
        self._db, self._bus, self._clock, self._routers = db, bus, clock, settings.routers
        self._attendance = Attendance(settings.presence.grace, settings.presence.lease)
        self._typists = Typists()
        self._rooms = Rooms(bus, clock, self._entry)
        self._statuses: dict[str, api.Status] = {}
        self._seen: dict[str, float] = {}
        """When people left that this is not written down of yet."""
        self._since = clock.seconds()
        self._is_announced = False

    def routes(self) -> list[Route]:
        return [
            api.READ.by(self.read),
            api.SEEN.by(self.seen),
            api.SET.by(self.choose),
            api.STATUS.by(self.status),
            api.IDLE.by(self.idle),
            api.TYPING.by(self.typing),
            api.REPORT.by(self.report),
            api.ATTENTION.by(self.attention),
        ]

    def ears(self) -> list[Ear]:
        return [Ear(on_belonging("room"), self._rooms.belongs)]

    def chores(self) -> list[Chore]:
        return [
            Chore(TICK, self.tick),
            Chore(LOOK, self._rooms.look),
            Chore(WRITE, self.write),
            Chore(DAY, self.forget),
        ]

    async def prepare(self) -> None:
        """Know what people chose before."""
        self._statuses = await self._db.read(store.statuses, self._clock.seconds())

    # ---- what is asked

    async def read(self, caller: Caller, which: api.Which) -> api.Snapshot:
        """Say who of a room's members is here."""
        return (await self._view(caller, which.room)).snapshot()

    async def seen(self, caller: Caller, which: api.Which) -> api.Seen:
        """Say when those who are not here were the last time."""
        members = (await self._view(caller, which.room)).members
        if len(members) > api.MOST:
            return api.Seen([])
        away = [id for id in members if self._attendance.of(id) is None]
        known = await self._db.read(store.seen, away)
        known |= {id: self._seen[id] for id in away if id in self._seen}
        return api.Seen([api.Last(id, at) for id, at in sorted(known.items())])

    async def choose(self, caller: Caller, status: api.Status) -> api.Status:
        """Show the caller as they want to be shown, on all of their devices and after a restart."""
        wanted = rules.chosen(status, self._clock.seconds())
        await self._db.run(store.keep_status, caller.id, wanted)
        self._statuses.pop(caller.id, None)
        if wanted != _AS_THEY_ARE:
            self._statuses[caller.id] = wanted
        self._rooms.changed({caller.id})
        return wanted

    async def status(self, caller: Caller, nothing: Nothing) -> api.Status:
        return self._statuses.get(caller.id, _AS_THEY_ARE)

    async def idle(self, caller: Caller, idle: api.Idle) -> Nothing:
        """Show somebody as away who uses none of their devices."""
        if not self._attendance.idle(caller.session, idle.idle):
            raise api.NotYet
        self._rooms.changed(self._attendance.changed())
        return Nothing()

    async def typing(self, caller: Caller, which: api.Which) -> Nothing:
        """Tell a room that one of its members is typing."""
        view = await self._view(caller, which.room)
        if caller.id not in view.members:
            raise api.NotAMember
        if self._typists.tell(which.room, caller.id, self._clock.seconds()):
            topic = api.ON_TYPING.of(api.stream_of(which.room))
            await self._bus.publish(topic, api.Typing(caller.id, caller.name))
        return Nothing()

    async def report(self, caller: Caller, report: api.Report) -> api.Taken:
        """Hear from a router worker who came and who went."""
        is_taken = self._attendance.report(report, self._clock.seconds())
        self._rooms.changed(self._attendance.changed())
        return api.Taken(is_taken)

    async def attention(self, caller: Caller, asked: People) -> Attention:
        """Say to components who uses a device right now, and who is not to be disturbed."""
        if not self._knows():
            raise api.NotYet
        found = {id: self._attendance.of(id) for id in asked.people}
        looking = [id for id, here in found.items() if here is not None and here[0] and not here[1]]
        chosen = {id: self._statuses.get(id, _AS_THEY_ARE).state for id in asked.people}
        return Attention(looking, [id for id, state in chosen.items() if state == "do_not_disturb"])

    # ---- what is done now and then

    async def tick(self) -> None:
        """Let people leave whose time is over, and tell what was not told yet."""
        now = self._clock.seconds()
        self._attendance.tick(now)
        self._seen |= self._attendance.left()
        self._typists.forget(now)
        over = rules.over(self._statuses, now)
        for id in over:
            del self._statuses[id]
        self._rooms.changed(self._attendance.changed() | over)
        await self._rooms.tell()
        if not self._is_announced and self._knows():
            await self._announce()
        if over:
            await self._db.run(store.drop_statuses, over)

    async def write(self) -> None:
        """Write down who left, and who is here. It may be a minute old after a crash."""
        left, self._seen = self._seen, {}
        here = dict.fromkeys(self._attendance.people(), self._clock.seconds())
        await self._db.run(store.note_seen, left | here)

    async def forget(self) -> None:
        """Let go of who has not been here for long."""
        await self._db.run(store.forget_seen, self._clock.seconds() - FORGET)

    async def _announce(self) -> None:
        """Have everybody read again who read what another run of this component said."""
        try:
            await self._bus.insist(api.ON_STARTED, Nothing())
        except Unavailable as error:
            log.debug("not every router is there yet: {error}", error=error)
        else:
            self._is_announced = True

    # ---- who may know, and what there is to know

    async def _view(self, caller: Caller, room: str) -> rules.View:
        """Find what is told of a room, for who may read it. The owner of its stream says so, as to the router.

        Who may not read a room does not learn whether there is one.
        """
        if not self._knows():
            raise api.NotYet
        stream = api.stream_of(room)
        try:
            verdict = await self._bus.call(owner(stream), Access(caller.id, caller.role, "read", stream))
        except Unavailable:
            raise
        except Refusal as refusal:
            raise NotAuthorized from refusal
        if not verdict.allow:
            raise NotAuthorized
        return await self._rooms.view(room)

    def _knows(self) -> bool:
        """Say whether it is known who is here: every router worker said so, or is away."""
        return self._attendance.heard(self._routers) or self._since + SETTLING <= self._clock.seconds()

    def _entry(self, id: str) -> api.Entry | None:
        found = self._attendance.of(id)
        return None if found is None else rules.entry(id, *found, self._statuses.get(id, _AS_THEY_ARE))
