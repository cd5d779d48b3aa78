"""What browsers are answered, and keep, in cases that a journey does not meet."""

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.web.server import Site
from twisted.web.test.requesthelper import DummyChannel

from components.settings import Settings
from router.http.desk import Desk
from router.http.oidc.resource import AT_ONCE, PER_ADDRESS, Oidc
from router.http.oidc.web import Answer
from router.origin import Home
from router.tokens import fixed

ISSUER = "https://id.example.com"
CORP = {"name": "corp", "title": "Corp", "issuer": ISSUER, "client_id": "openline"}
ADDRESSES = {
    name: f"{ISSUER}/{name}" for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
} | {"issuer": ISSUER}


class Gate:
    """The addresses below `/auth/oidc`, and a provider that answers when it is told to, if at all."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.settings = Settings.model_validate({"oidc": [CORP], "proxies": ["10.0.0.0/8"], **more})
        self.waiting: list[Deferred[Answer]] = []
        self.refused: list[tuple[str, str]] = []
        home = Home(hosts=frozenset({"talk.example.com"}))

        def refused(reason: str, address: str) -> None:
            self.refused.append((reason, address))

        async def nobody(procedure: Any, asked: Any) -> Any:
            raise AssertionError("nobody is to be signed in here")

        desk = Desk(self.settings, fixed(b"s" * 32), nobody, home, refused, lambda: 1_795_000_000.0, lambda: 1.0)
        self._site = Site(Oidc(desk, folder, self.ask))

    async def ask(self, url: str, *_: Any) -> Answer:
        answer: Deferred[Answer] = Deferred()
        self.waiting.append(answer)
        return await answer

    def answer(self) -> None:
        for one in self.waiting:
            one.callback(Answer(200, ADDRESSES))
        self.waiting.clear()

    def send(self, host: str = "talk.example.com", by: str = "10.0.0.1", **headers: str) -> Any:
        channel: Any = DummyChannel()
        channel.site = self._site
        channel.transport = DummyChannel.TCP(peer=type("Peer", (), {"host": by})())
        request: Any = self._site.requestFactory(channel, False)
        for name, value in {"host": host, **headers}.items():
            request.requestHeaders.setRawHeaders(name.replace("_", "-"), [value])
        request.gotLength(0)
        request.requestReceived(b"GET", b"/corp", b"HTTP/1.1")
        return channel.transport.written

    def go(self, *args: str, **headers: str) -> str:
        written = self.send(*args, **headers)
        self.answer()
        said: str = written.getvalue().decode()
        return said


def test_over_tls_the_cookie_is_of_this_host_alone(tmp_path: Path) -> None:
    said = Gate(tmp_path).go(x_forwarded_proto="https")
    assert "Set-Cookie: __Host-openline-oidc=" in said and "SameSite=Lax; Secure\r\n" in said
    assert "redirect_uri=https%3A%2F%2Ftalk.example.com%2Fauth%2Foidc%2Fcorp%2Fcallback" in said
    plain = Gate(tmp_path).go()
    assert "Set-Cookie: openline-oidc=" in plain and "Secure" not in plain
    assert "redirect_uri=http%3A%2F%2Ftalk.example.com%2F" in plain


def test_no_answer_is_kept_or_tells_where_one_was(tmp_path: Path) -> None:
    said = Gate(tmp_path).go()
    assert said.startswith("HTTP/1.1 302 ")
    assert "Cache-Control: no-store\r\n" in said and "Referrer-Policy: no-referrer\r\n" in said


def test_people_come_back_to_the_address_that_is_set(tmp_path: Path) -> None:
    gate = Gate(tmp_path, url="https://line.example.com")
    assert "redirect_uri=https%3A%2F%2Fline.example.com%2Fauth" in gate.go("another.example.com")


def test_nobody_comes_back_to_a_name_that_is_not_ours(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    for host in ("evil.example.com", "talk.example.com@evil.example.com", "", "talk.example.com/x"):
        assert "Location: /#/sign-in?error=unknown\r\n" in gate.go(host)
    assert not gate.waiting


def test_so_many_wait_for_a_provider_and_the_next_is_told(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    written = [gate.send(x_forwarded_for=f"192.0.2.{n}") for n in range(AT_ONCE)]
    assert "error=busy" in gate.send(x_forwarded_for="192.0.2.200").getvalue().decode()
    gate.answer()
    assert all(one.getvalue().startswith(b"HTTP/1.1 302 ") for one in written)
    assert "302" in gate.go(x_forwarded_for="192.0.2.200")


def test_one_address_comes_so_often(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    assert all("302" in gate.go(x_forwarded_for="192.0.2.1") for _ in range(PER_ADDRESS.burst))
    assert "error=busy" in gate.go(x_forwarded_for="192.0.2.1")
    assert gate.refused == [("provider", "192.0.2.1")]


def test_there_is_no_way_in_where_nobody_keeps_accounts(tmp_path: Path) -> None:
    assert "error=unknown" in Gate(tmp_path, processes={"main": ["stream", "room"]}).go()


def test_a_slip_of_ours_ends_on_the_page_too(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    written = gate.send()
    gate.waiting.pop().errback(RuntimeError("a slip"))
    assert "Location: /#/sign-in?error=busy\r\n" in written.getvalue().decode()
