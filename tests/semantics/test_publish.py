"""Who gets an event, with what in it, and in which order."""

from typing import Any

import pytest

from .client import Client, Event, Kind, Refused
from .sessions import Sessions
from .vocabulary.api import ECHO, NEWS, OTHER, SECRET, TALK
from .wires import SERIALIZERS, Gone

EACH = list(SERIALIZERS)


def test_an_event_says_what_was_published_and_by_whom(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    subscription = bob.subscribe(TALK.uri)
    publication = ada.publish(TALK.uri, ["one", 2], {"three": 4.5})
    details = {"publisher": ada.id, "publisher_authid": "ada", "publisher_authrole": "guest"}
    assert bob.event() == Event(subscription, publication, details, ["one", 2], {"three": 4.5})


def test_everybody_but_the_publisher_hears_it(join: Sessions) -> None:
    ada, bob, eve = join.person("ada"), join.person("bob"), join.person("eve")
    for one in (ada, bob, eve):
        one.subscribe(TALK.uri)
    ada.publish(TALK.uri)
    assert [len(one.events()) for one in (ada, bob, eve)] == [0, 1, 1]
    ada.publish(TALK.uri, exclude_me=True)
    assert [len(one.events()) for one in (ada, bob, eve)] == [0, 1, 1]


def test_the_publisher_hears_it_when_asked_for(join: Sessions) -> None:
    ada = join.person("ada")
    ada.subscribe(TALK.uri)
    request = ada.tell(TALK.uri, ["mine"], acknowledge=True, exclude_me=False)
    published, event = ada.expect(Kind.PUBLISHED), ada.event()
    assert published[1] == request
    assert event.publication == published[2]
    assert event.args == ["mine"]


def named(join: Sessions) -> dict[str, Client]:
    """Somebody of each kind, all of them listening."""
    found = {
        "ada": join.person("ada", "member"),
        "bob": join.person("bob", "guest"),
        "bob again": join.person("bob", "guest", "cbor"),
        "eve": join.person("eve", "operator", "msgpack"),
        "component": join.component(),
    }
    for one in found.values():
        one.subscribe(TALK.uri)
    return found


LISTS: list[tuple[dict[str, Any], set[str]]] = [
    ({"exclude": ["bob"]}, {"ada", "bob again", "eve", "component"}),
    ({"exclude": ["bob", "bob again", "ada"]}, {"eve", "component"}),
    ({"exclude": [1]}, {"ada", "bob", "bob again", "eve", "component"}),
    ({"exclude": []}, {"ada", "bob", "bob again", "eve", "component"}),
    ({"exclude_authid": ["bob"]}, {"ada", "eve", "component"}),
    ({"exclude_authid": ["nobody"]}, {"ada", "bob", "bob again", "eve", "component"}),
    ({"exclude_authrole": ["guest", "component"]}, {"ada", "eve"}),
    ({"eligible": ["ada", "bob"]}, {"ada", "bob"}),
    ({"eligible": [1]}, set()),
    ({"eligible_authid": ["ada", "bob"]}, {"ada", "bob", "bob again"}),
    ({"eligible_authid": ["nobody"]}, set()),
    ({"eligible_authrole": ["member", "operator"]}, {"ada", "eve"}),
    ({"eligible_authrole": ["guest"], "exclude": ["bob"]}, {"bob again"}),
    ({"eligible_authid": ["bob", "eve"], "exclude_authrole": ["operator"]}, {"bob", "bob again"}),
    ({"eligible": ["ada", "eve"], "eligible_authrole": ["member"], "exclude_authid": ["ada"]}, set()),
    # An empty list is no list: so says Crossbar, and what is said to nobody need not be said.
    ({"eligible": []}, {"ada", "bob", "bob again", "eve", "component"}),
    ({"eligible_authid": []}, {"ada", "bob", "bob again", "eve", "component"}),
]


@pytest.mark.parametrize(("options", "hearers"), LISTS, ids=lambda value: str(value))
def test_lists_say_who_hears_it(join: Sessions, options: dict[str, Any], hearers: set[str]) -> None:
    clients, publisher = named(join), join.person("carl", "member")
    for key in ("exclude", "eligible"):
        if key in options:
            options = {**options, key: [clients[one].id if one in clients else one for one in options[key]]}
    publisher.publish(TALK.uri, **options)
    assert {name for name, client in clients.items() if client.events()} == hearers


def test_a_publisher_on_its_own_list_still_does_not_hear_itself(join: Sessions) -> None:
    ada = join.person("ada")
    ada.subscribe(TALK.uri)
    ada.publish(TALK.uri, eligible=[ada.id])
    assert ada.events() == []
    ada.publish(TALK.uri, eligible=[ada.id], exclude_me=False)
    assert len(ada.events()) == 1
    ada.publish(TALK.uri, exclude=[ada.id], exclude_me=False)
    assert ada.events() == []


def test_who_may_not_publish_is_told_when_they_ask_for_an_answer(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    bob.subscribe(NEWS.uri)
    with pytest.raises(Refused) as refused:
        ada.publish(NEWS.uri, ["fake"])
    assert refused.value.uri == "wamp.error.not_authorized"
    ada.tell(NEWS.uri, ["fake"])
    assert ada.rest() == []
    assert bob.events() == []


@pytest.mark.parametrize(
    ("topic", "uri"),
    [
        ("App.Test.Talk", "wamp.error.invalid_uri"),
        ("wamp.session.on_join", "wamp.error.invalid_uri"),
        ("wamp.anything", "wamp.error.invalid_uri"),
        ("app.test.undeclared", "wamp.error.not_authorized"),
    ],
)
def test_what_cannot_be_published_on(join: Sessions, topic: str, uri: str) -> None:
    ada = join.person("ada")
    with pytest.raises(Refused) as refused:
        ada.publish(topic, ["x"])
    assert refused.value.uri == uri
    ada.tell(topic, ["x"])
    assert ada.rest() == []


@pytest.mark.parametrize("topic", ["app.test..talk", "app.test.", "app test", ""])
def test_what_is_no_uri_is_published_to_nobody(join: Sessions, topic: str) -> None:
    """Crossbar closes the connection, as for anything that is no WAMP message."""
    ada, bob = join.person("ada"), join.person("bob")
    bob.subscribe(TALK.uri)
    with pytest.raises((Refused, Gone)):
        ada.publish(topic, ["x"])
    assert bob.events() == []


def test_without_an_answer_there_is_none(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    bob.subscribe(TALK.uri)
    ada.tell(TALK.uri, ["quiet"])
    ada.tell(TALK.uri, ["quiet"], acknowledge=False)
    assert ada.rest() == []
    assert [event.args for event in bob.events()] == [["quiet"], ["quiet"]]


def test_nobody_listening_is_fine(join: Sessions) -> None:
    ada = join.person("ada")
    first, second = ada.publish(OTHER.uri, ["hello?"]), ada.publish(OTHER.uri)
    assert first != second
    assert ada.rest() == []


@pytest.mark.parametrize("serializer", EACH)
def test_events_of_one_publisher_keep_their_order(join: Sessions, serializer: str) -> None:
    ada, bob = join.person("ada", serializer=serializer), [join.person("bob", serializer=one) for one in EACH]
    for one in bob:
        one.subscribe(TALK.uri)
        one.subscribe(OTHER.uri)
    for number in range(300):
        ada.tell([TALK.uri, OTHER.uri][number % 2], [number])
    ada.rest()
    for one in bob:
        assert [event.args for event in one.events()] == [[number] for number in range(300)]


def test_what_a_callee_published_comes_before_what_it_answered(join: Sessions) -> None:
    callers, callee = [join.person("ada", serializer=one) for one in EACH], join.component()
    callee.register(ECHO.uri)
    for one in callers:
        one.subscribe(TALK.uri)
    for number, caller in enumerate(callers * 20):
        caller.call(ECHO.uri)
        callee.tell(TALK.uri, [number, "before"])
        callee.say(Kind.YIELD, callee.expect(Kind.INVOCATION)[1], {}, [number])
        callee.tell(TALK.uri, [number, "after"])
        assert caller.event().args == [number, "before"]
        assert caller.expect(Kind.RESULT)[3] == [number]
        assert caller.event().args == [number, "after"]
        for other in set(callers) - {caller}:
            assert [event.args for event in other.events()] == [[number, "before"], [number, "after"]]


def test_an_answer_to_a_publish_comes_in_its_turn(join: Sessions) -> None:
    ada = join.person("ada")
    ada.subscribe(TALK.uri)
    for number in range(50):
        ada.tell(TALK.uri, [number], exclude_me=False, acknowledge=number % 2 == 0)
    heard = [(message[0], message[-1]) for message in ada.rest()]
    events = [payload for kind, payload in heard if kind == Kind.EVENT]
    assert events == [[number] for number in range(50)]
    for number in range(0, 50, 2):
        at = heard.index((Kind.EVENT, [number]))
        assert heard[at - 1][0] == Kind.PUBLISHED


def test_only_those_who_may_hear_a_topic_subscribe(join: Sessions) -> None:
    ada, operator = join.person("ada"), join.person("olga", "operator")
    with pytest.raises(Refused) as refused:
        ada.subscribe(SECRET.uri)
    assert refused.value.uri == "wamp.error.not_authorized"
    operator.subscribe(SECRET.uri)
    ada.publish(SECRET.uri, ["psst"])
    assert ada.rest() == []
    assert operator.event().args == ["psst"]
