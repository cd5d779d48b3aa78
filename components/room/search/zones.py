"""Time zones by their names, as the system knows them."""

from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from components.room.api import UnclearSearch


@lru_cache(maxsize=100)
def zone(name: str) -> tzinfo:
    """Find a time zone."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # The name of a folder of zones is an OSError.
        raise UnclearSearch(f"There is no time zone {name} here.", zone=name) from None
