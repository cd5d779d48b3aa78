"""An ID token is believed when everything about it is right. The journeys try what a provider may say wrong."""

import base64
import hashlib
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from router.http.oidc.id_token import Subject, UnknownKey, Wanted, check, keys, name
from router.http.oidc.stopped import Stopped

NOW = 1_795_000_000
WANTED = Wanted("https://id.example.com", "openline", "nonce", "access", NOW)
RSA = rsa.generate_private_key(65_537, 2_048)
PRIVATE: dict[str, Any] = {
    "RS256": RSA,
    "PS384": RSA,
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def shown(algorithm: str) -> dict[str, Any]:
    kind = jwt.get_algorithm_by_name(algorithm)
    return {**kind.to_jwk(PRIVATE[algorithm].public_key(), as_dict=True), "kid": algorithm}


KNOWN = keys({"keys": [shown(algorithm) for algorithm in PRIVATE]})


def token(algorithm: str = "RS256", **claims: Any) -> str:
    said = {"iss": WANTED.issuer, "aud": "openline", "sub": "4711", "name": "Ada", "nonce": "nonce"}
    times = {"iat": NOW, "exp": NOW + 60}
    return jwt.PyJWT().encode({**said, **times, **claims}, PRIVATE[algorithm], algorithm, {"kid": algorithm})


def half(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_the_algorithms_of_public_keys_are_taken(algorithm: str) -> None:
    assert check(token(algorithm), KNOWN, WANTED) == Subject("4711", "Ada")


def test_the_access_token_belongs_to_it_where_it_says_so() -> None:
    fits = {"RS256": hashlib.sha256, "PS384": hashlib.sha384, "EdDSA": hashlib.sha512}
    for algorithm, digest in fits.items():
        at_hash = half(digest(b"access").digest())
        assert check(token(algorithm, at_hash=at_hash), KNOWN, WANTED).id == "4711"
        with pytest.raises(Stopped, match="at_hash"):
            check(token(algorithm, at_hash=half(digest(b"another").digest())), KNOWN, WANTED)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 61},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": NOW + 61},
        {"nbf": NOW + 61},
        {"aud": "another"},
        {"aud": []},
        {"aud": ["openline", "another"]},
        {"aud": {"openline": 1}},
        {"aud": ["openline"], "azp": "another"},
        {"iss": "https://id.example.com/"},
        {"nonce": ""},
        {"nonce": ["nonce"]},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "Adá"},
    ],
)
def test_what_is_wrong_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Stopped):
        check(token(**claims), KNOWN, WANTED)


def test_clocks_may_differ_a_little() -> None:
    assert check(token(exp=NOW - 59, iat=NOW + 59), KNOWN, WANTED).id == "4711"


def test_a_public_key_is_no_secret() -> None:
    """Somebody takes our provider's public key for a secret, and says that this was meant (RFC 8725 §2.1)."""
    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = token().split(".")[1]
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"RS256"}').decode().rstrip("=")
    made = jwt.get_algorithm_by_name("HS256").sign(f"{head}.{body}".encode(), pem)
    with pytest.raises(Stopped, match="HS256"):
        check(f"{head}.{body}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}", KNOWN, WANTED)


def test_a_key_is_used_as_it_is_meant() -> None:
    """An RSA key does not check ES256, nor one that is for RS256 what is signed by PS384."""
    with pytest.raises((Stopped, UnknownKey)):
        check(token("ES256"), keys({"keys": [{**shown("RS256"), "kid": "ES256"}]}), WANTED)
    with pytest.raises(UnknownKey):
        check(token("PS384"), keys({"keys": [{**shown("PS384"), "alg": "RS256"}]}), WANTED)


def test_a_changed_word_makes_it_another_token() -> None:
    head, _, signature = token().split(".")
    other = token(sub="4712").split(".")[1]
    with pytest.raises(UnknownKey):
        check(f"{head}.{other}.{signature}", KNOWN, WANTED)


def test_keys_that_cannot_be_used_are_passed_over() -> None:
    secret = {"kty": "oct", "k": base64.urlsafe_b64encode(b"s" * 32).decode(), "kid": "RS256"}
    others = [secret, {"kty": "AKP", "kid": "x"}, {**shown("RS256"), "use": "enc"}, {"kty": "RSA", "n": "?"}, 7, None]
    found = keys({"keys": [*others, shown("RS256")]})
    assert [key.kid for key in found.keys] == ["RS256"]
    assert check(token(), found, WANTED).id == "4711"


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [{"kty": "oct", "k": "eA"}]}])
def test_no_keys_are_no_keys(document: Any) -> None:
    with pytest.raises(Stopped, match="there are no keys"):
        keys(document)


@given(st.text(max_size=60) | st.from_regex(r"[\w-]{1,9}\.[\w-]{1,9}\.[\w-]{0,9}", fullmatch=True))
def test_whatever_is_no_token_is_refused(text: str) -> None:
    with pytest.raises((Stopped, UnknownKey)):
        check(text, KNOWN, WANTED)


@pytest.mark.parametrize(
    ("claims", "called"),
    [
        ({"name": " Ada \u202e King "}, "Ada King"),
        ({"name": "", "preferred_username": "ada"}, "ada"),
        ({"name": 7, "given_name": "Ada"}, "Ada"),
        ({"email": "ada@example.com"}, ""),
        ({"name": "x" * 100}, "x" * 40),
        ({"name": "\ud800"}, ""),
    ],
)
def test_somebody_is_called_by_what_can_be_shown(claims: dict[str, Any], called: str) -> None:
    assert name(claims) == called
