"""What the edge counts: plain numbers that hot code adds to, read as Prometheus metrics when somebody asks."""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from .cut import Why

LATENCIES = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds: from an answer inside the router worker to the longest that a call may take."""
LAGS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER = "other"
REASONS = (
    *(why.name.lower() for why in Why if why is not Why.DONE),
    *("connections_address", "connections_all", "connections_new", "proxy_header", "too_many_guests", "provider"),
    *("component_without_key", "component_unknown", "component_forged", "not_authorized"),
    *(f"request_{status}" for status in (400, 408, 413, 414, 431)),
    *("upload_cut", "file_too_large", "too_many_uploads", "enough_for_today", "picture_too_large", "picture_broken"),
    OTHER,
)
"""Why somebody may be refused; any other word counts as `other`, so that no client can make up new series."""
TICKS = 240
"""How many looks at the event loop the worst of them is taken from: a minute's worth."""


class Histogram:
    """How often something took how long. Cheaper to feed than prometheus-client's: one search, two additions."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one that took so long."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def metric(self, name: str, about: str) -> Metric:
        """Show it as Prometheus wants it: each bucket counts all that took no longer than its bound."""
        total, buckets = 0, []
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((bound, total))
        return HistogramMetricFamily(name, about, buckets=buckets, sum_value=self._sum)


class Counters(Collector):
    """The numbers of one router worker. Hot code adds to the attributes; nothing is looked up for each message."""

    def __init__(self) -> None:
        self.messages_in = 0
        """Messages of clients."""
        self.bytes_in = 0
        self.bytes_out = 0
        self.deliveries = 0
        """Events handed to a client's connection, one for each receiver."""
        self.dropped = 0
        """Events left out for clients that read too slowly."""
        self.uploads = self.upload_bytes = self.downloads = self.download_bytes = 0
        """Files that were taken in and given out."""
        self.publish_seconds = Histogram(LATENCIES)
        self.call_seconds = Histogram(LATENCIES)
        self.queue_bytes: Callable[[], int] = int
        """Sums what waits for slow clients; asked when somebody looks."""
        self.tell: Callable[[str, str], object] = _nobody
        """Hears of each refusal: `Journal.refused` writes few of them down."""
        self._sessions: dict[tuple[str, str], int] = {}
        self._joins: dict[tuple[str, str], int] = {}
        self._refusals = dict.fromkeys(REASONS, 0)
        self._lag = Histogram(LAGS)
        self._lags: deque[float] = deque(maxlen=TICKS)
        self.registry = CollectorRegistry()
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def joined(self, kind: str, role: str) -> None:
        """Count a session that signed in, on a transport of some kind."""
        key = kind, role
        self._sessions[key] = self._sessions.get(key, 0) + 1
        self._joins[key] = self._joins.get(key, 0) + 1

    def left(self, kind: str, role: str) -> None:
        """Count a session that had joined and is gone."""
        self._sessions[kind, role] -= 1

    def refused(self, reason: str, address: str = "") -> None:
        """Count somebody or something that was not let in, or was cut off; the name of a `Why` in small letters."""
        self._refusals[reason if reason in self._refusals else OTHER] += 1
        self.tell(reason, address)

    def lag(self, seconds: float) -> None:
        """Count by how much the event loop was late."""
        self._lag.observe(seconds)
        self._lags.append(seconds)

    def sessions(self) -> int:
        """Say how many are signed in."""
        return sum(self._sessions.values())

    def collect(self) -> Iterator[Metric]:
        """Show everything, for a registry."""
        yield self._by_kind(GaugeMetricFamily("openline_sessions", "Sessions that are signed in.", labels=_KIND))
        yield self._joined_by_kind()
        yield self._refused_by_reason()
        for name, about, value in self._plain():
            yield CounterMetricFamily(f"openline_{name}", about, value=value)
        yield GaugeMetricFamily(
            "openline_queue_bytes", "Bytes that wait for clients to read.", value=self.queue_bytes()
        )
        yield self.call_seconds.metric("openline_call_seconds", "From a call to its result or error.")
        yield self.publish_seconds.metric("openline_publish_seconds", "From a publish until every receiver was served.")
        yield self._lag.metric("openline_loop_lag_seconds", "How late the event loop came to a tick every 0.25 s.")
        yield GaugeMetricFamily(
            "openline_loop_lag_max_seconds", "The latest tick of the last minute.", value=max(self._lags, default=0.0)
        )

    def _plain(self) -> Iterator[tuple[str, str, int]]:
        yield "received_messages", "Messages of clients.", self.messages_in
        yield "received_bytes", "Bytes of messages of clients.", self.bytes_in
        yield "sent_bytes", "Bytes of messages to clients.", self.bytes_out
        yield "deliveries", "Events handed to a client, one for each receiver.", self.deliveries
        yield "uploads", "Files that were taken in.", self.uploads
        yield "upload_bytes", "Bytes of files that arrived.", self.upload_bytes
        yield "downloads", "Files, or parts of them, that were given out.", self.downloads
        yield "download_bytes", "Bytes of files that were given out.", self.download_bytes
        yield "dropped_events", "Events left out for clients that read too slowly.", self.dropped

    def _by_kind(self, metric: GaugeMetricFamily) -> Metric:
        for key, count in self._sessions.items():
            metric.add_metric(key, count)
        return metric

    def _joined_by_kind(self) -> Metric:
        metric = CounterMetricFamily("openline_joins", "Sessions that signed in.", labels=_KIND)
        for key, count in self._joins.items():
            metric.add_metric(key, count)
        return metric

    def _refused_by_reason(self) -> Metric:
        metric = CounterMetricFamily("openline_refusals", "What was refused or cut off.", labels=("reason",))
        for reason, count in self._refusals.items():
            metric.add_metric((reason,), count)
        return metric


_KIND = ("transport", "role")


def _nobody(reason: str, address: str) -> None:
    """Hear of nothing."""
