"""What Crossbar's router, broker, dealer and meta procedures ask of any session they know."""

import time
from typing import TYPE_CHECKING, Any

from autobahn.wamp.types import SessionDetails, TransportDetails

from .transport import Transport

if TYPE_CHECKING:
    from .edge import Edge


class Joined:
    """The names with underscores are Crossbar's. Small, since there is one for each connection."""

    __slots__ = (
        "_authextra",
        "_authid",
        "_authrole",
        "_edge",
        "_session_id",
        "_session_roles",
        "_since",
        "_transport",
    )
    _authmethod = "ticket"
    _authprovider = "openline"

    def __init__(self, edge: "Edge", transport: Transport) -> None:
        self._edge = edge
        self._transport: Transport | None = transport
        self._session_id: int | None = None
        self._authid: str | None = None
        self._authrole: str | None = None
        self._authextra: dict[str, Any] | None = None
        self._session_roles: dict[str, Any] = {}
        self._since = 0.0

    @property
    def _realm(self) -> str:
        return self._edge.settings.realm

    @property
    def _testaments(self) -> dict[str, list[Any]]:
        return {"destroyed": [], "detached": []}

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
