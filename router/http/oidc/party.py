"""We as one provider knows us: the party that relies on it (OpenID Connect Core 1.0 §3.1)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet
from twisted.logger import Logger

from components.provider import BadSecret, Provider

from . import discovery, id_token
from .discovery import Endpoints
from .id_token import Subject, UnknownKey, Wanted
from .journey import Journey
from .stopped import Stopped, Why
from .web import Answer, Ask

FRESH = 3_600.0
"""Seconds that what a provider says of itself, and its keys, are used without asking again."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

T = TypeVar("T")
log = Logger()


@dataclass(frozen=True)
class Kept(Generic[T]):
    """Something, and when it was fetched."""

    what: T
    at: float


@dataclass(frozen=True)
class Returned:
    """What somebody brings back from a provider."""

    code: str
    issuer: str | None


class Party:
    """Sends people to one provider, and finds out who came back. Times are in seconds since 1970."""

    def __init__(self, provider: Provider, keys: Path, ask: Ask, now: Callable[[], float]) -> None:
        self.provider = provider
        self._folder, self._ask, self._now = keys, ask, now
        self._endpoints: Kept[Endpoints] | None = None
        self._keys: Kept[KeySet] | None = None

    async def begin(self, journey: Journey) -> str:
        """Say where to send somebody."""
        return str(
            prepare_grant_uri(
                (await self._where()).authorization_endpoint,
                self.provider.client_id,
                "code",
                redirect_uri=journey.callback,
                scope=self.provider.scopes,
                state=journey.state,
                nonce=journey.nonce,
                code_challenge=create_s256_code_challenge(journey.verifier),
                code_challenge_method="S256",
            )
        )

    async def finish(self, journey: Journey, returned: Returned) -> Subject:
        """Find out who came back."""
        where = await self._where()
        _must_come_from(where, returned.issuer)
        tokens = await self._exchange(where, journey, returned.code)
        access = tokens["access_token"]
        wanted = Wanted(self.provider.issuer, self.provider.client_id, journey.nonce, access, self._now())
        subject = await self._check(where, tokens["id_token"], wanted)
        return subject if subject.name else Subject(subject.id, await self._name(where, subject.id, access))

    async def _where(self) -> Endpoints:
        kept = self._endpoints
        if kept is None or self._is_old(kept):
            issuer = self.provider.issuer
            answer = _good(await self._ask(discovery.address(issuer)), "its configuration")
            kept = self._endpoints = Kept(discovery.read(answer, issuer), self._now())
        return kept.what

    async def _exchange(self, where: Endpoints, journey: Journey, code: str) -> dict[str, str]:
        """Get the tokens for a code, which is good once, for us, and with the verifier that only we know."""
        form = prepare_token_request(
            "authorization_code", redirect_uri=journey.callback, code=code, code_verifier=journey.verifier
        )
        _, headers, body = self._known(where).prepare("POST", where.token_endpoint, dict(_FORM), form)
        answer = await self._ask(where.token_endpoint, headers, body)
        if answer.status in (400, 401):
            raise Stopped(Why.INVALID, f"it gives no tokens for this code: {_error(answer.content)}")
        tokens = _good(answer, "its tokens")
        if not all(isinstance(tokens.get(name), str) for name in ("access_token", "id_token")):
            raise Stopped(Why.INVALID, "there is no ID token and access token among its tokens")
        return {name: tokens[name] for name in ("access_token", "id_token")}

    def _known(self, where: Endpoints) -> Any:
        """Show who we are, in the way that the provider takes."""
        try:
            secret = self.provider.secret(self._folder)
        except BadSecret as error:
            log.error("{provider}: {error}", provider=self.provider.name, error=error)
            raise Stopped(Why.UNREACHABLE, "our secret cannot be read") from None
        return _client_auth(self.provider.client_id, secret, where.token_endpoint_auth_methods_supported)

    async def _check(self, where: Endpoints, token: str, wanted: Wanted) -> Subject:
        """Check an ID token; where the keys that we know do not fit it, by those that the provider has now."""
        try:
            return id_token.check(token, await self._known_keys(where), wanted)
        except UnknownKey:
            self._keys = None
        try:
            return id_token.check(token, await self._known_keys(where), wanted)
        except UnknownKey:
            raise Stopped(Why.INVALID, "its ID token is signed with none of its keys") from None

    async def _known_keys(self, where: Endpoints) -> KeySet:
        kept = self._keys
        if kept is None or self._is_old(kept):
            answer = _good(await self._ask(where.jwks_uri), "its keys")
            kept = self._keys = Kept(id_token.keys(answer), self._now())
        return kept.what

    async def _name(self, where: Endpoints, subject: str, access: str) -> str:
        """Ask for the name of somebody whose ID token has none (§5.4). One can do without."""
        if where.userinfo_endpoint is None:
            return ""
        try:
            answer = await self._ask(where.userinfo_endpoint, {"Authorization": f"Bearer {access}"})
            said = _good(answer, "what it knows of somebody")
        except Stopped as stopped:
            log.warn("{provider} tells no name: {reason}", provider=self.provider.name, reason=stopped.reason)
            return ""
        return id_token.name(said) if said.get("sub") == subject else ""

    def _is_old(self, kept: Kept[Any]) -> bool:
        return not 0 <= self._now() - kept.at < FRESH


def _client_auth(id: str, secret: str, ways: Collection[str]) -> ClientAuth:
    """Choose how to show who we are (RFC 6749 §2.3.1, where what goes into a Basic header is encoded before)."""
    if not secret:
        return ClientAuth(id, "", "none")
    if "client_secret_basic" in ways or "client_secret_post" not in ways:
        return ClientAuth(quote(id, safe=""), quote(secret, safe=""), "client_secret_basic")
    return ClientAuth(id, secret, "client_secret_post")


def _must_come_from(where: Endpoints, issuer: str | None) -> None:
    """Refuse what another provider sent (RFC 9207)."""
    if issuer is None and where.authorization_response_iss_parameter_supported:
        raise Stopped(Why.INVALID, "it did not say that it is the one who answers")
    if issuer is not None and issuer != where.issuer:
        raise Stopped(Why.INVALID, f"another provider answered: {issuer[:200]!r}")


def _good(answer: Answer, what: str) -> dict[str, Any]:
    if answer.status != 200 or not isinstance(answer.content, dict):
        raise Stopped(Why.UNREACHABLE, f"{what}: status {answer.status}")
    return answer.content


def _error(content: Any) -> str:
    """Read the word of an error (RFC 6749 §5.2); other words may be anything."""
    said = content.get("error") if isinstance(content, dict) else None
    return said if isinstance(said, str) and said.isascii() and said.replace("_", "").isalnum() else "no word why"
