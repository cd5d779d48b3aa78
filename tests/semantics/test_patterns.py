"""Subscriptions and registrations for many addresses at once: for a role that may have them."""

from typing import Any

import pytest

from .client import Client, Kind, Refused
from .sessions import Sessions
from .wires import SERIALIZERS

EACH = list(SERIALIZERS)


@pytest.mark.parametrize(
    ("match", "pattern", "heard", "unheard"),
    [
        ("exact", "x.a.b", ["x.a.b"], ["x.a", "x.a.b.c", "x.a.bb"]),
        ("prefix", "x.a", ["x.a", "x.a.b", "x.ab", "x.a.b.c"], ["x", "x.b", "y.x.a"]),
        ("prefix", "x.a.", ["x.a.b", "x.a.b.c"], ["x.a", "x.ab"]),
        ("wildcard", "x..c", ["x.a.c", "x.b.c"], ["x.c", "x.a.b.c", "x.a.d"]),
        ("wildcard", "x.a.", ["x.a.b", "x.a.c"], ["x.a", "x.a.b.c"]),
        ("wildcard", ".a.", ["x.a.b", "y.a.z"], ["x.b.a", "a.b"]),
    ],
)
def test_what_a_pattern_hears(join: Sessions, match: str, pattern: str, heard: list[str], unheard: list[str]) -> None:
    ada, bob = join.person("ada", "free"), join.person("bob", "free")
    subscription = bob.subscribe(pattern, match=match)
    for topic in [*heard, *unheard]:
        ada.publish(topic, [topic])
    events = bob.events()
    assert [event.args for event in events] == [[topic] for topic in heard]
    assert {event.subscription for event in events} == {subscription}
    topics = [event.details.get("topic") for event in events]
    assert topics == (heard if match != "exact" else [None])


def test_one_publish_for_several_subscriptions(join: Sessions) -> None:
    """An event comes once for each subscription that it fits, all with one publication id."""
    ada, bobs = join.person("ada", "free"), [join.person("bob", "free", one) for one in EACH]
    for bob in bobs:
        exact, prefix = bob.subscribe("x.a.b"), bob.subscribe("x.a", match="prefix")
        wild, other = bob.subscribe("x..b", match="wildcard"), bob.subscribe("x.b", match="prefix")
    publication = ada.publish("x.a.b", [1])
    for bob in bobs:
        events = bob.events()
        assert {event.subscription for event in events} == {exact, prefix, wild}
        assert len(events) == 3
        assert {event.publication for event in events} == {publication}
        bob.unsubscribe(prefix)
    ada.publish("x.a.b", [2])
    for bob in bobs:
        assert {event.subscription for event in bob.events()} == {exact, wild}
        assert other not in (exact, prefix, wild)


def test_the_same_address_with_another_match_is_another_subscription(join: Sessions) -> None:
    bob = join.person("bob", "free")
    assert len({bob.subscribe("x.a", match=match) for match in ("exact", "prefix", "wildcard")}) == 3


def test_patterns_hear_the_publisher_only_when_asked_for(join: Sessions) -> None:
    ada, bob = join.person("ada", "free"), join.person("bob", "free")
    for one in (ada, bob):
        one.subscribe("x.", match="prefix")
        one.subscribe("x.a")
    ada.publish("x.a")
    assert [len(one.events()) for one in (ada, bob)] == [0, 2]
    ada.publish("x.a", exclude_me=False)
    assert [len(one.events()) for one in (ada, bob)] == [2, 2]
    ada.publish("x.a", exclude=[bob.id], exclude_me=False)
    assert [len(one.events()) for one in (ada, bob)] == [2, 0]


@pytest.mark.parametrize("serializer", EACH)
def test_order_across_topics_and_patterns(join: Sessions, serializer: str) -> None:
    """Whoever subscribed to two topics hears them in the order of the publisher (WAMP spec §Ordering Guarantees)."""
    ada, bob = join.person("ada", "free", serializer), join.person("bob", "free", serializer)
    for topic, match in (("x.a", "exact"), ("x.b", "exact"), ("x.c.", "prefix")):
        bob.subscribe(topic, match=match)
    for number in range(150):
        ada.tell(["x.a", "x.b", "x.c.d"][number % 3], [number])
    ada.rest()
    assert [event.args for event in bob.events()] == [[number] for number in range(150)]


def test_who_hears_by_pattern_leaves_in_a_burst(join: Sessions) -> None:
    ada, bob = join.person("ada", "free"), join.person("bob", "free")
    pattern, exact = bob.subscribe("x.", match="prefix"), bob.subscribe("x.a")
    for number in range(100):
        ada.tell("x.a", [number])
        if number == 50:
            request = bob.ask(Kind.UNSUBSCRIBE, pattern)
    ada.rest()
    heard = bob.rest()
    end = [message[:2] for message in heard].index([Kind.UNSUBSCRIBED, request])
    assert {message[1] for message in heard[end + 1 :]} <= {exact}
    assert [message[-1] for message in heard if message[:2] == [Kind.EVENT, exact]] == [
        [number] for number in range(100)
    ]


def answered_by(caller: Client, callees: dict[str, Client], procedure: str) -> str:
    """Call, and say which of the callees got it."""
    request = caller.call(procedure)
    caller.rest()  # By now the call has been passed on.
    for name, callee in callees.items():
        for message in callee.rest():
            assert message[0] == Kind.INVOCATION
            assert message[3].get("procedure") == (None if name.startswith("exact") else procedure)
            callee.say(Kind.YIELD, message[1], {}, [name])
    answer: Any = caller.reply(request)[3][0]
    return str(answer)


def test_the_closest_registration_answers(join: Sessions) -> None:
    caller = join.person("ada", "free")
    callees = {name: join.person(name, "free") for name in ("exact", "longer", "prefix", "wildcard")}
    callees["exact"].register("y.a.b")
    callees["longer"].register("y.a", match="prefix")
    callees["prefix"].register("y.", match="prefix")
    callees["wildcard"].register("z..c", match="wildcard")
    assert answered_by(caller, callees, "y.a.b") == "exact"
    assert answered_by(caller, callees, "y.a.c") == "longer"
    assert answered_by(caller, callees, "y.b.c") == "prefix"
    assert answered_by(caller, callees, "z.b.c") == "wildcard"
    with pytest.raises(Refused) as refused:
        caller.reply(caller.call("z.b.d"))
    assert refused.value.uri == "wamp.error.no_such_procedure"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("first", "a" * 4), ("last", "b" * 4), ("roundrobin", "abab")],
)
def test_several_that_answer_one_procedure(join: Sessions, policy: str, expected: str) -> None:
    caller, a, b = (join.person(name, "free") for name in ("ada", "a", "b"))
    callees = {"exact a": a, "exact b": b}
    for callee in callees.values():
        callee.register("y.shared", invoke=policy)
    assert "".join(answered_by(caller, callees, "y.shared")[-1] for _ in range(4)) == expected
