"""What no message may carry into the router, and which pages may connect."""

from typing import Any

import pytest
from autobahn.wamp.exception import ProtocolError

from router.hooks import MAX_DEPTH, _text_depth, check_message
from router.origin import welcome


def nested(depth: int, kind: type = list) -> Any:
    value: Any = kind()
    for _ in range(depth - 1):
        value = [value] if kind is list else {"a": value}
    return value


FORGED = {"forward_for": [{"session": 1, "authid": "boss", "authrole": "operator"}]}


@pytest.mark.parametrize(
    "message",
    [
        [48, 1, FORGED, "a.b"],
        [16, 1, FORGED, "a.b"],
        [32, 1, FORGED, "a.b"],
        [64, 1, FORGED, "a.b"],
        [49, 1, FORGED],
        [70, 1, FORGED],
        [8, 68, 1, FORGED, "a.b"],
    ],
)
def test_nobody_speaks_for_another(message: list[Any]) -> None:
    with pytest.raises(ProtocolError, match="forward_for"):
        check_message(message)


def test_a_field_of_that_name_is_a_field() -> None:
    check_message([48, 1, {}, "a.b", [], {"forward_for": "mother"}])


@pytest.mark.parametrize("kind", [list, dict])
def test_a_message_nests_so_deep_and_no_deeper(kind: type) -> None:
    check_message([48, 1, {}, "a.b", nested(MAX_DEPTH - 1, kind)])
    for depth in (MAX_DEPTH, 450, 20_000):
        with pytest.raises(ProtocolError, match="nested"):
            check_message([48, 1, {}, "a.b", nested(depth, kind)])


def test_odd_messages_are_left_to_the_router() -> None:
    odd: Any
    for odd in ([], [48], [48, 1], ["x"], [True, {}], [{}], {}, 7, None, [48, 1, "options"]):
        check_message(odd)


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        (b"[]", 1),
        (b'[1,{"a":[2]}]', 3),
        (b'["[[[["]', 1),
        (b'["\\"[[", [1]]', 2),
        (b'["\\\\", [1]]', 2),
        (b"[" * 60_000, 60_000),
        (b"[],[],[]", 1),
    ],
)
def test_depth_is_known_before_parsing(text: bytes, depth: int) -> None:
    assert _text_depth(text) == depth


@pytest.mark.parametrize(
    ("origin", "host", "taken"),
    [
        (None, "localhost:8080", True),
        ("http://localhost:8080", "localhost:8080", True),
        ("https://chat.example.com", "chat.example.com", True),
        ("https://friend.example.com", "chat.example.com", True),
        ("https://evil.example.com", "chat.example.com", False),
        ("https://chat.example.com.evil.com", "chat.example.com", False),
        ("http://localhost:9090", "localhost:8080", False),
        ("null", "localhost:8080", False),
        ("null", "", False),
        ("null", None, False),
        ("", "", True),
        ("http://x", None, False),
    ],
)
def test_pages_of_this_site_connect(origin: str | None, host: str | None, taken: bool) -> None:
    assert welcome(origin, host, ["https://friend.example.com"]) is taken
