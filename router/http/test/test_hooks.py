"""What a program gets to hear at `/hooks/…`, in Slack's words."""

import json
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlencode

import pytest
from twisted.web.server import Site
from twisted.web.test.requesthelper import DummyChannel

from components.contract import InvalidArgument, Refusal, Unavailable
from components.hook import api
from components.settings import Settings
from router.http.desk import Desk
from router.http.hooks import LARGEST, Hooks
from router.tokens import fixed


class Line:
    """The resource, and what it asks of the component, which refuses if it is told to."""

    def __init__(self) -> None:
        self.posted: list[api.Deliver] = []
        self.refusal: Refusal | None = None
        self.now = 1.0
        self._hooks = Hooks(Desk(Settings(), fixed(b"s" * 32), self._ask, Mock(), steady=lambda: self.now))

    async def _ask(self, procedure: Any, posted: api.Deliver) -> None:
        assert procedure is api.DELIVER
        if self.refusal:
            raise self.refusal
        self.posted.append(posted)

    def post(self, body: Any, secret: str = "s3cret", method: bytes = b"POST", **headers: str) -> tuple[int, str, Any]:
        """Post something: status, word, headers."""
        channel: Any = DummyChannel()
        channel.site = Site(self._hooks)
        channel.transport = DummyChannel.TCP(peer=type("Peer", (), {"host": "192.0.2.1"})())
        request: Any = channel.site.requestFactory(channel, False)
        for name, value in {"content-type": "application/json", **headers}.items():
            request.requestHeaders.setRawHeaders(name.replace("_", "-"), [value])
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.gotLength(len(content))
        request.content.write(content)
        request.requestReceived(method, b"/" + secret.encode(), b"HTTP/1.1")
        head, _, said = channel.transport.written.getvalue().partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        return int(first.split()[1]), said.decode(), dict(line.lower().split(": ", 1) for line in lines)

    def says(self, body: Any, **more: Any) -> tuple[int, str]:
        return self.post(body, **more)[:2]


def test_json_and_forms_are_taken() -> None:
    line = Line()
    posted = {"text": "*It* works <https://x.io|here>", "username": "CI", "icon_emoji": ":rocket:"}
    assert line.says(posted, idempotency_key='"k-1"') == (200, "ok")
    form = urlencode({"payload": json.dumps(posted)}).encode()
    assert line.says(form, content_type="application/x-www-form-urlencoded; charset=utf-8") == (200, "ok")
    first, second = line.posted
    assert first == api.Deliver("s3cret", "**It** works [here](https://x.io)", "CI", "🚀", "k-1")
    assert second == api.Deliver("s3cret", "**It** works [here](https://x.io)", "CI", "🚀")


def test_blocks_and_attachments_are_words() -> None:
    line = Line()
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Deploy* done"}}, {"type": "divider"}]
    line.post({"text": "for notices", "blocks": blocks, "attachments": [{"fallback": "plain", "text": "more"}]})
    assert line.posted[0].text == "**Deploy** done\nmore"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "invalid_payload"),
        ([], "invalid_payload"),
        ({}, "no_text"),
        ({"text": "  "}, "no_text"),
        ({"text": 7}, "no_text"),
        ({"text": "x" * 5_001}, "msg_too_long"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        (b'{"text": "x", "blocks": ' + b"[" * 200 + b"]" * 200 + b"}", "invalid_payload"),
        (b'{"a":' * 5_000, "invalid_payload"),
        (b'{"text": "\\ud800"}', "invalid_payload"),
        ({"text": "x", "blocks": [{"type": "rich_text", "elements": "?"}, 7, None]}, "ok"),
    ],
)
def test_what_is_wrong_is_said_in_slacks_words(body: Any, word: str) -> None:
    assert Line().says(body) == (200 if word == "ok" else 400, word)


def test_bounds() -> None:
    line = Line()
    assert line.says(b" " * (LARGEST + 1)) == (413, "payload_too_large")
    assert line.says({"text": "x"}, secret="s" * 201) == (404, "no_service")
    assert line.says({"text": "x"}, idempotency_key="a b") == (400, "invalid_idempotency_key")
    status, word, headers = line.post(b"", method=b"GET")
    assert (status, word, headers["allow"]) == (405, "method_not_allowed", "post")


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (api.NoSuchHook(), (404, "no_service")),
        (api.NotTaken(why="openline.room.error.room_archived"), (410, "channel_is_archived")),
        (api.NotTaken(why="openline.room.error.no_such_room"), (404, "channel_not_found")),
        (api.NotTaken(why="openline.room.error.filtered"), (403, "action_prohibited")),
        (api.NotTaken(why="openline.stream.error.key_reused"), (422, "idempotency_key_reused")),
        (api.TooFast(retry_after=0.3), (429, "rate_limited")),
        (Unavailable(), (503, "service_unavailable")),
        (InvalidArgument(), (400, "invalid_payload")),
    ],
)
def test_refusals_are_said_in_slacks_words(refusal: Refusal, said: tuple[int, str]) -> None:
    line = Line()
    line.refusal = refusal
    status, word, headers = line.post({"text": "x"})
    assert (status, word) == said
    assert headers.get("retry-after") == ("1" if status in (429, 503) else None)
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_addresses_are_not_guessed_fast_and_right_ones_do_not_count() -> None:
    line = Line()
    assert [line.says({"text": "x"})[0] for _ in range(50)] == [200] * 50
    line.refusal = api.NoSuchHook()
    assert [line.says({"text": "x"})[0] for _ in range(31)] == [404] * 30 + [429]
    line.now += 2.0
    assert line.says({"text": "x"})[0] == 404
