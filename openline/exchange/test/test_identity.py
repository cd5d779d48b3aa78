"""Whatever happened in a room: taken out, brought in and taken out again, it is the same to the byte."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.contract import Procedure, Refusal
from components.room import api
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .world import ADA, BOB, PEOPLE, World

WORDS = ("hello", "@Ada **and** `code`", "@room", "ünïcødé 🎉 \u2028", "https://x.example/", 'line\n"two"')
EMOJI = ("👍", "🎉", "🏳️‍🌈", "1️⃣")
_ROOM = st.sampled_from(["team", "den"])
_WHO = st.sampled_from(range(3))
_MESSAGE = st.sampled_from([4, 4, 5, 5, 6, 7, 8, 12])


def _asked(procedure: Procedure[Any, Any], **fields: Any) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(procedure), _WHO, st.fixed_dictionaries({"room": _ROOM, **fields}))


_WORDS = st.sampled_from(WORDS)
_KEYS = st.none() | st.sampled_from(["k1", "k2", "k3"])
_PERSON = st.sampled_from([one.id for one in PEOPLE])
DONE = st.one_of(
    _asked(api.POST, text=_WORDS, key=_KEYS, thread=st.none() | _MESSAGE, reply_to=st.none() | _MESSAGE),
    _asked(api.POST, text=_WORDS),
    _asked(api.EDIT, message=_MESSAGE, text=_WORDS),
    _asked(api.DELETE, message=_MESSAGE),
    _asked(api.REACT, message=_MESSAGE, emoji=st.sampled_from(EMOJI)),
    _asked(api.UNREACT, message=_MESSAGE, emoji=st.sampled_from(EMOJI)),
    _asked(api.PIN, message=_MESSAGE),
    _asked(api.UNPIN, message=_MESSAGE),
    _asked(api.TAKE_DOWN, message=_MESSAGE, why=_WORDS),
    _asked(api.JOIN),
    _asked(api.LEAVE),
    _asked(api.MUTE, person=_PERSON, seconds=st.none() | st.integers(1, 100), why=_WORDS),
    _asked(api.BAN, person=_PERSON, seconds=st.none(), why=_WORDS),
    _asked(api.UNBAN, person=_PERSON),
    _asked(api.KICK, person=_PERSON),
    _asked(api.SET_ROLE, person=_PERSON, role=st.sampled_from(["owner", "moderator", "member"])),
    _asked(api.CHANGE, title=_WORDS, subject=_WORDS, slow=st.sampled_from([0, 5])),
    _asked(api.CHANGE, archived=st.booleans()),
    _asked(api.INVITE_PERSON, person=_PERSON),
)


def lived(world: World, done: list[Any]) -> None:
    """Have things happen in two rooms; what is refused does not happen."""
    for room in ("team", "den"):
        world.do(ADA, api.CREATE, room=room)
        world.do(BOB, api.JOIN, room=room)
        world.do(ADA, api.POST, room=room, text="first")
    private = world.do(ADA, api.CREATE, title="Secret", kind="private").room
    world.do(ADA, api.INVITE_PERSON, room=private, person="u_bob")
    direct = world.do(ADA, api.DIRECT_WITH, people=("u_bob",)).room
    world.do(BOB, api.POST, room=direct, text="between us")
    for procedure, who, asked in done:
        try:
            world.do(PEOPLE[who], procedure, **asked)
        except Refusal:
            continue


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(DONE, max_size=40))
def test_rooms_come_back_as_they_were(done: list[Any]) -> None:
    there, here = World(MemoryDatabase()), World(MemoryDatabase())
    lived(there, done)
    taken = there.export()
    here.bring(taken)
    assert here.export().files == taken.files
    assert here.rows() == there.rows()
    for world in (there, here):
        world.db.close()


@pytest.fixture
def postgres() -> Iterator[PostgresDatabase]:
    db = PostgresDatabase()
    yield db
    db.close()


def test_rooms_move_from_one_database_to_the_other(postgres: PostgresDatabase) -> None:
    there, here, again = World(MemoryDatabase()), World(postgres), World(MemoryDatabase())
    deeds: list[Any] = [(api.POST, 0, {"room": "team", "text": text}) for text in WORDS]
    deeds += [(api.REACT, 1, {"room": "team", "message": 4, "emoji": emoji}) for emoji in EMOJI]
    deeds += [(api.EDIT, 0, {"room": "team", "message": 5, "text": "other words, @Bob"})]
    deeds += [(api.REACT, 1, {"room": "team", "message": 5, "emoji": "👍"})]
    deeds += [
        (api.PIN, 0, {"room": "team", "message": 5}),
        (api.EDIT, 0, {"room": "team", "message": 6, "text": "@Bob"}),
    ]
    deeds += [(api.DELETE, 0, {"room": "team", "message": 5}), (api.PIN, 0, {"room": "team", "message": 6})]
    lived(there, deeds)
    taken = there.export()
    here.bring(taken)
    assert here.rows() == there.rows()
    again.bring(here.export())
    assert again.export().files == taken.files


def test_a_room_lives_on_where_it_was_brought() -> None:
    there, here = World(MemoryDatabase()), World(MemoryDatabase())
    lived(there, [(api.POST, 0, {"room": "team", "text": "with a key", "key": "k"})])
    here.bring(there.export("team"))
    head = here.do(ADA, api.POST, room="team", text="with a key", key="k")
    assert head.duplicate, "a browser that sends it again is answered as before"
    here.do(BOB, api.POST, room="team", text="more")
    assert here.do(BOB, api.SEARCH, query="in:team").results[0].snippet == "more"
    (own,) = [own for own in here.do(ADA, api.MINE).rooms if own.room == "team"]
    assert own.unread == 1, "what was said before it was brought is not new to anybody"
