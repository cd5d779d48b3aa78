"""Spread events: Crossbar's broker, with receivers kept ready and one write for all that one turn says to them."""

from collections import defaultdict
from time import perf_counter
from typing import TYPE_CHECKING, Any

from autobahn import util
from autobahn.wamp import message
from autobahn.wamp.message import _URI_PAT_STRICT_NON_EMPTY
from crossbar.router import NotAttached
from crossbar.router.broker import Broker
from crossbar.router.observation import UriObservationMap
from twisted.logger import Logger

from .audience import Audience, Group, takes_bytes
from .counters import Counters
from .transport import Encoding, Transport

if TYPE_CHECKING:
    from .router import EdgeRouter

log = Logger()

_SLICE = 500
"""How many subscriptions of one session are forgotten in one turn."""
_NARROWED = ("eligible", "eligible_authid", "eligible_authrole", "exclude", "exclude_authid", "exclude_authrole")


class Observations(UriObservationMap):
    """Crossbar's map of subscriptions, which tells the broker of every change."""

    __slots__ = ("_broker",)

    def __init__(self, broker: "EdgeBroker") -> None:
        super().__init__()
        self._broker = broker

    def add_observer(self, observer: Any, *args: Any, **kwargs: Any) -> Any:
        observation, was_already, is_first = super().add_observer(observer, *args, **kwargs)
        if not was_already:
            self._broker.audience(observation).add(observer)
        return observation, was_already, is_first

    def drop_observer(self, observer: Any, observation: Any) -> Any:
        audience = self._broker.audiences.get(observation)
        if audience is not None:
            audience.remove(observer)
        return super().drop_observer(observer, observation)

    def delete_observation(self, observation: Any) -> Any:
        self._broker.audiences.pop(observation, None)
        return super().delete_observation(observation)


class EdgeBroker(Broker):
    """Takes the place of the class of a broker that Crossbar has made (`hooks.fit`), before anybody subscribed."""

    _router: "EdgeRouter"

    def begin(self, counters: Counters) -> None:
        """Set up what Crossbar's own `__init__` did not."""
        self.audiences: dict[Any, Audience] = {}
        self._subscription_map = Observations(self)
        self._due: list[Group] = []
        self._said: defaultdict[Any, dict[Audience, None]] = defaultdict(dict)
        """To whom each publisher has said something in this turn that is still to be written."""
        self._counters = counters

    def audience(self, observation: Any) -> Audience:
        """Find the receivers of a subscription."""
        audience = self.audiences.get(observation)
        if audience is None:
            audience = self.audiences[observation] = Audience(observation.uri, self._counters)
        return audience

    def subscriptions(self, session: Any) -> int:
        """How many subscriptions a session has."""
        return len(self._session_to_subscriptions.get(session, ()))

    def detach(self, session: Any) -> None:
        """Forget a session that has left: who gets its events at once, the rest in slices, so that nobody waits."""
        if session not in self._session_to_subscriptions:
            raise NotAttached(f"session {session._session_id} is not attached")
        left = list(self._session_to_subscriptions.pop(session))
        transport = session._transport
        if takes_bytes(transport):
            for audience in list(transport.audiences):
                audience.remove(session)
        self._let_go(session, session._session_id, left)

    def _let_go(self, session: Any, was: int, left: list[Any]) -> None:
        """Forget some subscriptions of a session, and the others in the next turn."""
        for subscription in left[:_SLICE]:
            _, was_last = self._subscription_map.drop_observer(session, subscription)
            is_deleted = was_last and not subscription.extra.retained_events
            if is_deleted:
                self._subscription_map.delete_observation(subscription)
            self._tell("on_unsubscribe", was, subscription)
            if is_deleted:
                self._tell("on_delete", was, subscription)
        if len(left) > _SLICE:
            self._reactor.callLater(0, self._let_go, session, was, left[_SLICE:])

    def _tell(self, what: str, session: int, subscription: Any) -> None:
        """Publish a metaevent, if somebody listens."""
        topic = f"wamp.subscription.{what}"
        if self.is_heard(topic) and not subscription.uri.startswith("wamp."):
            self._router._realm.session.publish(topic, session, subscription.id)

    def silence(self, session: Any) -> None:
        """Let a session have no more events."""
        for subscription in list(self._session_to_subscriptions.get(session, ())):
            self._unsubscribe(subscription, session)

    def is_heard(self, topic: str) -> bool:
        """Say whether anybody subscribed to a topic."""
        return bool(self._subscription_map.match_observations(topic))

    # ---- publishing

    def processPublish(self, session: Any, publish: Any) -> None:  # noqa: N802
        """Send an event to whom it is for, or let Crossbar's own way refuse it, retain it, or ask who may."""
        known = None if self._is_unusual(publish) else self._router.known(session, "publish", publish.topic)
        if known is None or not known["allow"]:
            super().processPublish(session, publish)
            return
        start = perf_counter()
        self._publish(session, publish, known["disclose"])
        self._counters.publish_seconds.observe(perf_counter() - start)

    def _is_unusual(self, publish: Any) -> bool:
        return bool(
            publish.retain
            or publish.payload is not None
            or publish.forward_for
            or self._event_store
            or self._router.is_traced
            or publish.topic.startswith("wamp.")
            or not _URI_PAT_STRICT_NON_EMPTY.match(publish.topic)
        )

    def _publish(self, session: Any, publish: Any, disclose: bool) -> None:
        subscriptions = self._subscription_map.match_observations(publish.topic)
        publication = util.id()
        if publish.acknowledge:
            self._router.send(session, message.Published(publish.request, publication))
        me_too = publish.exclude_me is False
        narrowed = any(getattr(publish, name) for name in _NARROWED)
        for subscription in subscriptions:
            event = _event(subscription, publication, publish, session if disclose else None)
            if narrowed:
                receivers = self._filter_publish_receivers(subscription.observers, publish)
                self._to_some([one for one in receivers if me_too or one is not session], event, publish.topic)
            else:
                audience = self.audience(subscription)
                if session in self._said:
                    self._keep_order(session, audience)
                self._to_all(audience, event, None if me_too else session, publish.topic)
                if audience.is_pending:
                    self._said[session][audience] = None

    def _keep_order(self, publisher: Any, audience: Audience) -> None:
        """Send first what a publisher said before to others, where somebody hears both (WAMP spec §PubSub Ordering)."""
        said = self._said[publisher]
        for other in [other for other in said if other is not audience and other.shares_with(audience)]:
            other.flush()
            del said[other]

    def _to_all(self, audience: Audience, event: Any, but: Any, topic: str) -> None:
        """Send an event to an audience, but not to its publisher."""
        skipped: Any = but._transport if but is not None else None
        encoded: dict[Encoding, bytes] = {}
        count = self._to_groups(audience, event, skipped, encoded)
        for transport in list(audience.waiting):
            if transport is not skipped:
                transport.write(_encoded(encoded, transport.encoding, event), topic)
                count += 1
        for other in list(audience.others):
            if other is not but and other._session_id and other._transport:
                self._router.send(other, event)
                count += 1
        self._counters.deliveries += count

    def _to_groups(self, audience: Audience, event: Any, skipped: Any, encoded: dict[Encoding, bytes]) -> int:
        """Have an event written to all that are written to directly, at the end of this turn."""
        is_among = isinstance(skipped, Transport) and skipped.audiences.get(audience, -1) >= 0
        skip = skipped.fd if is_among else -1
        for group in audience.groups.values():
            if group.skip != skip:
                group.flush()  # Before anything is put: it may move somebody from one group into waiting.
        for encoding, group in audience.groups.items():
            if group.transports and group.put(_encoded(encoded, encoding, event), skip):
                self._flush_later(group)
        return audience.size - is_among

    def _to_some(self, receivers: list[Any], event: Any, topic: str) -> None:
        """Send an event to chosen sessions."""
        encoded: dict[Encoding, bytes] = {}
        for session in receivers:
            transport = session._transport
            if not session._session_id or not transport:
                continue
            if takes_bytes(transport):
                self.flush_for(transport)
                transport.write(_encoded(encoded, transport.encoding, event), topic)
            else:
                self._router.send(session, event)
            self._counters.deliveries += 1

    # ---- the turn

    def _flush_later(self, group: Group) -> None:
        if not self._due:
            self._reactor.callLater(0, self.flush)
        self._due.append(group)

    def flush(self) -> None:
        """Write what this turn of the reactor said. A group that was flushed in between has nothing left."""
        due, self._due = self._due, []
        self._said.clear()
        for group in due:
            try:
                group.flush()
            except Exception:
                log.failure("events could not be written")

    def flush_for(self, transport: Any) -> None:
        """Write what a transport is still to get of this turn, before something else is written to it."""
        for group in self._due:
            if group.pending and transport.audiences.get(group.audience, -1) >= 0:
                group.flush()


def _event(subscription: Any, publication: int, publish: Any, publisher: Any) -> Any:
    """Make the EVENT of a subscription."""
    return message.Event(
        subscription.id,
        publication,
        args=publish.args,
        kwargs=publish.kwargs,
        publisher=publisher._session_id if publisher else None,
        publisher_authid=publisher._authid if publisher else None,
        publisher_authrole=publisher._authrole if publisher else None,
        topic=publish.topic if subscription.match != "exact" else None,
        transaction_hash=publish.transaction_hash,
    )


def _encoded(encoded: dict[Encoding, bytes], encoding: Encoding, event: Any) -> bytes:
    if encoding not in encoded:
        encoded[encoding] = encoding.encode(event)
    return encoded[encoding]
