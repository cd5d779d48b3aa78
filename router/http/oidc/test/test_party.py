"""What one provider is asked, and how often. A dictionary stands for the provider; the journeys have a real one."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from twisted.internet.defer import Deferred

from components.provider import Provider
from router.http.oidc.id_token import Subject
from router.http.oidc.journey import Journey
from router.http.oidc.party import FRESH, Party, Returned
from router.http.oidc.stopped import Stopped, Why
from router.http.oidc.web import Answer

ISSUER = "https://id.example.com"
DISCOVERY, JWKS, TOKEN, USERINFO = (
    f"{ISSUER}/{path}" for path in (".well-known/openid-configuration", "jwks", "token", "userinfo")
)
JOURNEY = Journey("corp", "https://talk.example.com/auth/oidc/corp/callback", "#/", 1_795_000_000)
BACK = Returned("the code", None)


class Elsewhere:
    """A provider, and us as it knows us."""

    def __init__(self, folder: Path, secret: str = "", **about: Any) -> None:
        self.now = 1_795_000_000.0
        self.asked: list[str] = []
        self.sent: tuple[Mapping[str, str], str | None] = ({}, None)
        self.turn()
        endpoints = {"authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": TOKEN, "jwks_uri": JWKS}
        self.answers: dict[str, Answer] = {}
        self.answers[DISCOVERY] = Answer(200, {"issuer": ISSUER, **endpoints, **about})
        (folder / "corp.secret").write_text(secret)
        file = "corp.secret" if secret else None
        corp = Provider(name="corp", title="Corp", issuer=ISSUER, client_id="open line", client_secret_file=file)
        self.party = Party(corp, folder, self.ask, lambda: self.now)

    def turn(self) -> None:
        """Sign with another key from now on."""
        self._key = generate_private_key(65_537, 2_048)

    def id_token(self, **claims: Any) -> str:
        said = {"iss": ISSUER, "aud": "open line", "sub": "4711", "name": "Ada", "nonce": JOURNEY.nonce}
        times = {"iat": int(self.now), "exp": int(self.now) + 60}
        return jwt.encode({**said, **times, **claims}, self._key, "RS256", {"kid": "one"})

    async def ask(self, url: str, headers: Mapping[str, str] | None = None, body: str | None = None) -> Answer:
        self.asked.append(url)
        if url == TOKEN:
            self.sent = (headers or {}, body)
        keys = [{**jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True), "kid": "one"}]
        tokens = {"access_token": "access", "id_token": self.id_token()}
        usual = {JWKS: Answer(200, {"keys": keys}), TOKEN: Answer(200, tokens), USERINFO: Answer(404, {})}
        return self.answers.get(url, usual.get(url, Answer(404, None)))

    def finish(self, returned: Returned = BACK) -> Subject:
        found: list[Any] = []
        Deferred.fromCoroutine(self.party.finish(JOURNEY, returned)).addBoth(found.append)
        if isinstance(found[0], Subject):
            return found[0]
        raise found[0].value

    def why(self, returned: Returned = BACK) -> Why:
        with pytest.raises(Stopped) as stopped:
            self.finish(returned)
        return stopped.value.why


def test_it_is_asked_for_its_configuration_and_keys_once_an_hour(tmp_path: Path) -> None:
    there = Elsewhere(tmp_path)
    assert [there.finish() for _ in range(2)] == [Subject("4711", "Ada")] * 2
    assert there.asked == [DISCOVERY, TOKEN, JWKS, TOKEN]
    there.asked.clear()
    there.now += FRESH
    there.finish()
    assert there.asked == [DISCOVERY, TOKEN, JWKS]


def test_keys_that_do_not_fit_any_more_are_fetched_again_once(tmp_path: Path) -> None:
    """Also where a new key has the name of the old one."""
    there = Elsewhere(tmp_path)
    there.finish()
    there.turn()
    there.asked.clear()
    assert there.finish().id == "4711"
    assert there.asked == [TOKEN, JWKS]
    there.turn()
    there.answers[TOKEN] = Answer(200, {"access_token": "access", "id_token": there.id_token()})
    there.turn()
    there.asked.clear()
    assert there.why() is Why.INVALID
    assert there.asked == [TOKEN, JWKS]


def test_a_secret_is_shown_as_the_provider_wants_it(tmp_path: Path) -> None:
    basic = Elsewhere(tmp_path, "a+b/c")
    basic.finish()
    headers, body = basic.sent
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"open%20line:a%2Bb%2Fc").decode()
    assert body is not None and "a%2Bb" not in body
    post = Elsewhere(tmp_path, "a+b/c", token_endpoint_auth_methods_supported=["client_secret_post"])
    post.finish()
    headers, body = post.sent
    assert "Authorization" not in headers and "client_secret=a%2Bb%2Fc" in str(body)
    public = Elsewhere(tmp_path)
    public.finish()
    headers, body = public.sent
    assert "Authorization" not in headers and "client_secret" not in str(body) and "client_id=open+line" in str(body)
    assert f"code_verifier={JOURNEY.verifier}" in str(body)


def test_a_new_secret_is_taken_up_at_once(tmp_path: Path) -> None:
    there = Elsewhere(tmp_path, "old")
    there.finish()
    (tmp_path / "corp.secret").write_text("new\n")
    there.finish()
    assert there.sent[0]["Authorization"] == "Basic " + base64.b64encode(b"open%20line:new").decode()
    (tmp_path / "corp.secret").unlink()
    assert there.why() is Why.UNREACHABLE


def test_who_says_that_it_names_itself_has_to(tmp_path: Path) -> None:
    there = Elsewhere(tmp_path, authorization_response_iss_parameter_supported=True)
    assert there.why() is Why.INVALID
    assert there.why(Returned("the code", "https://evil.example.com")) is Why.INVALID
    assert TOKEN not in there.asked
    assert there.finish(Returned("the code", ISSUER)).id == "4711"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(400, {"error": "invalid_grant"}), Why.INVALID),
        (Answer(401, None), Why.INVALID),
        (Answer(403, {}), Why.UNREACHABLE),
        (Answer(500, {}), Why.UNREACHABLE),
        (Answer(302, {}), Why.UNREACHABLE),
        (Answer(200, []), Why.UNREACHABLE),
        (Answer(200, {"access_token": "access"}), Why.INVALID),
        (Answer(200, {"access_token": "access", "id_token": None}), Why.INVALID),
    ],
)
def test_no_tokens_are_no_tokens(tmp_path: Path, answer: Answer, why: Why) -> None:
    there = Elsewhere(tmp_path)
    there.answers[TOKEN] = answer
    assert there.why() is why


def test_what_the_provider_writes_about_an_error_is_not_written_down(tmp_path: Path) -> None:
    there = Elsewhere(tmp_path)
    for error in ("a\nb", "<b>", "x " * 9, 7, "é"):
        there.answers[TOKEN] = Answer(400, {"error": error})
        with pytest.raises(Stopped, match="no word why"):
            there.finish()


@pytest.mark.parametrize(
    ("said", "called"),
    [
        (Answer(200, {"sub": "4711", "name": "Ada"}), "Ada"),
        (Answer(200, {"sub": "4712", "name": "Bob"}), ""),
        (Answer(200, {"name": "Bob"}), ""),
        (Answer(500, None), ""),
    ],
)
def test_a_name_is_asked_for_where_the_id_token_has_none(tmp_path: Path, said: Answer, called: str) -> None:
    there = Elsewhere(tmp_path, userinfo_endpoint=USERINFO)
    there.answers[TOKEN] = Answer(200, {"access_token": "access", "id_token": there.id_token(name="")})
    there.answers[USERINFO] = said
    assert there.finish() == Subject("4711", called)
