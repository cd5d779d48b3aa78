"""How messages are read and written, and what none may carry into the router."""

from typing import Any

import pytest

from router.edge.codec import CODECS, MAX_DEPTH, Codec, check_forged, text_depth
from router.edge.cut import Cut, Why


def nested(depth: int, kind: type = list) -> Any:
    value: Any = kind()
    for _ in range(depth - 1):
        value = [value] if kind is list else {"a": value}
    return value


FORGED = {"forward_for": [{"session": 1, "authid": "boss", "authrole": "operator"}]}


@pytest.fixture(params=list(CODECS))
def codec(request: pytest.FixtureRequest) -> Codec:
    return CODECS[request.param]


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
def test_nobody_speaks_for_another(codec: Codec, message: list[Any]) -> None:
    with pytest.raises(Cut) as cut:
        codec.decode(codec.encode(message))
    assert cut.value.why is Why.FORGED


def test_a_field_of_that_name_is_a_field(codec: Codec) -> None:
    message = [48, 1, {}, "a.b", [], {"forward_for": "mother"}]
    assert codec.decode(codec.encode(message)) == message


@pytest.mark.parametrize("kind", [list, dict])
def test_a_message_nests_so_deep_and_no_deeper(codec: Codec, kind: type) -> None:
    codec.decode(codec.encode([48, 1, {}, "a.b", nested(MAX_DEPTH - 1, kind)]))
    for depth in (MAX_DEPTH, 200):
        with pytest.raises(Cut) as cut:
            codec.decode(codec.encode([48, 1, {}, "a.b", nested(depth, kind)]))
        assert cut.value.why is Why.TOO_DEEP


@pytest.mark.parametrize(
    ("name", "payload"),
    [("wamp.2.json", b"[" * 30_000), ("wamp.2.msgpack", b"\x91" * 30_000), ("wamp.2.cbor", b"\x81" * 30_000)],
)
def test_what_no_decoder_can_follow_is_too_deep(name: str, payload: bytes) -> None:
    with pytest.raises(Cut) as cut:
        CODECS[name].decode(payload)
    assert cut.value.why is Why.TOO_DEEP


@pytest.mark.parametrize(
    "message",
    [
        [48, 1, {}, "a.b", ["é 🙂", 2**53, 2**64, 2**100, -(2**63), 0.5, True, None], {"a": [{}]}],
        [48, 1, {}, "a.b", [b"\x00bytes\xff"]],
    ],
)
def test_values_come_back_as_they_were(codec: Codec, message: list[Any]) -> None:
    if codec.name == "wamp.2.msgpack" and 2**100 in message[4]:
        message[4].remove(2**64), message[4].remove(2**100)  # It has none beyond 64 bits.
    assert codec.decode(codec.encode(message)) == message


@pytest.mark.parametrize("payload", [b"", b"{", b"[", b"7", b"{}", b"[]", b'["a"]', b"\xff\xfe", b"[48,1,{}", b"nul"])
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(Cut) as cut:
        CODECS["wamp.2.json"].decode(payload)
    assert cut.value.why is Why.MALFORMED


@pytest.mark.parametrize("odd", [[], [48], [48, 1], ["x"], [True, {}], [{}], {}, 7, None, [48, 1, "options"]])
def test_odd_messages_are_left_to_the_router(odd: Any) -> None:
    check_forged(odd)


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
    assert text_depth(text) == depth
