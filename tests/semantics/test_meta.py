"""What operators see and do: who comes and goes, and sending somebody away."""

from contextlib import suppress
from typing import Any

import pytest

from tests.support.node import wait_for

from .client import ROLES, Client, Kind, Refused
from .servers import Server
from .sessions import Sessions
from .wires import Gone


def ask(client: Client, procedure: str, *args: Any, **kwargs: Any) -> Any:
    """Call a procedure of the router's, and answer with what it says."""
    result = client.reply(client.call(procedure, list(args), kwargs))
    return result[3][0] if len(result) > 3 else None


def test_who_joins_and_leaves_is_told(join: Sessions) -> None:
    olga = join.person("olga", "free")
    olga.subscribe("wamp.session.on_join")
    olga.subscribe("wamp.session.on_leave")
    ada = join.person("ada")
    joined = olga.event()
    assert {key: joined.args[0][key] for key in ("session", "authid", "authrole", "authmethod")} == {
        "session": ada.id,
        "authid": "ada",
        "authrole": "guest",
        "authmethod": "ticket",
    }
    ada.leave()
    assert olga.event().args == [ada.id]
    bob = join.person("bob")
    assert olga.event().args[0]["session"] == bob.id
    bob.wire.close()
    assert olga.event().args == [bob.id]


def test_who_is_here(join: Sessions) -> None:
    olga, ada = join.person("olga", "free"), join.person("ada")
    assert {olga.id, ada.id} <= set(ask(olga, "wamp.session.list"))
    assert ask(olga, "wamp.session.list", ["guest"]) == [ada.id]
    assert ask(olga, "wamp.session.count", ["guest"]) == 1
    assert ask(olga, "wamp.session.get", ada.id)["authid"] == "ada"
    ada.leave()
    assert ask(olga, "wamp.session.count", ["guest"]) == 0


def test_somebody_is_sent_away(join: Sessions) -> None:
    olga, ada, bob = join.person("olga", "free"), join.person("ada"), join.person("bob")
    ask(olga, "wamp.session.kill", ada.id, reason="app.test.enough", message="That is enough.")
    goodbye = ada.expect(Kind.GOODBYE)
    assert goodbye[2] == "app.test.enough"
    assert goodbye[1] == {"message": "That is enough."}
    answer_goodbye(ada)
    wait_for(lambda: ada.id not in ask(olga, "wamp.session.list"), "who was sent away is still here")
    bob.rest()
    with pytest.raises(Refused) as refused:
        ask(olga, "wamp.session.kill", ada.id)
    assert refused.value.uri == "wamp.error.no_such_session"


def answer_goodbye(client: Client) -> None:
    """Say goodbye in turn, if the server is still there to hear it."""
    with suppress(Gone):
        client.say(Kind.GOODBYE, {}, "wamp.close.goodbye_and_out")


def test_everybody_of_a_name_is_sent_away(join: Sessions) -> None:
    olga, adas = join.person("olga", "free"), [join.person("ada"), join.person("ada", serializer="cbor")]
    bob = join.person("bob")
    sent = ask(olga, "wamp.session.kill_by_authid", "ada", reason="app.test.enough")
    assert sorted(sent) == sorted(ada.id for ada in adas)
    for ada in adas:
        assert ada.expect(Kind.GOODBYE)[2] == "app.test.enough"
    bob.rest()


def test_who_is_sent_away_hears_nothing_more(join: Sessions, server: Server) -> None:
    olga, ada, bob = join.person("olga", "free"), join.person("ada"), join.person("bob")
    for one in (ada, bob):
        one.subscribe("app.test.talk")
    for number in range(30):
        olga.tell("app.test.talk", [number])
        if number == 15:
            olga.call("wamp.session.kill", [ada.id], {"reason": "app.test.enough"})
    assert [bob.event().args for _ in range(30)] == [[number] for number in range(30)]
    heard = [ada.hear() for _ in range(17)]
    assert [message[0] for message in heard] == [Kind.EVENT] * 16 + [Kind.GOODBYE]
    assert [message[-1] for message in heard[:16]] == [[number] for number in range(16)]
    if not server.is_plain:  # Crossbar goes on sending until the client, too, has said goodbye.
        with pytest.raises(Gone):
            ada.hear()


def test_subscriptions_are_told_and_counted(join: Sessions) -> None:
    olga, ada = join.person("olga", "free"), join.person("ada")
    for event in ("on_create", "on_subscribe", "on_unsubscribe", "on_delete"):
        olga.subscribe(f"wamp.subscription.{event}")
    subscription = ada.subscribe("app.test.other")
    created, subscribed = olga.event(), olga.event()
    assert (created.args[0], created.args[1]["uri"]) == (ada.id, "app.test.other")
    assert subscribed.args == [ada.id, subscription]
    assert ask(olga, "wamp.subscription.count_subscribers", subscription) == 1
    assert ask(olga, "wamp.subscription.lookup", "app.test.other") == subscription
    ada.leave()
    # Crossbar says it when it has forgotten who left: the first argument is null.
    assert [olga.event().args[1:], olga.event().args[1:]] == [[subscription]] * 2


def test_nobody_else_may_look(join: Sessions) -> None:
    ada = join.person("ada")
    for topic in ("wamp.session.on_join", "wamp.session.on_leave"):
        with pytest.raises(Refused) as refused:
            ada.subscribe(topic)
        assert refused.value.uri == "wamp.error.not_authorized"


def test_a_hello_again_is_not_a_way_around(join: Sessions) -> None:
    """Crossbar ignores a second HELLO; whatever is done about it, it changes nobody."""
    ada, bob = join.person("ada"), join.person("bob")
    bob.subscribe("app.test.talk")
    try:
        ada.say(Kind.HELLO, "openline", {"roles": ROLES, "authmethods": ["ticket"], "authid": "olga"})
        ada.publish("app.test.talk")
    except Gone:
        assert bob.events() == []
    else:
        assert bob.event().details["publisher_authid"] == "ada"


def test_what_is_published_before_goodbye_is_published(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    for one in (ada, bob):
        one.subscribe("app.test.talk")
    for number in range(20):
        ada.tell("app.test.talk", [number], exclude_me=False)
    ada.say(Kind.GOODBYE, {}, "wamp.close.close_realm")
    heard = [ada.hear() for _ in range(21)]
    assert [message[0] for message in heard] == [Kind.EVENT] * 20 + [Kind.GOODBYE]
    assert [bob.event().args for _ in range(20)] == [[number] for number in range(20)]
