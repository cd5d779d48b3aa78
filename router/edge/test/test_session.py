"""Signing in, what may be said when, and how much of it."""

import time
from typing import Any
from unittest.mock import Mock

import pytest
from twisted.internet.defer import Deferred

from components.settings import Limits
from router.edge.cut import Why
from router.identity import guest
from tests.support.edge import KEYS, ROLES, Client, MemoryEdge
from tests.support.router import SETTINGS

CALL, SUBSCRIBE, PUBLISH, UNSUBSCRIBE = 48, 32, 16, 34


def limited(**limits: Any) -> MemoryEdge:
    return MemoryEdge(SETTINGS.model_copy(update={"limits": Limits.model_validate(limits)}))


def rate(per_second: float, burst: int) -> dict[str, Any]:
    return {who: {"per_second": per_second, "burst": burst} for who in ("session", "user", "address")}


def test_a_ticket_gets_its_owner_in() -> None:
    client = MemoryEdge().client()
    token = guest("Ada", time.time(), 60)
    client.enter(token)
    challenge, welcome = client.heard
    assert challenge == [4, "ticket", {}]
    assert welcome[0] == 2
    details = welcome[2]
    assert (details["authid"], details["authrole"], details["authextra"]["name"]) == (token.id, "guest", "Ada")
    assert "features" in details["roles"]["broker"]


def test_the_router_knows_who_is_there_while_they_are() -> None:
    edge = MemoryEdge()
    client = edge.client("Ada")
    there: dict[int, Any] = edge.router.router._session_id_to_session
    session = there[client.heard[1][1]]
    assert session.session_details.authrole == "guest"
    client.wamp.lost()
    client.wamp.lost()
    assert client.wamp not in there.values()


@pytest.mark.parametrize(
    ("hello", "error"),
    [
        ([1, "elsewhere", {"authmethods": ["ticket"], "roles": ROLES}], "wamp.error.no_such_realm"),
        ([1, "openline", {"authmethods": ["anonymous"], "roles": ROLES}], "wamp.error.no_auth_method"),
        ([1, "openline", {"roles": ROLES}], "wamp.error.no_auth_method"),
    ],
)
def test_a_hello_for_somewhere_else_is_refused(hello: list[Any], error: str) -> None:
    client = MemoryEdge().client()
    client.say(*hello)
    assert client.heard[-1][0] == 3
    assert client.heard[-1][2] == error


def test_a_bad_ticket_gets_nobody_in() -> None:
    client = MemoryEdge().client()
    client.say(1, "openline", {"authmethods": ["ticket"], "roles": ROLES})
    client.say(5, "nonsense", {})
    assert client.heard[-1][0] == 3
    assert client.heard[-1][2] == "wamp.error.not_authorized"
    client.say(5, KEYS.sign(guest("Ada", time.time(), 60)), {})
    assert client.cut is not None
    assert client.cut.why is Why.OUT_OF_TURN


@pytest.mark.parametrize(
    "raw",
    [
        [1],
        [1, 7, {}],
        [1, "openline", []],
        [1, "openline", {"roles": []}],
        [1, "openline", {"roles": {"caller": 7}}],
        [1, "openline", {"roles": {"caller": {"features": {"call_canceling": "yes"}}}}],
    ],
)
def test_a_malformed_hello_ends_the_connection(raw: list[Any]) -> None:
    client = MemoryEdge().client()
    client.say(*raw)
    assert client.cut is not None
    assert client.cut.why is Why.MALFORMED


@pytest.mark.parametrize("raw", [[48, 1, {}, "a.b"], [5, "x", {}], [16, 1, {}, "a.b"], [2, 1, {}], [99]])
def test_nothing_goes_before_hello(raw: list[Any]) -> None:
    client = MemoryEdge().client()
    client.say(*raw)
    assert client.cut is not None
    assert client.cut.why is Why.OUT_OF_TURN


@pytest.mark.parametrize("raw", [[1, "openline", {"roles": ROLES}], [5, "x", {}], [36, 1, 2, {}], [50, 1, {}], [99]])
def test_what_a_router_says_or_was_said_is_not_for_a_joined_client(raw: list[Any]) -> None:
    client = MemoryEdge().client("Ada")
    client.say(*raw)
    assert client.cut is not None
    assert client.cut.why is Why.OUT_OF_TURN


@pytest.mark.parametrize(
    "raw",
    [
        [48],
        [48, "x", {}, "a.b"],
        [48, 1, 7, "a.b"],
        [32, 1, {}],
        [16, -1, {}, "a.b"],
        [48, 1, {}, "a.b", "x"],
        [8, 48, 1, {}, "a..b"],
    ],
)
def test_a_malformed_request_ends_the_connection(raw: list[Any]) -> None:
    client = MemoryEdge().client("Ada")
    client.say(*raw)
    assert client.cut is not None
    assert client.cut.why is Why.MALFORMED


@pytest.mark.parametrize("uri", ["", "a..b", "A B", 7, None])
@pytest.mark.parametrize("kind", [CALL, SUBSCRIBE])
def test_what_is_no_address_is_refused_and_the_connection_goes_on(kind: int, uri: object) -> None:
    client = MemoryEdge().client("Ada")
    answer = client.ask(kind, uri)[-1]
    assert (answer[0], answer[1]) == (8, kind)
    assert answer[4] in ("wamp.error.invalid_uri", "wamp.error.not_authorized")
    assert client.cut is None


def test_who_does_not_sign_in_is_cut_off() -> None:
    edge = MemoryEdge()
    silent, begun, joined = edge.client(), edge.client(), edge.client("Ada")
    begun.say(1, "openline", {"authmethods": ["ticket"], "roles": ROLES})
    edge.pass_time(11)
    for client in (silent, begun):
        assert client.cut is not None
        assert client.cut.why is Why.NO_HELLO
    assert joined.cut is None


def test_after_goodbye_one_may_come_again_on_the_same_connection() -> None:
    edge = MemoryEdge()
    client = edge.client("Ada")
    client.say(6, {}, "wamp.close.close_realm")
    assert client.heard[-1] == [6, {}, "wamp.close.goodbye_and_out"]
    client.enter(guest("Ada", time.time(), 60))
    assert client.heard[-1][0] == 2
    client.say(6, {}, "wamp.close.close_realm")
    edge.pass_time(11)
    assert client.cut is not None
    assert client.cut.why is Why.NO_HELLO


def test_who_comes_and_goes_all_the_time_is_cut_off() -> None:
    client = MemoryEdge().client("Ada")
    for _ in range(30):
        if client.cut is None:
            client.say(6, {}, "wamp.close.close_realm")
            client.enter(guest("Ada", time.time(), 60))
    assert client.cut is not None
    assert client.cut.why is Why.FLOOD


def test_what_is_no_request_counts_too() -> None:
    client = limited(calls=rate(1, 1), subscribes=rate(1, 1)).client("Ada")
    for _ in range(3):
        client.say(49, 7, {})
        client.say(UNSUBSCRIBE, 8, 9)
    assert len(client.held) >= 4
    assert [raw[4] for raw in client.heard if raw[0] == 8][1:] == ["openline.error.too_fast"] * 2


def test_what_one_person_waits_for_is_not_handed_to_the_next_on_the_same_connection() -> None:
    edge = MemoryEdge()
    asked: list[Deferred[bool]] = []

    async def decide(*_: object) -> bool:
        asked.append(Deferred())
        return await asked[-1]

    role: Any = edge.router.router._roles["guest"]
    role._guard = Mock(known=lambda *_: None, decide=decide)
    client = edge.client("Ada")
    client.ask(SUBSCRIBE, "openline.room.private")
    client.say(6, {}, "wamp.close.close_realm")
    client.enter(guest("Bob", time.time(), 60))
    before = len(client.heard)
    asked[0].callback(True)
    assert client.heard[before:] == []
    assert edge.router.router.events.subscriptions(client.wamp) == 0


def test_too_many_calls_are_told_how_long_to_wait() -> None:
    client = limited(calls=rate(1, 3)).client("Ada")  # To sign in counts as one of its address.
    answers = [client.call("openline.none.such") for _ in range(4)]
    assert [answer[4] for answer in answers[:2]] == ["wamp.error.not_authorized"] * 2
    for answer in answers[2:]:
        assert answer[4] == "openline.error.too_fast"
        assert 0 < answer[6]["retry_after"] <= 1
    assert 0 < client.held[0] <= 1
    assert client.cut is None


def send_too_much(edge: MemoryEdge, client: Client, seconds: int, every: float = 1.0) -> None:
    for _ in range(int(seconds / every)):
        edge.pass_time(every)
        for _ in range(20):
            if client.cut is None:
                client.call("openline.none.such")


def test_who_goes_on_and_on_is_cut_off() -> None:
    edge = limited(calls=rate(1, 1))
    client = edge.client("Ada")
    send_too_much(edge, client, 299)
    assert client.cut is None
    send_too_much(edge, client, 5)
    assert client.cut is not None
    assert client.cut.why is Why.FLOOD
    assert client.cut.retry_after is not None


def test_who_now_and_then_sends_too_much_is_not_cut_off() -> None:
    edge = limited(calls=rate(1, 1))
    client = edge.client("Ada")
    send_too_much(edge, client, 100, every=10.0)
    assert client.cut is None


def test_a_publish_that_wants_no_answer_gets_none_when_there_are_too_many() -> None:
    client = limited(publishes=rate(1, 1)).client("Ada")
    for _ in range(3):
        client.ask(PUBLISH, "app.demo.x")
    before = len(client.heard)
    assert client.ask(PUBLISH, "app.demo.x", acknowledge=True)[-1][4] == "openline.error.too_fast"
    assert len(client.heard) == before + 1


def test_a_session_has_so_many_subscriptions() -> None:
    client = limited(subscriptions=2).client("Ada")
    answers = [client.subscribe(f"app.demo.{name}") for name in "abc"]
    assert [answer[0] for answer in answers] == [33, 33, 8]
    assert answers[2][4] == "openline.error.too_many_subscriptions"
    client.say(UNSUBSCRIBE, 9, answers[0][2])
    assert client.subscribe("app.demo.c")[0] == 33


def test_nothing_is_taken_from_a_connection_that_is_gone() -> None:
    client = MemoryEdge().client("Ada")
    client.wamp.lost()
    before = list(client.heard)
    client.call("openline.none.such")
    assert client.heard == before


def test_transports_that_speak_no_wamp_are_let_in_by_a_token() -> None:
    client = MemoryEdge().client()
    client.wamp.admit(KEYS.sign(guest("Ada", time.time(), 60)), {})
    assert client.subscribe("app.demo.x")[0] == 33


def test_a_session_can_be_ended_from_inside() -> None:
    edge = MemoryEdge()
    client, other = edge.client("Ada"), edge.client("Bob")
    client.subscribe("app.demo.x")
    client.wamp.leave("wamp.close.killed", "Go.")
    other.ask(PUBLISH, "app.demo.x")
    assert client.heard[-1] == [6, {"message": "Go."}, "wamp.close.killed"]
    edge.pass_time(0)
    assert client.cut is not None
