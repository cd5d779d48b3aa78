"""Of what somebody wants to hear, and when. Pure.

The page has the same rule for those who have it open (`web/room/notices.js`); `tests/contract/notices.json` holds both
to the same answers.
"""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .api import Level, Notices, Quiet


def is_quiet(notices: Notices, now: float) -> bool:
    """Say whether nothing is to be heard at a time, in seconds since 1970."""
    return now < notices.paused or (notices.quiet is not None and _is_within(notices.quiet, now))


def wants(level: str, muted: bool, usual: Level, named: bool) -> bool:
    """Say whether somebody wants to hear of a message in a room, which has a level of its own or the `usual` one."""
    wanted = usual if level == "default" else level
    return not muted and (wanted == "all" or (wanted == "mentions" and named))


def _is_within(quiet: Quiet, now: float) -> bool:
    """Hours may go over midnight; where they begin and end together there are none."""
    minute = _minute(quiet.zone, now)
    if quiet.starts <= quiet.ends:
        return quiet.starts <= minute < quiet.ends
    return minute >= quiet.starts or minute < quiet.ends


def _minute(zone: str, now: float) -> int:
    """Tell how many minutes after midnight it is in a zone; in UTC, where nobody knows the zone."""
    try:
        time = datetime.fromtimestamp(now, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        time = datetime.fromtimestamp(now, ZoneInfo("UTC"))
    return 60 * time.hour + time.minute
