"""One transaction of identity: what it changes, what it cuts, and what it tells the audit, all kept together or not."""

from collections.abc import Iterable

from sqlalchemy import Connection

from components.contract import AUDIT, Author
from components.settings import Settings
from components.streams import Log

from . import devices, store
from .api import Cut, Device
from .family import Family
from .rules import LEEWAY_SECONDS, MOST_AGENT, REVOKED_SECONDS

NODE = Author("openline", "Openline")
"""Who tells of what nobody who is signed in has done."""


class Book:
    """Made anew each time a work is run. `cuts` are published after the commit, before the answer."""

    def __init__(self, log: Log, settings: Settings) -> None:
        self.connection: Connection = log.connection
        self.now = log.now
        self.accounts, self.provider = settings.accounts, settings.provider
        self.cuts: list[Cut] = []
        self.remembered = max(REVOKED_SECONDS, settings.guests.token)
        """How long the tokens of anybody at all may live, in seconds."""
        self._log, self._audited = log, settings.namespace(AUDIT) is not None

    def tell(self, what: str, by: Author, /, **data: object) -> None:
        """Append an event to the audit, where the settings have one."""
        if self._audited:
            self._log.append(AUDIT, what, data, by=by)

    def cut(self, id: str, family: str = "", keep: float | None = None) -> None:
        """Refuse the tokens that a person, or one device of theirs, was given until now."""
        cut = Cut(id, family, self.now)
        store.add_cut(self.connection, cut, self.now + (keep or self.accounts.access) + LEEWAY_SECONDS)
        self.cuts.append(cut)

    def end(self, families: Iterable[Family]) -> None:
        """Sign devices out: neither their refresh secrets nor their tokens are good any more."""
        ended = list(families)
        devices.end(self.connection, [family.id for family in ended], self.now)
        for family in ended:
            self.cut(family.account, family.id)

    def end_all(self, id: str, keep: float | None = None) -> None:
        """Sign a person out everywhere, whoever gave them their tokens."""
        devices.end(self.connection, [family.id for family in devices.of(self.connection, id)], self.now)
        self.cut(id, keep=keep)


def whence(device: Device) -> dict[str, str]:
    """Say where somebody was, as the audit tells it."""
    return {"address": device.address, "agent": device.agent[:MOST_AGENT]}
