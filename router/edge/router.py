"""Crossbar's router with our broker and dealer: asks our table at once, and sends without a detour."""

from collections.abc import Iterable
from typing import Any

from autobahn.wamp import message
from autobahn.wamp.exception import ProtocolError
from crossbar.router.router import Router
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from .audience import takes_bytes
from .broker import EdgeBroker
from .calls import EdgeDealer

Known = dict[str, Any] | None
_HANDLED = {
    message.Publish: ("_broker", "processPublish"),
    message.Subscribe: ("_broker", "processSubscribe"),
    message.Unsubscribe: ("_broker", "processUnsubscribe"),
    message.Call: ("_dealer", "processCall"),
    message.Cancel: ("_dealer", "processCancel"),
    message.Register: ("_dealer", "processRegister"),
    message.Unregister: ("_dealer", "processUnregister"),
    message.Yield: ("_dealer", "processYield"),
    message.Error: ("_dealer", "processInvocationError"),
}

_RESULT = message.Result.MESSAGE_TYPE
_NO_DETAILS: dict[str, Any] = {}

log = Logger()


class EdgeRouter(Router):
    """Takes the place of the class of a router that Crossbar has made (`hooks.fit`), before anybody is joined to it."""

    _broker: EdgeBroker
    _dealer: EdgeDealer

    def known(self, session: Any, action: str, uri: str, match: str = "exact") -> Known:
        """Say what a session's role may do, or `None` when somebody has to be asked first."""
        role = self._roles.get(session._authrole)
        known = getattr(role, "known", None)
        return known(action, uri, match) if known else None

    def authorize(self, session: Any, uri: str, action: str, options: dict[str, Any]) -> "Deferred[dict[str, Any]]":
        known = self.known(session, named(action, options), uri, options.get("match") or "exact")
        asked = succeed(known) if known is not None else super().authorize(session, uri, action, options)
        return asked.addCallback(self._counted, session)

    def _counted(self, answer: dict[str, Any], session: Any) -> dict[str, Any]:
        if not answer["allow"]:
            self._dealer.denied(session)
        return answer

    def process(self, session: Any, msg: Any) -> None:
        """Hand a message to whom it is for."""
        who, name = _HANDLED.get(type(msg), ("", ""))
        if not name:
            raise ProtocolError(f"unexpected message {type(msg).__name__}")
        try:
            getattr(getattr(self, who), name)(session, msg)
        except ProtocolError:
            raise
        except Exception:
            log.failure("a {kind} message of {id} failed", kind=type(msg).__name__, id=session._authid)

    def send(self, session: Any, msg: Any) -> None:
        """Send one message. What this session is still to be sent of this turn of the reactor goes before it."""
        transport = session._transport
        if transport:
            if getattr(transport, "audiences", None):
                self._broker.flush_for(transport)
            transport.send(msg)

    @property
    def calls(self) -> EdgeDealer:
        """Who answers calls."""
        return self._dealer

    @property
    def events(self) -> EdgeBroker:
        """Who spreads events."""
        return self._broker

    def answer(self, session: Any, request: int, reply: Any) -> None:
        """Send the RESULT of a call. To a client of ours without making an object of it first."""
        transport = session._transport
        if takes_bytes(transport):
            if transport.audiences:
                self._broker.flush_for(transport)
            transport.write(transport.encoding.write([_RESULT, request, _NO_DETAILS, [reply]]), None)
        else:
            self.send(session, message.Result(request, args=[reply]))

    def sessions(self) -> Iterable[Any]:
        """Everybody who is joined."""
        return self._session_id_to_session.values()

    def sessions_of(self, id: str) -> Iterable[Any]:
        """All sessions of one person."""
        return self._authid_to_sessions.get(id, ())

    def features(self) -> dict[str, Any]:
        """What a WELCOME says of the router: its roles, with the advanced features of each."""
        roles = {"broker": self._broker._role_features, "dealer": self._dealer._role_features}
        welcome: dict[str, Any] = message.Welcome(1, roles, realm="realm").marshal()[2]["roles"]
        return welcome

    def join(self, session: Any) -> None:
        """Take a session that has signed in. Crossbar's own way writes it down at length, for nobody to read."""
        self._session_id_to_session[session._session_id] = session
        self._broker.attach(session)
        self._dealer.attach(session)
        self._attached += 1
        self._authrole_to_sessions.setdefault(session._authrole, set()).add(session)
        self._authid_to_sessions.setdefault(session._authid, set()).add(session)
        if self._broker.is_heard("wamp.session.on_join"):
            self._realm.session.publish("wamp.session.on_join", session.session_details.marshal())

    def leave(self, session: Any) -> None:
        """Let go of a session, and of all that it had."""
        self._authrole_to_sessions[session._authrole].discard(session)
        mine = self._authid_to_sessions[session._authid]
        mine.discard(session)
        if not mine:
            del self._authid_to_sessions[session._authid]
        self._detach(session)
        if self._broker.is_heard("wamp.session.on_leave"):
            self._realm.session.publish("wamp.session.on_leave", session._session_id)


def named(action: str, options: dict[str, Any]) -> str:
    """Name an action as the permissions do: to take a procedure from who answers it is one of its own."""
    return "reregister" if options.get("force_reregister") else action
