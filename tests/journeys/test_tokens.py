"""Tokens, cookies and keys on a real node: who gets in with them, until when, and who is cut off."""

import http.client
import json
import re
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_twisted
from autobahn.wamp.exception import ApplicationError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from tests.support.listener import Listener
from tests.support.node import ROOT, Node, wait_for
from tests.support.person import PATIENCE, Refused, Session, available, connect, introduce

SECRET = "a secret that a site and the node share"
RSA = rsa.generate_private_key(65_537, 2_048)
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PASSWORD = "correct horse battery staple"
REBOUND = "evil.example.com"
"""A name that its owner made point at the node."""


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    node = Node({"guests": {"per_minute": 1000}, "tokens": {"audience": "openline", "leeway": "0s"}})
    host_key(node, "shop.secret", SECRET.encode())
    host_key(node, "rsa.pem", PEM)
    with node:
        yield node


def host_key(node: Node, name: str, content: bytes) -> Path:
    folder = node.cbdir / "keys/host"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def site(key: Any = SECRET, algorithm: str = "HS256", headers: dict[str, Any] | None = None, **changes: Any) -> str:
    """Sign as a site does; `None` leaves a claim out."""
    now = time.time()
    claims = {"sub": "42", "name": "Ada", "role": "member", "aud": "openline", "exp": now + 600, "iat": now, **changes}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm, headers)


class Browser:
    """Keeps the cookie, as a browser does, and nothing else."""

    def __init__(self, node: Node) -> None:
        self.node, self.cookie = node, ""

    def post(self, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """Post JSON from a page of the node's."""
        status, content, answered = ask(
            self.node,
            "POST",
            f"/auth/{path}",
            {} if body is None else body,
            cookie=self.cookie,
            origin=self.node.url,
            **headers,
        )
        if cookie := answered.get("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        return status, content

    def sign_up(self, login: str) -> dict[str, Any]:
        """Make an account, once identity is there."""
        found = wait_for(lambda: self._sign_up(login), "nobody could sign up")
        assert isinstance(found, dict)
        return found

    def _sign_up(self, login: str) -> dict[str, Any] | None:
        status, content = self.post("signup", {"login": login, "password": PASSWORD})
        assert status in (200, 503), content
        return content if status == 200 else None


def ask(node: Node, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """Ask as a program that sends what it likes: status, content, headers."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    content = b"" if body is None else json.dumps(body).encode()
    connection.request(method, path, content, {"Content-Type": "application/json", **named})
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    kind = answer.headers.get("Content-Type", "")
    return answer.status, json.loads(read) if kind == "application/json" else read, dict(answer.headers)


async def enter(node: Node, token: str, authid: str | None = None) -> Session:
    return await connect(reactor, node.port, authid, token)


async def is_let_in(node: Node, token: str) -> bool:
    try:
        (await enter(node, token)).leave()
    except Refused:
        return False
    return True


async def becomes(node: Node, token: str, let_in: bool) -> None:
    """Wait until a token is taken, or not any more."""
    deadline = time.monotonic() + PATIENCE
    while await is_let_in(node, token) is not let_in:
        assert time.monotonic() < deadline, f"it is still not so that this token is let in: {let_in}"
        await deferLater(reactor, 0.05)  # Else we come in too often, and are told to wait.


async def profile(session: Session) -> tuple[str, str]:
    """Say with whom events are signed that somebody publishes: id and name."""
    stream = f"app.demo.of_{session._session_id}"
    event = {"stream": stream, "type": "said", "data": {}}
    await available(reactor, lambda: session.call("openline.stream.publish", **event))
    page = await session.call("openline.stream.read", stream=stream, after=0)
    return page["events"][0]["by"]["id"], page["events"][0]["by"]["name"]


# ---- users of a site

EXAMPLES = {
    name: re.findall(r"```python\n(# \S+\n.*?)```", (ROOT / name).read_text(), re.DOTALL)
    for name in ("README.md", "docs/how-to/your-users.md")
}


@pytest.mark.parametrize("where", EXAMPLES)
@pytest_twisted.ensureDeferred
async def test_a_site_that_knows_nothing_of_us_signs_its_users_in(node: Node, where: str, tmp_path: Path) -> None:
    [code] = [code for code in EXAMPLES[where] if "openline_token" in code]
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) <= 10
    (tmp_path / "shop.py").write_text(code)
    say = "import sys; sys.path[:0] = sys.argv[1:]; import shop; print(shop.openline_token('42', 'Ada'))"
    made = subprocess.run(
        [sys.executable, "-c", say, tmp_path], cwd=node.folder, capture_output=True, text=True, check=True
    )
    session = await enter(node, made.stdout.strip(), "42")
    assert await profile(session) == ("42", "Ada")
    assert session._authrole == "member"
    status, page, _ = await deferToThread(
        ask, node, "GET", "/streams/app.demo.none?limit=1", Authorization=f"Bearer {made.stdout.strip()}"
    )
    assert (status, page["events"]) == (200, [])
    session.leave()


def test_the_command_of_the_how_to_makes_a_secret(tmp_path: Path) -> None:
    [command] = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/how-to/your-users.md").read_text(), re.DOTALL)
    subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True)
    assert len((tmp_path / ".crossbar/keys/host/shop.secret").read_text().strip()) == 64


FORGED = {
    "unsigned": lambda: jwt.encode({"sub": "42", "role": "operator"}, "", "none"),
    "by the public key as a secret": lambda: by_hand(PEM, "rsa"),
    "by another secret": lambda: site("another secret of thirty-two bytes!"),
    "by another key": lambda: site(rsa.generate_private_key(65_537, 2_048), "RS256", {"kid": "rsa"}),
    "by a file as its key": lambda: by_hand(b"", "../../../../../../../dev/null"),
    "with an address of keys": lambda: site(headers={"kid": "x", "jku": "http://127.0.0.1:1/keys"}),
    "without an end": lambda: site(exp=None),
    "expired": lambda: site(exp=time.time() - 1),
    "not good yet": lambda: site(nbf=time.time() + 60),
    "for somebody else": lambda: site(aud="another"),
    "of a component": lambda: site(role="component"),
    "of an account": lambda: site(sub="u_0123456789abcdef"),
}


def by_hand(key: bytes, name: str) -> str:
    """Sign with bytes that PyJWT refuses to take for a secret."""
    head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "kid": name}).encode())
    claims = {"sub": "42", "name": "Eve", "role": "operator", "aud": "openline", "exp": time.time() + 60}
    said = head + b"." + jwt.utils.base64url_encode(json.dumps(claims).encode())
    signed = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(said, key)
    return (said + b"." + jwt.utils.base64url_encode(signed)).decode()


@pytest.mark.parametrize("kind", FORGED)
@pytest_twisted.ensureDeferred
async def test_a_forged_token_gets_nobody_in_anywhere(node: Node, kind: str) -> None:
    token = FORGED[kind]()
    with pytest.raises(Refused) as refused:
        await enter(node, token)
    assert refused.value.args == ("wamp.error.not_authorized", "This sign-in is not valid, or not any more.")
    for path in ("/events?stream=app.demo.x", "/streams/app.demo.x"):
        status, said, _ = await deferToThread(ask, node, "GET", path, Authorization=f"Bearer {token}")
        assert (status, said["message"]) == (401, "This sign-in is not valid, or not any more.")
    assert token not in node.said()


def test_the_reasons_are_in_the_log(node: Node) -> None:
    assert "a token was refused: " in node.said()


@pytest_twisted.ensureDeferred
async def test_a_key_of_a_site_is_taken_up_and_let_go_of_while_the_node_runs(node: Node) -> None:
    token = site("another site's secret, of thirty-two bytes")
    assert not await is_let_in(node, token)
    path = host_key(node, "late.secret", b"another site's secret, of thirty-two bytes\n")
    await becomes(node, token, True)
    path.unlink()
    await becomes(node, token, False)
    assert await is_let_in(node, site(RSA, "RS256"))


@pytest_twisted.ensureDeferred
async def test_our_own_keys_change_while_people_talk(node: Node) -> None:
    before = await deferToThread(introduce, node.url, "Ada")
    session = await enter(node, before.token)
    tool = Path(sys.executable).parent / "openline"
    command: list[str] = [str(tool), "keys", "--cbdir", str(node.cbdir), "rotate"]
    said = await deferToThread(lambda: subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    name = said.split()[0]
    assert stat.S_IMODE((node.cbdir / f"keys/{name}.key").stat().st_mode) == 0o600

    def signed_by() -> str:
        return str(jwt.get_unverified_header(introduce(node.url, "Bob").token)["kid"])

    await deferToThread(wait_for, lambda: signed_by() == name, "the new key signs nothing")
    after = await deferToThread(introduce, node.url, "Bob")
    assert await is_let_in(node, before.token) and await is_let_in(node, after.token)
    assert await session.call("openline.router.ping") == {}


# ---- how long a session lasts


@pytest_twisted.ensureDeferred
async def test_a_session_ends_with_its_token_on_every_transport(node: Node) -> None:
    token = site(exp=int(time.time()) + 5)
    session = await enter(node, token)
    listener = Listener(node.url, "stream=app.demo.x", token)
    await session.ended.addTimeout(PATIENCE, reactor)
    assert await deferToThread(listener.wait_until_refused) == 401
    assert ("closed", 3006) in [(name, about.get("code")) for name, about in listener.notices]


@pytest_twisted.ensureDeferred
async def test_a_session_that_is_renewed_outlives_its_first_token(node: Node) -> None:
    short = int(time.time()) + 5
    session, other = await enter(node, site(exp=short)), await enter(node, site(exp=short, sub="43"))
    renewed = await session.call("openline.router.renew", token=site(exp=short + 600, name="Ada Lovelace"))
    assert renewed == {"expires": float(short + 600)}
    for id, role in (("44", "member"), ("43", "operator")):
        with pytest.raises(ApplicationError) as refused:
            await other.call("openline.router.renew", token=site(sub=id, role=role))
        assert refused.value.error == "openline.router.error.sign_in_again"
    await other.ended.addTimeout(PATIENCE, reactor)
    assert await profile(session) == ("42", "Ada Lovelace")
    session.leave()


# ---- accounts


@pytest_twisted.ensureDeferred
async def test_a_device_stays_signed_in_and_a_live_session_goes_on(node: Node) -> None:
    browser = Browser(node)
    given = await deferToThread(browser.sign_up, "grace")
    session = await enter(node, given["token"], given["id"])
    first = browser.cookie
    status, newer = await deferToThread(browser.post, "refresh")
    assert (status, newer["id"]) == (200, given["id"]) and browser.cookie != first
    assert (await session.call("openline.router.renew", token=newer["token"]))["expires"] == newer["expires"]
    session.leave()


@pytest_twisted.ensureDeferred
async def test_who_signs_out_is_gone_from_every_transport_and_their_token_with_them(node: Node) -> None:
    browser, elsewhere = Browser(node), Browser(node)
    given = await deferToThread(browser.sign_up, "hopper")
    status, there = await deferToThread(elsewhere.post, "signin", {"login": "hopper", "password": PASSWORD})
    assert status == 200
    session, other = await enter(node, given["token"]), await enter(node, there["token"])
    listener = Listener(node.url, "stream=app.demo.x", given["token"])
    await deferToThread(listener.wait_until_connected)
    assert (await deferToThread(browser.post, "signout"))[0] == 200
    assert browser.cookie == "openline="
    await session.ended.addTimeout(PATIENCE, reactor)
    assert await deferToThread(listener.wait_until_refused) == 401
    assert not await is_let_in(node, given["token"])
    assert (await deferToThread(browser.post, "refresh"))[0] == 401
    assert await other.call("openline.router.ping") == {}
    assert (await deferToThread(elsewhere.post, "signout", {"everywhere": True}))[0] == 200
    await other.ended.addTimeout(PATIENCE, reactor)


@pytest_twisted.ensureDeferred
async def test_whose_sign_in_was_revoked_stays_out_after_a_restart(node: Node) -> None:
    browser = Browser(node)
    given = await deferToThread(browser.sign_up, "lamarr")
    assert await is_let_in(node, given["token"])
    await deferToThread(browser.post, "signout")
    node.stop()
    node.start()
    assert not await is_let_in(node, given["token"])


@pytest_twisted.ensureDeferred
async def test_a_cookie_that_somebody_planted_becomes_nobodys(node: Node) -> None:
    eve, ada = Browser(node), Browser(node)
    await deferToThread(eve.sign_up, "eve")
    ada.cookie = eve.cookie
    given = await deferToThread(ada.sign_up, "lovelace")
    assert given["login"] == "lovelace" and ada.cookie != eve.cookie
    assert (await deferToThread(eve.post, "refresh"))[0] == 401


def test_a_wrong_password_is_told_and_gives_nothing(node: Node) -> None:
    browser = Browser(node)
    browser.sign_up("turing")
    other = Browser(node)
    status, said = other.post("signin", {"login": "turing", "password": "something else entirely"})
    assert (status, said["error"], other.cookie) == (401, "openline.identity.error.wrong_password", "")


# ---- pages of others

ADDRESSES = [
    *(("POST", f"/auth/{name}") for name in ("guest", "signup", "signin", "refresh", "signout", "reset")),
    ("GET", "/auth/ways"),
    ("POST", "/lp/open"),
    ("GET", "/ws"),
    ("GET", "/events?stream=app.demo.x"),
    ("GET", "/streams/app.demo.x"),
    ("GET", "/"),
    ("OPTIONS", "/auth/signin"),
    ("OPTIONS", "/lp/open"),
    ("OPTIONS", "/events"),
]
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "wamp.2.json",
}


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("origin", ["https://evil.example.com", "null"])
def test_no_answer_may_be_read_by_a_page_of_another_site(node: Node, method: str, path: str, origin: str) -> None:
    status, _, headers = ask(node, method, path, {"name": "Eve"}, origin=origin, **(UPGRADE if path == "/ws" else {}))
    assert not [name for name in headers if name.lower().startswith("access-control")]
    assert status == 403 or path == "/" or method == "OPTIONS"


@pytest.mark.parametrize(("method", "path"), [one for one in ADDRESSES if one[1] != "/" and one[0] != "OPTIONS"])
def test_a_name_that_was_made_to_point_here_is_none_of_ours(node: Node, method: str, path: str) -> None:
    at = f"{REBOUND}:{node.port}"
    upgrade = UPGRADE if path == "/ws" else {}
    status, _, _ = ask(node, method, path, {"name": "Eve"}, host=at, origin=f"http://{at}", **upgrade)
    assert status == 403


def test_a_form_of_another_site_signs_nobody_in(node: Node) -> None:
    request = urllib.request.Request(
        f"{node.url}/auth/signin", b"login=a&password=b", {"Origin": "https://evil.example.com"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 403
