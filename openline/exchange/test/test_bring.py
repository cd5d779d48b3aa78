"""What is in the way of an export is said before anything is written; what was killed in the middle is done again."""

from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from components.contract import Author
from components.room import api
from components.room.exchange import bringing, taking
from components.stream import store as streams
from openline.exchange import bring, take
from tests.support.database import MemoryDatabase

from .world import ADA, BOB, Memory, World


@pytest.fixture
def export() -> Memory:
    there = World(MemoryDatabase())
    there.do(ADA, api.CREATE, room="team", title="The Team")
    there.do(BOB, api.JOIN, room="team")
    for n in range(30):
        there.do(ADA, api.POST, room="team", text=f"word {n}")
    there.do(BOB, api.REACT, room="team", message=4, emoji="👍")
    return there.export("team")


@pytest.fixture
def here() -> World:
    return World(MemoryDatabase())


def change(export: Memory, line: int, **values: Any) -> Memory:
    """Write a line of the room otherwise."""
    lines = export.lines("team")
    lines[line - 1] = orjson.dumps({**orjson.loads(lines[line - 1]), **values}) + b"\n"
    return Memory({**export.files, "rooms/team.jsonl": b"".join(lines)})


def test_a_room_of_the_same_name_is_in_the_way(here: World, export: Memory) -> None:
    here.do(ADA, api.CREATE, room="team")
    before = here.rows()
    (reason,) = here.refused(export)
    assert reason.startswith("rooms/team.jsonl: there is a room team already") and "--as team=" in reason
    assert here.rows() == before
    here.bring(export, team="old_team")
    assert {"team", "old_team"} <= {room.room for room in here.do(BOB, api.LIST).rooms}
    here.do(BOB, api.POST, room="old_team", text="since then")
    before = here.rows()
    here.bring(export, team="old_team")
    assert here.rows() == before, "what came in before is left as it is"
    assert here.refused(export, other="x")


def test_a_new_nodes_lobby_is_not_in_the_way() -> None:
    there, here = World(MemoryDatabase()), World(MemoryDatabase())
    there.do(ADA, api.JOIN, room="lobby")
    there.do(ADA, api.POST, room="lobby", text="hello")
    here.bring(there.export())
    assert here.export().files == there.export().files
    there.do(ADA, api.POST, room="lobby", text="more")
    assert here.refused(there.export())


@pytest.mark.parametrize(
    ("line", "values", "words"),
    [
        (1, {"head": 99}, ":38: it ends before the event at 99"),
        (1, {"name": "NO"}, ":1: room.name: "),
        (1, {"more": 1}, ":1: room.more: "),
        (2, {"role": "boss"}, ":2: member.role: "),
        (3, {"kind": "other"}, ":3: "),
        (9, {"offset": 77}, ":9: expected the event at offset"),
        (9, {"data": {"text": ""}}, ":9: data.text: expected a text of 1 to 5000 characters"),
        (9, {"data": {"text": "x", "mentions": 7}}, ":9: data.mentions: expected a list of ids"),
        (9, {"time": "now"}, ":9: event.time: "),
        (10, {"type": "reacted", "data": {"message": 4, "emoji": "no"}}, ":10: data.emoji: expected one emoji"),
        (
            10,
            {"type": "reacted", "data": {"message": 400, "emoji": "👍"}},
            ":10: it is about a message that comes later",
        ),
    ],
)
def test_a_bad_line_is_named(here: World, export: Memory, line: int, values: dict[str, Any], words: str) -> None:
    before = here.rows()
    (reason,) = here.refused(change(export, line, **values))
    assert reason.startswith("rooms/team.jsonl:") and words in reason, reason
    assert here.rows() == before


def test_bad_files_are_named(here: World, export: Memory) -> None:
    cut = Memory({**export.files, "rooms/team.jsonl": export.files["rooms/team.jsonl"][:-20]})
    assert here.refused(cut)[0].startswith("rooms/team.jsonl:37: ")
    assert "no export of Openline" in here.refused(Memory({"rooms/team.jsonl": b""}))[0]
    newer = Memory({**export.files, "openline.json": b'{"format": "openline-export", "version": 2}'})
    assert "expected version 1" in here.refused(newer)[0]
    twice = Memory({**export.files, "rooms/team.jsonl": export.lines("team")[0] * 2})
    assert "expected the room first, and once" in here.refused(twice)[0]
    people = Memory({**export.files, "people.jsonl": b'{"kind": "person"}\n'})
    assert here.refused(people)[0].startswith("people.jsonl:1: id: ")


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("work", range(1, 8))
def test_one_that_was_killed_is_brought_in_again_without_doubling(
    here: World, export: Memory, work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "CHUNK", 10)
    monkeypatch.setattr(bringing, "SWEPT", 7)
    planned = bring.plan(here.transact, export, {})
    done = 0

    def dying(what: Any) -> Any:
        nonlocal done
        done += 1
        if done > work:
            raise Killed
        return here.transact(what)

    with pytest.raises(Killed):
        bring.bring(dying, export, planned)
    assert "team" not in [room.room for room in here.do(ADA, api.LIST).rooms], "nobody sees half a room"
    here.bring(export)
    assert here.export("team").files == export.files


def test_a_room_of_which_there_is_none_is_not_exported(here: World) -> None:
    with pytest.raises(take.NoRoom):
        here.export("nowhere")


def test_transactions_are_small() -> None:
    there = World(MemoryDatabase())
    there.do(ADA, api.CREATE, room="team")
    there.transact(lambda connection: many(connection, 3_000))
    sizes: list[int] = []

    def transact(work: Any) -> Any:
        found = there.transact(work)
        sizes.append(len(found))
        return found

    assert sum(1 for _ in taking.events(transact, "team", 3_002)) == 3_002
    assert max(sizes) == 300


def many(connection: Connection, count: int) -> None:
    """Append many events to a room's log, as fast as that goes."""
    for n in range(count):
        streams.append(
            connection, api.stream_of("team"), "message_posted", {"text": f"{n}"}, Author("u", "U"), None, 1.0
        )


def test_attachments_lie_beside(here: World) -> None:
    here.do(ADA, api.CREATE, room="team")
    taken = Memory()
    take.rooms(here.transact, ["team"], taken, lambda room: [(f"{room}/a.png", [b"PN", b"G"])])
    assert taken.files["files/team/a.png"] == b"PNG"
