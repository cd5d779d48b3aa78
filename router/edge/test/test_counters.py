"""What was counted is what Prometheus reads."""

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from router.edge.counters import REASONS, Counters, Histogram
from router.edge.cut import Why


def read(counters: Counters) -> dict[str, float]:
    """All samples, by name and labels as they are written."""
    text = generate_latest(counters.registry).decode()
    return {
        name_of(sample.name, sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def name_of(name: str, labels: dict[str, str]) -> str:
    return name + "".join(f" {key}={value}" for key, value in sorted(labels.items()))


def test_sessions_are_counted_by_transport_and_role() -> None:
    counters = Counters()
    for kind, role in (("websocket", "guest"), ("websocket", "guest"), ("longpoll", "member")):
        counters.joined(kind, role)
    counters.left("websocket", "guest")
    found = read(counters)
    assert found["openline_sessions role=guest transport=websocket"] == 1
    assert found["openline_sessions role=member transport=longpoll"] == 1
    assert found["openline_joins_total role=guest transport=websocket"] == 2
    assert counters.sessions() == 2


def test_plain_numbers() -> None:
    counters = Counters()
    counters.messages_in += 1
    counters.bytes_in += 20
    counters.bytes_out += 300
    counters.deliveries += 4_000
    counters.dropped += 50_000
    counters.queue_bytes = lambda: 600_000
    found = read(counters)
    assert found["openline_received_messages_total"] == 1
    assert found["openline_received_bytes_total"] == 20
    assert found["openline_sent_bytes_total"] == 300
    assert found["openline_deliveries_total"] == 4_000
    assert found["openline_dropped_events_total"] == 50_000
    assert found["openline_queue_bytes"] == 600_000


def test_every_reason_is_there_from_the_start_and_no_other_comes_to_be() -> None:
    counters = Counters()
    before = set(read(counters))
    counters.refused("slow")
    counters.refused("x" * 50)
    counters.refused("y" * 50)
    found = read(counters)
    assert set(found) == before
    assert found["openline_refusals_total reason=slow"] == 1
    assert found["openline_refusals_total reason=other"] == 2
    assert found["openline_refusals_total reason=malformed"] == 0


def test_who_wants_to_hear_of_refusals_does() -> None:
    counters, heard = Counters(), []
    counters.refused("slow")
    counters.tell = lambda *said: heard.append(said)
    counters.refused("slow", "10.0.0.1")
    counters.refused("nonsense")
    assert heard == [("slow", "10.0.0.1"), ("nonsense", "")]


@pytest.mark.parametrize("why", [why for why in Why if why is not Why.DONE])
def test_every_reason_to_end_a_connection_has_a_series(why: Why) -> None:
    assert why.name.lower() in REASONS


def test_a_bucket_counts_all_that_took_no_longer() -> None:
    histogram = Histogram((0.1, 1.0))
    for seconds in (0.0, 0.1, 0.11, 1.0, 7.0):
        histogram.observe(seconds)
    samples = {name_of(one.name, one.labels): one.value for one in histogram.metric("x", "about").samples}
    assert samples["x_bucket le=0.1"] == 2
    assert samples["x_bucket le=1.0"] == 4
    assert samples["x_bucket le=+Inf"] == samples["x_count"] == 5
    assert samples["x_sum"] == pytest.approx(8.21)


def test_how_late_the_event_loop_was() -> None:
    counters = Counters()
    assert read(counters)["openline_loop_lag_max_seconds"] == 0
    for seconds in (0.5, 0.002):
        counters.lag(seconds)
    assert read(counters)["openline_loop_lag_max_seconds"] == 0.5
    for _ in range(300):
        counters.lag(0.001)
    found = read(counters)
    assert found["openline_loop_lag_max_seconds"] == 0.001, "the worst of the last minute, not of all time"
    assert found["openline_loop_lag_seconds_count"] == 302
    assert found["openline_loop_lag_seconds_bucket le=0.25"] == 301


def test_two_of_them_know_nothing_of_each_other() -> None:
    one, other = Counters(), Counters()
    one.joined("websocket", "guest")
    assert "openline_sessions role=guest transport=websocket" not in read(other)


def test_the_process_is_there_too() -> None:
    assert read(Counters())["process_open_fds"] > 0
