"""What an export of Slack is here: its rooms, its people by their names, its threads, reactions, edits and pins."""

from pathlib import Path
from typing import Any

import pytest

from components.contract import Caller
from components.room import api
from openline.exchange import bring
from openline.exchange.slack import archive
from openline.exchange.slack.test.builder import SlackExport
from openline.exchange.test.world import World, result
from tests.support.database import MemoryDatabase

OLGA = Caller("u_olga", "operator", "Olga")
MORNING, NOON, LATER = "1704100000.000100", "1704110000.000200", "1704200000.000300"


@pytest.fixture
def slack() -> SlackExport:
    export = SlackExport()
    export.user("U1", "ada", display="Ada", real="Ada Lovelace")
    export.user("U2", "bob", real="Bob Noyce", deleted=True)
    export.channel("general", "U1", "U2", topic={"value": "All of it"}, purpose={"value": "For all"}, is_general=True)
    return export


@pytest.fixture
def here() -> World:
    return World(MemoryDatabase())


def come_in(here: World, path: Path, owner: str | None = None, **accounts: str) -> bring.Plan:
    with archive.opened(path, owner, accounts) as source:
        planned = bring.plan(here.transact, source, {})
        bring.bring(here.transact, source, planned)
    return planned


def log(here: World, room: str = "general") -> list[tuple[str, str, dict[str, Any]]]:
    """(by whom, type, data) of each event."""
    found = result(here.rooms.streams.after(api.stream_of(room), 0, 300))
    return [(event.by.name, event.type, event.data) for event in found]


def said(here: World, room: str = "general") -> list[tuple[str, str]]:
    return [(by, data.get("text", "")) for by, type, data in log(here, room) if type == "message_posted"]


def test_names_times_and_words_are_kept(here: World, slack: SlackExport, tmp_path: Path) -> None:
    slack.message("general", "U2", "*Late* <https://x.example/a_b|link> &lt;3 :tada:", LATER)
    slack.message("general", "U1", "Hello <@U2>, see <#C0001|general>", MORNING)
    slack.message("general", "U1", "<!here> lunch?", NOON)
    come_in(here, slack.written(tmp_path / "slack.zip"))
    assert said(here) == [
        ("Ada", "Hello @Bob Noyce, see #general"),
        ("Ada", "@room lunch?"),
        ("Bob Noyce", "**Late** [link](https://x.example/a_b) <3 🎉"),
    ]
    events = result(here.rooms.streams.after("openline.room.general", 0, 10))
    assert (events[1].time, events[1].by.id, events[1].data["mentions"]) == (float(MORNING), "slack_u1", ["slack_u2"])
    assert events[2].data["mentions"] == "room"
    (room,) = [room for room in here.do(OLGA, api.LIST).rooms if room.room == "general"]
    assert (room.subject, room.description, room.members, room.kind) == ("All of it", "For all", 2, "public")
    here.do(OLGA, api.JOIN, room="general")
    assert [hit.by.name for hit in here.do(OLGA, api.SEARCH, query="lunch").results] == ["Ada"]


def test_threads_reactions_edits_and_pins(here: World, slack: SlackExport, tmp_path: Path) -> None:
    reactions = [
        {"name": "+1::skin-tone-3", "users": ["U2", "U1"], "count": 2},
        {"name": "party-parrot", "users": ["U1"]},
    ]
    root = slack.message("general", "U1", "Root", MORNING, thread_ts=MORNING, reply_count=2, reactions=reactions)
    edited = {"user": "U2", "ts": "1704110500.000000"}
    slack.message("general", "U2", "Answer", NOON, thread_ts=root, parent_user_id="U1", edited=edited)
    slack.message("general", "U1", "Also here", LATER, thread_ts=root, subtype="thread_broadcast")
    slack._lists["channels.json"][0]["pins"] = [{"id": MORNING, "type": "C", "created": 1704300000, "user": "U2"}]
    come_in(here, slack.written(tmp_path / "slack.zip"))
    assert [(by, type, data) for by, type, data in log(here)][1:] == [
        ("Ada", "message_posted", {"text": "Root"}),
        ("Bob Noyce", "reacted", {"message": 2, "emoji": "👍🏼"}),
        ("Ada", "reacted", {"message": 2, "emoji": "👍🏼"}),
        ("Bob Noyce", "message_posted", {"text": "Answer", "thread": 2}),
        ("Bob Noyce", "message_edited", {"message": 5, "text": "Answer"}),
        ("Ada", "message_posted", {"text": "Also here", "thread": 2}),
        ("Bob Noyce", "pinned", {"message": 2}),
    ]
    here.do(OLGA, api.JOIN, room="general")
    assert [pin.text for pin in here.do(OLGA, api.PINS, room="general").pins] == ["Root"]


def test_who_came_and_went_and_what_the_room_was_called(here: World, slack: SlackExport, tmp_path: Path) -> None:
    slack.message("general", "U2", "<@U2> has joined the channel", MORNING, subtype="channel_join")
    slack.message("general", "U1", "set the topic", NOON, subtype="channel_topic", topic="New")
    slack.message("general", "U2", "<@U2> has left", LATER, subtype="channel_leave")
    slack.message("general", "U1", "something of Slack's own", LATER, subtype="reminder_add")
    come_in(here, slack.written(tmp_path / "slack.zip"))
    assert log(here)[1:] == [
        ("Bob Noyce", "member_joined", {}),
        ("Ada", "room_changed", {"subject": "New"}),
        ("Bob Noyce", "member_left", {}),
    ]


def test_programs_files_and_what_is_long(here: World, slack: SlackExport, tmp_path: Path) -> None:
    build = {"bot_id": "B1", "subtype": "bot_message", "username": "CI", "icons": {"emoji": ":rocket:"}}
    link = {"from_url": "https://x.example", "title": "Preview"}
    slack.message("general", "", "", MORNING, **build, attachments=[{"title": "Build 7", "text": "*ok*"}, link])
    files = [{"name": "plan.pdf", "title": "The plan", "permalink": "https://acme.slack.com/files/U1/F1/plan.pdf"}]
    slack.message("general", "U1", "", NOON, files=files, subtype="file_share")
    slack.message("general", "U1", "word " * 1_500, LATER)
    slack.message("general", "U1", "", "1704200001.000000")
    slack.message("general", "U1", "This message was deleted.", "1704200002.000000", subtype="tombstone")
    come_in(here, slack.written(tmp_path / "slack.zip"))
    events = log(here)[1:]
    assert events[0] == ("CI", "message_posted", {"text": "Build 7\n**ok**", "program": "slack_b1", "icon": "🚀"})
    assert events[1][2] == {"text": "[The plan](https://acme.slack.com/files/U1/F1/plan.pdf)"}
    assert [len(data["text"]) <= api.MAX_TEXT for _, _, data in events[2:4]] == [True, True]
    assert [type for _, type, _ in events[4:]] == ["message_posted", "message_deleted"]


def test_private_channels_and_conversations(here: World, slack: SlackExport, tmp_path: Path) -> None:
    slack.channel("plans", "U1", "U2", kind="groups")
    slack.message("plans", "U1", "secret", MORNING)
    slack.dm("D1", "U1", "U2")
    slack.message("D1", "U1", "between us", MORNING)
    path = slack.written(tmp_path / "slack.zip")
    planned = come_in(here, path, owner="u_olga", U1="u_ada")
    private = next(name for name in planned.rooms if name.startswith("private_"))
    assert len(planned.rooms) == 2, "a conversation comes in where all who talked have an account"
    assert said(here, private) == [("Ada", "secret")]
    roles = {one.id: one.role for one in here.do(OLGA, api.MEMBERS, room=private).members}
    assert roles == {"u_ada": "owner", "slack_u2": "member", "u_olga": "owner"}
    other = World(MemoryDatabase())
    planned = come_in(other, path, U1="u_ada", U2="u_bob")
    direct = next(name for name in planned.rooms if name.startswith("direct_"))
    assert said(other, direct) == [("Ada", "between us")]
    assert direct in [room.room for room in other.do(Caller("u_bob", "member", "Bob"), api.LIST).rooms]


def test_names_become_addresses(here: World, slack: SlackExport, tmp_path: Path) -> None:
    for name in ("team-one", "team_one", "on_call", "été", "日本語"):
        slack.channel(name, "U1")
    planned = come_in(here, slack.written(tmp_path / "slack.zip"))
    names = {room.title: name for name, room in planned.rooms.items()}
    assert (names["team-one"], names["on_call"], names["été"]) == ("team_one", "c_on_call", "ete")
    assert len({*names.values()}) == len(names) == 6


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("users.json", "[]", "users.json: this is no export of Slack"),
        ("channels.json", "{", "channels.json:1: "),
        ("channels.json", "{}", "channels.json: expected a list"),
        ("channels.json", "[7]", "channels.json: 1: expected an object with an `id`"),
        (
            "general/2024-01-01.json",
            '[{"text": "x"}]',
            "general/2024-01-01.json: message 1: expected an object with a `ts`",
        ),
    ],
)
def test_what_is_wrong_is_named(
    here: World, slack: SlackExport, tmp_path: Path, file: str, content: str, words: str
) -> None:
    slack.message("general", "U1", "Hello", MORNING)
    before = here.rows()
    with pytest.raises(bring.Refused) as refused:
        come_in(here, slack.written(tmp_path / "slack.zip", **{file: content}))
    assert refused.value.reasons[0].startswith(words)
    assert here.rows() == before


def test_it_comes_in_once(here: World, slack: SlackExport, tmp_path: Path) -> None:
    slack.message("general", "U1", "Hello", MORNING)
    path = slack.written(tmp_path / "slack.zip")
    assert come_in(here, path).here == set()
    assert come_in(here, path).here == {"general"}
    assert said(here) == [("Ada", "Hello")]
