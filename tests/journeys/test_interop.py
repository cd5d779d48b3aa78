"""WAMP clients that nobody here wrote join, sign in, call, publish and listen, with every serializer we both know."""

import json
import subprocess
import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest
import pytest_twisted
import swampyer
import websocket
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import PublishOptions, SubscribeOptions
from twisted.internet import reactor
from twisted.internet.defer import DeferredQueue

from tests.semantics.client import Client, Refused
from tests.semantics.servers import Server, answering, our_server, ours
from tests.semantics.wires import SERIALIZERS
from tests.support.driver import node_js
from tests.support.node import ROOT
from tests.support.person import connect

TOPIC = "app.test.talk"
END = {"from": "witness", "text": "Grüße, 世界 🙂", "end": True}
NOT_FOR_PEOPLE = "wamp.session.list"
PATIENCE = 60


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with ours() as node:
        yield answering(our_server(node))


@pytest.fixture(params=list(SERIALIZERS))
def serializer(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def witness(server: Server) -> Iterator[Client]:
    """Somebody who listens beside the client under test, with a client of our own."""
    client = server.person("witness")
    client.subscribe(TOPIC)
    yield client
    client.leave()


def said_by(name: str, number: int = 2**31) -> dict[str, Any]:
    """What a client publishes; the same on all of them."""
    return {"from": name, "text": "Grüße, 世界 🙂", "number": number, "list": [1.5, None, True]}


def entry(authid: str) -> dict[str, Any]:
    """What a client adds to its stream."""
    return {"stream": f"app.demo.{authid}", "type": "said", "data": {"by": "interop"}, "key": "once"}


# ---- clients in JavaScript


class Driver:
    """A client in a process of its own (`tests/interop`); what it says is taken as it comes."""

    def __init__(self, name: str, server: Server, authid: str, serializer: str) -> None:
        url = f"ws://127.0.0.1:{server.node.port}/ws"
        script = str(ROOT / f"tests/interop/{name}.mjs")
        command = [node_js(), script, url, authid, server.ticket(authid, "guest"), serializer]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._said: SimpleQueue[dict[str, Any]] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(json.loads(line))
        self._said.put({"ended": True})

    def until(self, word: str) -> dict[str, Any]:
        """All that it says until it says this, by the word it says it under."""
        said: dict[str, Any] = {}
        while word not in said:
            more = self._said.get(timeout=PATIENCE)
            assert not {"failed", "ended"} & more.keys(), (more, said)
            said.update(more)
        return said

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)


@pytest.mark.parametrize("name", ["wampy", "autobahn"])
def test_a_client_in_javascript(server: Server, witness: Client, name: str, serializer: str) -> None:
    authid = f"{name}_{serializer}"
    driver = Driver(name, server, authid, serializer)
    try:
        said = driver.until("ready")
        assert said["joined"] == {"authid": authid, "authrole": "guest"}
        assert (said["answered"]["offset"], said["answered"]["duplicate"]) == (1, False)
        assert said["refused"] == "wamp.error.not_authorized"
        heard = witness.event()
        assert (heard.kwargs, heard.details["publisher_authid"]) == (said_by(name), authid)
        witness.publish(TOPIC, [], END)
        said = driver.until("left")
        assert (said["heard"], said["by"]) == (END, "witness")
    finally:
        driver.stop()


# ---- clients in Python


def swampyer_client(server: Server, authid: str, serializer: str) -> Any:
    """Join with swampyer; a thread of its own hears what comes."""
    client = swampyer.WAMPClientTicket(
        url=f"ws://127.0.0.1:{server.node.port}/ws",
        realm="openline",
        username=authid,
        password=server.ticket(authid, "guest"),
        serializers=[serializer],
        auto_reconnect=0,
        timeout=PATIENCE,
    )
    client.start()
    return client


def test_swampyer(server: Server, witness: Client, serializer: str) -> None:
    authid = f"swampyer_{serializer}"
    client = swampyer_client(server, authid, serializer)
    try:
        heard: SimpleQueue[Any] = SimpleQueue()

        def hear(event: Any, *args: Any, **kwargs: Any) -> None:
            heard.put(event)

        subscription = client.subscribe(TOPIC, hear)
        client.publish(TOPIC, {"acknowledge": True, "exclude_me": False}, [], said_by("swampyer", 2**63))
        event = heard.get(timeout=PATIENCE)
        assert (event.kwargs, event.details["publisher_authid"]) == (said_by("swampyer", 2**63), authid)
        assert witness.event().kwargs == said_by("swampyer", 2**63)
        answer = client.call("openline.stream.publish", **entry(authid))
        assert (answer["offset"], answer["duplicate"]) == (1, False)
        with pytest.raises(swampyer.ExInvocationError):
            client.call(NOT_FOR_PEOPLE)
        witness.publish(TOPIC, [], END)
        assert heard.get(timeout=PATIENCE).kwargs == END
        client.unsubscribe(subscription.subscription_id)
        witness.publish(TOPIC, [], END)
        client.call("openline.room.list")
        assert heard.empty()
    finally:
        client.disconnect()  # Its `shutdown` alone goes on sending pings.
        client.shutdown()


@pytest_twisted.ensureDeferred
async def test_autobahn_for_python(server: Server, serializer: str) -> None:
    authid = f"python_{serializer}"
    person = await connect(reactor, server.node.port, authid, server.ticket(authid, "guest"), serializer)
    heard: DeferredQueue[Any] = DeferredQueue()

    def hear(details: Any, **event: Any) -> None:
        heard.put((event, details.publisher_authid))

    subscription: Any = await person.subscribe(hear, TOPIC, SubscribeOptions(details=True))
    loud = PublishOptions(acknowledge=True, exclude_me=False)
    await person.publish(TOPIC, options=loud, **said_by("autobahn", 2**63))
    assert await heard.get() == (said_by("autobahn", 2**63), authid)
    answer = await person.call("openline.stream.publish", **entry(authid))
    assert (answer["offset"], answer["duplicate"]) == (1, False)
    with pytest.raises(ApplicationError) as refused:
        await person.call(NOT_FOR_PEOPLE)
    assert refused.value.error == "wamp.error.not_authorized"
    await subscription.unsubscribe()
    await person.publish(TOPIC, options=loud, **END)
    await person.call("openline.room.list")
    assert not heard.pending
    person.leave()
    await person.ended


def by_hand(server: Server, authid: str, serializer: str) -> Client:
    """Join with `websocket-client`, writing each message by hand."""
    return server.person(authid, serializer=serializer, roles={"caller": {}, "publisher": {}, "subscriber": {}})


def test_messages_written_by_hand(server: Server, witness: Client, serializer: str) -> None:
    """The least that a client has to say: no features, no options."""
    authid = f"hand_{serializer}"
    client = by_hand(server, authid, serializer)
    assert client.welcome["authrole"] == "guest"
    assert {"broker", "dealer"} <= client.welcome["roles"].keys()
    subscription = client.subscribe(TOPIC)
    client.tell(TOPIC, [], said_by("hand"))
    assert client.rest() == []
    assert witness.event().kwargs == said_by("hand")
    answer = client.reply(client.call("openline.stream.publish", [], entry(authid)))
    assert (answer[3][0]["offset"], answer[3][0]["duplicate"]) == (1, False)
    with pytest.raises(Refused) as refused:
        client.reply(client.call(NOT_FOR_PEOPLE))
    assert refused.value.uri == "wamp.error.not_authorized"
    witness.publish(TOPIC, [], END)
    heard = client.event()
    assert (heard.subscription, heard.kwargs) == (subscription, END)
    client.leave()


@pytest.mark.parametrize("offered", [["wamp.2.cbor", "wamp.2.json"], ["x.y", "wamp.2.msgpack", "wamp.2.json"]])
def test_a_client_that_offers_several_serializers_gets_one_of_them(server: Server, offered: list[str]) -> None:
    wire = websocket.create_connection(f"ws://127.0.0.1:{server.node.port}/ws", timeout=20, subprotocols=offered)
    assert wire.subprotocol in offered[-2:]
    wire.shutdown()
