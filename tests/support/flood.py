"""Somebody who sends the same again and again, as fast as it is taken."""

import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from tests.semantics.servers import Server


class Flood:
    """Sends prepared frames from a thread of its own, reads nothing it need not, and joins again when it is cut off."""

    def __init__(self, server: Server, authid: str, data: bytes) -> None:
        self._server, self._authid, self._data = server, authid, data
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._flood)
        self.sent = 0
        """How many times over."""
        self.cut = 0
        """How often it was cut off."""

    def _flood(self) -> None:
        while not self._stop.is_set():
            with suppress(OSError):
                wire: Any = self._server.person(self._authid).wire
                self._pour(wire.socket.sock)
            self.cut += not self._stop.is_set()

    def _pour(self, sock: Any) -> None:
        sock.settimeout(0.2)
        reader = threading.Thread(target=self._drain, args=(sock,), daemon=True)
        reader.start()
        try:
            while not self._stop.is_set():
                self._send(sock)
        finally:
            sock.close()
            reader.join(10)

    def _send(self, sock: Any) -> None:
        """Send all of it, however slowly it is taken."""
        rest = memoryview(self._data)
        while rest and not self._stop.is_set():
            with suppress(TimeoutError):
                rest = rest[sock.send(rest) :]
        self.sent += 1

    def _drain(self, sock: Any) -> None:
        """Throw the answers away."""
        while True:
            try:
                if not sock.recv(65_536):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
