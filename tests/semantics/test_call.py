"""Calls: answers, refusals, and ends before the answer."""

from typing import Any

import pytest

from .client import ROLES, Client, Kind, Refused
from .servers import Server
from .sessions import Sessions
from .vocabulary.api import ECHO, RESERVED, SLOW
from .wires import SERIALIZERS, Gone

EACH = list(SERIALIZERS)


def ask(caller: Client, callee: Client, *payload: Any, **options: Any) -> tuple[int, list[Any]]:
    """Call ECHO and let the callee have it; answer with the call's request and the INVOCATION."""
    request = caller.call(ECHO.uri, *payload, **options)
    return request, callee.expect(Kind.INVOCATION)


@pytest.mark.parametrize("serializer", EACH)
def test_an_answer(join: Sessions, serializer: str) -> None:
    caller, callee = join.person("ada", serializer=serializer), join.component()
    registration = callee.register(ECHO.uri)
    request, invocation = ask(caller, callee, ["one", 2], {"three": None})
    assert invocation[2] == registration
    assert invocation[3] == {"caller": caller.id, "caller_authid": "ada", "caller_authrole": "guest"}
    assert invocation[4:] == [["one", 2], {"three": None}]
    callee.say(Kind.YIELD, invocation[1], {}, [], {"four": [5]})
    result = caller.reply(request)
    assert result[3:] == [[], {"four": [5]}]
    assert result[2] == {"callee": callee.id, "callee_authid": callee.welcome["authid"], "callee_authrole": "component"}


def test_answers_come_in_any_order(join: Sessions) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    asked = [ask(caller, callee, [number]) for number in range(20)]
    for _, invocation in reversed(asked):
        callee.say(Kind.YIELD, invocation[1], {}, invocation[4])
    answers = [caller.expect(Kind.RESULT) for _ in asked]
    assert [(answer[1], answer[3]) for answer in answers] == [
        (request, [number]) for number, (request, _) in reversed(list(enumerate(asked)))
    ]


def test_invocations_keep_the_order_of_the_calls(join: Sessions) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    callee.register(SLOW.uri)
    for number in range(50):
        caller.call([ECHO.uri, SLOW.uri][number % 2], [number])
    assert [callee.expect(Kind.INVOCATION)[4] for _ in range(50)] == [[number] for number in range(50)]


@pytest.mark.parametrize("serializer", EACH)
def test_an_error(join: Sessions, serializer: str) -> None:
    caller, callee = join.person("ada", serializer=serializer), join.component()
    callee.register(ECHO.uri)
    request, invocation = ask(caller, callee)
    callee.say(Kind.ERROR, Kind.INVOCATION, invocation[1], {}, "app.test.error.no", ["because"], {"count": 3})
    with pytest.raises(Refused) as refused:
        caller.reply(request)
    assert (refused.value.uri, refused.value.arguments, refused.value.kwargs) == (
        "app.test.error.no",
        ["because"],
        {"count": 3},
    )


def test_a_call_that_nobody_answers(join: Sessions) -> None:
    ada = join.person("ada")
    with pytest.raises(Refused) as refused:
        ada.reply(ada.call(ECHO.uri))
    assert refused.value.uri == "wamp.error.no_such_procedure"


@pytest.mark.parametrize("procedure", [RESERVED.uri, "app.test.undeclared", "wamp.session.list", "wamp.session.kill"])
def test_a_call_that_is_not_for_everybody(join: Sessions, procedure: str) -> None:
    ada, callee = join.person("ada"), join.component()
    callee.register(RESERVED.uri)
    with pytest.raises(Refused) as refused:
        ada.reply(ada.call(procedure))
    assert refused.value.uri == "wamp.error.not_authorized"
    olga = join.person("olga", "operator")
    olga.call(RESERVED.uri)
    callee.expect(Kind.INVOCATION)


def test_what_is_no_uri_is_not_called(join: Sessions) -> None:
    ada = join.person("ada")
    with pytest.raises(Refused) as refused:
        ada.reply(ada.call("App.Test"))
    assert refused.value.uri == "wamp.error.invalid_uri"
    with pytest.raises((Refused, Gone)):
        ada.reply(ada.call("app..test"))


def test_only_components_register_and_only_once(join: Sessions) -> None:
    ada, callee, other = join.person("ada"), join.component(), join.component()
    with pytest.raises(Refused) as refused:
        ada.register(ECHO.uri)
    assert refused.value.uri == "wamp.error.not_authorized"
    registration = callee.register(ECHO.uri)
    with pytest.raises(Refused) as refused:
        other.register(ECHO.uri)
    assert refused.value.uri == "wamp.error.procedure_already_exists"
    callee.reply(callee.ask(Kind.UNREGISTER, registration))
    other.register(ECHO.uri)


def test_a_callee_that_leaves_ends_its_calls(join: Sessions) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    requests = [ask(caller, callee)[0] for _ in range(3)]
    callee.wire.close()
    for request in requests:
        with pytest.raises(Refused) as refused:
            caller.reply(request)
        assert refused.value.uri == "wamp.error.canceled"
    with pytest.raises(Refused) as refused:
        caller.reply(caller.call(ECHO.uri))
    assert refused.value.uri == "wamp.error.no_such_procedure"


@pytest.mark.parametrize("politely", [True, False])
def test_a_caller_that_leaves_interrupts_its_calls(join: Sessions, politely: bool) -> None:
    caller, other, callee = join.person("ada"), join.person("bob"), join.component()
    callee.register(ECHO.uri)
    _, invocation = ask(caller, callee)
    request, others = ask(other, callee)
    caller.leave() if politely else caller.wire.close()
    assert callee.expect(Kind.INTERRUPT)[1] == invocation[1]
    callee.say(Kind.YIELD, invocation[1], {}, ["too late"])
    callee.say(Kind.YIELD, others[1], {}, ["in time"])
    assert other.reply(request)[3] == ["in time"]


def test_the_same_request_of_two_callers(join: Sessions) -> None:
    ada, bob, callee = join.person("ada"), join.person("bob"), join.component()
    callee.register(ECHO.uri)
    first, second = ask(ada, callee, ["ada"]), ask(bob, callee, ["bob"])
    assert first[0] == second[0]
    for _, invocation in (second, first):
        callee.say(Kind.YIELD, invocation[1], {}, invocation[4])
    assert ada.reply(first[0])[3] == ["ada"]
    assert bob.reply(second[0])[3] == ["bob"]


def test_results_in_parts(join: Sessions) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    request, invocation = ask(caller, callee, receive_progress=True)
    assert invocation[3]["receive_progress"] is True
    for number in range(3):
        callee.say(Kind.YIELD, invocation[1], {"progress": True}, [number])
    callee.say(Kind.YIELD, invocation[1], {}, ["done"])
    parts = [caller.expect(Kind.RESULT) for _ in range(4)]
    assert [part[1] for part in parts] == [request] * 4
    assert [(part[2].get("progress", False), part[3]) for part in parts] == [
        (True, [0]),
        (True, [1]),
        (True, [2]),
        (False, ["done"]),
    ]
    assert caller.rest() == []


@pytest.mark.parametrize("mode", ["kill", "killnowait", None])
def test_cancelling(join: Sessions, mode: str | None) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    request, invocation = ask(caller, callee)
    caller.say(Kind.CANCEL, request, {"mode": mode} if mode else {})
    assert callee.expect(Kind.INTERRUPT)[1] == invocation[1]
    if mode == "kill":
        assert caller.rest() == []
    callee.say(Kind.ERROR, Kind.INVOCATION, invocation[1], {}, "wamp.error.canceled")
    with pytest.raises(Refused) as refused:
        caller.reply(request)
    assert refused.value.uri == "wamp.error.canceled"
    assert caller.rest() == []


def test_cancelling_what_is_over_or_unknown_does_nothing(join: Sessions) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    request, invocation = ask(caller, callee)
    callee.say(Kind.YIELD, invocation[1], {}, ["done"])
    caller.reply(request)
    for unknown in (request, 4_711):
        caller.say(Kind.CANCEL, unknown, {"mode": "kill"})
    assert caller.rest() == []
    request, invocation = ask(caller, callee)
    callee.say(Kind.YIELD, invocation[1], {}, ["still here"])
    assert caller.reply(request)[3] == ["still here"]


def test_a_callee_that_is_not_to_be_interrupted_is_left_alone(join: Sessions, server: Server) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    call, invocation = ask(caller, callee)
    caller.say(Kind.CANCEL, call, {"mode": "skip"})
    heard = caller.rest()
    assert callee.rest() == []
    callee.say(Kind.YIELD, invocation[1], {}, ["too late"])
    callee.rest()
    heard += caller.rest()
    canceled = [(Kind.ERROR, call, "wamp.error.canceled")]
    # Crossbar never answers such a caller, though WAMP says to (WAMP spec §Call Canceling).
    assert [(message[0], message[2], message[4]) for message in heard] in ([], [] if server.is_plain else canceled)


def test_a_deadline_that_the_caller_sets(join: Sessions) -> None:
    """Crossbar counts it in seconds, where WAMP says milliseconds; it ends the call for both sides."""
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    request, invocation = ask(caller, callee, timeout=1)
    with pytest.raises(Refused) as refused:
        caller.reply(request)
    assert refused.value.uri == "wamp.error.canceled"
    assert callee.expect(Kind.INTERRUPT)[1] == invocation[1]


def test_a_component_calls_too(join: Sessions) -> None:
    caller, callee = join.component(), join.component()
    callee.register(ECHO.uri)
    request, invocation = ask(caller, callee, ["hello"])
    assert invocation[3]["caller_authrole"] == "component"
    callee.say(Kind.YIELD, invocation[1], {}, ["hello yourself"])
    assert caller.reply(request)[3] == ["hello yourself"]


def test_a_session_calls_itself(join: Sessions) -> None:
    callee = join.component()
    callee.register(ECHO.uri)
    request, invocation = ask(callee, callee, ["to myself"])
    callee.say(Kind.YIELD, invocation[1], {}, invocation[4])
    assert callee.reply(request)[3] == ["to myself"]


@pytest.mark.parametrize("message", [[Kind.YIELD, 4_711, {}, []], [Kind.ERROR, Kind.INVOCATION, 4_711, {}, "a.b"]])
def test_an_answer_to_nothing_harms_nobody(join: Sessions, message: list[Any]) -> None:
    caller, callee = join.person("ada"), join.component()
    callee.register(ECHO.uri)
    callee.say(*message)
    request, invocation = ask(caller, callee)
    callee.say(Kind.YIELD, invocation[1], {}, ["fine"])
    assert caller.reply(request)[3] == ["fine"]


def test_an_answer_to_somebody_elses_call_does_not_arrive(join: Sessions) -> None:
    caller, callee, eve = join.person("ada"), join.component(), join.person("eve", roles=ROLES)
    callee.register(ECHO.uri)
    request, invocation = ask(caller, callee)
    with pytest.raises(Gone):
        eve.say(Kind.YIELD, invocation[1], {}, ["forged"])
        eve.rest()
    callee.say(Kind.YIELD, invocation[1], {}, ["true"])
    assert caller.reply(request)[3] == ["true"]
