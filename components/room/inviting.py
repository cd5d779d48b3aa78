"""Answer what is asked of ways into rooms that are not everybody's."""

from dataclasses import dataclass
from secrets import token_hex, token_urlsafe

from components.contract import Author, Caller, Nothing, Route
from components.streams import Streams

from . import api, invites


@dataclass(frozen=True)
class Invites:
    """A part of the room component. Codes and ids are made here, since the work of a transaction may run twice."""

    streams: Streams

    def routes(self) -> list[Route]:
        return [
            api.INVITE.by(self.invite),
            api.INVITES.by(self.invites),
            api.REVOKE_INVITE.by(self.revoke),
            api.INVITE_PERSON.by(self.invite_person),
            api.INVITATION.by(self.invitation),
            api.ACCEPT.by(self.accept),
        ]

    async def invite(self, caller: Caller, new: api.NewInvite) -> api.Invite:
        return await self.streams.write(invites.make, new, token_hex(8), token_urlsafe(18), caller)

    async def invites(self, caller: Caller, which: api.Which) -> api.Invites:
        return api.Invites(await self.streams.write(invites.made, which.room, caller))

    async def revoke(self, caller: Caller, which: api.WhichInvite) -> Nothing:
        await self.streams.write(invites.revoke, which, caller)
        return Nothing()

    async def invite_person(self, caller: Caller, wanted: api.InvitePerson) -> Author:
        return await self.streams.write(invites.ask_in, wanted, caller)

    async def invitation(self, caller: Caller, code: api.Code) -> api.Invitation:
        return await self.streams.write(invites.look, code.code, caller)

    async def accept(self, caller: Caller, code: api.Code) -> api.Room:
        return await self.streams.write(invites.accept, code.code, caller)
