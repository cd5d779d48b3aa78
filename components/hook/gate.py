"""Who sees to which webhooks: who moderates a room to its incoming ones, owners to all, operators to the node's."""

from dataclasses import dataclass

from components.contract import OPERATOR, Bus, Caller
from components.database import Database
from components.rooms import STANDING, InRoom, Standing

from . import api, store

NODE_WIDE = Standing("", "public", moderates=True, owns=True)
"""What operators are to the webhooks that are for all public rooms."""


@dataclass(frozen=True)
class Gate:
    """Asks the room component who is what. Raises its refusals, and `NotForYou`."""

    bus: Bus
    db: Database

    async def standing(self, caller: Caller, room: str | None) -> Standing:
        if room is None:
            if caller.role != OPERATOR:
                raise api.NotForYou("Only operators see to what is for all rooms.")
            return NODE_WIDE
        return await self.bus.call(STANDING, InRoom(room, caller.id, caller.role))

    async def must_moderate(self, caller: Caller, room: str | None) -> Standing:
        found = await self.standing(caller, room)
        if not found.moderates or found.kind == "direct":
            raise api.NotForYou
        return found

    async def must_own(self, caller: Caller, room: str | None) -> None:
        if not (await self.must_moderate(caller, room)).owns:
            raise api.NotForYou("Only owners of this room may do this.")

    async def must_see_to(self, caller: Caller, hook: str, way: str = "") -> None:
        """Refuse who may not do anything about a webhook, or where it goes the other way."""
        found = await self.db.read(store.room_of, hook)
        if found is None or way not in ("", found[0]):
            raise api.NoSuchHook
        await (self.must_moderate if found[0] == "in" else self.must_own)(caller, found[1])
