"""What browsers answer: procedures under `client.<the id of their session>.`, and whom they let call them."""

from collections.abc import Callable
from typing import Any

from components.permissions import Offer, session_in


class Browsers:
    """The offers of the sessions of one router. A procedure that nobody was let call is its owner's alone."""

    def __init__(self, session: Callable[[int], Any]) -> None:
        """`session` finds a session that is joined by its id."""
        self._session = session
        self._offers: dict[int, dict[str, Offer]] = {}

    def offer(self, procedure: str, offer: Offer, most: int) -> bool:
        """Let others call a procedure, in place of those who were let before; `False` where its session has `most`."""
        session = session_in(procedure)
        mine = self._offers.setdefault(session, {}) if self._session(session) else {}
        is_room = procedure in mine or len(mine) < most
        if is_room:
            mine[procedure] = offer
        return is_room

    def offered(self, procedure: str) -> Offer | None:
        """Say to whom a procedure is offered; `None` where the session in its name has ended, or never was."""
        number = session_in(procedure)
        session = self._session(number)
        if session is None:
            return None
        return self._offers.get(number, {}).get(procedure) or Offer(session._authid)

    def forget(self, session: int) -> None:
        """A session has ended: so have its offers."""
        self._offers.pop(session, None)
