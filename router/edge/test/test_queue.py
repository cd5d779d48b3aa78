"""What waits for slow clients is bounded, and what is left out is what the stream's rule gives up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings import Settings
from router.edge.cut import Cut, Why
from router.edge.queue import BoundedQueue, slow_rule

SETTINGS = Settings.model_validate(
    {
        "streams": [
            {"match": "app.ticker.*", "slow": "drop_oldest"},
            {"match": "app.price.*", "slow": "latest"},
            {"match": "app.*", "slow": "disconnect"},
        ]
    }
)
RULE = slow_rule(SETTINGS)
TICKER, PRICE, CHAT = "app.ticker.a", "app.price.a", "app.chat"


def queue(limit: int = 100) -> BoundedQueue:
    return BoundedQueue(limit, RULE)


def ten(number: int) -> bytes:
    """Make ten bytes."""
    return b"%010d" % number


def numbers(one: BoundedQueue) -> list[int]:
    return [int(data) for data in one.take(1_000_000)]


def test_a_topic_that_is_no_stream_disconnects() -> None:
    assert [RULE(topic) for topic in (TICKER, PRICE, CHAT, "openline.room.on_typing")] == [
        "drop_oldest",
        "latest",
        "disconnect",
        "disconnect",
    ]


def test_takes_in_order_and_no_more_than_asked_for() -> None:
    one = queue()
    for number in range(5):
        one.put(ten(number), CHAT)
    assert one.take(25) == [ten(0), ten(1)]
    assert one.bytes == 30
    assert one.take(0) == [ten(2)], "one is always taken"
    assert one.take(1_000) == [ten(3), ten(4)]
    assert one.take(1_000) == []
    assert one.bytes == len(one) == 0


@pytest.mark.parametrize("topic", [CHAT, None])
def test_cuts_off_when_full(topic: str | None) -> None:
    one = queue()
    for number in range(10):
        one.put(ten(number), topic)
    with pytest.raises(Cut) as cut:
        one.put(ten(10), topic)
    assert cut.value.why is Why.SLOW


def test_leaves_out_the_oldest() -> None:
    one = queue()
    dropped = [one.put(ten(number), TICKER) for number in range(23)]
    kept = numbers(one)
    assert kept == list(range(23 - len(kept), 23))
    assert sum(dropped) == 23 - len(kept)
    assert len(kept) >= 7


def test_leaves_out_all_but_the_latest_of_each() -> None:
    one = queue()
    for number in range(5):
        one.put(ten(number), PRICE)
        one.put(ten(100 + number), "app.price.b")
    one.put(ten(5), PRICE)
    assert numbers(one) == [104, 5]


def test_an_answer_finds_room_where_events_can_be_left_out() -> None:
    one = queue()
    for number in range(10):
        one.put(ten(number), TICKER)
    assert one.put(ten(99), None) == 4
    assert numbers(one) == [4, 5, 6, 7, 8, 9, 99]


def test_what_may_not_be_left_out_stays() -> None:
    one = queue()
    for number in range(10):
        one.put(ten(number), CHAT if number < 5 else TICKER)
    one.put(ten(10), TICKER)
    assert numbers(one)[:5] == [0, 1, 2, 3, 4]


def test_cuts_off_when_little_can_be_left_out() -> None:
    """Else each event would be looked for through all that waits."""
    one = queue()
    for number in range(10):
        one.put(ten(number), TICKER if number == 5 else CHAT)
    with pytest.raises(Cut):
        one.put(ten(10), TICKER)


def test_a_message_larger_than_the_queue_is_taken_when_nothing_waits() -> None:
    one = queue()
    one.put(b"x" * 1_000, None)
    assert one.take(1) == [b"x" * 1_000]


@given(st.lists(st.tuples(st.sampled_from([TICKER, PRICE, CHAT, None]), st.integers(1, 40), st.booleans())))
def test_is_bounded_in_order_and_loses_nothing_that_must_arrive(puts: list[tuple[str | None, int, bool]]) -> None:
    one = queue()
    arrived: list[bytes] = []
    sent: list[bytes] = []
    cut = False
    for number, (topic, size, takes) in enumerate(puts):
        data = b"%d:%s:" % (number, (topic or "").encode()) + b"x" * size
        try:
            one.put(data, topic)
        except Cut:
            cut = True
            break
        sent.append(data)
        assert one.bytes <= max(100, len(data))
        if takes:
            arrived += one.take(60)
    arrived += one.take(1_000_000)
    assert one.bytes == 0
    assert arrived == [data for data in sent if data in set(arrived)]
    if not cut:
        must = [data for data in sent if TICKER.encode() not in data and PRICE.encode() not in data]
        assert [data for data in arrived if data in set(must)] == must
        assert not any(topic == PRICE for topic, *_ in puts) or any(PRICE.encode() in data for data in arrived)
