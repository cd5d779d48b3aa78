"""A message of Slack, as events of a room's log. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from components.blocks import text_of
from components.contract import Author
from components.emoji_names import emoji_of
from components.room.api import MAX_DESCRIPTION, MAX_EMOJI, MAX_TEXT, MAX_TITLE, MAX_TOPIC, Emoji
from components.room.exchange.form import EventLine

from .people import People, Thing

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_EVERYBODY = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")
_EMOJI: TypeAdapter[str] = TypeAdapter(Emoji)


@dataclass
class Telling:
    """The log of one channel, as it grows."""

    people: People
    pinned: Mapping[str, Thing] = field(default_factory=dict)
    """What is pinned, by the time stamps of the messages."""
    head: int = 1
    roots: dict[str, int] = field(default_factory=dict)
    """Where threads begin, by their time stamps."""
    pins: list[tuple[int, Thing]] = field(default_factory=list)

    def tell(self, message: Thing) -> Iterator[EventLine]:
        """Write what a message comes to: nothing, where it is of no kind that there is here."""
        subtype = message.get("subtype") or ""
        notes = _NOTES.get(subtype)
        if notes is not None:
            yield from notes(self, message)
        elif subtype in _SPOKEN:
            yield from self._post(message, subtype)

    def end(self) -> Iterator[EventLine]:
        """Pin what is pinned."""
        for offset, pin in self.pins:
            by = self.people.author(str(pin.get("created_by") or pin.get("user") or ""))
            yield self._event(_number(pin.get("created")), by, "pinned", {"message": offset})

    def note(self, message: Thing, type: str, data: Mapping[str, Any]) -> EventLine:
        return self._event(_time(message), self._by(message), type, data)

    def _event(self, time: float, by: Author, type: str, data: Mapping[str, Any], key: str | None = None) -> EventLine:
        self.head += 1
        return EventLine("event", self.head, time, by, key, type, dict(data))

    def _post(self, message: Thing, subtype: str) -> Iterator[EventLine]:
        stamp, by, time = str(message.get("ts")), self._by(message), _time(message)
        thread, root = message.get("thread_ts"), self.roots.get(str(message.get("thread_ts")))
        first = self.head + 1
        if subtype == "tombstone":
            yield self._event(time, by, "message_posted", {}, _key(stamp))
            yield self._event(time, by, "message_deleted", {"message": first})
        else:
            parts = list(_parts(_text(message, subtype, self.people)))
            if not parts:
                return
            about = {**_about(message, self.people), **({"thread": root} if root else {})}
            for number, text in enumerate(parts):
                key = _key(stamp) if number == 0 else None
                yield self._event(time, by, "message_posted", {"text": text, **about}, key)
            yield from self._around(message, first, parts[0], about)
        if thread == stamp:
            self.roots[stamp] = first
        if stamp in self.pinned:
            self.pins.append((first, self.pinned[stamp]))

    def _around(self, message: Thing, offset: int, text: str, about: Thing) -> Iterator[EventLine]:
        """What hangs on a message. Slack keeps of edits when the last one was, and of reactions not when they were."""
        edited = message.get("edited")
        if isinstance(edited, dict):
            data = {"message": offset, "text": text, **({"mentions": about["mentions"]} if "mentions" in about else {})}
            yield self._event(_number(edited.get("ts")), self._by(message), "message_edited", data)
        seen: set[str] = set()
        for emoji, user in _reactions(message):
            if (emoji in seen or len(seen) < MAX_EMOJI) and user:
                seen.add(emoji)
                data = {"message": offset, "emoji": emoji}
                yield self._event(_time(message), self.people.author(user), "reacted", data)

    def _by(self, message: Thing) -> Author:
        profile = message.get("user_profile")
        name = message.get("username") or (profile.get("real_name") if isinstance(profile, dict) else "")
        id = message.get("user") or message.get("bot_id") or "unknown"
        return self.people.author(str(id), str(name or ""))


def _text(message: Thing, subtype: str, people: People) -> str:
    said = {"text": message.get("text")} if message.get("text") else {"blocks": message.get("blocks")}
    shown = [one for one in _things(message.get("attachments")) if not (one.get("from_url") or one.get("original_url"))]
    text = text_of({**said, "attachments": shown}, people.names).replace("\0", "")
    text = f"_{text}_" if subtype == "me_message" and text else text
    return "\n".join(filter(None, [text, *map(_file, _things(message.get("files")))]))


def _file(file: Thing) -> str:
    """A file is a link to where it is; Slack's exports do not hold it."""
    words = re.sub(r"([\[\]\\])", r"\\\1", str(file.get("title") or file.get("name") or "file"))
    address = str(file.get("permalink") or file.get("url_private") or "")
    return f"[{words}]({address})" if address.startswith("https://") else f"({words})"


def _about(message: Thing, people: People) -> dict[str, Any]:
    """What else the data of a message has: whom it mentions, and the program that said it."""
    said = str(message.get("text") or "")
    mentioned = [people.author(id).id for id in dict.fromkeys(_MENTION.findall(said)) if id in people.names]
    about: dict[str, Any] = {"mentions": "room" if _EVERYBODY.search(said) else mentioned}
    if message.get("bot_id"):
        icons = message.get("icons")
        icon = emoji_of(str(icons.get("emoji") or "")) if isinstance(icons, dict) else None
        about |= {"program": f"slack_{str(message['bot_id']).lower()}", "icon": icon}
    return {name: value for name, value in about.items() if value}


def _reactions(message: Thing) -> Iterator[tuple[str, str]]:
    """Each emoji with each who reacted so. One that only Slack has is left out."""
    for one in _things(message.get("reactions")):
        emoji = emoji_of(str(one.get("name") or ""))
        users = one.get("users")
        if emoji is not None and _is_emoji(emoji) and isinstance(users, list):
            yield from ((emoji, user) for user in dict.fromkeys(users) if isinstance(user, str))


def _is_emoji(text: str) -> bool:
    try:
        _EMOJI.validate_python(text)
    except ValidationError:
        return False
    return True


def _parts(text: str) -> Iterator[str]:
    """Cut a text into what one message holds, at the ends of lines where that is possible."""
    rest = text.strip()
    while len(rest) > MAX_TEXT:
        cut = rest.rfind("\n", MAX_TEXT // 2, MAX_TEXT)
        at = cut if cut > 0 else MAX_TEXT
        yield rest[:at].strip()
        rest = rest[at:].strip()
    if rest:
        yield rest


def _changed(name: str, of: str, most: int) -> Callable[[Telling, Thing], Iterator[EventLine]]:
    def note(telling: Telling, message: Thing) -> Iterator[EventLine]:
        yield telling.note(message, "room_changed", {name: str(message.get(of) or "")[:most]})

    return note


def _moved(type: str) -> Callable[[Telling, Thing], Iterator[EventLine]]:
    def note(telling: Telling, message: Thing) -> Iterator[EventLine]:
        yield telling.note(message, type, {})

    return note


_NOTES: Mapping[str, Callable[[Telling, Thing], Iterator[EventLine]]] = {
    **{f"{kind}_join": _moved("member_joined") for kind in ("channel", "group")},
    **{f"{kind}_leave": _moved("member_left") for kind in ("channel", "group")},
    **{f"{kind}_topic": _changed("subject", "topic", MAX_TOPIC) for kind in ("channel", "group")},
    **{f"{kind}_purpose": _changed("description", "purpose", MAX_DESCRIPTION) for kind in ("channel", "group")},
    **{f"{kind}_name": _changed("title", "name", MAX_TITLE) for kind in ("channel", "group")},
    **{f"{kind}_archive": _moved("room_archived") for kind in ("channel", "group")},
    **{f"{kind}_unarchive": _moved("room_unarchived") for kind in ("channel", "group")},
}
_SPOKEN = {"", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "tombstone"}


def _time(message: Thing) -> float:
    return _number(message.get("ts"))


def _number(value: object) -> float:
    """Read a time; Slack writes most of them as text."""
    try:
        found = float(str(value))
    except ValueError:
        return 0.0
    return found if 0 <= found < 1e11 else 0.0


def _key(stamp: str) -> str | None:
    return f"slack.{stamp}" if re.fullmatch(r"\d+\.\d+", stamp) else None


def _things(value: Any) -> list[Thing]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
