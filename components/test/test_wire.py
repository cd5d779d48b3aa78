"""The wire, between a component and people, on a real Crossbar router in memory."""

from collections.abc import Sequence
from typing import Any, cast

from autobahn.twisted.wamp import ApplicationSession
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.request import Registration
from autobahn.wamp.types import CallDetails
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import (
    COMPONENT,
    NO_RIGHTS,
    PEOPLE,
    Caller,
    Chore,
    Component,
    Internal,
    NotAuthorized,
    Procedure,
    Refusal,
    Route,
    Topic,
    Unavailable,
    payload,
)
from components.wire import DEADLINE, CannotServe, Hosted, People, Wire, _endpoint, start_chores
from router.api import Person
from tests.support.router import SETTINGS, MemoryRouter


@payload
class Words:
    """Something said."""

    text: str
    loud: int = 0


class TooLoud(Refusal):
    """This is too loud."""

    uri = "openline.echo.error.too_loud"


ECHO = Procedure("openline.echo.echo", Words, Words, callers=PEOPLE | {COMPONENT})
SECRET = Procedure("openline.echo.secret", Words, Words, callers=PEOPLE)
ON_ECHO = Topic("openline.echo.on_echo", Words, readers=PEOPLE)


class Echo(Component):
    """Says what it hears, or does what it is told to do."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []
        self.wait: Deferred[None] = Deferred()

    def routes(self) -> list[Route]:
        return [ECHO.by(self.echo)]

    async def echo(self, caller: Caller, words: Words) -> Words:
        self.callers.append(caller)
        if words.text == "crash":
            raise RuntimeError("the password is swordfish")
        if words.text == "wait":
            await self.wait
        if words.loud > 9:
            raise TooLoud(loud=words.loud)
        return words


def failure_of(call: Any) -> Any:
    failures: list[Any] = []
    call.addErrback(failures.append)
    assert failures, "this did not fail"
    return failures[0].value


class WireTestCase(SynchronousTestCase):
    """One component, on as many routers as a test wants, and Ada at the first."""

    routers: tuple[str, ...] = ("router1",)

    def setUp(self) -> None:
        self.clock = Clock()
        self.nodes = [MemoryRouter(SETTINGS, self.clock, name, [ECHO, SECRET, ON_ECHO]) for name in self.routers]
        self.wire = Wire(self.routers, self.clock)
        self.echo = Echo()
        for node in self.nodes:
            node.serve(self.wire, self.echo)
        self.ada = self.nodes[0].join("u_ada", "guest", "Ada")

    def call(self, *args: object, **payload: object) -> Any:
        return self.ada.call(ECHO.uri, *args, **payload)

    def error(self, *args: object, **payload: object) -> ApplicationError:
        error = failure_of(self.call(*args, **payload))
        assert isinstance(error, ApplicationError)
        return error


class AnswerTests(WireTestCase):
    """What a caller gets."""

    def test_a_reply_is_one_object(self) -> None:
        assert self.successResultOf(self.call(text="hi")) == {"text": "hi", "loud": 0}

    def test_the_component_knows_who_calls(self) -> None:
        self.successResultOf(self.call(text="hi"))
        assert self.echo.callers == [Caller("u_ada", "guest", "Ada")]

    def test_a_refusal_has_its_name_its_sentence_and_its_fields(self) -> None:
        error = self.error(text="hi", loud=10)
        assert (error.error, error.args) == (TooLoud.uri, ())
        assert error.kwargs == {"message": "This is too loud.", "loud": 10}

    def test_a_crash_tells_the_caller_no_more_than_where_to_look(self) -> None:
        error = self.error(text="crash")
        assert error.error == "openline.error.internal"
        assert set(error.kwargs) == {"message", "incident"}
        assert "swordfish" not in str(error)
        (logged,) = self.flushLoggedErrors(RuntimeError)
        assert "swordfish" in str(logged.value)

    def test_no_answer_in_time_is_an_answer(self) -> None:
        call = self.call(text="wait")
        self.assertNoResult(call)
        self.clock.advance(DEADLINE)
        assert failure_of(call).error == "openline.error.unavailable"

    def test_what_is_said_must_have_its_form(self) -> None:
        for wrong in (
            {},
            {"text": 7},
            {"text": None},
            {"text": "hi", "loud": "9"},
            {"text": "hi", "loud": 1.5},
            {"text": "hi", "loud": True},
            {"text": "hi", "more": 1},
            {"text": b"bytes"},
            {"text": "half a character: \ud800"},
            {"text": "hi", "loud": 2**70},
        ):
            error = self.error(**wrong)
            assert error.error == "openline.error.invalid_argument", wrong
            assert error.kwargs["message"], wrong
        assert self.echo.callers == []

    def test_the_wrong_field_is_named(self) -> None:
        assert list(self.error(text="hi", loud="x").kwargs["fields"]) == ["loud"]

    def test_positions_mean_nothing(self) -> None:
        assert self.error("hi").error == "openline.error.invalid_argument"

    def test_who_has_gone_has_no_name(self) -> None:
        self.nodes[0].forget(self.ada)
        assert self.error(text="hi").error == "openline.router.error.session_gone"


class HostedTests(SynchronousTestCase):
    """A component inside the router worker."""

    def test_it_answers_as_one_with_a_process_of_its_own(self) -> None:
        clock = Clock()
        node = MemoryRouter(SETTINGS, clock, "router1", [ECHO, SECRET, ON_ECHO])
        session = Hosted(SETTINGS.realm, Wire(["router1"], clock), "router1", Echo())
        node.add(session, "echo", COMPONENT)
        self.successResultOf(session.served)
        ada = node.join("u_ada", "guest", "Ada")
        assert self.successResultOf(ada.call(ECHO.uri, text="hi")) == {"text": "hi", "loud": 0}


class BusTests(WireTestCase):
    """What a component says to the rest of the node, on two routers at once."""

    routers = ("router1", "router2")

    def setUp(self) -> None:
        super().setUp()
        self.seen: list[tuple[str, dict[str, Any]]] = []
        for node in self.nodes:
            person = node.join("u_bob", "guest")
            self.successResultOf(person.subscribe(self.see(node.name), ON_ECHO.uri))

    def see(self, router: str) -> Any:
        def seen(**event: Any) -> None:
            self.seen.append((router, event))

        return seen

    def publish(self) -> "Deferred[None]":
        return Deferred.fromCoroutine(self.wire.publish(ON_ECHO, Words("hi")))

    def test_everybody_hears_it_once_wherever_they_are(self) -> None:
        self.successResultOf(self.publish())
        assert self.seen == [("router1", {"text": "hi", "loud": 0}), ("router2", {"text": "hi", "loud": 0})]

    def test_people_call_it_wherever_they_are(self) -> None:
        bob = self.nodes[1].join("u_bob", "guest", "Bob")
        self.successResultOf(bob.call(ECHO.uri, text="hi"))
        assert self.echo.callers == [Caller("u_bob", "guest", "Bob")]

    def test_a_router_that_is_away_does_not_keep_it_from_the_others(self) -> None:
        self.wire.lost("router1")
        self.successResultOf(self.publish())
        assert self.seen == [("router2", {"text": "hi", "loud": 0})]

    def test_an_event_of_a_stream_must_reach_every_router(self) -> None:
        event = {"stream": "app.demo.one", "offset": 1}
        followers = [node.join("u_cy", "guest") for node in self.nodes]
        for node, person in zip(self.nodes, followers, strict=True):
            self.successResultOf(person.subscribe(self.see(node.name), "app.demo.one"))
        tell = self.wire.publish_event
        self.successResultOf(Deferred.fromCoroutine(tell("app.demo.one", event)))
        self.wire.lost("router1")
        self.failureResultOf(Deferred.fromCoroutine(tell("app.demo.one", event)), Unavailable)
        assert self.seen == [("router1", event), ("router2", event), ("router2", event)]

    def test_what_a_router_does_not_take_was_not_told(self) -> None:
        nowhere = Topic("openline.echo.on_nothing", Words, readers=PEOPLE)
        self.successResultOf(Deferred.fromCoroutine(self.wire.publish(nowhere, Words("hi"))))
        tell = self.wire.publish_event("nothing.there", {"offset": 1})
        self.failureResultOf(Deferred.fromCoroutine(tell), Unavailable)

    def test_components_call_each_other(self) -> None:
        reply = Deferred.fromCoroutine(self.wire.call(ECHO, Words("hi", 3)))
        assert self.successResultOf(reply) == Words("hi", 3)
        assert self.echo.callers == [Caller("echo", "component", "echo")]

    def test_components_meet_the_refusals_that_are_declared(self) -> None:
        for request, kind in ((Words("hi", 10), TooLoud), (Words("crash"), Internal)):
            self.failureResultOf(Deferred.fromCoroutine(self.wire.call(ECHO, request)), kind)
        self.flushLoggedErrors(RuntimeError)

    def test_components_call_what_is_open_to_them_and_there(self) -> None:
        self.failureResultOf(Deferred.fromCoroutine(self.wire.call(SECRET, Words("hi"))), NotAuthorized)
        nobody = Procedure("openline.room.may", Words, Words, callers={COMPONENT})
        self.failureResultOf(Deferred.fromCoroutine(self.wire.call(nobody, Words("hi"))), Unavailable)


class ServeTests(SynchronousTestCase):
    """What ends a component."""

    def test_a_procedure_that_somebody_has_cannot_be_served(self) -> None:
        clock = Clock()
        node = MemoryRouter(SETTINGS, clock, "router1", [ECHO, SECRET, ON_ECHO])
        node.serve(Wire(["router1"], clock), Echo())
        with self.assertRaises(CannotServe):
            node.serve(Wire(["router1"], clock), Echo())

    def test_with_no_router_nothing_can_be_asked(self) -> None:
        asked = Deferred.fromCoroutine(Wire(["router1"], Clock()).call(ECHO, Words("hi")))
        self.failureResultOf(asked, Unavailable)

    def test_a_chore_that_fails_is_done_again(self) -> None:
        clock, done = Clock(), []

        async def fail() -> None:
            done.append(clock.seconds())
            raise RuntimeError("not today")

        for loop in start_chores([Chore(5.0, fail)], clock):
            self.addCleanup(loop.stop)
        clock.pump([5.0, 5.0])
        assert done == [5.0, 10.0]
        assert len(self.flushLoggedErrors(RuntimeError)) == 2


class Slow:
    """A session whose router takes its time."""

    def __init__(self) -> None:
        self.asked: list[Deferred[Any]] = []

    def call(self, *_: object, **__: object) -> Deferred[Any]:
        self.asked.append(Deferred())
        return self.asked[-1]


class OrderTests(SynchronousTestCase):
    """Calls of one session whose name is not known yet."""

    def setUp(self) -> None:
        self.slow = Slow()
        self.begun: list[object] = []
        people = People(cast(ApplicationSession, self.slow))
        registration = Registration(ApplicationSession(), 1, ECHO.uri, None)
        self.details = CallDetails(registration, caller=7, caller_authid="u_1", caller_authrole="guest")
        self.endpoint = _endpoint(self.answer, people, Clock())

    async def answer(self, caller: Caller, args: Sequence[object], payload: object) -> None:
        self.begun.append((args[0], caller.name))

    def call(self, number: int) -> Any:
        return self.endpoint(number, _call_details=self.details)

    def test_they_go_on_in_the_order_in_which_they_came(self) -> None:
        first, second = self.call(1), self.call(2)
        first.cancel()
        self.failureResultOf(first)
        third = self.call(3)
        self.slow.asked[0].callback({"id": "u_1", "role": "guest", "name": "Ada", "family": "", "rights": {}})
        self.call(4)
        for call in (second, third):
            self.successResultOf(call)
        assert self.begun == [(2, "Ada"), (3, "Ada"), (4, "Ada")]
        assert len(self.slow.asked) == 1

    def test_who_has_gone_is_asked_for_again(self) -> None:
        first, second = self.call(1), self.call(2)
        self.slow.asked[0].errback(ApplicationError("openline.router.error.session_gone"))
        for call in (first, second):
            self.failureResultOf(call, ApplicationError)
        self.call(3)
        assert len(self.slow.asked) == 2


class AbandonedTests(SynchronousTestCase):
    """A call whose caller waits no more."""

    def test_it_is_canceled_and_no_fault(self) -> None:
        async def answer(caller: Caller, args: object, payload: object) -> None:
            await Deferred()

        people = People(ApplicationSession())
        people._known[7] = Person("u_1", "guest", "Ada", "", NO_RIGHTS)
        registration = Registration(ApplicationSession(), 1, ECHO.uri, None)
        details = CallDetails(registration, caller=7, caller_authid="u_1", caller_authrole="guest")
        called = _endpoint(answer, people, Clock())(_call_details=details)
        called.cancel()
        failure = self.failureResultOf(called, ApplicationError)
        self.assertEqual(failure.value.error, ApplicationError.CANCELED)
