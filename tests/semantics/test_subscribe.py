"""When a subscription begins and ends."""

import pytest

from .client import ROLES, Kind, Refused
from .sessions import Sessions
from .vocabulary.api import OTHER, TALK
from .wires import Gone


def test_subscribing_twice_is_one_subscription(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    first, again = bob.subscribe(TALK.uri), bob.subscribe(TALK.uri)
    assert first == again
    ada.publish(TALK.uri)
    assert len(bob.events()) == 1
    bob.unsubscribe(first)
    ada.publish(TALK.uri)
    assert bob.events() == []
    with pytest.raises(Refused) as refused:
        bob.unsubscribe(first)
    assert refused.value.uri == "wamp.error.no_such_subscription"


def test_all_subscribers_of_a_topic_have_one_subscription(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    assert ada.subscribe(TALK.uri) == bob.subscribe(TALK.uri)
    assert ada.subscribe(OTHER.uri) != ada.subscribe(TALK.uri)


def test_nobody_cancels_what_is_somebody_elses(join: Sessions) -> None:
    ada, bob, eve = join.person("ada"), join.person("bob"), join.person("eve")
    subscription = bob.subscribe(TALK.uri)
    with pytest.raises(Refused) as refused:
        eve.unsubscribe(subscription)
    assert refused.value.uri == "wamp.error.no_such_subscription"
    ada.publish(TALK.uri)
    assert len(bob.events()) == 1


def test_what_is_unknown_cannot_be_cancelled(join: Sessions) -> None:
    ada = join.person("ada")
    with pytest.raises(Refused) as refused:
        ada.unsubscribe(4_711)
    assert refused.value.uri == "wamp.error.no_such_subscription"


def test_what_is_no_topic_cannot_be_subscribed(join: Sessions) -> None:
    ada = join.person("ada")
    with pytest.raises(Refused) as refused:
        ada.subscribe("App.Test")
    assert refused.value.uri == "wamp.error.invalid_uri"


@pytest.mark.parametrize("topic", ["app.test..talk", "app.test.", "app test", ""])
def test_what_is_no_uri_cannot_be_subscribed(join: Sessions, topic: str) -> None:
    """Crossbar closes the connection for some of them, as for anything that is no WAMP message."""
    ada = join.person("ada")
    with pytest.raises((Refused, Gone)):
        ada.subscribe(topic)


def test_a_cancelled_subscription_is_silent(join: Sessions) -> None:
    """Everything is sent at once, so that events are waiting when the subscription ends."""
    ada, bob = join.person("ada"), join.person("bob")
    subscription = bob.subscribe(TALK.uri)
    for number in range(200):
        ada.tell(TALK.uri, [number])
        if number == 100:
            request = bob.ask(Kind.UNSUBSCRIBE, subscription)
    ada.rest()
    heard = bob.rest()
    kinds = [message[0] for message in heard]
    assert kinds[-1] == Kind.UNSUBSCRIBED
    assert kinds.count(Kind.UNSUBSCRIBED) == 1
    assert heard[-1][1] == request
    assert [message[-1] for message in heard[:-1]] == [[number] for number in range(len(heard) - 1)]


def test_a_subscriber_that_cancels_in_its_own_burst_hears_what_came_before(join: Sessions) -> None:
    ada = join.person("ada")
    subscription = ada.subscribe(TALK.uri)
    for number in range(5):
        ada.tell(TALK.uri, [number], exclude_me=False)
    ada.ask(Kind.UNSUBSCRIBE, subscription)
    for number in range(5, 10):
        ada.tell(TALK.uri, [number], exclude_me=False)
    heard = ada.rest()
    assert [message[0] for message in heard] == [Kind.EVENT] * 5 + [Kind.UNSUBSCRIBED]
    assert [message[-1] for message in heard[:5]] == [[number] for number in range(5)]


def test_subscribing_again_begins_anew(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    for number in range(20):
        subscription = bob.subscribe(TALK.uri)
        ada.publish(TALK.uri, [number])
        bob.unsubscribe(subscription)
        ada.publish(TALK.uri, ["nobody hears this"])
        assert [message[-1] for message in bob.rest()] == [[number]]


def test_who_leaves_takes_nothing_along(join: Sessions) -> None:
    ada, bob, eve = join.person("ada"), join.person("bob"), join.person("eve")
    for one in (bob, eve):
        one.subscribe(TALK.uri)
    for number in range(100):
        ada.tell(TALK.uri, [number])
        if number == 30:
            eve.wire.close()
    ada.rest()
    assert [event.args for event in bob.events()] == [[number] for number in range(100)]


def test_whoever_can_be_told_is_told_that_a_subscription_ended(join: Sessions) -> None:
    """Revocation itself is tested in memory; here only that announcing it harms nobody."""
    roles = {**ROLES, "subscriber": {"features": {"subscription_revocation": True}}}
    ada, bob = join.person("ada"), join.person("bob", roles=roles)
    subscription = bob.subscribe(TALK.uri)
    ada.publish(TALK.uri)
    bob.unsubscribe(subscription)
    assert [message[0] for message in bob.rest()] == [Kind.EVENT]
