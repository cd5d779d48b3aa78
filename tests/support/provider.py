"""A small provider of sign-in (OpenID Connect) on this machine, for tests: it lets in whomever it is told to.

It keeps to the rules, and is strict about those that we have to keep to: a code is good once, for one client, one
address to come back to and one verifier. It can be told to break each rule that we have to notice.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

CLIENT, SECRET = "open line:1", "a-secret/between+us%"
GOOD_FOR = 300.0


@dataclass
class Key:
    """What it signs with."""

    private: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65_537, 2_048))
    name: str = field(default_factory=lambda: secrets.token_hex(4))

    def public(self) -> dict[str, Any]:
        """Show it as a JSON Web Key."""
        shown: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**shown, "kid": self.name, "use": "sig", "alg": "RS256"}


@dataclass(frozen=True)
class Grant:
    """What a code stands for."""

    query: dict[str, str]
    claims: dict[str, Any]


def same(claims: dict[str, Any]) -> dict[str, Any]:
    return claims


class Provider:
    """Runs in a thread, on a free port, while it is a context."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {"sub": "4711", "name": "Ada"}
        """Who is let in from now on; `None` for its name leaves that to `userinfo`."""
        self.userinfo: dict[str, Any] = {}
        self.denies = ""
        """The error that it answers with, in place of letting somebody in."""
        self.key = Key()
        self.shown: list[Key] = [self.key]
        """The keys that it shows to the world."""
        self.told: Callable[[dict[str, Any]], dict[str, Any]] = same
        """What becomes of the claims of an ID token."""
        self.signed: Callable[[dict[str, Any]], str] = self.sign
        """How it is signed."""
        self.answered: Callable[[str], bytes | None] = lambda path: None
        """What is answered in place of what should be, at some path."""
        self.requests: list[str] = []
        """The paths that were asked, in order."""
        self.refused: list[str] = []
        """Why it gave no tokens."""
        self.ways = ["client_secret_basic"]
        self.codes: dict[str, Grant] = {}
        self.callbacks: set[str] = set()
        """Where people may be sent back to: as registered."""
        self._server = _Server(self)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Provider":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, name: str = "corp", **more: Any) -> dict[str, Any]:
        """What stands of it in `openline.yaml`."""
        known = {"client_id": CLIENT, "client_secret_file": "oidc/corp.secret"}
        return {"name": name, "title": "Example Company", "issuer": self.issuer, **known, **more}

    def rotate(self) -> None:
        """Sign with another key, and show that alone."""
        self.key = Key()
        self.shown = [self.key]

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign an ID token as it should be."""
        return jwt.encode(claims, self.key.private, "RS256", {"kid": self.key.name})

    def configuration(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?theme=dark",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": self.ways,
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Let somebody in, and say where to send them."""
        for name in ("code_challenge", "state", "nonce", "scope"):
            if not query.get(name):
                return self._no(f"no {name}")
        if query["redirect_uri"] not in self.callbacks or query["client_id"] != CLIENT:
            return self._no("an unknown client, or address to come back to")
        if query["code_challenge_method"] != "S256" or query["response_type"] != "code":
            return self._no("a way that is not taken here")
        if self.denies:
            return f"{query['redirect_uri']}?{urlencode({'error': self.denies, 'state': query['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = Grant(query, {**self.person})
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """Give tokens for a code, once."""
        grant = self.codes.pop(form.get("code", ""), None)
        if not self._is_client(form, authorization):
            return self._error("invalid_client", "another client")
        if grant is None or form.get("grant_type") != "authorization_code":
            return self._error("invalid_grant", "no such code")
        if form.get("redirect_uri") != grant.query["redirect_uri"]:
            return self._error("invalid_grant", "another address")
        if challenge(form.get("code_verifier", "")) != grant.query["code_challenge"]:
            return self._error("invalid_grant", "another verifier")
        return self._tokens(grant)

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        access, now = secrets.token_urlsafe(16), int(time.time())
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            **{name: value for name, value in grant.claims.items() if value is not None},
            **{"iss": self.issuer, "aud": CLIENT, "exp": now + int(GOOD_FOR), "iat": now},
            **{"nonce": grant.query["nonce"], "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("=")},
        }
        id_token = self.signed(self.told(claims))
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        """Say whether it is the client who asks, in one of the ways that were agreed on."""
        if "none" in self.ways:
            return form.get("client_id") == CLIENT and not authorization
        if "client_secret_post" in self.ways:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()  # Both parts encoded: RFC 6749 §2.3.1.
        return [unquote(part) for part in given.split(":")] == [CLIENT, SECRET]

    def _error(self, word: str, reason: str) -> dict[str, Any]:
        self._no(reason)
        return {"error": word, "error_description": "<script>alert(1)</script>"}

    def _no(self, reason: str) -> str:
        self.refused.append(reason)
        return ""


def challenge(verifier: str) -> str:
    """Derive what was sent ahead of a verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, provider: Provider) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.provider = provider


class _Handler(BaseHTTPRequestHandler):
    """One request to it."""

    server: _Server

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, _flat(urlsplit(self.path).query)
        if path == "/authorize":
            self.server.provider.requests.append(path)
            to = self.server.provider.authorize(query)
            self._answer(302 if to else 400, b"", {"Location": to} if to else {})
        else:
            self._json(path, self._known().get(path))

    def do_POST(self) -> None:
        form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._json("/token", self.server.provider.exchange(form, self.headers.get("Authorization", "")))

    def _known(self) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": self.server.provider.configuration(),
            "/jwks": {"keys": [key.public() for key in self.server.provider.shown]},
            "/userinfo": {"sub": self.server.provider.person["sub"], **self.server.provider.userinfo},
        }

    def _json(self, path: str, content: Any) -> None:
        self.server.provider.requests.append(path)
        instead = self.server.provider.answered(path)
        status = 404 if content is None else 400 if "error" in content else 200
        body = json.dumps(content).encode() if instead is None else instead
        self._answer(status, body, {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        try:
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.server.provider.refused.append("the other side had enough")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
