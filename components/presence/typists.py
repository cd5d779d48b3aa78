"""Who may be told to be typing just now. Time is handed in."""

EVERY = 2.5
"""Seconds between two times that somebody is told to be typing in one room: pages say it every three."""
SHOWN = 5.0
"""Seconds for which pages show it."""
ENOUGH = 4
"""How many are told in one room: pages show two names, and then that there are several."""


class Typists:
    """The last few who were told in each room."""

    def __init__(self) -> None:
        self._told: dict[str, dict[str, float]] = {}

    def tell(self, room: str, person: str, now: float) -> bool:
        """Say whether the others are to be told, and remember that they are."""
        told = self._told[room] = {id: at for id, at in self._told.get(room, {}).items() if at + SHOWN > now}
        if told.get(person, now - EVERY) + EVERY > now or (person not in told and len(told) >= ENOUGH):
            return False
        told[person] = now
        return True

    def forget(self, now: float) -> None:
        """Let go of rooms in which nobody is typing any more."""
        self._told = {room: told for room, told in self._told.items() if max(told.values(), default=0.0) + SHOWN > now}
