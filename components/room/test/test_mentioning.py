"""Whom words mention, and what one emoji is."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from components.room import api
from components.room.mentioning import mentioned

PEOPLE = [("1", "Ada"), ("2", "Ada Bell"), ("3", "Zoë"), ("4", "Al"), ("5", "al")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ada", ["1"]),
        ("@ada: hi", ["1"]),
        ("(@Ada Bell)", ["2"]),
        ("@Ada Bellini", ["1"]),
        ("@ZOË and @Ada", ["3", "1"]),
        ("@Al", ["4", "5"]),
        ("@Alan", []),
        ("mail ada@Ada.example, @@Ada", []),
        ("`@Ada` and ```\n@Zoë\n```", []),
        ("```\n@Ada", []),
        ("@room", []),
        ("@", []),
    ],
)
def test_a_name_after_the_sign_is_a_mention(text: str, found: list[str]) -> None:
    assert mentioned(text, PEOPLE, everybody=False) == found


def test_who_may_call_the_room_does() -> None:
    assert mentioned("@Ada and @room!", PEOPLE, everybody=True) == "room"
    assert mentioned("@roommate", PEOPLE, everybody=True) == []
    assert mentioned("@room", [("9", "Room")], everybody=False) == ["9"]


def taken(emoji: str) -> api.React:
    return TypeAdapter(api.React).validate_json(json.dumps({"room": "lobby", "message": 1, "emoji": emoji}))


EMOJI = "👍 👍🏽 ❤️ ❤ 🏳️‍🌈 👩‍💻 👨‍👩‍👧‍👦 🇩🇪 1️⃣ #️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ⌚ ☎️ ©️ 🫠 👩🏻‍❤️‍💋‍👨🏿"


@pytest.mark.parametrize("emoji", EMOJI.split())
def test_this_is_one_emoji(emoji: str) -> None:
    assert taken(emoji).emoji == emoji


@pytest.mark.parametrize(
    "text", ["", "a", "1", "👍👍", "👍 ", "🇩", "\u200d", "\ufe0f", "<b>", "👍\u200d", "👍" + "\u200d👍" * 9]
)
def test_this_is_not(text: str) -> None:
    with pytest.raises(ValidationError):
        taken(text)
