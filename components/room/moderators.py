"""Answer what moderators ask of a room."""

from dataclasses import dataclass
from secrets import token_hex

from components.contract import Appended, Bus, Caller, Nothing, Route
from components.streams import Streams
from router.api import ON_ACCESS_LOST, Loss

from . import api, membership, moderation


@dataclass(frozen=True)
class Moderators:
    """A part of the room component: all it touches is handed to it."""

    streams: Streams
    bus: Bus

    def routes(self) -> list[Route]:
        return [
            api.KICK.by(self.kick),
            api.BAN.by(self.ban),
            api.UNBAN.by(self.unban),
            api.MUTE.by(self.mute),
            api.UNMUTE.by(self.unmute),
            api.SANCTIONS.by(self.sanctions),
            api.SET_ROLE.by(self.set_role),
            api.REPORT.by(self.report),
            api.REPORTS.by(self.reports),
            api.RESOLVE.by(self.resolve),
            api.TAKE_DOWN.by(self.take_down),
            api.DEEDS.by(self.deeds),
        ]

    async def kick(self, caller: Caller, kick: api.Kick) -> Nothing:
        """Take somebody out. They hear nothing that is said after this is answered; they may join again.

        Where not every router could be told, this is refused as unavailable: asked for again, it tells them then.
        """
        stream = await self.streams.write(membership.kick, kick, caller)
        await self.bus.insist(ON_ACCESS_LOST, Loss(kick.person, stream))
        return Nothing()

    async def ban(self, caller: Caller, sanction: api.Sanction) -> Nothing:
        """Take somebody out as a kick does, and let them in no more until that is over."""
        stream = await self.streams.write(moderation.ban, sanction, caller)
        await self.bus.insist(ON_ACCESS_LOST, Loss(sanction.person, stream))
        return Nothing()

    async def unban(self, caller: Caller, lift: api.Lift) -> Nothing:
        await self.streams.write(moderation.lift, lift, "ban", caller)
        return Nothing()

    async def mute(self, caller: Caller, sanction: api.Sanction) -> Nothing:
        await self.streams.write(moderation.mute, sanction, caller)
        return Nothing()

    async def unmute(self, caller: Caller, lift: api.Lift) -> Nothing:
        await self.streams.write(moderation.lift, lift, "mute", caller)
        return Nothing()

    async def sanctions(self, caller: Caller, which: api.Which) -> api.Sanctions:
        return api.Sanctions(await self.streams.write(moderation.held, which.room, caller))

    async def set_role(self, caller: Caller, change: api.RoleChange) -> Nothing:
        await self.streams.write(membership.set_role, change, caller)
        return Nothing()

    async def report(self, caller: Caller, report: api.Report) -> Nothing:
        await self.streams.write(moderation.report, token_hex(8), report, caller)
        return Nothing()

    async def reports(self, caller: Caller, which: api.Which) -> api.Reports:
        return api.Reports(await self.streams.write(moderation.open_reports, which.room, caller))

    async def resolve(self, caller: Caller, which: api.WhichReport) -> Nothing:
        await self.streams.write(moderation.resolve, which, caller)
        return Nothing()

    async def take_down(self, caller: Caller, wanted: api.TakeDown) -> Appended:
        """Delete somebody else's message. A tombstone stays that says who did it and why; its words leave the log."""
        return await self.streams.write(moderation.take_down, wanted, caller)

    async def deeds(self, caller: Caller, wanted: api.Deeds) -> api.Done:
        return api.Done(await self.streams.write(moderation.done, wanted, caller))
