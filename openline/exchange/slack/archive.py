"""An export of Slack, made into one of ours in a folder that is thrown away: from there on all is the same."""

import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import orjson

from components.contract import Author
from components.names import made_presentable
from components.room import rules
from components.room.api import DIRECT, MAX_DESCRIPTION, MAX_TITLE, MAX_TOPIC
from components.room.exchange import form
from components.room.exchange.form import EventLine, MemberLine, RoomLine
from openline.exchange import places
from openline.exchange.bring import Refused
from openline.exchange.places import ABOUT, Source, Unusable

from .messages import Telling
from .people import People, Thing, people

LARGEST = 268_435_456
"""Bytes of one file of an export: the messages of a channel on one day."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
NODE = Author("openline", "Openline")
_KINDS: tuple[tuple[str, Literal["public", "private", "direct"]], ...] = (
    ("channels.json", "public"),
    ("groups.json", "private"),
    ("mpims.json", "direct"),
    ("dms.json", "direct"),
)


@dataclass
class Channel:
    """A conversation of Slack, and the folder that its days lie in."""

    folder: str
    about: Thing
    type: Literal["public", "private", "direct"]
    name: str = ""
    people: list[str] = field(default_factory=list)


@contextmanager
def opened(place: Path, owner: str | None, accounts: Mapping[str, str]) -> Iterator[Source]:
    """Open an export of Slack. `owner` is to own every channel; `accounts` says who of Slack is who here."""
    try:
        with zipfile.ZipFile(place) as archive, TemporaryDirectory(prefix="openline-slack-") as folder:
            _convert(_Slack(archive), Path(folder), owner, accounts)
            with places.opened(Path(folder)) as source:
                yield source
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unusable(f"{place}: {getattr(error, 'strerror', None) or error}") from error


class _Slack:
    """The files of an export."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._sizes = {info.filename: info.file_size for info in archive.infolist()}

    def read(self, name: str) -> list[Any]:
        """Read a file that is a list; one that is not there is empty. Raises `Refused`."""
        if name not in self._sizes:
            return []
        if self._sizes[name] > LARGEST:
            raise Refused([f"{name}: larger than {LARGEST} bytes"])
        try:
            with self._archive.open(name) as file:
                found = orjson.loads(file.read(LARGEST + 1))
        except orjson.JSONDecodeError as error:
            raise Refused([f"{name}:{error.lineno}: {error.msg}"]) from None
        if not isinstance(found, list):
            raise Refused([f"{name}: expected a list"])
        return found

    def days(self, folder: str) -> list[str]:
        """Name the files of a channel, the oldest first."""
        inside = [name for name in self._sizes if name.rpartition("/")[0] == folder]
        return sorted(name for name in inside if _DAY.fullmatch(name.rpartition("/")[2]))

    def messages(self, folder: str) -> Iterator[Thing]:
        """Read the messages of a channel in their order. Raises `Refused`."""
        for name in self.days(folder):
            found = self.read(name)
            for number, one in enumerate(found, 1):
                if not isinstance(one, dict) or not re.fullmatch(r"\d+(\.\d+)?", str(one.get("ts"))):
                    raise Refused([f"{name}: message {number}: expected an object with a `ts`"])
            yield from sorted(found, key=lambda one: float(one["ts"]))


def _convert(slack: _Slack, folder: Path, owner: str | None, accounts: Mapping[str, str]) -> None:
    if not slack.read("users.json"):
        raise Refused(["users.json: this is no export of Slack"])
    known = people(slack.read("users.json"), accounts)
    (folder / "rooms").mkdir()
    about = {"format": "openline-export", "version": form.VERSION}
    (folder / ABOUT).write_bytes(orjson.dumps(about))
    taken: set[str] = set()
    for channel in _channels(slack, known):
        channel.name = _free(channel, taken)
        _room(slack, channel, known, owner, folder)


def _channels(slack: _Slack, known: People) -> Iterator[Channel]:
    """List the conversations. Those of a few people come in where all of them have an account here."""
    for file, type in _KINDS:
        for number, about in enumerate(slack.read(file), 1):
            if not isinstance(about, dict) or not isinstance(about.get("id"), str):
                raise Refused([f"{file}: {number}: expected an object with an `id`"])
            members = [one for one in about.get("members") or [] if isinstance(one, str)]
            if type == "direct" and not (2 <= len(members) <= DIRECT and {*members} <= {*known.accounts}):
                continue
            folder = about["id"] if file == "dms.json" else str(about.get("name") or about["id"])
            yield Channel(folder, about, type, people=list(dict.fromkeys(members)))


def _free(channel: Channel, taken: set[str]) -> str:
    """Name a room: as its channel, as far as addresses allow; one that is not everybody's so that nobody guesses it."""
    digest = sha256(channel.about["id"].encode()).hexdigest()
    plain = unicodedata.normalize("NFKD", channel.folder).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:36] or f"channel_{digest[:8]}"
    name = f"c_{name}" if not form.is_room(name) else name
    if channel.type != "public":
        name = f"{channel.type}_{digest[:16]}"
    if name in taken:
        name = f"{name[:31]}_{digest[:8]}"
    taken.add(name)
    return name


def _room(slack: _Slack, channel: Channel, known: People, owner: str | None, folder: Path) -> None:
    """Write a channel: its events first, since the room's line says how many there are."""
    about, part = channel.about, folder / "part"
    telling = Telling(known, _pins(about))
    created = float(about["created"]) if isinstance(about.get("created"), int) else 0.0
    title = made_presentable(str(about.get("name") or ""), channel.name)[:MAX_TITLE]
    opening = EventLine("event", 1, created, NODE, None, "room_created", {"title": title})
    active = created
    with part.open("wb") as file:
        file.write(form.write(opening))
        for message in slack.messages(channel.folder):
            for event in telling.tell(message):
                active = max(active, event.time) if event.type == "message_posted" else active
                file.write(form.write(event))
        for event in telling.end():
            file.write(form.write(event))
    members = _members(channel, known, owner, created)
    line = _line(channel, title, members, (created, active), telling.head)
    with (folder / "rooms" / f"{channel.name}.jsonl").open("wb") as file, part.open("rb") as events:
        file.write(form.write(line))
        file.writelines(map(form.write, members))
        shutil.copyfileobj(events, file)


def _line(channel: Channel, title: str, members: list[MemberLine], times: tuple[float, float], head: int) -> RoomLine:
    circle = rules.circle([one.person for one in members]) if channel.type == "direct" else None
    return RoomLine(
        kind="room",
        name=channel.name,
        title=title,
        type=channel.type,
        subject=_value(channel.about, "topic")[:MAX_TOPIC],
        description=_value(channel.about, "purpose")[:MAX_DESCRIPTION],
        archived=channel.about.get("is_archived") is True,
        slow=0,
        circle=circle,
        created=times[0],
        active=times[1],
        oldest=1,
        head=head,
    )


def _members(channel: Channel, known: People, owner: str | None, since: float) -> list[MemberLine]:
    """Say who is in a room: who made the channel owns it, and so does who was named. Others cannot come in as these."""
    found: dict[str, MemberLine] = {}
    for id in channel.people:
        who = known.author(id)
        owns = id == channel.about.get("creator") and channel.type != "direct"
        found[who.id] = MemberLine("member", who.id, who.name, since, "owner" if owns else "member", 0.0)
    if owner and channel.type != "direct":
        there = found.get(owner) or MemberLine("member", owner, owner, since, "owner", 0.0)
        found[owner] = replace(there, role="owner")
    return sorted(found.values(), key=lambda one: one.person)


def _pins(about: Thing) -> dict[str, Thing]:
    pins = about.get("pins")
    found = [one for one in pins if isinstance(one, dict)] if isinstance(pins, list) else []
    return {str(one.get("id")): one for one in found}


def _value(about: Thing, name: str) -> str:
    found = about.get(name)
    return str(found.get("value") or "") if isinstance(found, dict) else ""
