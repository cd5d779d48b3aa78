"""Answer calls: Crossbar's dealer, with a short way to procedures whose component lives in this process."""

from collections.abc import Coroutine, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from autobahn.wamp import message
from autobahn.wamp.exception import ApplicationError, ProtocolError
from crossbar.router.dealer import Dealer
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from components.at_once import begin
from components.contract import COMPONENT, PEOPLE, SERVICE, Caller, NotAuthorized
from components.wire import Answer

from .browsers import Browsers
from .counters import Counters
from .joined import Joined, token_of

if TYPE_CHECKING:
    from .router import EdgeRouter

DEADLINE = 30.0
"""Seconds that a procedure may take."""
_MOMENT = 0.05
"""Seconds that a session with many calls underway waits for an answer before another of its calls is taken."""
_MAX_ID = 2**53
"""WAMP spec §IDs."""
CANCELED = "wamp.error.canceled"
UNAVAILABLE = "openline.error.unavailable"

log = Logger()


class Answering:
    """One call while its coroutine runs."""

    __slots__ = ("_dealer", "_request", "_session", "_start", "_timer", "deferred", "is_over")

    def __init__(self, dealer: "EdgeDealer", session: Any, request: int) -> None:
        self._dealer, self._session, self._request = dealer, session, request
        self._start = perf_counter()
        self._timer: Any = None
        self.is_over = False

    def follow(self, answer: Coroutine[Any, Any, Any]) -> None:
        """Run it. Most are over at once."""
        try:
            result = begin(answer)
        except Exception:
            self._failed(Failure())
        else:
            if isinstance(result, Deferred):
                self._wait(result)
            else:
                self._done(result)

    def _wait(self, answer: Deferred[Any]) -> None:
        self._dealer.answering.setdefault(self._session, {})[self._request] = self
        self._timer = self._dealer._reactor.callLater(DEADLINE, self._out_of_time)
        self.deferred = answer
        answer.addCallbacks(self._done, self._failed)

    def stop(self, error: str | None, words: str = "") -> None:
        """End it early, telling the caller why, if they are to be told."""
        if not self.is_over:
            self._over()
            self.deferred.cancel()
            if error:
                self._send(_error(self._request, error, [], {"message": words} if words else None))

    def _done(self, reply: Any) -> None:
        if not self.is_over:
            self._over()
            if self._session._session_id:
                self._dealer._router.answer(self._session, self._request, reply)

    def _failed(self, failure: Failure) -> None:
        if self.is_over:
            return  # Canceled: what it says now is of no interest.
        self._over()
        error = failure.value
        if not isinstance(error, ApplicationError):
            log.failure("a procedure in the router worker failed", failure)
            error = ApplicationError("openline.error.internal")
        if error.error == NotAuthorized.uri:
            self._dealer.denied(self._session)
        self._send(_error(self._request, error.error, list(error.args), error.kwargs))

    def _out_of_time(self) -> None:
        self._timer = None
        self.stop(UNAVAILABLE, "No answer in time.")

    def _over(self) -> None:
        self.is_over = True
        self._dealer.counters.call_seconds.observe(perf_counter() - self._start)
        calls = self._dealer.answering.get(self._session)
        if calls is not None and calls.pop(self._request, None) is self:
            if not calls:
                del self._dealer.answering[self._session]
            self._dealer.one_is_over(self._session)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self, reply: Any) -> None:
        if self._session._session_id:
            self._dealer._router.send(self._session, reply)


class EdgeDealer(Dealer):
    """Takes the place of the class of a dealer that Crossbar has made (`hooks.fit`)."""

    _router: "EdgeRouter"

    def begin(self, counters: Counters) -> None:
        """Set up what Crossbar's own `__init__` did not."""
        self.counters = counters
        self.answering: dict[Any, dict[int, Answering]] = {}
        self._offers: dict[str, Answer] = {}
        self._busy: dict[Any, Any] = {}
        """Sessions that wait until fewer of their calls are underway, each with what tells them that it takes long."""
        self._started: dict[int, float] = {}
        self.browsers = Browsers(self._router._session_id_to_session.get)

    def offer(self, uri: str, answer: Answer) -> None:
        """Have a procedure answered in this process, without a message to a callee."""
        self._offers[uri] = answer

    def denied(self, session: Any) -> None:
        """Count that a session tried what is not for it, whether the router or a component says so."""
        visitor = getattr(session._transport, "visitor", session)
        self.counters.refused("not_authorized", str(getattr(visitor, "address", "")))

    def withdraw(self, uri: str) -> None:
        """Take an offer back."""
        self._offers.pop(uri, None)

    def underway(self, session: Any) -> int:
        """How many calls of a session are being answered."""
        return len(self._caller_to_invocations.get(session, ())) + len(self.answering.get(session, ()))

    def is_asked(self, session: Any) -> bool:
        """Say whether somebody waits for an answer of a session."""
        return session in self._callee_to_invocations

    def tell_when_fewer(self, session: Any) -> None:
        """Have a session told (`fewer`) in a turn of its own: as soon as one of its calls is over, or after a moment.

        After a moment, since what a client says besides must be heard however long an answer takes.
        """
        if session not in self._busy:
            self._busy[session] = self._reactor.callLater(_MOMENT, self._tell_fewer, session)

    def one_is_over(self, session: Any) -> None:
        """A call of a session is over."""
        if session in self._busy:
            self._busy[session].reset(0)

    def _tell_fewer(self, session: Any) -> None:
        del self._busy[session]
        session.fewer()

    def answer_plain(self, session: Any, raw: list[Any]) -> bool:
        """Answer a CALL that asks for nothing special, where somebody offered to: to parse it would cost most of all.

        Says whether it did. Any other call, also one with a mistake, is for Autobahn and `processCall`.
        """
        if not 4 <= len(raw) <= 6 or raw[2] != {} or type(raw[3]) is not str or raw[3] not in self._offers:
            return False
        request, uri = raw[1], raw[3]
        args, payload = raw[4] if len(raw) > 4 else [], raw[5] if len(raw) > 5 else {}
        if (
            type(request) is not int
            or not 0 < request <= _MAX_ID
            or type(args) is not list
            or type(payload) is not dict
        ):
            return False
        known = self._router.known(session, "call", uri)
        if known is None or not known["allow"]:
            return False
        self._check_request(session, request)
        self._answer(session, request, uri, args, payload)
        return True

    def processCall(self, session: Any, call: Any) -> None:  # noqa: N802
        """Answer a call here where somebody offered to, or hand it to its callee; Crossbar's own way does the rest.

        That is: to refuse it, to ask somebody whether it is allowed, and to carry sealed payloads.
        """
        self._check_request(session, call.request)
        known = self._router.known(session, "call", call.procedure)
        if known is None or not known["allow"] or call.payload is not None:
            super().processCall(session, call)
        elif call.procedure in self._offers:
            self._answer(session, call.request, call.procedure, call.args or (), call.kwargs or {})
        elif registration := self._registration_map.best_matching_observation(call.procedure):
            self._call(session, call, registration, known)
        else:
            super().processCall(session, call)

    def _answer(self, session: Any, request: int, uri: str, args: Sequence[Any], payload: Mapping[str, Any]) -> None:
        Answering(self, session, request).follow(self._offers[uri](_caller(session), args, payload))

    def processRegister(self, session: Any, register: Any) -> None:  # noqa: N802
        """Tell who may not register just that: Crossbar tells them first whether somebody else has."""
        taken = self._registration_map.get_observation(register.procedure, register.match)
        if taken is None or register.procedure.startswith("wamp."):
            super().processRegister(session, register)
            return
        allowed = self._router.authorize(session, register.procedure, "register", register.marshal_options())
        allowed.addCallback(self._register, session, register)

    def _register(self, allowed: dict[str, Any], session: Any, register: Any) -> None:
        if allowed["allow"]:
            super().processRegister(session, register)
        else:
            self._router.send(session, _refused(register, ApplicationError.NOT_AUTHORIZED))

    def registrations(self, session: Any) -> int:
        """How many procedures a session answers."""
        return len(self._session_to_registrations.get(session, ()))

    def processCancel(self, session: Any, cancel: Any) -> None:  # noqa: N802
        calls = self.answering.get(session)
        if calls is None or cancel.request not in calls:
            super().processCancel(session, cancel)
        else:
            calls[cancel.request].stop(CANCELED)

    def processInvocationError(self, session: Any, error: Any) -> None:  # noqa: N802
        if error.error == NotAuthorized.uri and error.request in self._invocations:
            self.denied(self._invocations[error.request].caller)
        try:
            super().processInvocationError(session, error)
        except KeyError:
            if error.request in self._invocations:
                raise  # Otherwise its caller left on hearing it: nothing is to be forgotten any more.

    def detach(self, session: Any) -> None:
        """Forget a session that has left, and stop working for it."""
        if session in self._busy:
            self._busy.pop(session).cancel()
        for call in list(self.answering.pop(session, {}).values()):
            call.stop(None)
        for called in list(self._caller_to_invocations.get(session, ())):
            self._started.pop(called.id, None)
            if called.canceled:
                self._remove_invoke_request(called)  # Crossbar passes these over, and keeps them.
        for called in self._callee_to_invocations.get(session, ()):
            self._started.pop(called.id, None)
        self.browsers.forget(session._session_id)
        super().detach(session)

    def _check_request(self, session: Any, request: int) -> None:
        """Refuse a request that is still being answered under the same number: neither of them could be told apart."""
        if (session._session_id, request) in self._invocations_by_call or request in self.answering.get(session, ()):
            raise ProtocolError("this request is already being answered")

    def _add_invoke_request(self, invocation_request_id: int, *args: Any, **kwargs: Any) -> Any:
        self._started[invocation_request_id] = perf_counter()
        invocation = super()._add_invoke_request(invocation_request_id, *args, **kwargs)
        if invocation.call.procedure.startswith("client."):
            self._expect_in_time(invocation)
        return invocation

    def _expect_in_time(self, invocation: Any) -> None:
        """A browser answers as soon as a component, or its caller hears that it did not: it may have gone to sleep."""
        if invocation.timeout_call:
            invocation.timeout_call.cancel()
        invocation.timeout_call = self._reactor.callLater(DEADLINE, self._give_up, invocation)

    def _give_up(self, invocation: Any) -> None:
        invocation.timeout_call = None
        if not invocation.canceled:
            self._router.send(invocation.caller, _refused(invocation.call, UNAVAILABLE, "No answer in time."))
        self._remove_invoke_request(invocation)

    def _remove_invoke_request(self, invocation_request: Any) -> None:
        start = self._started.pop(invocation_request.id, None)
        if start is not None:
            self.counters.call_seconds.observe(perf_counter() - start)
        super()._remove_invoke_request(invocation_request)
        self.one_is_over(invocation_request.caller)


def _caller(session: Any) -> Caller:
    """Say who calls. What the session's token says is the router's own knowledge here."""
    if session._authrole not in PEOPLE:
        role = SERVICE if session._authrole == SERVICE else COMPONENT
        return Caller(session._authid, role, session._authid, session=session._session_id)
    caller: Caller | None = getattr(session, "caller", None)
    if caller is None:
        token = token_of(session)
        caller = Caller(token.id, token.role, token.name, token.family, token.rights, session._session_id)
        if isinstance(session, Joined):
            session.caller = caller
    return caller


def _error(request: int, error: str, args: list[Any], kwargs: Any) -> Any:
    return message.Error(message.Call.MESSAGE_TYPE, request, error, args, kwargs)


def _refused(asked: Any, error: str, words: str = "You may not do this.") -> Any:
    """Answer a request with an error."""
    return message.Error(asked.MESSAGE_TYPE, asked.request, error, [], {"message": words})
