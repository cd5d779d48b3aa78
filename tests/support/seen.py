"""What a room looks like to a client in Python, by the rules of `web/room/state.js` and `digest.js` beside it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

_NOTES = {
    "room_created": "created",
    "member_joined": "joined",
    "member_left": "left",
    "member_kicked": "kicked",
    "member_banned": "banned",
    "member_muted": "muted",
}
Line = list[Any]


def digest(events: Iterable[dict[str, Any]], start: int = 0) -> str:
    """Give the hash of what all events of a room's log, in order, make of those from an offset on."""
    lines: dict[int, Line] = {}
    for event in events:
        _add(lines, event)
    shown = [_line(line) for offset, line in lines.items() if offset >= start]
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()


def _add(lines: dict[int, Line], event: dict[str, Any]) -> None:
    data, of = event["data"], lines.get(event["data"].get("message", 0))
    if event["type"] in _NOTES:
        lines[event["offset"]] = [event["offset"], _NOTES[event["type"]], data.get("id", event["by"]["id"])]
    elif event["type"] == "message_posted":
        lines[event["offset"]] = _posted(event)
    elif of and event["type"] == "message_deleted":
        of[2:] = ["deleted"]
    elif of and len(of) > 3:
        _change(of, event["type"], event["by"]["id"], data)


def _posted(event: dict[str, Any]) -> Line:
    data = event["data"]
    if not data.get("text"):
        return [event["offset"], event["by"]["id"], "deleted"]
    return [
        event["offset"],
        event["by"]["id"],
        data["text"],
        False,
        data.get("reply_to", 0),
        data.get("thread", 0),
        {},
        "",
    ]


def _change(line: Line, type: str, by: str, data: dict[str, Any]) -> None:
    if type == "message_edited" and data.get("text"):
        line[2:4] = [data["text"], True]
    elif type in ("pinned", "unpinned"):
        line[7] = by if type == "pinned" else ""
    elif type == "reacted":
        line[6].setdefault(data["emoji"], {})[by] = True
    elif type == "unreacted" and line[6].get(data["emoji"], {}).pop(by, None) and not line[6][data["emoji"]]:
        del line[6][data["emoji"]]


def _line(line: Line) -> str:
    if len(line) > 6:
        line = [*line[:6], [[emoji, sorted(people)] for emoji, people in line[6].items()], line[7]]
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))
