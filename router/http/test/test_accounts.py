"""Accounts over HTTP: what a browser is answered, and what it keeps. A small component stands for identity."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.server import Site
from twisted.web.test.requesthelper import DummyChannel

from components.contract import Caller, Component, Nothing, Refusal, Route
from components.identity import api
from components.settings import Settings
from components.wire import Wire
from router.http.auth import tree
from router.http.desk import Desk
from router.revocations import NOT_YET, Cutting, Revocations
from router.tokens import Token
from tests.support.edge import KEYS, MemoryEdge
from tests.support.router import SETTINGS

NOW = int(time.time()) + 0.25
DEVICE = api.Device("192.0.2.1", "A browser")
OURS = {"host": "talk.example.com", "origin": "https://talk.example.com"}


class Accounts(Component):
    """Knows Ada, or says what it is told to say."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.refusal: Refusal | None = None
        self.cuts: list[api.Cut] = []
        self.wait: Deferred[None] | None = None
        self._given = 0

    def routes(self) -> list[Route]:
        entering = (api.SIGN_UP, api.SIGN_IN, api.REFRESH, api.RESET_PASSWORD)
        routes = [procedure.by(self.enter) for procedure in entering]
        return [*routes, api.SIGN_OUT.by(self.leave), api.FORGOT.by(self.leave), api.REVOKED.by(self.revoked)]

    async def enter(self, caller: Caller, asked: Any) -> api.Entry:
        self.asked.append(asked)
        if self.wait is not None:
            await self.wait
        if self.refusal is not None:
            raise self.refusal
        self._given += 1
        secret = f"secret-{self._given}"
        return api.Entry("u_ada", "Ada", "member", "#335577", "ada", "f_1", secret, NOW + 3_600, NOW)

    async def leave(self, caller: Caller, asked: api.SignOut | api.Forgot) -> Nothing:
        self.asked.append(asked)
        if self.refusal is not None:
            raise self.refusal
        return Nothing()

    async def revoked(self, caller: Caller, nothing: Nothing) -> api.Cuts:
        return api.Cuts(self.cuts)


class Answer:
    """What came back."""

    def __init__(self, raw: bytes) -> None:
        head, _, body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines)
        self.content = json.loads(body)

    @property
    def cookie(self) -> str | None:
        return self.headers.get("Set-Cookie")


class Desktop:
    """The addresses below `/auth`, with the component behind them in a router in memory."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.memory = MemoryEdge(settings)
        self.accounts = Accounts()
        if "identity" in settings.processes["main"]:
            self.session = self.memory.router.serve(Wire([self.memory.router.name], self.memory.clock), self.accounts)
        self.wire = Wire([self.memory.router.name], self.memory.clock)
        self.memory.router.serve(self.wire, Component())
        self._site = Site(tree(Desk(settings, KEYS, self.wire.call, now=lambda: NOW)))

    def send(self, path: str, body: object = None, method: str = "POST", **headers: str) -> Any:
        """Begin a request, and give the channel that its answer is written to."""
        channel: Any = DummyChannel()
        channel.site = self._site
        channel.transport = DummyChannel.TCP(peer=type("Peer", (), {"host": "192.0.2.1"})())
        request: Any = self._site.requestFactory(channel, False)
        known: Mapping[str, str] = {"content-type": "application/json", "user-agent": "A browser", **OURS, **headers}
        for name, value in known.items():
            if value:
                request.requestHeaders.setRawHeaders(name.replace("_", "-"), [value])
        request.parseCookies()
        request.gotLength(0)
        request.content.write(body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode())
        request.requestReceived(method.encode(), f"/{path}".encode(), b"HTTP/1.1")
        channel.request = request
        return channel

    def ask(self, path: str, body: object = None, method: str = "POST", **headers: str) -> Answer:
        return Answer(self.send(path, body, method, **headers).transport.written.getvalue())


@pytest.fixture
def desk() -> Desktop:
    return Desktop()


ENTERING: dict[str, tuple[dict[str, str], object]] = {
    "signup": (
        {"login": "ada", "password": "a long password", "invite": "i_1"},
        api.SignUp("ada", "a long password", DEVICE, None, "i_1"),
    ),
    "signin": ({"login": "ada", "password": "a long password"}, api.SignIn("ada", "a long password", DEVICE)),
    "reset": ({"code": "c_1", "password": "a long password"}, api.ResetPassword("c_1", "a long password", DEVICE)),
}


@pytest.mark.parametrize("path", ENTERING)
def test_who_signs_in_gets_a_token_and_a_cookie(desk: Desktop, path: str) -> None:
    body, asked = ENTERING[path]
    answer = desk.ask(path, body)
    assert answer.status == 200
    assert desk.accounts.asked == [asked]
    token = answer.content.pop("token")
    about = {"id": "u_ada", "name": "Ada", "role": "member", "login": "ada", "avatar": "#335577"}
    assert answer.content == {**about, "expires": float(int(NOW + 900))}
    assert answer.cookie == "openline=secret-1; Max-Age=3600; Path=/; HttpOnly; SameSite=Strict"
    assert answer.headers["Cache-Control"] == "no-store"
    read = KEYS.read(token)
    assert read == Token("u_ada", "Ada", "member", float(int(NOW + 900)), "f_1", issued=NOW)


def test_over_tls_the_cookie_is_of_this_host_alone() -> None:
    desk = Desktop(SETTINGS.model_copy(update={"proxies": Settings.model_validate({"proxies": ["192.0.2.1"]}).proxies}))
    answer = desk.ask("signin", ENTERING["signin"][0], x_forwarded_proto="https")
    assert answer.cookie == "__Host-openline=secret-1; Max-Age=3600; Path=/; HttpOnly; SameSite=Strict; Secure"
    assert desk.ask("refresh", cookie="openline=planted", x_forwarded_proto="https").status == 401
    assert desk.ask("refresh", cookie="__Host-openline=secret-1", x_forwarded_proto="https").status == 200


def test_a_proxy_that_is_not_believed_makes_no_tls(desk: Desktop) -> None:
    cookie = desk.ask("signin", ENTERING["signin"][0], x_forwarded_proto="https").cookie
    assert cookie is not None and "Secure" not in cookie


def test_a_cookie_is_exchanged_for_another(desk: Desktop) -> None:
    answer = desk.ask("refresh", cookie="openline=secret-0")
    assert (answer.status, answer.content["id"]) == (200, "u_ada")
    assert desk.accounts.asked == [api.Refresh("secret-0", DEVICE)]
    assert answer.cookie is not None and answer.cookie.startswith("openline=secret-1;")


def test_a_cookie_that_is_over_is_cleared(desk: Desktop) -> None:
    desk.accounts.refusal = api.SignedOut()
    answer = desk.ask("refresh", cookie="openline=secret-0")
    assert (answer.status, answer.content["error"]) == (401, "openline.identity.error.signed_out")
    assert answer.cookie == "openline=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"
    assert desk.ask("refresh").status == 401


def test_a_cookie_outlives_a_moment_without_identity(desk: Desktop) -> None:
    desk.memory.router.router.detach(desk.session)
    answer = desk.ask("refresh", cookie="openline=secret-0")
    assert (answer.status, answer.content["error"], answer.cookie) == (503, "openline.error.unavailable", None)
    assert answer.headers["Retry-After"] == "1"
    assert desk.ask("signout", cookie="openline=secret-0").cookie is None


def test_who_signs_out_keeps_nothing(desk: Desktop) -> None:
    answer = desk.ask("signout", {"everywhere": True}, cookie="openline=secret-0")
    assert (answer.status, answer.content) == (200, {})
    assert answer.cookie is not None and "Max-Age=0" in answer.cookie
    assert desk.accounts.asked == [api.SignOut("secret-0", True)]
    desk.accounts.refusal = api.SignedOut()
    assert desk.ask("signout", cookie="openline=secret-0").status == 200
    assert desk.ask("signout").status == 200


def test_who_forgot_a_password_is_told_nothing_and_stays_who_they_are(desk: Desktop) -> None:
    answer = desk.ask("forgot", {"login": "ada"}, cookie="openline=secret-0")
    assert (answer.status, answer.content, answer.cookie) == (200, {}, None)
    assert desk.accounts.asked == [api.Forgot("ada", DEVICE)]


def test_whoever_was_signed_in_before_is_signed_out(desk: Desktop) -> None:
    answer = desk.ask("signin", ENTERING["signin"][0], cookie="openline=planted")
    assert answer.cookie is not None and answer.cookie.startswith("openline=secret-1;")
    assert desk.accounts.asked[-1] == api.SignOut("planted")


def test_who_does_not_sign_in_stays_who_they_are(desk: Desktop) -> None:
    desk.accounts.refusal = api.WrongPassword()
    answer = desk.ask("signin", ENTERING["signin"][0], cookie="openline=secret-0")
    assert (answer.status, answer.cookie) == (401, None)
    assert len(desk.accounts.asked) == 1


@pytest.mark.parametrize(
    ("refusal", "status", "later"),
    [
        (api.WrongPassword(), 401, None),
        (api.TooManyTries(retry_after=7.2), 429, "8"),
        (api.Busy(retry_after=0.3), 503, "1"),
        (api.Busy(), 503, "1"),
        (api.SignUpClosed(), 403, None),
        (api.InviteInvalid(), 403, None),
        (api.CodeInvalid(), 403, None),
        (api.NoMail(), 403, None),
        (api.LoginTaken(), 409, None),
        (api.WeakPassword(field="password"), 400, None),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_refusal_is_told_with_its_status(desk: Desktop, refusal: Refusal, status: int, later: str | None) -> None:
    desk.accounts.refusal = refusal
    answer = desk.ask("signup", ENTERING["signup"][0])
    assert answer.content == {"error": refusal.uri, "message": refusal.message, **refusal.fields}
    assert (answer.status, answer.headers.get("Retry-After"), answer.cookie) == (status, later, None)


@pytest.mark.parametrize("path", ["guest", "signup", "signin", "refresh", "signout", "reset", "forgot"])
def test_pages_of_other_sites_and_their_forms_do_nothing(desk: Desktop, path: str) -> None:
    body, _ = ENTERING.get(path, ({}, None))
    for origin in (
        "https://evil.example.com",
        "null",
        "https://talk.example.com.evil.com",
        "https://talk.example.com:1",
    ):
        answer = desk.ask(path, body, origin=origin, cookie="openline=secret-0")
        assert answer.status == 403
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
    assert desk.ask(path, body, origin="", sec_fetch_site="cross-site", cookie="openline=secret-0").status == 403
    assert desk.ask(path, b"login=ada", content_type="application/x-www-form-urlencoded").status == 400
    assert desk.ask(path, b"login=ada", content_type="text/plain").status == 400
    assert desk.ask(path, b"x" * 5_000).status == 400
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        assert desk.ask(path, method=method).status == 405
    assert desk.accounts.asked == []


@pytest.mark.parametrize(
    "body",
    [{}, {"login": "ada"}, {"login": 7, "password": "x"}, {"login": "ada", "password": "x", "role": "operator"}, []],
    ids=str,
)
def test_what_is_not_understood_is_not_asked(desk: Desktop, body: object) -> None:
    assert desk.ask("signin", body).status == 400
    assert desk.accounts.asked == []


def test_a_password_does_not_come_back(desk: Desktop) -> None:
    answer = desk.ask("signin", {"login": ["a"], "password": {"secret": "swordfish"}})
    assert answer.status == 400 and "swordfish" not in json.dumps(answer.content)


def test_who_does_not_wait_does_no_harm(desk: Desktop) -> None:
    desk.accounts.wait = Deferred()
    channel = desk.send("signin", ENTERING["signin"][0])
    channel.request.connectionLost(Failure(ConnectionDone()))
    desk.accounts.wait.callback(None)
    assert channel.transport.written.getvalue() == b""


def test_the_ways_in_are_told(desk: Desktop) -> None:
    answer = desk.ask("ways", method="GET", origin="")
    assert answer.content == {"guests": True, "accounts": True, "sign_up": "open", "oidc": [], "forgot": False}
    mailing = SETTINGS.model_copy(update={"accounts": SETTINGS.accounts.model_copy(update={"mail": "app.mail.send"})})
    assert Desktop(mailing).ask("ways", method="GET").content["forgot"] is True
    alone = Desktop(mailing.model_copy(update={"processes": {"main": ["stream", "room"]}}))
    ways = alone.ask("ways", method="GET").content
    assert (ways["accounts"], ways["forgot"]) == (False, False)
    assert alone.ask("signin", ENTERING["signin"][0]).status == 403
    assert alone.accounts.asked == []


# ---- what was cut before this node knew


def test_nobody_comes_in_before_it_is_known_who_is_cut(desk: Desktop) -> None:
    memory = desk.memory
    memory.cuts.is_open = False
    token = Token("u_ada", "Ada", "member", 2e9, "f_1", issued=NOW)
    client = memory.client()
    client.enter(token)
    assert client.cut is not None and (client.cut.why.code, client.cut.words) == (3007, NOT_YET)
    desk.accounts.cuts = [api.Cut("u_ada", "f_2", NOW)]
    cutting(desk, memory.cuts).look()
    client = memory.client()
    client.enter(token)
    assert client.heard[-1][0] == 2


def test_what_was_missed_while_identity_was_away_is_caught_up_with(desk: Desktop) -> None:
    memory, known = desk.memory, desk.memory.cuts
    watch = cutting(desk, known)
    watch.look()
    client = memory.client()
    client.enter(Token("u_ada", "Ada", "member", 2e9, "f_1", issued=NOW))
    desk.accounts.cuts = [api.Cut("u_ada", "", NOW)]
    watch.look()
    assert client.cut is None
    memory.router.router.detach(desk.session)
    watch.look()
    memory.router.serve(Wire([memory.router.name], memory.clock), desk.accounts)
    watch.look()
    assert client.cut is not None and client.cut.why.code == 3006


def cutting(desk: Desktop, known: Revocations) -> Cutting:
    return Cutting(desk.memory.router.router, known, desk.wire.call)
