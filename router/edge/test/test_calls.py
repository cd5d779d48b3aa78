"""Calls to a component that lives in the router worker: no callee, no message, the same answers."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from components.contract import Caller, Component, NotAuthorized, Nothing, Procedure, Refusal, Rights, Route, payload
from components.wire import Wire
from router.edge import calls
from router.edge.cut import Why
from router.tokens import Token
from tests.support.edge import KEYS, Client, MemoryEdge
from tests.support.router import SETTINGS, MemoryRouter


@payload
class Words:
    """What is said back."""

    words: str


class Rude(Refusal):
    """One does not say that."""

    uri = "openline.parrot.error.rude"


ECHO = Procedure("openline.parrot.echo", Words, Words, callers={"guest"})
WAIT = Procedure("openline.parrot.wait", Nothing, Words, callers={"guest"})
FAR = Procedure("openline.parrot.far", Nothing, Nothing, callers={"guest"})
OURS = Procedure("openline.parrot.ours", Words, Words, callers={"component"})


class Parrot(Component):
    """Answers at once, or when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Deferred[str]] = []
        self.callers: list[Caller] = []
        self.given_up = 0

    def routes(self) -> list[Route]:
        return [ECHO.by(self.echo), WAIT.by(self.wait), OURS.by(self.echo)]

    async def echo(self, caller: Caller, said: Words) -> Words:
        self.callers.append(caller)
        if said.words == "rude":
            raise Rude(word="r***")
        if said.words == "forbidden":
            raise NotAuthorized
        if said.words == "crash":
            raise ZeroDivisionError("secret")
        return said

    async def wait(self, caller: Caller, nothing: Nothing) -> Words:
        self.waiting.append(Deferred(self._give_up))
        return Words(await self.waiting[-1])

    def _give_up(self, _: object) -> None:
        self.given_up += 1


class Cage:
    """A router with the parrot in it, and a guest."""

    def __init__(self, offered: bool) -> None:
        self.clock = Clock()
        self.memory = MemoryEdge(router=MemoryRouter(SETTINGS, self.clock, declared=[ECHO, WAIT, OURS, FAR]))
        self.parrot = Parrot()
        self.dealer: Any = self.memory.router.router.calls
        self.dealer._reactor = self.clock
        wire = Wire([self.memory.router.name], self.clock)
        session = self.memory.router.join("parrot", "component")
        serving = wire.serve(self.memory.router.name, session, self.parrot, self.dealer.offer if offered else None)
        Deferred.fromCoroutine(serving)
        self.client: Client = self.memory.client("Ada")


@pytest.fixture(params=[True, False], ids=["in the router worker", "by invocation"])
def cage(request: pytest.FixtureRequest) -> Cage:
    return Cage(request.param)


def test_a_call_is_answered(cage: Cage) -> None:
    answer = cage.client.call(ECHO.uri, words="hi")
    assert (answer[0], answer[3]) == (50, [{"words": "hi"}])
    assert [(caller.name, caller.role) for caller in cage.parrot.callers] == [("Ada", "guest")]


def test_a_refusal_keeps_its_name_and_fields(cage: Cage) -> None:
    answer = cage.client.call(ECHO.uri, words="rude")
    assert (answer[0], answer[4], answer[6]) == (8, Rude.uri, {"message": "One does not say that.", "word": "r***"})


def test_a_crash_says_nothing_of_the_inside(cage: Cage) -> None:
    answer = cage.client.call(ECHO.uri, words="crash")
    assert answer[4] == "openline.error.internal"
    assert "secret" not in str(answer)


@pytest.mark.parametrize("payload", [{}, {"words": 7}, {"words": "x", "more": 1}])
def test_bad_arguments_are_refused(cage: Cage, payload: dict[str, Any]) -> None:
    assert cage.client.call(ECHO.uri, **payload)[4] == "openline.error.invalid_argument"


def test_positional_arguments_are_refused(cage: Cage) -> None:
    assert cage.client.ask(48, ECHO.uri, ["hi"])[-1][4] == "openline.error.invalid_argument"


def test_the_component_knows_the_session_the_device_and_the_rights_of_who_calls(cage: Cage) -> None:
    client, rights = cage.memory.client(), Rights(read=("app.demo.*",))
    client.enter(Token("u_bob", "Bob", "guest", 2e9, "f_1", rights))
    client.call(ECHO.uri, words="hi")
    [caller] = cage.parrot.callers
    assert caller == Caller("u_bob", "guest", "Bob", "f_1", rights)
    assert caller.session == client.wamp._session_id


def test_the_component_knows_who_calls_by_their_newest_token() -> None:
    cage = Cage(offered=True)
    client = cage.memory.client()
    client.enter(Token("u_bob", "Bob", "guest", 2e9))
    client.call(ECHO.uri, words="hi")
    client.call("openline.router.renew", token=KEYS.sign(Token("u_bob", "Robert", "guest", 2e9)))
    client.call(ECHO.uri, words="hi")
    assert [caller.name for caller in cage.parrot.callers] == ["Bob", "Robert"]


ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, True, -1, 0, 1.0, 2**53 - 1, 2**53 + 1, "", [], {}, ["hi"], {"words": 7}]),
    st.sampled_from([OURS.uri, WAIT.uri, "openline.nothing.there", {"receive_progress": True}]),
)
CHANGES = st.dictionaries(st.integers(1, 5), ANYTHING, max_size=2)


def test_the_short_way_of_a_call_answers_as_the_long_one_does() -> None:
    short, long = Cage(offered=True), Cage(offered=True)
    long.dealer.answer_plain = lambda session, raw: False

    def answer(cage: Cage, raw: list[Any]) -> Any:
        client = cage.memory.client("Ada")
        before = len(client.heard)
        client.say(48, *raw)
        # Crossbar puts the session's number into the words of an error.
        return [one[:5] for one in client.heard[before:]], client.cut and client.cut.why

    @settings(max_examples=500)
    @given(CHANGES, st.integers(0, 6))
    def try_one(changes: dict[int, Any], length: int) -> None:
        raw: list[Any] = [7, {}, ECHO.uri, [], {"words": "hi"}, None][:length]
        raw = [changes.get(at, one) for at, one in enumerate(raw, 1)]
        assert answer(short, raw) == answer(long, raw)

    try_one()


def test_who_may_not_call_is_refused(cage: Cage) -> None:
    assert cage.client.call(OURS.uri, words="hi")[4] == "wamp.error.not_authorized"
    assert cage.parrot.callers == []


def test_who_asks_for_much_at_once_is_held_until_some_of_it_is_answered(cage: Cage) -> None:
    most = SETTINGS.limits.underway
    for _ in range(most - 1):
        cage.client.call(WAIT.uri)
    assert cage.client.held == []
    cage.client.call(WAIT.uri)
    assert cage.client.held
    cage.parrot.waiting[0].callback("done")
    assert cage.client.held, "it goes on in a turn of its own"
    cage.clock.advance(0)
    cage.memory.clock.advance(0)
    assert cage.client.held == []


def test_who_is_held_is_heard_again_however_long_answers_take(cage: Cage) -> None:
    for _ in range(SETTINGS.limits.underway):
        cage.client.call(WAIT.uri)
    assert cage.client.held
    cage.clock.advance(0.1)
    assert cage.client.held == []


def test_who_is_held_and_leaves_is_forgotten() -> None:
    cage = Cage(offered=True)
    for _ in range(SETTINGS.limits.underway):
        cage.client.call(WAIT.uri)
    cage.client.wamp.lost()
    assert not cage.dealer._busy


def test_a_slow_answer_comes_when_it_is_there(cage: Cage) -> None:
    assert cage.client.call(WAIT.uri) == []
    assert cage.client.call(ECHO.uri, words="meanwhile")[3] == [{"words": "meanwhile"}]
    cage.parrot.waiting[0].callback("at last")
    assert cage.client.heard[-1][3] == [{"words": "at last"}]


def test_an_answer_that_takes_too_long_is_not_waited_for(cage: Cage) -> None:
    cage.client.call(WAIT.uri)
    cage.clock.advance(calls.DEADLINE + 1)
    assert cage.client.heard[-1][4] == "openline.error.unavailable"
    assert cage.parrot.given_up == 1


def test_a_call_can_be_cancelled() -> None:
    cage = Cage(offered=True)  # Crossbar's own in-worker sessions cannot be interrupted: `send` raises.
    cage.client.call(WAIT.uri)
    cage.client.say(49, cage.client._requests, {"mode": "killnowait"})
    assert cage.client.heard[-1][4] == "wamp.error.canceled"
    assert cage.parrot.given_up == 1
    before = len(cage.client.heard)
    cage.client.say(49, cage.client._requests, {"mode": "killnowait"})
    assert len(cage.client.heard) == before


def test_work_for_a_caller_who_left_is_given_up() -> None:
    cage = Cage(offered=True)  # Crossbar's own in-worker sessions cannot be interrupted: `send` raises.
    cage.client.call(WAIT.uri)
    before = len(cage.client.heard)
    cage.client.wamp.lost()
    assert cage.parrot.given_up == 1
    assert len(cage.client.heard) == before


@pytest.mark.parametrize(
    ("uri", "words"), [(OURS.uri, "hi"), ("openline.nothing.there", "hi"), (ECHO.uri, "forbidden")]
)
def test_what_is_denied_is_counted_with_the_address(cage: Cage, uri: str, words: str) -> None:
    told: list[tuple[str, str]] = []
    cage.dealer.counters.tell = lambda reason, address: told.append((reason, address))
    assert cage.client.call(uri, words=words)[4].endswith("error.not_authorized")
    assert told == [("not_authorized", "192.0.2.1")]


def test_an_offer_can_be_taken_back() -> None:
    cage = Cage(offered=True)
    cage.dealer.withdraw(ECHO.uri)
    assert cage.client.call(ECHO.uri, words="hi")[3] == [{"words": "hi"}]


def test_every_call_is_timed(cage: Cage) -> None:
    cage.client.call(ECHO.uri, words="hi")
    assert sum(cage.dealer.counters.call_seconds._counts) >= 1


@pytest.mark.parametrize("procedure", [WAIT.uri, FAR.uri])
def test_a_number_that_is_taken_ends_the_connection_and_leaves_nothing_behind(procedure: str) -> None:
    cage = Cage(offered=True)
    Callee(cage)
    cage.client.call(procedure)
    cage.client.say(48, cage.client._requests, {}, procedure)
    assert cage.client.cut is not None
    assert cage.client.cut.why is Why.MALFORMED
    assert forgotten(cage)


def test_a_caller_who_cancels_and_goes_leaves_nothing_behind() -> None:
    cage = Cage(offered=False)
    callee = Callee(cage)
    cage.client.call(FAR.uri)
    cage.client.say(49, cage.client._requests, {"mode": "killnowait"})
    cage.client.wamp.lost()
    callee.answer()
    assert forgotten(cage)


def test_a_callee_who_goes_leaves_nothing_behind() -> None:
    cage = Cage(offered=False)
    callee = Callee(cage)
    cage.client.call(FAR.uri)
    callee.client.wamp.lost()
    assert cage.client.heard[-1][4] == "wamp.error.canceled"
    assert forgotten(cage)


class Callee:
    """A component on a connection of its own, that answers when it is told to."""

    def __init__(self, cage: Cage) -> None:
        self.client = cage.memory.client()
        cage.memory.router.trust("far")
        self.client.join(Token("far", "far", "component", 2e9))
        self.client.ask(64, FAR.uri)

    def answer(self) -> None:
        """Answer all invocations."""
        for raw in [raw for raw in self.client.heard if raw[0] == 68]:
            self.client.say(70, raw[1], {}, [{}])


def forgotten(cage: Cage) -> bool:
    """Say whether nothing of a call is left."""
    dealer = cage.dealer
    kept = (dealer._invocations, dealer._invocations_by_call, dealer._caller_to_invocations, dealer._started)
    return not any(kept) and not dealer.answering
