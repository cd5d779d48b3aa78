"""Who is a component: attacks on a real node, and a component of somebody else's that is added while it runs."""

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import yaml

from components import keys
from components.keys import Key, own_key
from tests.semantics.client import ROLES, Client, Kind, Refused
from tests.semantics.servers import REALM, Server, answering, join_by_key, our_server, ours, signed
from tests.semantics.wires import Gone, RawSocket
from tests.support.node import ROOT, Node, free_port, wait_for

FAILED = "wamp.error.authentication_failed"
DENIED = "wamp.error.not_authorized"
HELLO_SECONDS = 3


@pytest.fixture(scope="module")
def tcp() -> int:
    """A port on which components of other machines come in."""
    return free_port()


def take_tcp(node: Node, port: int) -> None:
    """Add the transport of the how-to to a node that is not started yet."""
    file = node.cbdir / "config.yaml"
    config = yaml.safe_load(file.read_text())
    [transport] = yaml.safe_load(program("components.md", "- type: rawsocket"))
    transport["endpoint"] |= {"port": port, "interface": "127.0.0.1"}
    del transport["endpoint"]["tls"]
    config["workers"][0]["transports"].append(transport)
    file.write_text(yaml.safe_dump(config))


@pytest.fixture(scope="module")
def node(tcp: int) -> Iterator[Node]:
    node = ours({"limits": {"hello": f"{HELLO_SECONDS}s"}})
    take_tcp(node, tcp)
    with node:
        answering(our_server(node))
        yield node
        said = node.said()
        assert "Traceback" not in said
        for path in (node.cbdir / "keys").rglob("*.key"):
            assert path.read_text().strip() not in said


@pytest.fixture
def server(node: Node) -> Server:
    return our_server(node)


def stranger(node: Node) -> Client:
    """Come in by the socket, and say nothing yet."""
    return Client(RawSocket(node.cbdir / "run/router1.sock"), "cbor")


def enter(node: Node, key: Key) -> Client:
    """Come in with a key."""
    client = stranger(node)
    join_by_key(client, key)
    return client


def refused(action: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as found:
        action()
    return found.value


def openline(node: Node, *arguments: str) -> str:
    """Do what an operator types."""
    command = [sys.executable, "-m", "openline", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=node.folder).stdout


def add(node: Node, name: str, *more: str) -> Key:
    """Add a component, and take its key from where the command says it is."""
    said = openline(node, "component", "add", name, *more)
    path = keys.private_file(node.cbdir / "keys", name)
    assert str(path) in said
    return Key(name, path.read_text().strip())


def ended(client: Client) -> bool:
    """Hear on until the connection is closed."""
    with suppress(Gone):
        while True:
            client.hear()
    return True


# ---- signing in


def test_only_the_owner_reaches_the_socket_and_reads_the_keys(node: Node) -> None:
    for folder in ("run", "keys", "keys/components"):
        assert (node.cbdir / folder).stat().st_mode & 0o777 == 0o700
    private = list((node.cbdir / "keys/components").glob("*.key"))
    assert {"stream.key", "room.key"} <= {path.name for path in private}
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}


@pytest.mark.parametrize("method", ["anonymous", "ticket", "wampcra", "tls", "anonymous-proxy", "cryptosign-proxy"])
def test_who_has_no_key_is_refused(node: Node, method: str) -> None:
    client = stranger(node)
    authextra = {"proxy_authid": "room", "proxy_authrole": "component", "proxy_realm": REALM}
    assert refused(lambda: client.join(REALM, "room", method, "x", authextra=authextra)).uri == FAILED
    assert ended(client)


@pytest.mark.parametrize("authextra", [{}, {"pubkey": "0" * 64}, {"pubkey": 7}, {"pubkey": None}, {"pubkey": []}])
@pytest.mark.parametrize("authid", [None, "room", "../components/room", "x" * 10_000])
def test_who_shows_no_key_that_is_known_is_refused(node: Node, authid: str | None, authextra: Any) -> None:
    client = stranger(node)
    answer = refused(lambda: client.join(REALM, authid, "cryptosign", "00" * 96, authextra=authextra))
    assert answer.uri == FAILED
    assert answer.kwargs == {"message": "This key is not known here, or not any more."}


@pytest.mark.parametrize("answer", ["", "zz", "00" * 96, "0" * 191, "00" * 10_000])
def test_who_shows_anothers_key_without_having_it_is_refused(node: Node, answer: str) -> None:
    public = own_key(node.cbdir / "keys", "room").public
    client = stranger(node)
    refusal = refused(lambda: client.join(REALM, "room", "cryptosign", answer, authextra={"pubkey": public}))
    assert (refusal.uri, refusal.kwargs) == (FAILED, {"message": "This was not signed with the key that was shown."})
    assert ended(client)


def test_who_signs_with_another_key_is_refused(node: Node) -> None:
    room, stream = (own_key(node.cbdir / "keys", name) for name in ("room", "stream"))
    client, extra = stranger(node), {"pubkey": room.public}
    answer = refused(lambda: client.join(REALM, "room", "cryptosign", signed(stream), authextra=extra))
    assert answer.uri == FAILED
    mine = {"pubkey": stream.public}
    assert (
        refused(lambda: stranger(node).join(REALM, "room", "cryptosign", signed(stream), authextra=mine)).uri == FAILED
    )


def test_what_was_overheard_is_of_no_use(node: Node) -> None:
    key = own_key(node.cbdir / "keys", "room")
    heard: list[str] = []

    def answer(challenge: str) -> str:
        heard.append(signed(key)(challenge))
        return heard[-1]

    extra = {"pubkey": key.public}
    first = stranger(node)
    first.join(REALM, "room", "cryptosign", answer, authextra=extra)
    first.leave()
    assert refused(lambda: stranger(node).join(REALM, "room", "cryptosign", heard[0], authextra=extra)).uri == FAILED


def test_a_challenge_is_answered_once(node: Node) -> None:
    key = own_key(node.cbdir / "keys", "room")
    client = stranger(node)
    said = {"roles": ROLES, "authmethods": ["cryptosign"], "authextra": {"pubkey": key.public}}
    client.say(Kind.HELLO, REALM, said)
    challenge = client.expect(Kind.CHALLENGE)[2]["challenge"]
    client.say(Kind.AUTHENTICATE, "00" * 96, {})
    client.expect(Kind.ABORT)
    client.say(Kind.AUTHENTICATE, signed(key)(challenge), {})
    client.expect(Kind.ABORT)
    assert ended(client)


def test_who_says_nothing_is_hung_up_on(node: Node) -> None:
    assert ended(stranger(node))


def test_the_name_and_role_are_what_the_key_says(node: Node) -> None:
    client = stranger(node)
    key = own_key(node.cbdir / "keys", "room")
    extra = {"pubkey": key.public, "role": "operator", "trustroot": "0x00", "certificates": [[1, 2, 3]]}
    client.join("elsewhere", None, "cryptosign", signed(key), authextra=extra, authrole="operator")
    assert {name: client.welcome[name] for name in ("authid", "authrole", "realm")} == {
        "authid": "room",
        "authrole": "component",
        "realm": REALM,
    }
    client.leave()


def test_each_refusal_is_one_line_without_what_was_said(node: Node) -> None:
    before = len(node.said())
    canary = "c0ffee" * 32
    with pytest.raises(Refused):
        stranger(node).join(REALM, canary, "cryptosign", canary, authextra={"pubkey": canary, "more": canary})
    said = wait_for(lambda: "component_unknown" in node.said()[before:] and node.said()[before:], "it was not said")
    assert said.count("refused: component_unknown") == 1
    assert "c0ffee" not in said


# ---- registering


@pytest.mark.parametrize("options", [{}, {"force_reregister": True}, {"invoke": "roundrobin"}, {"match": "exact"}])
@pytest.mark.parametrize(
    "uri", ["openline.room.post", "openline.stream.publish", "openline.router.who", "openline.new.one"]
)
def test_nobody_registers_what_is_anothers(node: Node, uri: str, options: dict[str, Any]) -> None:
    name = "stream" if uri.startswith("openline.room") else "room"
    client = enter(node, own_key(node.cbdir / "keys", name))
    assert refused(lambda: client.register(uri, **options)).uri in (DENIED, "wamp.error.procedure_already_exists")
    client.leave()


PATTERNS = [
    *[("prefix", uri) for uri in ("openline", "openline.room", "openline.room.post", "app", "app.prices", "wamp")],
    *[("wildcard", uri) for uri in ("openline..post", "openline.room.", "..", "app.prices.")],
]


@pytest.mark.parametrize("name", ["room", "prices"])
@pytest.mark.parametrize(("match", "uri"), PATTERNS)
def test_nobody_registers_by_pattern(node: Node, prices: Key, name: str, match: str, uri: str) -> None:
    key = prices if name == "prices" else own_key(node.cbdir / "keys", name)
    client = enter(node, key)
    assert refused(lambda: client.register(uri, match=match, force_reregister=True)).uri in (
        DENIED,
        "wamp.error.invalid_uri",
    )
    client.leave()


@pytest.mark.parametrize("role", ["guest", "member", "operator"])
@pytest.mark.parametrize("uri", ["openline.room.post", "openline.new.one", "app.test.echo", "app.prices.get"])
def test_people_register_none_of_it(server: Server, role: str, uri: str) -> None:
    person = server.person("eve", role)
    assert refused(lambda: person.register(uri, force_reregister=True)).uri == DENIED
    person.leave()


def test_the_commands_of_operators_register_nothing(node: Node) -> None:
    client = enter(node, own_key(node.cbdir / "keys", keys.COMMANDS))
    assert refused(lambda: client.register("openline.room.post", force_reregister=True)).uri == DENIED
    client.leave()


# ---- a component from outside


@pytest.fixture(scope="module")
def prices(node: Node) -> Iterator[Key]:
    """A component that was added while the node runs."""
    yield add(node, "prices", "--register", "app.prices.*", "--callers", "member")


def test_it_is_let_in_at_once_and_answers_whom_it_should(node: Node, server: Server, prices: Key) -> None:
    callee = enter(node, prices)
    assert callee.welcome["authrole"] == "service"
    callee.register("app.prices.get")
    member, guest = server.person("ada", "member"), server.person("bob")
    request = member.call("app.prices.get", [], {"of": "tea"})
    invocation = callee.expect(Kind.INVOCATION)
    assert invocation[5] == {"of": "tea"}
    callee.say(Kind.YIELD, invocation[1], {}, [], {"price": 3})
    assert member.reply(request)[4] == {"price": 3}
    assert refused(lambda: guest.reply(guest.call("app.prices.get"))).uri == DENIED
    for client in (callee, member, guest):
        client.leave()


def test_it_registers_nothing_else(node: Node, prices: Key) -> None:
    callee = enter(node, prices)
    for uri in ("openline.room.post", "openline.prices.get", "app.pricesx.get", "app.test.echo", "app.other.get"):
        assert refused(lambda uri=uri: callee.register(uri, force_reregister=True)).uri == DENIED  # type: ignore[misc]
    callee.leave()


def test_it_has_no_part_in_what_is_the_nodes_own(node: Node, prices: Key) -> None:
    client = enter(node, prices)
    for uri in ("openline.room.may", "openline.room.post", "wamp.session.list", "wamp.session.kill"):
        assert refused(lambda uri=uri: client.reply(client.call(uri))).uri == DENIED  # type: ignore[misc]
    for uri in ("openline.router.on_access_lost", "openline.room.lobby", "openline.audit"):
        assert refused(lambda uri=uri: client.subscribe(uri)).uri == DENIED  # type: ignore[misc]
        assert refused(lambda uri=uri: client.publish(uri, [], {})).uri == DENIED  # type: ignore[misc]
    for stream in ("openline.audit", "openline.room.lobby"):
        event: dict[str, Any] = {"stream": stream, "type": "forged", "data": {}}
        for call in (lambda e=event: client.call("openline.stream.publish", [], e),
                     lambda s=stream: client.call("openline.stream.read", [], {"stream": s})):  # fmt: skip
            assert refused(lambda call=call: client.reply(call())).uri == "openline.error.not_authorized"  # type: ignore[misc]
    client.leave()


def test_it_writes_to_streams_of_the_application(node: Node, server: Server, prices: Key) -> None:
    client, member = enter(node, prices), server.person("ada", "member")
    member.subscribe("app.prices.all")
    event = {"stream": "app.prices.all", "type": "price_changed", "data": {"tea": 3}}
    client.reply(client.call("openline.stream.publish", [], event))
    heard = member.event().kwargs
    assert (heard["data"], heard["by"]) == ({"tea": 3}, {"id": "prices", "name": "prices"})
    assert refused(lambda: client.publish("app.prices.all", [], heard)).uri == DENIED
    for one in (client, member):
        one.leave()


def test_who_is_removed_is_out_and_stays_out(node: Node, server: Server) -> None:
    key = add(node, "passing", "--callers", "guest")
    callee, guest = enter(node, key), server.person("bob")
    callee.register("app.passing.get")
    openline(node, "component", "remove", "passing")
    assert ended(callee)
    wait_for(lambda: refused(lambda: guest.reply(guest.call("app.passing.get"))).uri == DENIED, "it is still called")
    assert refused(lambda: enter(node, key)).uri == FAILED
    assert "passing" not in openline(node, "component", "list")
    guest.leave()


def test_who_will_not_go_is_cut_off(node: Node) -> None:
    key = add(node, "stubborn")
    callee = enter(node, key)
    callee.register("app.stubborn.get")
    openline(node, "component", "remove", "stubborn")
    assert callee.expect(Kind.GOODBYE)[2] == "openline.error.not_authorized"
    assert ended(callee)  # Without a GOODBYE of its own.


# ---- the audit trail


def trail(node: Node, after: int = 0) -> list[dict[str, Any]]:
    """Export it."""
    return [json.loads(line) for line in openline(node, "audit", "export", "--after", str(after)).splitlines()]


def over_http(server: Server, role: str) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{server.node.url}/streams/openline.audit", headers={"Authorization": f"Bearer {server.ticket('olga', role)}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, None


def test_it_tells_of_components_and_refusals(node: Node, server: Server) -> None:
    add(node, "told")
    openline(node, "component", "remove", "told")
    with pytest.raises(Refused):
        stranger(node).join(REALM, None, "anonymous")

    def refusals() -> list[dict[str, Any]]:
        return [event for event in trail(node) if event["type"] == "refused"]

    first = wait_for(refusals, "no refusal is in the trail")[0]
    assert first["by"]["id"] == "router1"
    assert all(set(one) == {"reason", "address", "count"} for one in first["data"]["refusals"])
    told = [event for event in trail(node) if event["data"].get("name") == "told"]
    assert [event["type"] for event in told] == ["component_added", "component_removed"]
    assert told[0]["data"] == {"name": "told", "register": ["app.told.*"], "callers": ["component", "operator"]}
    assert trail(node, told[0]["offset"])[0]["offset"] == told[0]["offset"] + 1
    assert over_http(server, "operator")[1]["events"][0] == trail(node)[0]


@pytest.mark.parametrize("role", ["guest", "member"])
def test_it_is_for_operators(server: Server, role: str) -> None:
    person = server.person("eve", role)
    assert refused(lambda: person.subscribe("openline.audit")).uri == DENIED
    read = person.call("openline.stream.read", [], {"stream": "openline.audit"})
    assert refused(lambda: person.reply(read)).uri == "openline.error.not_authorized"
    assert over_http(server, role)[0] == 403
    person.leave()


@pytest.mark.parametrize("role", ["guest", "member", "operator"])
def test_nobody_adds_to_it_from_outside(server: Server, role: str) -> None:
    person = server.person("eve", role)
    event: dict[str, Any] = {"stream": "openline.audit", "type": "role_changed", "data": {"id": "eve"}}
    written = person.call("openline.stream.publish", [], event)
    assert refused(lambda: person.reply(written)).uri == "openline.error.not_authorized"
    assert refused(lambda: person.publish("openline.audit", [], event)).uri == DENIED
    person.leave()


def test_it_is_followed_until_ctrl_c(node: Node) -> None:
    head = trail(node)[-1]["offset"]
    command = [sys.executable, "-m", "openline", "audit", "export", "--follow", "--after", str(head)]
    with subprocess.Popen(command, stdout=-1, stderr=-2, text=True, cwd=node.folder) as follower:
        assert follower.stdout
        add(node, "followed")
        event = json.loads(follower.stdout.readline())
        while event["type"] != "component_added":  # Refusals of the tests above may come first.
            event = json.loads(follower.stdout.readline())
        assert event["data"]["name"] == "followed"
        follower.send_signal(signal.SIGINT)
        assert follower.wait(20) == 0
        assert not follower.stdout.read()


# ---- programs


def program(page: str, first_line: str) -> str:
    """Take a program from a page of the documentation."""
    text = (ROOT / "docs/how-to" / page).read_text()
    blocks: list[str] = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    return next(block for block in blocks if block.startswith(first_line))


@contextmanager
def running(node: Node, text: str) -> Iterator[None]:
    """Run a program beside the node."""
    with subprocess.Popen([sys.executable, "-c", text], cwd=node.folder) as process:
        try:
            yield
        finally:
            process.terminate()


def answer(server: Server, role: str, uri: str, **asked: Any) -> Any:
    """Call until somebody answers."""
    person = server.person("ada", role)

    def call() -> Any:
        with suppress(Refused):
            return person.reply(person.call(uri, [], asked))[3:]
        return None

    found = wait_for(call, f"nobody answers {uri}")
    person.leave()
    return found


def test_the_program_of_the_how_to(node: Node, server: Server) -> None:
    add(node, "weather", "--register", "app.weather.*", "--callers", "member")
    with running(node, program("components.md", "# weather.py")):
        assert answer(server, "member", "app.weather.today", place="Oslo") == [[{"place": "Oslo", "degrees": 21}]]
        read = server.person("ada", "member")
        request = read.call("openline.stream.read", [], {"stream": "app.weather.asked"})
        (event,) = read.reply(request)[3][0]["events"]
        assert (event["type"], event["data"]) == ("asked", {"place": "Oslo"})
        read.leave()


def test_the_program_that_the_command_prints(node: Node, server: Server) -> None:
    said = openline(node, "component", "add", "echoes", "--callers", "guest")
    with running(node, said[said.index("from autobahn") :]):
        assert answer(server, "guest", "app.echoes.echo", words="hi") == [[{"asked": {"words": "hi"}}]]


def test_a_component_of_another_machine_comes_by_tcp(node: Node, tcp: int, prices: Key) -> None:
    callee = Client(RawSocket(tcp), "cbor")
    join_by_key(callee, prices)
    callee.register("app.prices.far")
    assert callee.welcome["authrole"] == "service"
    callee.leave()
    anonymous = Client(RawSocket(tcp), "cbor")
    assert refused(lambda: anonymous.join(REALM, None, "anonymous")).uri == FAILED
    wait_for(lambda: "component_without_key, from 127.0.0.1" in node.said(), "its address was not said")
