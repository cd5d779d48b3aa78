"""The table of permissions: what is declared may be done, and nothing else."""

import pytest

from components import catalog
from components.contract import Verdict
from components.settings import Settings
from router.permissions import Permissions, Stream, permissions

SETTINGS = Settings.model_validate({"streams": [{"match": "openline.room.*", "read": "members"}]})


@pytest.fixture(scope="module")
def table() -> Permissions:
    return permissions(catalog.declarations(SETTINGS), SETTINGS)


def allows(table: Permissions, role: str, action: str, uri: str, match: str = "exact") -> bool:
    answer = table.decide(role, action, uri, match)
    assert isinstance(answer, Verdict), answer
    return answer.allow


@pytest.mark.parametrize(
    ("role", "action", "uri"),
    [
        ("guest", "call", "openline.room.post"),
        ("member", "call", "openline.stream.read"),
        ("operator", "call", "wamp.session.count"),
        ("component", "call", "openline.room.may"),
        ("component", "call", "openline.router.who"),
        ("component", "publish", "openline.room.on_created"),
        ("component", "publish", "openline.room.lobby"),
        ("guest", "subscribe", "openline.room.on_created"),
    ],
)
def test_may(table: Permissions, role: str, action: str, uri: str) -> None:
    assert allows(table, role, action, uri)


@pytest.mark.parametrize(
    ("role", "action", "uri"),
    [
        ("guest", "call", "openline.room.may"),
        ("guest", "call", "openline.router.who"),
        ("guest", "call", "wamp.session.get"),
        ("guest", "call", "wamp.session.kill"),
        ("operator", "call", "wamp.session.kill"),
        ("component", "call", "wamp.session.get"),
        ("guest", "call", "openline.nothing.there"),
        ("guest", "register", "openline.room.post"),
        ("operator", "register", "openline.room.post"),
        ("service", "call", "openline.room.may"),
        ("service", "call", "openline.room.post"),
        ("service", "publish", "openline.room.on_created"),
        ("service", "publish", "openline.room.lobby"),
        ("service", "publish", "com.example.mine"),
        ("service", "subscribe", "openline.router.on_access_lost"),
        ("service", "call", "wamp.session.get"),
        ("guest", "publish", "openline.room.lobby"),
        ("guest", "publish", "openline.room.on_created"),
        ("guest", "publish", "com.example.mine"),
        ("component", "publish", "com.example.mine"),
        ("guest", "subscribe", "com.example.mine"),
        ("guest", "subscribe", "wamp.session.on_join"),
        ("guest", "unheard_of", "openline.room.lobby"),
    ],
)
def test_may_not(table: Permissions, role: str, action: str, uri: str) -> None:
    assert not allows(table, role, action, uri)


@pytest.mark.parametrize("role", ["guest", "member", "operator", "component", "service"])
@pytest.mark.parametrize("action", ["subscribe", "register"])
@pytest.mark.parametrize("match", ["prefix", "wildcard"])
def test_patterns_are_nobodys(table: Permissions, role: str, action: str, match: str) -> None:
    for uri in ("", "openline.", "openline.room.", "openline..lobby", "openline.room.lobby"):
        assert not allows(table, role, action, uri, match)


def test_who_reads_a_stream_is_asked_of_its_options(table: Permissions) -> None:
    assert table.decide("guest", "subscribe", "openline.room.lobby") == Stream("read")


def test_every_answer_says_its_rule(table: Permissions) -> None:
    answer = table.decide("guest", "call", "openline.room.may")
    assert answer == Verdict(False, "openline.room.may is called by component")
