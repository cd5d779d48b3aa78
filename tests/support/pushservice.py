"""A small push service on this machine, for tests: it takes what a node pushes, and reads it as the browser would.

It is strict: what is not signed for it, not encrypted for the browser, or larger than push services take, is refused.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from components.push.rules import decoded, encoded

LARGEST = 4_096
"""Bytes that push services take at least (RFC 8030 §7.2), and that some take at most."""


def _public(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass
class Browser:
    """One browser: what it subscribes with, and the keys with which it reads."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def subscription(self, key: str) -> dict[str, str]:
        """What `openline.push.on` takes."""
        public, auth = encoded(_public(self.private)), encoded(self.secret)
        return {"endpoint": self.endpoint, "p256dh": public, "auth": auth, "key": key}

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypt what arrived."""
        read = http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm")
        found: dict[str, Any] = json.loads(read)
        return found


@dataclass(frozen=True)
class Pushed:
    """What arrived for a browser: its words, and the headers beside them."""

    browser: Browser
    words: dict[str, Any]
    headers: dict[str, str]
    body: bytes


class PushService:
    """Runs in a thread, on a free port, while it is a context."""

    def __init__(self) -> None:
        self.pushed: list[Pushed] = []
        """What was taken, in order."""
        self.refused: list[str] = []
        """What was wrong with what was not."""
        self.asked: list[str] = []
        """The paths that were asked, whatever came of it."""
        self.answer: Callable[[Browser], tuple[int, dict[str, str]] | None] = lambda browser: None
        """What is answered in place of what should be, as a status and headers."""
        self._browsers: dict[str, Browser] = {}
        self._server = _Server(self)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "PushService":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def browser(self) -> Browser:
        """Subscribe one more browser."""
        path = f"/push/{secrets.token_urlsafe(24)}"
        made = self._browsers[path] = Browser(f"{self.origin}{path}")
        return made

    def words(self) -> list[str]:
        """What was pushed, in order."""
        return [one.words["body"] for one in self.pushed]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Take what is pushed to a browser, or say why not (RFC 8030 §5)."""
        self.asked.append(path)
        browser = self._browsers.get(path)
        if browser is None:
            return 410, {}
        if instead := self.answer(browser):
            return instead
        try:
            self._must_be_signed(headers.get("authorization", ""))
            self._must_be_right(headers, body)
            self.pushed.append(Pushed(browser, browser.read(body), headers, body))
        except Exception as error:
            self.refused.append(f"{type(error).__name__}: {error}")
            return 400, {}
        return 201, {"Location": f"{self.origin}/message/1"}

    def _must_be_signed(self, authorization: str) -> None:
        """Check by whom it is, and that it is for us (RFC 8292 §2)."""
        scheme, _, rest = authorization.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
        claims = jwt.decode(parts["t"], key, ["ES256"], audience=self.origin, options={"require": ["exp", "sub"]})
        assert scheme == "vapid" and claims["exp"] <= time.time() + 86_400
        assert claims["sub"].startswith(("mailto:", "https:"))

    def _must_be_right(self, headers: dict[str, str], body: bytes) -> None:
        assert headers["content-encoding"] == "aes128gcm" and len(body) <= LARGEST
        assert 0 <= int(headers["ttl"]) <= 28 * 86_400
        assert headers["urgency"] in ("very-low", "low", "normal", "high")
        assert len(headers["topic"]) <= 32 and len(decoded(headers["topic"])) == 24


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, service: PushService) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service


class _Handler(BaseHTTPRequestHandler):
    """One request to it."""

    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, said = self.server.service.take(urlsplit(self.path).path, headers, body)
        self.send_response(status)
        for name, value in {**said, "Content-Length": "0", "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
