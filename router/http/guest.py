"""`POST /auth/guest`: a name is all it takes."""

from pydantic import TypeAdapter

from components.contract import NotAuthorized, Refusal
from components.settings import Rate
from router.edge.address import neighbours
from router.edge.buckets import Buckets
from router.identity import Introduction, guest

from .desk import Answer, Asked, Desk, Posted, refused

_INTRODUCTION = TypeAdapter(Introduction)


class TooManyGuests(Refusal):
    """Too many people came in from here just now. Try again in a minute."""

    uri = "openline.error.too_many_guests"


class Guest(Posted):
    """Takes `{"name": …}`, answers `{"token", "id", "name", "role", "expires"}`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._guests = desk.settings.guests
        per_minute = self._guests.per_minute
        self._newcomers = Buckets(Rate(per_second=per_minute / 60, burst=per_minute))

    async def answer(self, asked: Asked) -> Answer:
        if not self._guests.allowed:
            raise NotAuthorized("Guests are not let in here.")
        introduction = asked.body(_INTRODUCTION)
        self._count(neighbours(asked.visitor.address))
        token = guest(introduction.name, self.desk.now(), self._guests.token)
        return Answer({"token": self.desk.tokens.sign(token), "id": token.id, "role": token.role, **token.extra})

    def refuse(self, asked: Asked, refusal: Refusal) -> Answer:
        return refused(refusal, 429 if isinstance(refusal, TooManyGuests) else None)

    def _count(self, address: str) -> None:
        """Take so many in a minute from each address."""
        if wait := self._newcomers.take(address, self.desk.steady()):
            self.desk.refused("too_many_guests", address)
            raise TooManyGuests(retry_after=max(0.1, round(wait, 1)))
