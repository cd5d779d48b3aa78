"""Names, tokens, and who gets in with them."""

import base64
import json
import time
from typing import Any

import jwt
import pytest

from router.edge.cut import Cut, Why
from router.identity import authenticator, guest
from router.revocations import Revocations
from router.tokens import BadToken, Token, fixed

SECRET = b"s" * 32
KEYS = fixed(SECRET)


def token(**changes: Any) -> Token:
    return Token(**{"id": "u_1", "name": "Ada", "role": "guest", "expires": time.time() + 60, **changes})


def enter(ticket: object, authid: str | None = "u_1") -> Token:
    return authenticator(KEYS, Revocations(60.0, True))(ticket, authid)


def test_guests_are_different_people() -> None:
    first, second = guest("Ada", 0.0, 60.0), guest("Ada", 0.0, 60.0)
    assert first.id != second.id
    assert (first.name, first.role, first.expires) == ("Ada", "guest", 60.0)


def test_a_token_gets_its_owner_in() -> None:
    ticket = KEYS.sign(token())
    for authid in ("u_1", None, ""):
        entered = enter(ticket, authid)
        assert (entered.id, entered.role, entered.name) == ("u_1", "guest", "Ada")


def unsigned() -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"sub": "u_1", "name": "Ada", "role": "operator", "exp": int(time.time()) + 60, "aud": "openline"}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def claims_without(name: str) -> str:
    claims = {"sub": "u_1", "name": "Ada", "role": "guest", "exp": int(time.time()) + 60, "aud": "openline"}
    del claims[name]
    return jwt.encode(claims, SECRET, "HS256")


BAD = {
    "expired": lambda: KEYS.sign(token(expires=time.time() - 1)),
    "of another key": lambda: fixed(b"x" * 32).sign(token()),
    "unsigned": unsigned,
    "of another algorithm": lambda: jwt.encode({"sub": "u_1"}, SECRET * 2, "HS512"),
    "without expiry": lambda: claims_without("exp"),
    "without audience": lambda: claims_without("aud"),
    "changed": lambda: KEYS.sign(token())[:-3] + "AAA",
    "empty": lambda: "",
    "not text": lambda: 7,
    "nothing": lambda: None,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_gets_nobody_in_and_says_nothing_of_why(kind: str) -> None:
    with pytest.raises(Cut) as denied:
        enter(BAD[kind]())
    assert denied.value.why is Why.SIGNED_OUT
    assert denied.value.words == "This sign-in is not valid, or not any more."


def test_a_token_is_nobody_elses() -> None:
    with pytest.raises(Cut):
        enter(KEYS.sign(token()), authid="u_2")


def test_the_reason_is_for_the_log() -> None:
    with pytest.raises(BadToken, match="expired"):
        KEYS.read(KEYS.sign(token(expires=time.time() - 1)))
