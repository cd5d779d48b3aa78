"""Sessions end with their tokens, go on with newer ones, and end at once when they are cut."""

import time
from typing import Any

import pytest

from components.contract import Caller, Component, Nothing, Procedure, Rights, Route
from components.identity.api import Cut as Revoked
from components.wire import Wire
from router.edge.cut import Why
from router.revocations import Cutting, Revocations
from router.tokens import Token
from tests.support.edge import KEYS, Client, MemoryEdge
from tests.support.router import SETTINGS, MemoryRouter

RENEW = "openline.router.renew"
NOW = 0.0
"""When the test began."""
HELLO = Procedure("openline.hello.hello", Nothing, Nothing, callers={"guest", "member"})


@pytest.fixture(autouse=True)
def begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "NOW", time.time())


def token(expires: float = 60.0, **changes: Any) -> Token:
    return Token(**{"id": "u_1", "name": "Ada", "role": "member", "expires": NOW + expires, "issued": NOW, **changes})


def signed_in(memory: MemoryEdge, who: Token) -> Client:
    client = memory.client()
    client.enter(who)
    assert client.heard[-1][0] == 2
    return client


def pass_time(memory: MemoryEdge, until: float) -> None:
    """Let the wall clock go to so many seconds from the beginning."""
    memory.now = lambda: NOW + until
    memory.pass_time(1.0)


def is_there(client: Client) -> bool:
    return client.cut is None and client.call("openline.router.ping")[0] == 50


def test_a_session_ends_with_its_token() -> None:
    memory = MemoryEdge()
    short, long = signed_in(memory, token(60, id="u_1")), signed_in(memory, token(120, id="u_2"))
    pass_time(memory, 59.0)
    assert is_there(short) and is_there(long)
    pass_time(memory, 60.0)
    assert short.cut is not None and short.cut.why is Why.SIGNED_OUT
    assert is_there(long)
    pass_time(memory, 120.0)
    assert long.cut is not None
    assert list(memory.router.router.sessions_of("u_1")) == []


def test_who_comes_later_may_end_sooner() -> None:
    memory = MemoryEdge()
    long, short = signed_in(memory, token(120, id="u_1")), signed_in(memory, token(60, id="u_2"))
    pass_time(memory, 60.0)
    assert short.cut is not None and is_there(long)


def test_a_newer_token_makes_it_last() -> None:
    memory = MemoryEdge()
    client = signed_in(memory, token(60))
    newer = token(3_600)
    answer = client.call(RENEW, token=KEYS.sign(newer))
    assert answer[3] == [{"expires": float(int(newer.expires))}]
    pass_time(memory, 3_590.0)
    assert is_there(client)
    pass_time(memory, 3_600.0)
    assert client.cut is not None


@pytest.mark.parametrize(
    "change",
    [
        {"id": "u_2"},
        {"role": "operator"},
        {"role": "guest"},
        {"rights": Rights(read=("app.other",))},
        {"rights": Rights()},
        {"expires": NOW - 1},
    ],
    ids=str,
)
def test_somebody_else_or_who_may_less_has_to_sign_in_again(change: dict[str, Any]) -> None:
    memory = MemoryEdge()
    rights = Rights(read=("app.desk",))
    client = signed_in(memory, token(60, rights=rights))
    answer = client.call(
        RENEW,
        token=KEYS.sign(token(**{"expires": 600, "rights": rights, **change}))
        if "expires" not in change
        else KEYS.sign(token(-1, rights=rights)),
    )
    assert answer[4:] == ["openline.router.error.sign_in_again", [], {"message": "Please sign in again."}]
    assert is_there(client)
    pass_time(memory, 60.0)
    assert client.cut is not None


def test_who_may_more_goes_on() -> None:
    client = signed_in(MemoryEdge(), token(60))
    assert client.call(RENEW, token=KEYS.sign(token(600, rights=Rights(read=("app.desk",)))))[0] == 50


@pytest.mark.parametrize("given", ["", "x" * 9_000, None])
def test_what_is_no_token_renews_nothing(given: Any) -> None:
    client = signed_in(MemoryEdge(), token(60))
    assert client.call(RENEW, token=given)[0] == 8


class Hello(Component):
    """Notes who greets."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []

    def routes(self) -> list[Route]:
        return [HELLO.by(self.hello)]

    async def hello(self, caller: Caller, nothing: Nothing) -> Nothing:
        self.callers.append(caller)
        return nothing


def test_components_hear_of_another_name_and_of_more_rights() -> None:
    memory = MemoryEdge(router=MemoryRouter(SETTINGS, MemoryEdge().clock, declared=[HELLO]))
    hello = Hello()
    memory.router.serve(Wire([memory.router.name], memory.clock), hello)
    client = signed_in(memory, token(60))
    client.call(HELLO.uri)
    client.call(RENEW, token=KEYS.sign(token(600, name="Ada Lovelace", rights=Rights(read=("app.desk",)))))
    client.call(HELLO.uri)
    assert [caller.name for caller in hello.callers] == ["Ada", "Ada Lovelace"]
    assert hello.callers[1].rights == Rights(read=("app.desk",))


# ---- cuts


def cutting(memory: MemoryEdge) -> Cutting:
    async def ask(procedure: Any, request: Any) -> Any:
        raise AssertionError("nobody is asked here")

    return Cutting(memory.router.router, memory.cuts, ask)


def test_a_cut_ends_every_session_of_a_person_and_refuses_their_tokens() -> None:
    memory = MemoryEdge()
    one, two, other = (
        signed_in(memory, token(family=family, id=id))
        for family, id in (("f_1", "u_1"), ("f_2", "u_1"), ("f_1", "u_2"))
    )
    cutting(memory).cut("u_1", "", NOW)
    assert one.cut is not None and one.cut.why is Why.SIGNED_OUT
    assert two.cut is not None and is_there(other)
    again = memory.client()
    again.enter(token(family="f_1"))
    assert again.heard[-1][2] == "wamp.error.not_authorized"
    fresh = signed_in(memory, token(family="f_3", issued=NOW + 0.001))
    assert is_there(fresh)


def test_a_cut_of_one_device_leaves_the_others() -> None:
    memory = MemoryEdge()
    one, two = signed_in(memory, token(family="f_1")), signed_in(memory, token(family="f_2"))
    cutting(memory).cut("u_1", "f_1", NOW)
    assert one.cut is not None and is_there(two)


def test_who_signed_in_after_the_cut_stays() -> None:
    memory = MemoryEdge()
    client = signed_in(memory, token(issued=NOW + 5))
    cutting(memory).cut("u_1", "", NOW)
    assert is_there(client)


def test_a_cut_token_renews_nothing() -> None:
    memory = MemoryEdge()
    client = signed_in(memory, token(issued=NOW + 5))
    cutting(memory).cut("u_1", "", NOW)
    assert client.call(RENEW, token=KEYS.sign(token(600)))[4] == "openline.router.error.sign_in_again"


def test_a_token_that_does_not_say_when_it_was_made_is_cut_too() -> None:
    known = Revocations(60.0, True)
    known.add(Revoked("42", "", NOW))
    assert known.cover(token(id="42", issued=0.0))


def test_cuts_are_forgotten_when_no_token_can_be_so_old() -> None:
    now = [NOW]
    known = Revocations(60.0, True, lambda: now[0])
    known.add(Revoked("u_1", "", NOW))
    known.add(Revoked("u_2", "", NOW + 30))
    now[0] += 60
    known.forget()
    assert len(known) == 1 and known.cover(token(id="u_2"))


def test_an_older_cut_takes_nothing_back() -> None:
    known = Revocations(60.0, True)
    known.add(Revoked("u_1", "", NOW))
    known.add(Revoked("u_1", "", NOW - 5))
    assert known.cover(token())
