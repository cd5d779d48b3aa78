"""Calls that browsers answer: in time, or not at all."""

from router.edge.calls import DEADLINE
from tests.support.edge import Client, MemoryEdge

ERROR, RESULT, INVOCATION, YIELD, REGISTER, CALL = 8, 50, 68, 70, 64, 48


def edge() -> MemoryEdge:
    """An edge whose dealer goes by its clock, too."""
    memory = MemoryEdge()
    memory.edge.router.calls._reactor = memory.clock
    return memory


def registered(memory: MemoryEdge, client: Client) -> str:
    """Have a client answer a procedure that guests may call."""
    uri: str = client.call("openline.router.offer", name="ring", roles=["guest"])[3][0]["uri"]
    client.ask(REGISTER, uri)
    return uri


def test_who_does_not_answer_in_time_is_not_waited_for() -> None:
    memory = edge()
    ada, bob = memory.client("Ada"), memory.client("Bob")
    bob.ask(CALL, registered(memory, ada), timeout=1_000_000)
    invocation = ada.heard[-1]
    assert invocation[0] == INVOCATION
    memory.clock.advance(DEADLINE - 1)
    assert bob.heard[-1][0] != ERROR
    memory.clock.advance(1)
    assert (bob.heard[-1][0], bob.heard[-1][4]) == (ERROR, "openline.error.unavailable")
    before = len(bob.heard)
    ada.say(YIELD, invocation[1], {}, ["late"])
    assert len(bob.heard) == before and ada.cut is None
    assert memory.edge.router.calls.underway(bob.session) == 0


def test_an_answer_in_time_is_the_last_that_is_said() -> None:
    memory = edge()
    ada, bob = memory.client("Ada"), memory.client("Bob")
    bob.ask(CALL, registered(memory, ada))
    ada.say(YIELD, ada.heard[-1][1], {}, ["in time"])
    assert bob.heard[-1][0] == RESULT
    before = len(bob.heard)
    memory.clock.advance(2 * DEADLINE)
    assert len(bob.heard) == before


def test_offers_end_with_their_session() -> None:
    memory = edge()
    ada, bob = memory.client("Ada"), memory.client("Bob")
    uri = registered(memory, ada)
    browsers = memory.edge.router.calls.browsers
    assert browsers.offered(uri) is not None
    ada.wamp.lost()
    assert browsers.offered(uri) is None
    assert not browsers._offers
    assert bob.call(uri)[4] == "wamp.error.no_such_procedure"
