"""How somebody is shown, and what is told of a room: values in, values out. No I/O, no clock."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from .api import MOST, Change, Entry, Snapshot, Status, TimeIsOver

FEW = MOST * 9 // 10
"""How few have to be left in a room until they are named again."""


def chosen(status: Status, now: float) -> Status:
    """Take what somebody chose for themselves: their words without the space around them, until a time to come."""
    if status.until is not None and status.until <= now:
        raise TimeIsOver
    return replace(status, text=" ".join(status.text.split()))


def entry(id: str, devices: int, idle: bool, status: Status) -> Entry:
    """Say how somebody is shown: as they chose, and as away where they chose nothing and use no device."""
    state = "away" if idle and status.state == "active" else status.state
    return Entry(id, state, devices, status.text, status.until)


def over(statuses: Mapping[str, Status], now: float) -> set[str]:
    """Say whose choice holds no longer."""
    return {id for id, status in statuses.items() if status.until is not None and status.until <= now}


class View:
    """What is told of one room: a snapshot, and changes with a number each. Beyond `MOST` people, how many they are."""

    def __init__(self, epoch: str, members: Iterable[str], find: Callable[[str], Entry | None]) -> None:
        """`find` says how somebody is shown, and `None` of who is not here."""
        self._epoch, self._find = epoch, find
        self.members = frozenset(members)
        self._shown = {id: found for id in self.members if (found := find(id))}
        self._version = 1
        self.many = len(self._shown) > MOST
        self._told = len(self._shown)

    def snapshot(self) -> Snapshot:
        """Say who is here, as it was told last."""
        people = [] if self.many else list(self._shown.values())
        return Snapshot(self._epoch, self._version, self._told, self.many, people)

    def let_in(self, members: Iterable[str]) -> set[str]:
        """Go by other members from now on; say who is to be looked at."""
        before, self.members = self.members, frozenset(members)
        return set(before ^ self.members)

    def update(self, ids: Iterable[str]) -> Change | None:
        """Look at some people anew, and say what has changed, or nothing."""
        before = {id: self._shown.get(id) for id in ids}
        now = {id: self._find(id) if id in self.members else None for id in before}
        differing = {id: found for id, found in now.items() if found != before[id]}
        for id, found in differing.items():
            self._show(id, found)
        if self.many or len(self._shown) > MOST:
            return self._count()
        return self._change(differing) if differing else None

    def interrupt(self) -> Change:
        """Make a hole, at which everybody reads again: something was not told to all."""
        self._version += 2
        return self._say()

    def _show(self, id: str, found: Entry | None) -> None:
        if found is None:
            self._shown.pop(id, None)
        else:
            self._shown[id] = found

    def _count(self) -> Change | None:
        """Tell how many there are. Where they are few again, nobody knows who they are: leave a hole."""
        was_many, self.many = self.many, len(self._shown) > (FEW if self.many else MOST)
        if was_many and self.many and len(self._shown) == self._told:
            return None
        self._version += 1 if self.many else 2
        return self._say()

    def _change(self, differing: dict[str, Entry | None]) -> Change:
        self._version += 1
        changed = [found for found in differing.values() if found is not None]
        return self._say(changed, [id for id, found in differing.items() if found is None])

    def _say(self, changed: Iterable[Entry] = (), left: Iterable[str] = ()) -> Change:
        self._told = len(self._shown)
        return Change(self._epoch, self._version, self._told, self.many, list(changed), list(left))
