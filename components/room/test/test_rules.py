"""The rules of a room, and what its API takes."""

import pytest
from pydantic import TypeAdapter, ValidationError

from components.room import api, rules
from components.room.rules import Message

MINE = Message("ada", deleted=False)


def test_words_lose_the_space_around_them() -> None:
    assert rules.spoken(" hello\n") == "hello"


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0"])
def test_no_words_are_refused(text: str) -> None:
    with pytest.raises(api.EmptyText):
        rules.spoken(text)


def test_only_the_author_changes_a_message() -> None:
    rules.must_be_changeable(MINE, "ada")
    with pytest.raises(api.NotYours):
        rules.must_be_changeable(MINE, "bob")


def test_a_deleted_message_stays_as_it_is() -> None:
    with pytest.raises(api.MessageDeleted):
        rules.must_be_changeable(Message("ada", deleted=True), "ada")


def test_only_members_speak() -> None:
    rules.must_be_member(joined=True)
    with pytest.raises(api.NotAMember):
        rules.must_be_member(joined=False)


@pytest.mark.parametrize("name", ["lobby", "a", "team_7", "0", "x" * 40])
def test_a_room_may_be_called(name: str) -> None:
    assert TypeAdapter(api.Which).validate_json(f'{{"room": "{name}"}}').room == name


@pytest.mark.parametrize("name", ["", "Lobby", "a b", "a.b", "on_created", "_x", "x" * 41, "é", "a-b"])
def test_a_room_may_not_be_called(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(api.Which).validate_json(f'{{"room": "{name}"}}')


@pytest.mark.parametrize(("length", "taken"), [(0, True), (1, True), (5_000, True), (5_001, False)])
def test_a_message_has_a_length(length: int, taken: bool) -> None:
    asked = f'{{"room": "lobby", "text": "{"x" * length}"}}'
    if taken:
        assert len(TypeAdapter(api.Post).validate_json(asked).text) == length
    else:
        with pytest.raises(ValidationError):
            TypeAdapter(api.Post).validate_json(asked)
