"""Put components on the wire. The one module of theirs that knows Autobahn."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Any, cast

import orjson
from autobahn.twisted.component import Component as Connection
from autobahn.twisted.wamp import ApplicationSession
from autobahn.wamp.exception import ApplicationError, Error
from autobahn.wamp.types import CallDetails, ComponentConfig, PublishOptions, RegisterOptions
from pydantic import TypeAdapter, ValidationError
from twisted.internet.defer import CancelledError, Deferred, FirstError, TimeoutError, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from router.api import ON_RENEWED, WHO, Person, Session

from .at_once import begin
from .contract import (
    COMPONENT,
    PEOPLE,
    SERVICE,
    Caller,
    Chore,
    Component,
    Ear,
    Internal,
    InvalidArgument,
    NotAuthorized,
    Procedure,
    Refusal,
    Reply,
    Request,
    Route,
    Shape,
    Topic,
    Unavailable,
)
from .keys import Key

DEADLINE = 30.0
"""Seconds that a component may take to answer a call."""
_DETAILS = "_call_details"
_PUBLISH = PublishOptions(acknowledge=True, exclude_me=False)
_REGISTER = RegisterOptions(details_arg=_DETAILS)
_KNOWN_PEOPLE = 10_000
_AWAY = {ApplicationError.NO_SUCH_PROCEDURE, ApplicationError.CANCELED, "wamp.error.no_available_callee"}

log = Logger()


Answer = Callable[[Caller, Sequence[Any], Mapping[str, Any]], Coroutine[Any, Any, Any]]
"""(who calls, arguments, keyword arguments) → coroutine of the reply. Raises `ApplicationError` to refuse."""
Offer = Callable[[str, Answer], None]


class CannotServe(Exception):
    """A joined component could not register what it declares: end the process rather than try for ever."""


class Wire:
    """One component on the wire: its sessions, one with each router worker, and the `Bus` it speaks through."""

    def __init__(self, routers: Iterable[str], clock: IReactorTime) -> None:
        self._routers = frozenset(routers)
        self._clock = clock
        self._sessions: dict[str, ApplicationSession] = {}

    async def serve(
        self, router: str, session: ApplicationSession, component: Component, offer: Offer | None = None
    ) -> None:
        """Register all that a component answers with one router, or raise `CannotServe`.

        `offer` is the router's own way to answer a call in its process, where the component lives in that.
        """
        people = People(session)
        self._sessions[router] = session
        try:
            await session.subscribe(people.forget, ON_RENEWED.uri)
            for ear in component.ears():
                await session.subscribe(_hearing(ear), ear.topic.uri)
            for route in component.routes():
                answer = _answer(route)
                await session.register(_endpoint(answer, people, self._clock), route.procedure.uri, options=_REGISTER)
                if offer is not None:
                    offer(route.procedure.uri, answer)
        except Exception as error:
            self.lost(router)
            raise CannotServe(f"{type(component).__name__} at {router}: {error}") from error

    def lost(self, router: str) -> None:
        """Forget the session with a router."""
        self._sessions.pop(router, None)

    async def publish(self, topic: Topic[Shape], event: Shape) -> None:
        try:
            await self._publish(topic.uri, _adapter(topic.event).dump_python(event))
        except (Unavailable, Error) as error:
            log.warn("{topic} was not told to all: {error}", topic=topic.uri, error=error)

    async def insist(self, topic: Topic[Shape], event: Shape) -> None:
        await self._publish(topic.uri, _adapter(topic.event).dump_python(event))

    async def publish_event(self, stream: str, event: dict[str, Any]) -> None:
        await self._publish(stream, event)

    async def call(self, procedure: Procedure[Request, Reply], request: Request) -> Reply:
        return await _call(self._any_session(), procedure, request)

    async def _publish(self, uri: str, event: Mapping[str, Any]) -> None:
        """Publish on every router at once; it counts only when each of them has taken it."""
        sent = [session.publish(uri, options=_PUBLISH, **event) for session in self._sessions.values()]
        if len(sent) < len(self._routers):
            for one in sent:
                one.addErrback(lambda failure: log.failure("publish failed", failure))
            raise Unavailable(f"{uri} was not told to every router")
        try:
            await gatherResults(sent, consumeErrors=True)
        except FirstError as first:
            raise Unavailable(f"{uri} was not told to every router") from first.subFailure.value

    def _any_session(self) -> ApplicationSession:
        for session in self._sessions.values():
            return session
        raise Unavailable


class People:
    """Whose session is whose, as one router says. Remembers the last ones."""

    def __init__(self, session: ApplicationSession) -> None:
        self._session = session
        self._known: OrderedDict[int, Person] = OrderedDict()
        self._waiting: dict[int, list[Deferred[Person]]] = {}

    def known(self, details: CallDetails) -> Caller | None:
        """Say who calls, where that was asked before."""
        session = details.caller or 0
        person = self._known.get(session)
        if person is None or person.id != details.caller_authid or person.role != details.caller_authrole:
            return None
        return _caller(person, session)

    def forget(self, session: int) -> None:
        """Ask again, the next time, whose session this is."""
        self._known.pop(session, None)

    async def caller(self, details: CallDetails) -> Caller:
        """Say who calls. The id and role are the router's word; the rest is from the session's token."""
        if details.caller_authid is None or details.caller_authrole is None:
            raise NotAuthorized
        if details.caller_authrole not in PEOPLE:
            role = SERVICE if details.caller_authrole == SERVICE else COMPONENT
            return Caller(details.caller_authid, role, details.caller_authid, session=details.caller or 0)
        session = details.caller or 0
        person = self._known.get(session) or await self._asked(session)
        return replace(_caller(person, session), id=details.caller_authid, role=details.caller_authrole)

    def _asked(self, session: int) -> Deferred[Person]:
        """Ask once for all calls of a session that wait for it, so that they go on in the order in which they came."""
        asked: Deferred[Person] = Deferred()
        waiting = self._waiting.setdefault(session, [])
        waiting.append(asked)
        if len(waiting) == 1:
            Deferred.fromCoroutine(self._ask(session)).addBoth(self._tell, session)
        return asked

    def _tell(self, answer: Any, session: int) -> None:
        for asked in self._waiting.pop(session):
            if not asked.called:  # Its call was canceled meanwhile.
                asked.callback(answer)

    async def _ask(self, session: int) -> Person:
        person = self._known[session] = await _call(self._session, WHO, Session(session))
        if len(self._known) > _KNOWN_PEOPLE:
            self._known.popitem(last=False)
        return person


def _caller(person: Person, session: int) -> Caller:
    return Caller(person.id, person.role, person.name, person.family, person.rights, session)


def sign_in(key: Key) -> dict[str, Any]:
    """Say to Autobahn how a component shows who it is (WAMP spec §Cryptosign-based Authentication)."""
    return {"cryptosign": {"authid": key.name, "privkey": key.private}}


def connect(
    url: str,
    router: str,
    realm: str,
    key: Key,
    wire: Wire,
    component: Component,
    stay: Callable[[], Awaitable[object]] = Deferred,
) -> Connection:
    """Make what keeps a component joined to one router worker, serving it afresh after every reconnection.

    It leaves for good when `stay` is over, which by default never is.
    """

    async def main(reactor: object, session: ApplicationSession) -> None:
        session.on("disconnect", lambda *_, **__: wire.lost(router))
        await wire.serve(router, session, component)
        await stay()

    transport = {
        "type": "rawsocket",
        "url": url,
        "serializer": "cbor",
        "max_retries": -1,
        "initial_retry_delay": 0.2,
        "max_retry_delay": 2,
        "retry_delay_jitter": 0.3,
    }
    return Connection(
        main=main,
        transports=transport,
        realm=realm,
        authentication=sign_in(key),
        is_fatal=lambda error: isinstance(error, CannotServe),
    )


class Hosted(ApplicationSession):
    """A component's session inside the router worker: no socket, no serializer."""

    def __init__(self, realm: str, wire: Wire, router: str, component: Component, offer: Offer | None = None) -> None:
        super().__init__(ComponentConfig(realm))
        self.served: Deferred[None] = Deferred()
        self._serve = lambda: wire.serve(router, self, component, offer)

    def onJoin(self, details: object) -> None:  # noqa: N802
        Deferred.fromCoroutine(self._serve()).chainDeferred(self.served)


def start_chores(chores: Iterable[Chore], clock: IReactorTime) -> list[LoopingCall]:
    """Do each chore now and then; one that fails is logged and done again at its next turn."""
    loops = []
    for chore in chores:
        loop = LoopingCall(_do, chore)
        loop.clock = clock
        loop.start(chore.every, now=False)
        loops.append(loop)
    return loops


def _do(chore: Chore) -> Deferred[None]:
    return Deferred.fromCoroutine(_coroutine(chore)).addErrback(
        lambda failure: log.failure("chore {chore} failed", failure, chore=chore.do)
    )


async def _coroutine(chore: Chore) -> None:
    await chore.do()


async def _call(session: ApplicationSession, procedure: Procedure[Request, Reply], request: Request) -> Reply:
    """Call a procedure and read its reply, or raise the refusal that it declares."""
    payload = _adapter(procedure.request).dump_python(request)
    try:
        reply = await session.call(procedure.uri, **payload)
    except ApplicationError as error:
        if error.error in _AWAY:
            raise Unavailable from error
        raise _refusal(error) from error
    except Error as error:
        raise Unavailable from error
    return _read(procedure.reply, reply)


def _refusal(error: ApplicationError) -> Refusal:
    """Make the refusal that stands behind an error's name."""
    if error.error == ApplicationError.NOT_AUTHORIZED:
        return NotAuthorized()
    kind = {kind.uri: kind for kind in _subclasses(Refusal)}.get(error.error, Internal)
    return kind(**error.kwargs)


def _subclasses(kind: type[Refusal]) -> Iterable[type[Refusal]]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def _answer(route: Route) -> Answer:
    """Parse what arrives, answer it, and tell the caller no more than they may know."""
    dump = _adapter(route.procedure.reply).dump_python
    read = _reader(route.procedure.request)

    async def answer(caller: Caller, args: Sequence[Any], payload: Mapping[str, Any]) -> Any:
        try:
            if args:
                raise InvalidArgument("This procedure takes keyword arguments only.")
            return dump(await route.answer(caller, read(payload)))
        except Refusal as refusal:
            raise _error(refusal) from refusal
        except CancelledError:
            raise
        except Exception as error:
            incident = token_hex(6)
            log.failure("{uri} failed, incident {incident}", uri=route.procedure.uri, incident=incident)
            raise _error(Internal(incident=incident)) from error

    return answer


def _endpoint(answer: Answer, people: People, clock: IReactorTime) -> Callable[..., Any]:
    """Answer what came over a session: find out who calls, and be in time."""

    async def in_time(details: CallDetails, args: tuple[Any, ...], payload: dict[str, Any]) -> Any:
        try:
            answering = begin(answer(people.known(details) or await people.caller(details), args, payload))
            if isinstance(answering, Deferred):
                return await answering.addTimeout(DEADLINE, clock)
            return answering
        except Refusal as refusal:
            raise _error(refusal) from refusal
        except TimeoutError as error:
            raise _error(Unavailable("No answer in time.")) from error
        except CancelledError as error:  # Nobody waits for it any more. Autobahn would log that as a fault.
            raise ApplicationError(ApplicationError.CANCELED) from error

    def endpoint(*args: Any, **payload: Any) -> Any:
        details = cast(CallDetails, payload.pop(_DETAILS))
        return begin(in_time(details, args, payload))

    return endpoint


def _hearing(ear: Ear) -> Callable[..., None]:
    """Parse what is heard; what cannot be read is written down."""
    read = _reader(ear.topic.event)

    def heard(**payload: Any) -> None:
        try:
            ear.hear(read(payload))
        except Exception:
            log.failure("hearing {topic} failed", topic=ear.topic.uri)

    return heard


def _error(refusal: Refusal) -> ApplicationError:
    return ApplicationError(refusal.uri, message=refusal.message, **refusal.fields)


def _read(kind: type[Shape], values: object) -> Shape:
    """Parse a payload strictly. What JSON cannot hold (bytes, half characters, huge numbers) is refused too."""
    return _reader(kind)(values)


def _reader(kind: type[Shape]) -> Callable[[object], Shape]:
    validate = _adapter(kind).validate_json

    def read(values: object) -> Shape:
        try:
            return cast(Shape, validate(orjson.dumps(values, option=orjson.OPT_PASSTHROUGH_DATETIME)))
        except ValidationError as error:
            raise invalid_argument(error) from error
        except (TypeError, orjson.JSONEncodeError) as error:
            raise InvalidArgument("The arguments hold something that JSON cannot say.") from error

    return read


def invalid_argument(error: ValidationError) -> InvalidArgument:
    """Say in a sentence what is wrong with the first of the fields, and in `fields` with each."""
    fields = {
        ".".join(map(str, one["loc"])): one["msg"] for one in error.errors(include_url=False, include_input=False)
    }
    where, what = next(iter(fields.items()))
    return InvalidArgument(f"{where}: {what}" if where else what, fields=fields)


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Find the parser of a type: making one takes a thousand times as long as using it."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
