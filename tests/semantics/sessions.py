"""The sessions of one test."""

from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from .client import Client
from .servers import Server
from .wires import Gone


class Sessions:
    """Joins people and components, and sees them off at the end."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._joined: list[Client] = []

    def person(self, *args: Any, **kwargs: Any) -> Client:
        """Join as somebody; `Server.person` says how."""
        return self._keep(self._server.person(*args, **kwargs))

    def component(self) -> Client:
        """Join as a component."""
        return self._keep(self._server.component())

    def _keep(self, client: Client) -> Client:
        self._joined.append(client)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._joined:
            with suppress(Gone, OSError, ValueError):
                client.leave()
