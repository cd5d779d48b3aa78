"""A WebSocket begins as RFC 6455 says, from where it may, or a sentence says why not."""

from collections.abc import Mapping

import pytest
from twisted.web.http_headers import Headers

from router.edge.codec import CODECS
from router.edge.websocket.handshake import Agreement, Asked, Offer, Refused, agree
from router.origin import Home

GOOD = {
    "Host": "chat.example",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "wamp.2.json",
}
OFFER = Offer(tuple(CODECS), Home(["https://friend.example"]))


def asked(
    changes: Mapping[str, str | list[str] | None] | None = None, method: bytes = b"GET", version: bytes = b"HTTP/1.1"
) -> Asked:
    """Make a good request, but for some changes."""
    headers = Headers()
    for name, value in {**GOOD, **(changes or {})}.items():
        if value is not None:
            headers.setRawHeaders(name, [value] if isinstance(value, str) else value)
    return Asked(method, version, headers)


def test_answers_as_in_the_rfc() -> None:
    assert agree(asked(), OFFER) == Agreement("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "wamp.2.json")
    assert agree(asked(), OFFER).response() == (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"Upgrade": "WebSocket"},
        {"Upgrade": "foo, websocket"},
        {"Connection": "keep-alive, Upgrade"},
        {"Connection": ["keep-alive", "upgrade"]},
        {"Origin": "https://chat.example"},
        {"Origin": "http://chat.example"},
        {"Origin": "https://friend.example"},
        {"Sec-WebSocket-Extensions": "permessage-deflate"},
    ],
)
def test_takes(changes: dict[str, str | list[str] | None]) -> None:
    assert agree(asked(changes), OFFER) == Agreement("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "wamp.2.json")


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (426, {"Upgrade": None}),
        (426, {"Upgrade": "h2c"}),
        (426, {"Upgrade": "websockets"}),
        (426, {"Connection": None}),
        (426, {"Connection": "close"}),
        (426, {"Sec-WebSocket-Version": None}),
        (426, {"Sec-WebSocket-Version": "8"}),
        (426, {"Sec-WebSocket-Version": "13, 8"}),
        (426, {"Sec-WebSocket-Version": ["13", "13"]}),
        (400, {"Sec-WebSocket-Key": None}),
        (400, {"Sec-WebSocket-Key": ""}),
        (400, {"Sec-WebSocket-Key": "c2hvcnQ="}),
        (400, {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZQ=="}),
        (400, {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ"}),
        (400, {"Sec-WebSocket-Key": "!GhlIHNhbXBsZSBub25jZQ=="}),
        (400, {"Sec-WebSocket-Key": "ä" * 24}),
        (400, {"Sec-WebSocket-Key": [GOOD["Sec-WebSocket-Key"]] * 2}),
        (400, {"Sec-WebSocket-Protocol": None}),
        (400, {"Sec-WebSocket-Protocol": "wamp.2.ubjson, chat"}),
        (403, {"Origin": "https://evil.example"}),
        (403, {"Origin": "null"}),
        (403, {"Origin": "https://chat.example.evil.example"}),
        (403, {"Origin": "https://chat.example:444"}),
        (403, {"Origin": ["https://chat.example", "https://evil.example"]}),
        (403, {"Origin": "https://chat.example", "Host": None}),
    ],
)
def test_refuses(status: int, changes: dict[str, str | list[str] | None]) -> None:
    with pytest.raises(Refused) as caught:
        agree(asked(changes), OFFER)
    assert caught.value.status == status
    assert caught.value.words.endswith(".")
    if status == 426:
        assert caught.value.headers["Upgrade"] == "websocket"
        assert caught.value.headers["Sec-WebSocket-Version"] == "13"


@pytest.mark.parametrize(
    ("status", "method", "version"),
    [
        (405, b"POST", b"HTTP/1.1"),
        (405, b"HEAD", b"HTTP/1.1"),
        (426, b"GET", b"HTTP/1.0"),
        (426, b"GET", b"HTTP/2"),
    ],
)
def test_refuses_other_requests(status: int, method: bytes, version: bytes) -> None:
    with pytest.raises(Refused) as caught:
        agree(asked(None, method, version), OFFER)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("wamp.2.cbor, wamp.2.json", "wamp.2.cbor"),
        (["chat", "wamp.2.msgpack", "wamp.2.json"], "wamp.2.msgpack"),
        ("wamp.2.flatbuffers,wamp.2.json", "wamp.2.json"),
    ],
)
def test_takes_the_first_subprotocol_it_knows(wanted: str | list[str], chosen: str) -> None:
    assert agree(asked({"Sec-WebSocket-Protocol": wanted}), OFFER).protocol == chosen


def test_speaks_no_subprotocol_where_there_is_none() -> None:
    agreed = agree(asked(), Offer())
    assert agreed.protocol == ""
    assert b"Sec-WebSocket-Protocol" not in agreed.response()


@pytest.mark.parametrize("offers", ["permessage-deflate", ["x-other", "permessage-deflate; client_max_window_bits"]])
def test_compresses_only_where_that_is_offered(offers: str | list[str]) -> None:
    offer = asked({"Sec-WebSocket-Extensions": offers})
    assert agree(offer, OFFER).bits == 0
    agreed = agree(offer, Offer(compression=True))
    assert agreed.bits == 15
    assert b"\r\nSec-WebSocket-Extensions: permessage-deflate; server_no" in agreed.response()


def test_goes_on_without_compression_that_it_does_not_know() -> None:
    agreed = agree(asked({"Sec-WebSocket-Extensions": "permessage-bzip2"}), Offer(compression=True))
    assert (agreed.bits, b"Extensions" in agreed.response()) == (0, False)
