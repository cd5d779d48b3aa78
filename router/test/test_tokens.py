"""Forged tokens, and those that are good: by keys of our own, and of sites."""

import base64
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.logger import capturedLogs, formatEvent

from components.contract import Rights
from router.edge.cut import Cut
from router.identity import authenticator
from router.keys import Key, Ring, our_key
from router.revocations import Revocations
from router.tokens import AUDIENCE, BadToken, Hosts, Token, Tokens, fixed

SHARED, SECRET = b"a secret of the site and of the node", b"s" * 32
RSA, ED25519 = rsa.generate_private_key(65_537, 2_048), ed25519.Ed25519PrivateKey.generate()
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
RING = Ring(
    (our_key(SECRET),),
    (Key("shop", "HS256", SHARED), Key("rsa", "RS256", RSA.public_key()), Key("ed", "EdDSA", ED25519.public_key())),
)
TOKENS = Tokens(lambda: RING, Hosts(taken={"room"}))


def claims(**changes: Any) -> dict[str, Any]:
    """What a site says; `None` leaves something out."""
    now = int(time.time())
    made = {"sub": "42", "name": "Ada", "role": "member", "exp": now + 600, "aud": "openline", "iat": now, **changes}
    return {name: value for name, value in made.items() if value is not None}


def site(headers: dict[str, Any] | None = None, **changes: Any) -> str:
    """Sign as a site that shares a secret with us."""
    return jwt.encode(claims(**changes), SHARED, "HS256", headers)


def raw(header: object, payload: object, signature: bytes = b"") -> str:
    """Write a token down by hand."""

    def part(value: object) -> str:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    return ".".join([part(header), part(payload), part(signature)])


def forged_by_hand(algorithm: str, key: bytes, **header: Any) -> str:
    """Sign with bytes that PyJWT would not take as a secret, as an attacker's own program does."""
    head, body, _ = raw({"alg": algorithm, "typ": "JWT", **header}, claims(role="operator")).split(".")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    made = signature.sign(f"{head}.{body}".encode(), key)
    return f"{head}.{body}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


STRANGER = rsa.generate_private_key(65_537, 2_048)
STRANGERS_JWK = jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)
FORGED: dict[str, tuple[Callable[[], Any], str]] = {
    "unsigned": (lambda: raw({"alg": "none"}, claims(role="operator"), b"x"), "alg"),
    "unsigned, in other letters": (lambda: raw({"alg": "nOnE"}, claims(), b"x"), "alg"),
    "unsigned, without a third part": (lambda: raw({"alg": "none"}, claims()), "no JWT"),
    "signed by a public key as the secret": (lambda: forged_by_hand("HS256", PEM, kid="rsa"), "alg"),
    "the same, naming no key": (lambda: forged_by_hand("HS256", PEM), "alg|ignature"),
    "of another algorithm than its key": (lambda: jwt.encode(claims(), SHARED, "HS384", {"kid": "shop"}), "alg"),
    "by a path as its key": (lambda: site({"kid": "../../../../dev/null"}), "no such key"),
    "by a name that is no text": (lambda: raw({"alg": "HS256", "kid": 7}, claims(), b"x"), "Key ID"),
    "with a key of its own": (lambda: jwt.encode(claims(), STRANGER, "RS256", {"jwk": STRANGERS_JWK}), "ignature"),
    "with an address of keys": (
        lambda: jwt.encode(claims(), STRANGER, "RS256", {"jku": "http://127.0.0.1:9/k", "x5u": "http://127.0.0.1:9/"}),
        "ignature",
    ),
    "with something critical": (lambda: site({"crit": ["exp"]}), "crit"),
    "by another secret": (lambda: jwt.encode(claims(), b"x" * 32, "HS256", {"kid": "shop"}), "ignature"),
    "by our own name but not by our key": (lambda: jwt.encode(claims(), SHARED, "HS256", {"kid": "token"}), "ignature"),
    "without a name of its owner": (lambda: site(sub=None), "sub"),
    "without an end": (lambda: site(exp=None), "exp"),
    "without somebody it is for": (lambda: site(aud=None), "aud"),
    "without a name": (lambda: site(name=None), "name"),
    "without a role": (lambda: site(role=None), "role"),
    "of yesterday": (lambda: site(exp=int(time.time()) - 86_400), "expired"),
    "just beyond the leeway": (lambda: site(exp=int(time.time()) - 61), "expired"),
    "for ever": (lambda: site(exp=2**52), "too long"),
    "until no time at all": (lambda: site(exp=float("inf")), "integer"),
    "until a word": (lambda: site(exp="tomorrow"), "integer"),
    "not good yet": (lambda: site(nbf=int(time.time()) + 120), "not yet valid"),
    "issued tomorrow": (lambda: site(iat=int(time.time()) + 120), "not yet valid"),
    "for somebody else": (lambda: site(aud="shop"), "audience"),
    "for many": (lambda: site(aud=["openline", "shop"]), "strict"),
    "of a component": (lambda: site(role="component"), "role"),
    "of a role there is not": (lambda: site(role="admin"), "role"),
    "of two roles": (lambda: site(role=["member"]), "role"),
    "of somebody by a number": (lambda: site(sub=42), "sub|Subject"),
    "of somebody with a long id": (lambda: site(sub="x" * 65), "sub"),
    "of somebody with a space": (lambda: site(sub="a b"), "sub"),
    "of nobody": (lambda: site(sub=""), "sub"),
    "of an account of ours": (lambda: site(sub="u_0123456789abcdef"), "not of that site"),
    "of a component's id": (lambda: site(sub="room"), "not of that site"),
    "with a name without end": (lambda: site(name="x" * 201), "name"),
    "with rights that are none": (lambda: site(streams={"read": "app.*"}), "streams"),
    "with a right to everything": (lambda: site(streams={"read": ["*"]}), "streams"),
    "with rights of another kind": (lambda: site(streams={"call": ["app.x"]}), "streams"),
    "with too many rights": (lambda: site(streams={"read": ["app.x"] * 51}), "streams"),
    "with too much to say": (lambda: site(user={"about": "x" * 2_048}), "too much"),
    "with words for a user": (lambda: site(user="Ada"), "user"),
    "larger than any": (lambda: site(padding="x" * 8_192), "no JWT"),
    "in four parts": (lambda: f"{site()}.{site().split('.')[2]}", "no JWT"),
    "in two parts": (lambda: site().rpartition(".")[0], "no JWT"),
    "with garbage between": (lambda: site().replace(".", ".!", 1), "no JWT"),
    "with a line's end": (lambda: f"{site()}\n", "no JWT"),
    "of a head that nests": (lambda: raw(b"[" * 3_000, claims(), b"x"), ""),
    "of a list": (lambda: raw(["HS256"], claims(), b"x"), "header"),
    "no text": (lambda: 7, "no JWT"),
    "nothing": (lambda: None, "no JWT"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_gets_nobody_in(kind: str) -> None:
    make, reason = FORGED[kind]
    with pytest.raises(BadToken, match=f"(?i){reason}"):
        TOKENS.read(make())


def test_the_reason_is_in_the_log_and_one_sentence_on_the_wire() -> None:
    said: set[str] = set()
    for kind, (make, reason) in FORGED.items():
        ticket = make()
        with capturedLogs() as logged, pytest.raises(Cut) as denied:
            authenticator(TOKENS, Revocations(60.0, True))(ticket, None)
        said.add(denied.value.words)
        [line] = [formatEvent(event) for event in logged]
        assert re.search(f"(?i)refused: .*{reason}", line), kind
        assert str(ticket)[:30] not in line or not ticket
    assert said == {"This sign-in is not valid, or not any more."}


def test_a_thousand_forged_tokens_are_one_line_a_second() -> None:
    now = [0.0]
    enter = authenticator(TOKENS, Revocations(60.0, True), lambda: now[0])
    with capturedLogs() as logged:
        for _ in range(1_000):
            now[0] += 0.002
            with pytest.raises(Cut):
                enter("forged", None)
    assert len(logged) == 2


@pytest.mark.parametrize(
    "sign",
    [
        lambda made: jwt.encode(made, SHARED, "HS256"),
        lambda made: jwt.encode(made, SHARED, "HS256", {"kid": "shop"}),
        lambda made: jwt.encode(made, RSA, "RS256"),
        lambda made: jwt.encode(made, ED25519, "EdDSA", {"kid": "ed"}),
    ],
    ids=["a secret", "a secret by its name", "RS256", "EdDSA"],
)
def test_a_token_of_a_site_says_who_somebody_is(sign: Callable[[dict[str, Any]], str]) -> None:
    made = claims(streams={"read": ["app.desk.*"]}, user={"avatar": "a.png"}, email="ada@example.com")
    token = TOKENS.read(sign(made))
    assert (token.id, token.name, token.role, token.family) == ("42", "Ada", "member", "")
    assert token.rights == Rights(read=("app.desk.*",))
    assert token.issued == made["iat"]
    assert token.extra == {"name": "Ada", "expires": made["exp"] + 60.0, "user": {"avatar": "a.png"}}


def test_a_name_is_shown_as_well_as_it_can_be() -> None:
    assert TOKENS.read(site(name="\u202eadA")).name == "adA"
    assert TOKENS.read(site(name="x" * 100)).name == "x" * 40
    assert TOKENS.read(site(name=" ")).name == "42"


def test_a_site_may_be_a_minute_off() -> None:
    now = int(time.time())
    assert TOKENS.read(site(exp=now - 30)).expires == now + 30
    assert TOKENS.read(site(iat=now + 30, nbf=now + 30)).id == "42"


def test_a_site_cannot_name_a_device_of_an_account() -> None:
    assert TOKENS.read(site(sid="f_1")).family == ""


def test_our_own_tokens_come_back_as_they_were() -> None:
    made = Token("u_1", "Ada", "operator", int(time.time()) + 60.0, "f_1", Rights(publish=("app.x",)), time.time())
    assert TOKENS.read(TOKENS.sign(made)) == made


def test_tokens_from_before_there_were_names_of_keys_are_good() -> None:
    old = {"sub": "u_1", "name": "Ada", "role": "guest", "exp": int(time.time()) + 60, "aud": AUDIENCE}
    assert TOKENS.read(jwt.encode(old, SECRET, "HS256")).id == "u_1"


def test_our_own_tokens_are_not_good_a_second_longer() -> None:
    with pytest.raises(BadToken, match="expired"):
        TOKENS.read(fixed(SECRET).sign(Token("u_1", "Ada", "guest", time.time() - 1)))


def test_a_site_names_whom_its_tokens_are_for(tmp_path: Path) -> None:
    tokens = Tokens(lambda: RING, Hosts(audience="talk.example.com"))
    assert tokens.read(site(aud="talk.example.com")).id == "42"
    with pytest.raises(BadToken, match=r"(?i)audience"):
        tokens.read(site(aud="openline"))
