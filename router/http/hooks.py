"""`POST /hooks/<secret>`: what a program has to say in a room, in the form that it takes for Slack.

See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. Answers `ok`, or one of Slack's words of
what is wrong: programs look at nothing else.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any
from urllib.parse import parse_qs

import orjson
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from components.blocks import MOST, text_of
from components.contract import Refusal, Unavailable
from components.emoji_names import emoji_of
from components.hook import api
from components.settings import Rate
from router.edge.address import neighbours
from router.edge.buckets import Buckets
from router.edge.edge import edge
from router.edge.visitors import visitor

from .desk import Desk
from .headers import NOTHING, put, read

LARGEST = 65_536
"""Bytes of what is posted."""
DEEPEST = 32
"""How deep it nests."""
LONGEST_SECRET = 200
_GUESSES = Rate(per_second=1, burst=30)
"""How often somebody at one address may try addresses that lead nowhere."""
_WORDS = {
    "openline.room.error.no_such_room": (404, "channel_not_found"),
    "openline.room.error.room_archived": (410, "channel_is_archived"),
    "openline.room.error.empty_text": (400, "no_text"),
    "openline.room.error.filtered": (403, "action_prohibited"),
    "openline.stream.error.key_reused": (422, "idempotency_key_reused"),
}

log = Logger()


class Said(Exception):
    """What is answered: a status, a word, and after how many seconds to try again, if that helps."""

    def __init__(self, status: int, word: str, after: float = 0.0) -> None:
        self.status, self.word, self.after = status, word, after
        super().__init__(word)


def make(extra: dict[str, Any]) -> "Hooks":
    """Make what stands at `/hooks` for Crossbar's `resource` service."""
    this = edge()
    return Hooks(Desk(this.settings, this.tokens, this.ask, this.home, this.counters.refused))


class Hooks(Resource):
    """Every incoming webhook of the node."""

    isLeaf = False  # noqa: N815

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._guesses = Buckets(_GUESSES)

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: N802
        return _Hook(self, path.decode("ascii", "replace"))

    async def answer(self, request: Request, secret: str) -> str:
        """Have said what was posted. Raises `Said`, or a `Refusal`."""
        address = neighbours(visitor(request, self._desk.settings).address)
        guesses = self._guesses.of(address, self._desk.steady())
        if wait := guesses.take(self._desk.steady()):
            self._desk.refused("hook_guesses", address)
            raise Said(429, "rate_limited", wait)
        if request.method != b"POST":
            raise Said(405, "method_not_allowed")
        posted = _deliver(secret, _content(request), read(request, b"idempotency-key"))
        await self._desk.ask(api.DELIVER, posted)
        guesses.give_back()
        return "ok"


class _Hook(Resource):
    """One address. Whoever does not wait for the answer is served all the same."""

    isLeaf = True  # noqa: N815

    def __init__(self, hooks: Hooks, secret: str) -> None:
        super().__init__()
        self._hooks, self._secret = hooks, secret

    def render(self, request: Request) -> int:
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        answering = Deferred.fromCoroutine(self._serve(request, gone))
        answering.addErrback(lambda failure: log.failure("a webhook could not be answered", failure))
        return NOT_DONE_YET

    async def _serve(self, request: Request, gone: list[object]) -> None:
        try:
            said = Said(200, await self._hooks.answer(request, self._secret))
        except Said as refused:
            said = refused
        except Refusal as refusal:
            said = said_of(refusal)
        except Exception:
            log.failure("a webhook failed")
            said = Said(500, "internal_error")
        if not gone:
            _write(request, said)


def said_of(refusal: Refusal) -> Said:
    """Put a refusal in Slack's words."""
    after = refusal.fields.get("retry_after", 1.0)
    wait = float(after) if isinstance(after, int | float) else 1.0
    if isinstance(refusal, api.NoSuchHook):
        return Said(404, "no_service")
    if isinstance(refusal, api.TooFast):
        return Said(429, "rate_limited", wait)
    if isinstance(refusal, Unavailable):
        return Said(503, "service_unavailable", wait)
    if isinstance(refusal, api.NotTaken):
        return Said(*_WORDS.get(str(refusal.fields.get("why")), (400, "invalid_payload")))
    return Said(400, "invalid_payload")


def _deliver(secret: str, posted: Mapping[str, Any], key: str | None) -> api.Deliver:
    """Read what is posted as a message."""
    if len(secret) > LONGEST_SECRET:
        raise Said(404, "no_service")
    if isinstance(posted.get("attachments"), list) and len(posted["attachments"]) > MOST:
        raise Said(400, "too_many_attachments")
    text = text_of(posted)
    if not text:
        raise Said(400, "no_text")
    if len(text) > api.MAX_TEXT:
        raise Said(400, "msg_too_long")
    name, icon = posted.get("username"), posted.get("icon_emoji")
    return api.Deliver(
        secret,
        text.replace("\0", ""),
        name[:200] if isinstance(name, str) else "",
        (emoji_of(icon) or "") if isinstance(icon, str) else "",
        _key(key),
    )


def _key(key: str | None) -> str | None:
    """Take an `Idempotency-Key`; one with quotes around it (as the draft of the IETF has them) is the same without."""
    if key is None:
        return None
    shown = key.strip().strip('"')
    if not 1 <= len(shown) <= 128 or not all("!" <= character <= "~" for character in shown):
        raise Said(400, "invalid_idempotency_key")
    return shown


def _content(request: Request) -> Mapping[str, Any]:
    """Read JSON, or a form with JSON in its `payload`."""
    body = request.content.read(LARGEST + 1) if request.content else b""
    if len(body) > LARGEST:
        raise Said(413, "payload_too_large")
    if (read(request, b"content-type") or "").startswith("application/x-www-form-urlencoded"):
        body = _payload(body)
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Said(400, "invalid_payload") from None
    if not isinstance(found, dict) or not _is_flat(found, DEEPEST):
        raise Said(400, "invalid_payload")
    return found


def _payload(form: bytes) -> bytes:
    try:
        return parse_qs(form, max_num_fields=20).get(b"payload", [b""])[0]
    except ValueError:
        raise Said(400, "invalid_payload") from None


def _is_flat(value: Any, depth: int) -> bool:
    """Say whether something nests no deeper than that."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_flat(one, depth - 1) for one in inner)


def _write(request: Request, said: Said) -> None:
    body = said.word.encode()
    request.setResponseCode(said.status)
    about = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    more = {"Retry-After": str(max(1, ceil(said.after)))} if said.after else {}
    more |= {"Allow": "POST"} if said.status == 405 else {}
    put(request, {**about, "Content-Security-Policy": NOTHING, "Content-Length": str(len(body)), **more})
    request.write(body)
    request.finish()
