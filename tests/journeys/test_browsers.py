"""Pages that answer calls, on a real node: under their own name, for whom they chose, while they are here."""

from collections.abc import Iterator

import pytest

from tests.semantics.client import Client, Kind, Refused
from tests.semantics.servers import Server, answering, our_server, ours
from tests.semantics.sessions import Sessions
from tests.support.node import Node

DENIED, NO_SUCH, CANCELED = "wamp.error.not_authorized", "wamp.error.no_such_procedure", "wamp.error.canceled"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with ours({"limits": {"procedures": 4}}) as node:
        answering(our_server(node))
        yield node
        assert "Traceback" not in node.said()


@pytest.fixture(params=["websocket", "longpoll"])
def server(request: pytest.FixtureRequest, node: Node) -> Server:
    return our_server(node, polls=request.param == "longpoll")


@pytest.fixture
def join(server: Server) -> Iterator[Sessions]:
    with Sessions(server) as sessions:
        yield sessions


def offer(client: Client, name: str = "ring", **to: list[str]) -> str:
    answer = client.reply(client.call("openline.router.offer", [], {"name": name, **to}))
    return str(answer[3][0]["uri"])


def offered(client: Client, name: str = "ring", **to: list[str]) -> str:
    """Offer and register a procedure."""
    uri = offer(client, name, **to)
    client.register(uri)
    return uri


def rings(caller: Client, callee: Client, uri: str) -> dict[str, object]:
    """Call, have it answered, and give what the callee learns of the caller."""
    request = caller.call(uri, ["hello"])
    invocation = callee.expect(Kind.INVOCATION)
    callee.say(Kind.YIELD, invocation[1], {}, ["heard"])
    assert caller.reply(request)[3] == ["heard"]
    return dict(invocation[3])


def refused(client: Client, uri: str) -> str:
    with pytest.raises(Refused) as error:
        client.reply(client.call(uri))
    return error.value.uri


def test_it_is_called_by_whom_it_chose_and_they_are_who_they_are(join: Sessions) -> None:
    ada, bob, olga, eve = join.person("ada"), join.person("bob"), join.person("olga", "operator"), join.person("eve")
    uri = offered(ada, ids=["bob"], roles=["operator"])
    assert uri == f"client.{ada.id}.ring"
    known = rings(bob, ada, uri)
    assert (known["caller"], known["caller_authid"], known["caller_authrole"]) == (bob.id, "bob", "guest")
    rings(olga, ada, uri)
    assert refused(eve, uri) == DENIED
    assert refused(join.component(), uri) == DENIED


def test_without_a_choice_it_is_for_the_same_person_alone(join: Sessions) -> None:
    ada, other, bob = join.person("ada"), join.person("ada"), join.person("bob")
    uri = f"client.{ada.id}.mine"
    ada.register(uri)
    rings(other, ada, uri)
    assert refused(bob, uri) == DENIED
    offer(ada, "mine", roles=["guest"])
    rings(bob, ada, uri)
    offer(ada, "mine")
    assert refused(bob, uri) == DENIED


@pytest.mark.parametrize("options", [{}, {"force_reregister": True}, {"invoke": "roundrobin"}, {"invoke": "last"}])
def test_nobody_takes_the_place_of_another(join: Sessions, options: dict[str, object]) -> None:
    ada, eve, bob = join.person("ada"), join.person("eve"), join.person("bob")
    uri = offered(ada, roles=["guest"])
    twin = join.person("ada")
    for thief in (eve, twin):
        for wanted in (uri, f"client.{ada.id}.other", "client.1.ring", "client.ring", f"client.{thief.id}"):
            with pytest.raises(Refused) as error:
                thief.register(wanted, **options)
            assert error.value.uri == DENIED, wanted
    for match, pattern in (("prefix", f"client.{eve.id}."), ("prefix", "client."), ("wildcard", "client..ring")):
        with pytest.raises(Refused):
            eve.register(pattern, match=match, **options)
    rings(bob, ada, uri)


def test_nobody_offers_what_is_anothers(join: Sessions) -> None:
    ada, eve = join.person("ada"), join.person("eve")
    uri = offered(ada)
    assert offer(eve, "ring", roles=["guest"]) == f"client.{eve.id}.ring" != uri
    for name in (f"x.client.{ada.id}", "..", "", "Ring", "a b"):
        try:
            assert offer(eve, name, roles=["guest"]).startswith(f"client.{eve.id}.")
        except Refused as error:
            assert error.uri == "openline.error.invalid_argument"
    assert refused(eve, uri) == DENIED


def test_a_caller_hears_when_nobody_is_there(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    uri = offer(ada, roles=["guest"])
    assert refused(bob, uri) == NO_SUCH
    ada.register(uri)
    request = bob.call(uri)
    ada.expect(Kind.INVOCATION)
    ada.leave()
    with pytest.raises(Refused) as error:
        bob.reply(request)
    assert error.value.uri == CANCELED
    assert refused(bob, uri) == NO_SUCH


def test_a_caller_hears_what_the_page_refuses(join: Sessions) -> None:
    ada, bob = join.person("ada"), join.person("bob")
    request = bob.call(offered(ada, ids=["bob"]))
    invocation = ada.expect(Kind.INVOCATION)
    ada.say(Kind.ERROR, Kind.INVOCATION, invocation[1], {}, "app.test.busy", [], {"message": "Not now."})
    with pytest.raises(Refused) as error:
        bob.reply(request)
    assert (error.value.uri, error.value.kwargs) == ("app.test.busy", {"message": "Not now."})


def test_a_session_answers_and_offers_only_so_many(join: Sessions) -> None:
    ada = join.person("ada")
    for number in range(4):
        offered(ada, f"n{number}")
    with pytest.raises(Refused) as error:
        ada.register(f"client.{ada.id}.more")
    assert error.value.uri == "openline.error.too_many_procedures"
    with pytest.raises(Refused) as error:
        offer(ada, "more")
    assert error.value.uri == "openline.router.error.too_many_offers"
    offer(ada, "n1", roles=["guest"])


def test_nobody_is_told_whether_an_address_is_taken_who_may_not_have_it(join: Sessions) -> None:
    ada, eve = join.person("ada"), join.person("eve")
    for uri in (offered(ada), f"client.{ada.id}.free", "openline.room.post", "openline.room.invented"):
        with pytest.raises(Refused) as error:
            eve.register(uri)
        assert error.value.uri == DENIED


def test_a_session_shows_nothing_of_how_it_came_in(join: Sessions) -> None:
    """To operators, who may look. Crossbar's own sessions show the headers, and with them cookies and tokens."""
    olga, ada = join.person("olga", "operator"), join.person("ada")
    seen = olga.reply(olga.call("wamp.session.get", [ada.id]))[3][0]
    assert seen["authid"] == "ada"
    text = repr(seen).lower()
    assert not [word for word in ("cookie", "authorization", "header", "ey") if f"'{word}" in text]
