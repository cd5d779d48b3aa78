"""People come in by a provider, and attackers do not: a real node, a real provider, and browsers in between."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from tests.support.browser import Browser, Step
from tests.support.node import Node, wait_for
from tests.support.person import available, connect
from tests.support.provider import CLIENT, SECRET, Key, Provider, challenge, same

SIGNED_IN = "/#/signed-in"
JOURNEY = "openline-oidc"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Node, Provider]]:
    with Provider() as provider:
        closed = {"client_secret_file": None, "name": "closed", "sign_up": False}
        missing = {"name": "missing", "client_secret_file": "oidc/missing.secret"}
        down = {"name": "down", "issuer": "http://127.0.0.1:9"}
        staff = {"name": "staff", "role": "operator", "sign_up": True}
        others = [provider.settings(**one) for one in (closed, missing, down, staff)]
        node = Node(
            {
                "oidc": [provider.settings(sign_up=True), *others],
                "accounts": {"sign_up": "closed"},
                "proxies": ["127.0.0.1"],
            }
        )
        folder = node.cbdir / "keys/oidc"
        folder.mkdir(parents=True)
        (folder / "corp.secret").write_text(f"{SECRET}\n")
        provider.callbacks = {
            f"{node.url}/auth/oidc/{name}/callback" for name in ("corp", "closed", "missing", "staff")
        }
        with node:
            wait_for(lambda: sign_in(node, Browser(), "staff").to == SIGNED_IN, "nobody knows the accounts")
            yield node, provider


@pytest.fixture
def node(running: tuple[Node, Provider]) -> Node:
    return running[0]


@pytest.fixture
def provider(running: tuple[Node, Provider]) -> Provider:
    """The provider, keeping to all rules again."""
    provider = running[1]
    provider.person, provider.userinfo, provider.denies = {"sub": "4711", "name": "Ada"}, {}, ""
    provider.told, provider.signed, provider.answered = same, provider.sign, lambda path: None
    provider.requests.clear()
    provider.refused.clear()
    return provider


def come(node: Node, browser: Browser, name: str = "corp", query: str = "") -> str:
    """Go to the provider, and say with which address it sends one back."""
    sent = browser.go(f"{node.url}/auth/oidc/{name}{query}")
    assert sent.status == 302, sent
    back = Browser().go(sent.to)
    assert back.status == 302, back
    return back.to


def sign_in(node: Node, browser: Browser, name: str = "corp", query: str = "") -> Step:
    return browser.go(come(node, browser, name, query))


def who(node: Node, browser: Browser) -> Any:
    """Say who a page of this browser is told that it is."""
    return browser.post(f"{node.url}/auth/refresh", {}).content


def changed(url: str, **query: str | None) -> str:
    """Change the query of an address; `None` takes a word out."""
    said = {**dict(parse_qsl(urlsplit(url).query)), **query}
    return f"{url.partition('?')[0]}?{urlencode({name: value for name, value in said.items() if value is not None})}"


def nobody_came(node: Node, browser: Browser, step: Step, why: str) -> None:
    """It ended on the sign-in page, and nobody is signed in."""
    assert (step.status, step.to) == (303, f"/#/sign-in?error={why}")
    assert browser.cookie("openline") is None
    assert browser.post(f"{node.url}/auth/refresh", {}).status == 401


def test_pages_are_told_of_the_providers(node: Node) -> None:
    ways = Browser().go(f"{node.url}/auth/ways").content
    assert ways["oidc"][0] == {"name": "corp", "title": "Example Company"}
    assert [one["name"] for one in ways["oidc"]] == ["corp", "closed", "missing", "down", "staff"]


@pytest_twisted.ensureDeferred
async def test_somebody_comes_by_a_provider_and_is_the_same_person_the_next_time(
    node: Node, provider: Provider
) -> None:
    browser = Browser()
    step = await deferToThread(sign_in, node, browser)
    assert (step.status, step.to) == (303, SIGNED_IN)
    kept = next(one for one in step.cookies if one.startswith("openline="))
    assert "HttpOnly" in kept and "SameSite=Strict" in kept
    assert browser.cookie(JOURNEY) is None
    ada = await deferToThread(who, node, browser)
    assert (ada["name"], ada["role"], ada["login"]) == ("Ada", "member", "")
    session = await connect(reactor, node.port, ada["id"], ada["token"])
    profile = await available(reactor, lambda: session.call("openline.identity.me"))
    assert (profile["id"], profile["has_password"]) == (ada["id"], False)
    session.leave()
    provider.person["name"] = "Ada King"
    again = Browser()
    await deferToThread(sign_in, node, again)
    assert (await deferToThread(who, node, again))["id"] == ada["id"]
    provider.person["sub"] = "4712"
    other = Browser()
    await deferToThread(sign_in, node, other)
    assert (await deferToThread(who, node, other))["id"] != ada["id"]
    assert not provider.refused


def test_what_the_provider_is_asked_is_as_it_should_be(node: Node, provider: Provider) -> None:
    browser = Browser()
    sent = browser.go(f"{node.url}/auth/oidc/corp")
    asked = dict(parse_qsl(urlsplit(sent.to).query))
    assert sent.to.startswith(f"{provider.issuer}/authorize?theme=dark&")
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid profile email")
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == (f"{node.url}/auth/oidc/corp/callback", "S256")
    assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
    (kept,) = sent.cookies
    assert all(word in kept for word in ("HttpOnly", "SameSite=Lax", "Max-Age=600"))
    assert asked["state"] not in kept and asked["nonce"] not in kept
    again = dict(parse_qsl(urlsplit(browser.go(f"{node.url}/auth/oidc/corp").to).query))
    assert not {asked[name] for name in ("state", "nonce", "code_challenge")} & set(again.values())


def test_somebody_is_called_as_the_provider_says_elsewhere(node: Node, provider: Provider) -> None:
    provider.person, provider.userinfo = {"sub": "nameless", "name": None}, {"preferred_username": "grace"}
    browser = Browser()
    sign_in(node, browser)
    assert who(node, browser)["name"] == "grace"
    provider.person, provider.userinfo = {"sub": "other", "name": None}, {"sub": "nameless", "name": "Grace"}
    other = Browser()
    sign_in(node, other)
    assert who(node, other)["name"] == "Somebody"


def test_two_tabs_come_back_in_any_order(node: Node, provider: Provider) -> None:
    browser = Browser()
    first, second = come(node, browser, query="?next=%23/room/one"), come(node, browser, query="?next=%23/room/two")
    assert browser.go(first).to == "/#/room/one"
    assert browser.go(second).to == "/#/room/two"


def test_a_code_is_good_once(node: Node, provider: Provider) -> None:
    browser = Browser()
    back = come(node, browser)
    journey = browser.cookie(JOURNEY)
    assert browser.go(back).to == SIGNED_IN
    assert browser.go(back).to == "/#/sign-in?error=expired"
    thief = Browser()
    assert journey is not None
    thief.jar.set_cookie(journey)
    nobody_came(node, thief, thief.go(back), "invalid")
    assert provider.refused == ["no such code"]


def test_a_code_is_of_no_use_without_what_only_the_node_knows(node: Node, provider: Provider) -> None:
    """The thief of a code begins a sign-in of their own, and puts the code into the way back."""
    stolen = dict(parse_qsl(urlsplit(come(node, Browser())).query))["code"]
    thief = Browser()
    back = changed(come(node, thief), code=stolen)
    nobody_came(node, thief, thief.go(back), "invalid")
    assert provider.refused == ["another verifier"]
    provider.codes[stolen] = provider.codes.popitem()[1]
    form = {"grant_type": "authorization_code", "redirect_uri": f"{node.url}/auth/oidc/corp/callback"}
    basic = "Basic " + base64.b64encode(b"open%20line%3A1:a-secret%2Fbetween%2Bus%25").decode()
    assert provider.exchange({**form, "code": stolen}, basic)["error"] == "invalid_grant"
    assert challenge("") not in stolen


@pytest.mark.parametrize(
    "wrong",
    [{"state": "x" * 43}, {"state": None}, {"state": ""}, {"state": "é"}],
    ids=["another", "none", "empty", "not ASCII"],
)
def test_a_state_that_was_not_sent_is_refused(node: Node, provider: Provider, wrong: dict[str, str | None]) -> None:
    browser = Browser()
    nobody_came(node, browser, browser.go(changed(come(node, browser), **wrong)), "expired")
    assert "/token" not in provider.requests


def test_nobody_is_signed_in_as_somebody_else_by_a_link(node: Node, provider: Provider) -> None:
    """An attacker comes back in the victim's browser: with nothing begun there, and with something of its own begun."""
    attacker, victim = Browser(), Browser()
    link = come(node, attacker)
    nobody_came(node, victim, victim.go(link), "expired")
    come(node, victim)
    nobody_came(node, victim, victim.go(link), "expired")
    assert "/token" not in provider.requests


def test_one_does_not_come_back_from_another_provider(node: Node, provider: Provider) -> None:
    browser = Browser()
    back = come(node, browser)
    nobody_came(node, browser, browser.go(back.replace("/corp/", "/closed/")), "expired")
    nobody_came(node, browser, browser.go(changed(back, iss="https://evil.example.com")), "invalid")
    assert "/token" not in provider.requests


def test_a_cookie_that_the_node_did_not_make_is_none(node: Node, provider: Provider) -> None:
    browser = Browser()
    back = come(node, browser)
    kept = browser.cookie(JOURNEY)
    assert kept is not None and kept.value is not None
    kept.value = kept.value[:40] + ("A" if kept.value[40] != "A" else "B") + kept.value[41:]
    nobody_came(node, browser, browser.go(back), "expired")


def told(**wrong: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Have the provider say something else; `None` is nothing."""

    def change(claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**claims, **wrong}.items() if value is not None}

    return change


WRONG = {
    "another nonce": told(nonce="x" * 43),
    "no nonce": told(nonce=None),
    "expired": told(exp=int(time.time()) - 90),
    "without an end": told(exp=None),
    "endless": told(exp=1e400),
    "of tomorrow": told(iat=int(time.time()) + 86_400),
    "for another client": told(aud="another"),
    "for others too": told(aud=[CLIENT, "another"]),
    "for nobody": told(aud=None),
    "at another's order": told(azp="another"),
    "of another issuer": told(iss="https://evil.example.com"),
    "of no issuer": told(iss=None),
    "of nobody": told(sub=None),
    "of an empty person": told(sub=""),
    "of a long person": told(sub="x" * 256),
    "of a number": told(sub=4711),
    "with another access token": told(at_hash="x" * 22),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_an_id_token_that_says_something_else_is_refused(
    node: Node, provider: Provider, wrong: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    provider.told = wrong
    browser = Browser()
    nobody_came(node, browser, sign_in(node, browser), "invalid")


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", "none")


def words(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (header, claims))
    return ".".join(parts)


def test_an_id_token_that_the_provider_did_not_sign_is_refused(node: Node, provider: Provider) -> None:
    stranger = Key()
    forged = {
        "none": unsigned,
        "None, and its key's name": lambda claims: words({"alg": "None", "kid": provider.key.name}, claims) + ".",
        "no signature": lambda claims: provider.sign(claims).rpartition(".")[0] + ".",
        "our own secret": lambda claims: jwt.encode(claims, SECRET.ljust(32), "HS256", {"kid": provider.key.name}),
        "another key": lambda claims: jwt.encode(claims, stranger.private, "RS256", {"kid": provider.key.name}),
        "an unknown key": lambda claims: jwt.encode(claims, stranger.private, "RS256", {"kid": stranger.name}),
        "a key that it brings along": lambda claims: jwt.encode(
            claims, stranger.private, "RS256", {"jwk": stranger.public(), "kid": provider.key.name}
        ),
        "no JWT": lambda claims: "abc",
    }
    for way, signed in forged.items():
        provider.signed = signed
        browser = Browser()
        step = sign_in(node, browser)
        assert step.to == "/#/sign-in?error=invalid", way
        nobody_came(node, browser, step, "invalid")


def test_a_provider_may_change_its_keys(node: Node, provider: Provider) -> None:
    assert sign_in(node, Browser()).to == SIGNED_IN
    provider.rotate()
    provider.requests.clear()
    assert [sign_in(node, Browser()).to for _ in range(2)] == [SIGNED_IN] * 2
    assert provider.requests.count("/jwks") == 1
    assert "/.well-known/openid-configuration" not in provider.requests


@pytest.mark.parametrize("name", ["", "denied", "server_error"])
def test_somebody_who_is_not_let_in_there_is_told(node: Node, provider: Provider, name: str) -> None:
    browser = Browser()
    if name == "":
        step = browser.go(changed(come(node, browser), code=None))
    else:
        provider.denies = name if name == "server_error" else "access_denied"
        step = sign_in(node, browser)
    nobody_came(node, browser, step, "unreachable" if name == "server_error" else "denied")


def test_a_provider_that_is_down_is_said_to_be(node: Node) -> None:
    browser = Browser()
    nobody_came(node, browser, browser.go(f"{node.url}/auth/oidc/down"), "unreachable")


@pytest.mark.parametrize(
    "body",
    [b"x" * 50_000_000, b"", b"<html>", b"[]", b'{"access_token": 1, "id_token": []}', b"[" * 100_000],
    ids=["huge", "empty", "no JSON", "a list", "numbers", "deep"],
)
def test_an_answer_that_is_none_is_refused(node: Node, provider: Provider, body: bytes) -> None:
    provider.answered = lambda path: body if path == "/token" else None
    browser = Browser()
    step = sign_in(node, browser)
    nobody_came(node, browser, step, step.to.rpartition("=")[2])
    assert step.to.rpartition("=")[2] in ("invalid", "unreachable")


def test_a_provider_that_does_not_answer_is_given_up(node: Node, provider: Provider) -> None:
    """And others are served meanwhile."""
    over = threading.Event()

    def wait(path: str) -> None:
        if path == "/token":
            over.wait(60)

    provider.answered = wait
    browser = Browser()
    back = come(node, browser)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(browser.go, back)
        wait_for(lambda: "/token" in provider.requests, "it was not asked")
        assert Browser().go(f"{node.url}/auth/ways").status == 200 and not waiting.done()
        nobody_came(node, browser, waiting.result(), "unreachable")
    over.set()


NOT_OURS = (
    "https://evil.example.com",
    "//evil.example.com",
    "/\\evil.example.com",
    "\\\\evil.example.com",
    "/\t/evil.example.com",
    "javascript:alert(1)",
    "#/room/x\r\nSet-Cookie: a=b",
    "/auth/oidc/corp",
    "@evil.example.com",
    "/" + "x" * 300,
)


def test_nobody_is_sent_to_another_site_afterwards(node: Node, provider: Provider) -> None:
    for next in NOT_OURS:
        assert sign_in(node, Browser(), query="?" + urlencode({"next": next})).to == SIGNED_IN, next
    assert sign_in(node, Browser(), query="?" + urlencode({"next": "#/room/x"})).to == "/#/room/x"
    assert sign_in(node, Browser(), query="?" + urlencode({"next": "/hello.html"})).to == "/hello.html"


def test_strangers_are_not_taken_where_nobody_new_is(node: Node, provider: Provider) -> None:
    provider.ways = ["none"]
    try:
        browser = Browser()
        nobody_came(node, browser, sign_in(node, browser, "closed"), "closed")
    finally:
        provider.ways = ["client_secret_basic"]


@pytest_twisted.ensureDeferred
async def test_who_is_disabled_does_not_come_in(node: Node, provider: Provider) -> None:
    provider.person["sub"] = "soon away"
    browser = Browser()
    await deferToThread(sign_in, node, browser)
    ada = await deferToThread(who, node, browser)
    boss = Browser()
    await deferToThread(sign_in, node, boss, "staff")
    operator = await deferToThread(who, node, boss)
    session = await connect(reactor, node.port, operator["id"], operator["token"])
    await available(reactor, lambda: session.call("openline.identity.disable", id=ada["id"], disabled=True))
    session.leave()
    other = Browser()
    step = await deferToThread(sign_in, node, other)
    await deferToThread(nobody_came, node, other, step, "disabled")


def test_a_secret_that_is_missing_is_told_to_the_log_alone(node: Node, provider: Provider) -> None:
    browser = Browser()
    nobody_came(node, browser, sign_in(node, browser, "missing"), "unreachable")
    assert "missing.secret" in node.said()


def test_one_address_does_not_keep_the_provider_busy(node: Node, provider: Provider) -> None:
    browser = Browser("198.51.100.7")
    led = [browser.go(f"{node.url}/auth/oidc/corp/callback").to for _ in range(60)]
    assert led[0] == "/#/sign-in?error=expired" and led[-1] == "/#/sign-in?error=busy"
    assert sign_in(node, Browser()).to == SIGNED_IN


def test_there_are_no_other_addresses(node: Node) -> None:
    for path in ("", "/", "/nobody", "/corp/other", "/corp/callback/x", "/closed%00"):
        step = Browser().go(f"{node.url}/auth/oidc{path}")
        assert step.to == "/#/sign-in?error=unknown", path
    assert Browser().post(f"{node.url}/auth/oidc/corp", {}).status == 405


def test_the_log_tells_why_and_no_secret(node: Node, provider: Provider) -> None:
    provider.told = told(aud="another")
    browser = Browser()
    back = come(node, browser)
    nobody_came(node, browser, browser.go(back), "invalid")
    said = node.said()
    assert "its ID token" in said and "aud" in said
    assert SECRET not in said and "alert(1)" not in said
    assert not any(value in said for name, value in parse_qsl(urlsplit(back).query) if name in ("code", "state"))
