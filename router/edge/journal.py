"""What the edge writes into the log: a line for each who comes and goes, and few for those who are refused."""

from dataclasses import dataclass
from typing import Any, Protocol

from twisted.logger import Logger

WINDOW = 1.0
"""Seconds in which one reason for refusing is written down once; what comes meanwhile is counted."""


class Ticker(Protocol):
    """Calls later; `ticker.Ticker` is one."""

    def later(self, seconds: float, call: Any) -> object:
        """Have something called once, after so long."""


@dataclass
class _Refusals:
    """Refusals for one reason that are not written down yet."""

    count: int = 0
    address: str = ""


class Journal:
    """Says who, from where and by what transport. Never a token, a name or a message."""

    def __init__(self, ticker: Ticker, log: Logger | None = None) -> None:
        self._ticker, self._log = ticker, log or Logger()
        self._waiting: dict[str, _Refusals] = {}

    def joined(self, session: Any) -> None:
        """A session has signed in."""
        self._log.info("{id} ({role}) joined by {transport} from {address}, session {session}", **_who(session))

    def left(self, session: Any) -> None:
        """A session that had signed in has ended."""
        self._log.info(
            "{id} ({role}) left after {seconds:.1f} s by {transport} from {address}, session {session}",
            **_who(session),
            seconds=round(session.lasted, 3),
        )

    def refused(self, reason: str, address: str = "") -> None:
        """Somebody was not let in, or cut off. The first is written at once; then at most one line a second."""
        waiting = self._waiting.get(reason)
        if waiting is None:
            self._waiting[reason] = _Refusals()
            self._say(reason, 1, address)
            self._ticker.later(WINDOW, lambda: self._write(reason))
        else:
            waiting.count += 1
            waiting.address = address

    def _write(self, reason: str) -> None:
        """Write down what was counted, and count on; once there was nothing, the next is written at once again."""
        waiting = self._waiting.pop(reason)
        if waiting.count:
            self._waiting[reason] = _Refusals()
            self._say(reason, waiting.count, waiting.address)
            self._ticker.later(WINDOW, lambda: self._write(reason))

    def _say(self, reason: str, count: int, address: str) -> None:
        times, last = (", {count} times", "last from") if count > 1 else ("", "from")
        whence = f", {last} {{address}}" if address else ""
        self._log.info(f"refused: {{reason}}{times}{whence}", reason=reason, count=count, address=address)


def _who(session: Any) -> dict[str, object]:
    return {
        "id": session._authid,
        "role": session._authrole,
        "transport": session._transport.kind,
        "address": session._transport.visitor.address,
        "session": session._session_id,
    }
