"""What is sent arrives as it was, whatever the serializers on both sides."""

from itertools import product
from typing import Any

import pytest

from .client import Client, Kind
from .sessions import Sessions
from .vocabulary.api import ECHO, TALK
from .wires import SERIALIZERS

EACH = list(SERIALIZERS)
PAIRS = list(product(EACH, EACH))
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**53 - 1,
    2**53 + 1,
    -(2**53) - 1,
    2**63 - 1,
    -(2**63),
    2**64 - 1,
    0.1,
    -1.5e300,
    5e-324,
    "",
    "Grüße, 世界, 🙂, \u2028 and \x7f",
    "\ufffe\U0010ffff",
    'quotes " and \\ and \n\t',
    b"",
    b"\x00\xff bytes",
    bytes(range(256)),
    [],
    {},
    [[], {}, [[1], {"a": {"b": [None]}}]],
    {"": 1, "\u00e9": "\U0001f600", "a.b": [b"deep \x00"]},
]


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest, join: Sessions) -> tuple[Client, Client]:
    """A publisher and a subscriber, each with a serializer."""
    first, second = request.param
    ada, bob = join.person("ada", serializer=first), join.person("bob", serializer=second)
    bob.subscribe(TALK.uri)
    return ada, bob


def test_values_arrive_as_they_were(pair: tuple[Client, Client]) -> None:
    ada, bob = pair
    for value in VALUES:
        ada.publish(TALK.uri, [value], {"it": value})
        event = bob.event()
        assert event.args == [value]
        assert event.kwargs == {"it": value}
        assert type(event.args[0]) is type(value)


def test_what_is_missing_and_what_is_empty(pair: tuple[Client, Client]) -> None:
    """WAMP lets what is empty be left out; nothing is ever made up."""
    ada, bob = pair
    payloads: list[list[Any]] = [[], [[]], [[], {}], [[1]], [[1], {}], [[], {"a": 1}], [[None]], [[], {"a": None}]]
    for payload in payloads:
        ada.publish(TALK.uri, *payload)
        event = bob.hear()[4:]
        args, kwargs = [*payload, None, None][:2]
        assert (event[0] if event else []) == (args or [])
        assert (event[1] if len(event) > 1 else {}) == (kwargs or {})


def test_one_audience_with_every_serializer(join: Sessions) -> None:
    publishers = [join.person("ada", serializer=one) for one in EACH] + [join.component()]
    hearers = [join.person("bob", serializer=one) for one in EACH * 2] + [join.component()]
    for one in hearers:
        one.subscribe(TALK.uri)
    for publisher in publishers:
        publisher.publish(TALK.uri, [b"\x00bytes", "text", 2**63 - 1], {"name": "é"})
    for one in hearers:
        assert [(event.args, event.kwargs) for event in one.events()] == [
            ([b"\x00bytes", "text", 2**63 - 1], {"name": "é"})
        ] * len(publishers)


def test_large_payloads(pair: tuple[Client, Client]) -> None:
    ada, bob = pair
    for size in (125, 126, 127, 65_535, 65_536, 300_000, 1_500_000):
        ada.publish(TALK.uri, ["x" * size])
        assert bob.event().args == ["x" * size]
    assert bob.rest() == []


@pytest.mark.parametrize("serializer", EACH)
def test_a_call_there_and_back(join: Sessions, serializer: str) -> None:
    caller, callee = join.person("ada", serializer=serializer), join.component()
    callee.register(ECHO.uri)
    for value in [*VALUES, "x" * 200_000]:
        request = caller.call(ECHO.uri, [value], {"it": value})
        invocation = callee.expect(Kind.INVOCATION)
        assert invocation[4:] == [[value], {"it": value}]
        callee.say(Kind.YIELD, invocation[1], {}, invocation[4], invocation[5])
        assert caller.reply(request)[3:] == [[value], {"it": value}]


def test_numbers_beyond_all_serializers(join: Sessions) -> None:
    """MessagePack ends at 64 bits. Whoever can hold such a number gets it; nobody else is harmed."""
    ada, bob = join.person("ada"), [join.person("bob", serializer=one) for one in EACH]
    for one in bob:
        one.subscribe(TALK.uri)
    ada.tell(TALK.uri, [2**64, -(2**70)])
    ada.publish(TALK.uri, ["next"])
    heard = [[event.args for event in one.events()] for one in bob]
    assert all(["next"] in one for one in heard)
