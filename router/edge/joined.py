"""What Crossbar's router, broker, dealer and meta procedures ask of any session they know."""

import math
import time
from typing import TYPE_CHECKING, Any

from autobahn.wamp.types import SessionDetails, TransportDetails

from components.contract import Caller
from router.tokens import Token

from .cut import Cut
from .transport import Transport

if TYPE_CHECKING:
    from .edge import Edge


class Joined:
    """The names with underscores are Crossbar's. Small, since there is one for each connection."""

    __slots__ = (
        "_authid",
        "_authrole",
        "_edge",
        "_session_id",
        "_session_roles",
        "_since",
        "_transport",
        "caller",
        "token",
    )
    _authmethod = "ticket"
    _authprovider = "openline"

    def __init__(self, edge: "Edge", transport: Transport) -> None:
        self._edge = edge
        self._transport: Transport | None = transport
        self._session_id: int | None = None
        self._authid: str | None = None
        self._authrole: str | None = None
        self.token: Token | None = None
        """What it signed in with, or was renewed by."""
        self.caller: Caller | None = None
        """Who it is to those whom it calls; made when it first calls somebody."""
        self._session_roles: dict[str, Any] = {}
        self._since = 0.0

    @property
    def _realm(self) -> str:
        return self._edge.settings.realm

    @property
    def _authextra(self) -> dict[str, Any] | None:
        return self.token.extra if self.token else None

    @property
    def _testaments(self) -> dict[str, list[Any]]:
        return {"destroyed": [], "detached": []}

    def end(self, cut: Cut) -> None:
        """End it, saying why."""
        raise NotImplementedError

    @property
    def authrole(self) -> str | None:
        """The role that it signed in with."""
        return self._authrole

    @property
    def lasted(self) -> float:
        """Seconds since it joined."""
        return time.monotonic() - self._since

    @property
    def session_details(self) -> SessionDetails:
        """Made when it is asked for: most sessions live without ever being looked at."""
        return SessionDetails(
            realm=self._realm,
            session=self._session_id,
            authid=self._authid,
            authrole=self._authrole,
            authmethod=self._authmethod,
            authprovider=self._authprovider,
            authextra=dict(self._authextra or {}),
            transport=TransportDetails(peer=self._transport.visitor.address if self._transport else None),
        )

    _session_details = session_details


def token_of(session: Any) -> Token:
    """Say whose session it is; of one that did not come through the edge, as far as Crossbar knows."""
    if isinstance(session, Joined) and session.token is not None:
        return session.token
    name = (session._authextra or {}).get("name", session._authid)
    return Token(session._authid, name, session._authrole, math.inf)
