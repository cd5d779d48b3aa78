"""Who somebody is, by the ID token of a provider (OpenID Connect Core 1.0 §3.1.3.7)."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from components.names import made_presentable

from .stopped import Stopped, Why

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Those of public keys: whoever can check a token cannot make one."""
LEEWAY = 60
"""Seconds that the clock of a provider may be from ours."""
_SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")
_NAMES = ("name", "preferred_username", "nickname", "given_name")


class UnknownKey(Exception):
    """It is signed with none of these keys. There may be newer ones."""


@dataclass(frozen=True)
class Wanted:
    """What an ID token has to be: from whom, for whom, and about which sign-in."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: float


@dataclass(frozen=True)
class Subject:
    """Somebody, as a provider knows them: an id that is theirs for ever, and a name, if it says one."""

    id: str
    name: str


def keys(document: Any) -> KeySet:
    """Read the public keys of a provider (RFC 7517); those that cannot be used are passed over."""
    found = document.get("keys") if isinstance(document, dict) else None
    usable = [key for one in found if (key := _key(one))] if isinstance(found, list) else []
    if not usable:
        raise Stopped(Why.UNREACHABLE, "there are no keys where its keys should be")
    return KeySet(usable)


def check(token: str, known: KeySet, wanted: Wanted) -> Subject:
    """Say who it is. Raises `UnknownKey`, or `Stopped` with what is wrong."""
    try:
        return _subject(_open(token, known, wanted))
    except (BadSignatureError, InvalidKeyIdError):
        raise UnknownKey from None
    except JoseError as error:
        raise Stopped(Why.INVALID, f"its ID token: {error.error} {error.description}".strip()) from None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise Stopped(Why.INVALID, f"its ID token cannot be read: {type(error).__name__}") from None


def _open(token: str, known: KeySet, wanted: Wanted) -> Mapping[str, Any]:
    """Check the signature, and then every claim."""
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # EdDSA has newer names (RFC 9864), which nobody uses yet.
        opened = jwt.decode(token, known, registry=registry)
    options = {
        "iss": {"essential": True, "value": wanted.issuer},
        "aud": {"essential": True, "value": wanted.client_id},
    }
    about = {"nonce": wanted.nonce, "client_id": wanted.client_id, "access_token": wanted.access_token}
    claims = CodeIDToken(opened.claims, opened.header, options, about)
    claims.validate(now=int(wanted.now), leeway=LEEWAY)
    return dict(claims)


def _subject(claims: Mapping[str, Any]) -> Subject:
    if not _SUBJECT.fullmatch(claims["sub"]):
        raise Stopped(Why.INVALID, "its ID token: the sub is not 1 to 255 characters of ASCII")
    return Subject(claims["sub"], name(claims))


def name(claims: Mapping[str, Any]) -> str:
    """Find what to call somebody; nothing where nothing is said."""
    said = (made_presentable(claims[one], "") for one in _NAMES if isinstance(claims.get(one), str))
    return next((one for one in said if one), "")


def _key(found: object) -> Any:
    """Read one key, if it is a public one for signatures."""
    if not isinstance(found, dict) or found.get("kty") == "oct" or found.get("use", "sig") != "sig":
        return None
    try:
        return KeySet.import_key_set({"keys": [found]}).keys[0]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
