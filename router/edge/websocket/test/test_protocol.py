"""A connection hands on whole messages, notices who is gone, and ends so that the client knows why."""

import struct

import pytest
from twisted.logger import capturedLogs

from components.settings import Limits
from router.edge.cut import Cut, Why
from router.edge.websocket import deflate, frames
from router.edge.websocket.protocol import LINGER, MOST_PINGS

from .client import BINARY, CLOSE, PING, PONG, masked
from .wire import Wire, Wires

PING_FRAME = frames.control(PING)
PONG_FRAME = masked(b"", PONG)
GOODBYE = masked(struct.pack("!H", 1000), CLOSE)


def closed(why: Why, words: str = "") -> bytes:
    return frames.close(why.code, words or why.words)


def test_hands_on_messages(wire: Wire) -> None:
    wire.says(masked(b"[1]") + masked("[„2“]".encode())[:9])
    assert wire.session.received == [b"[1]"]


def test_answers(wire: Wire) -> None:
    wire.session.answer = lambda payload: wire.connection.write(frames.frame(payload, False), None)
    wire.says(masked(b"[1]") + masked(b"", PING) + masked(b"x" * 300))
    assert wire.hears(5 + 2 + 304) == frames.frame(b"[1]", False) + b"\x8a\0" + frames.frame(b"x" * 300, False)


def test_a_binary_message_is_no_json(wires: Wires) -> None:
    wire = wires()
    wire.says(masked(b"[1]", BINARY))
    assert wire.hears(4 + len(Why.MALFORMED.words)) == closed(Why.MALFORMED)
    assert wire.session.received == []
    wire = wires(protocol="wamp.2.cbor")
    wire.says(masked(b"[1]", BINARY) + masked(b"[1]"))
    assert wire.session.received == [b"[1]"]
    assert wire.hears(4 + len(Why.MALFORMED.words)) == closed(Why.MALFORMED)


def test_compressed_messages(wires: Wires) -> None:
    wire = wires(bits=12, inflate=True)
    wire.says(masked(deflate.deflated(b"[1]"), reserved=0x40))
    assert wire.session.received == [b"[1]"]
    wire.connection.write(wire.connection.encoding.wrap(b"[2, 2, 2, 2, 2, 2]", False), None)
    head = wire.hears(2)
    assert head[0] == 0xC1
    assert deflate.inflated(wire.hears(head[1]), 100) == b"[2, 2, 2, 2, 2, 2]"


def test_compression_that_was_not_agreed_to(wire: Wire) -> None:
    wire.says(masked(deflate.deflated(b"[1]"), reserved=0x40))
    assert wire.rest() == closed(Why.PROTOCOL)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (masked(b"[\xff]"), Why.NOT_TEXT),
        (masked(b"x" * 65_537), Why.TOO_BIG),
        (b"\x81\x01x", Why.PROTOCOL),
        (b"GET / HTTP/1.1\r\n\r\n", Why.PROTOCOL),
    ],
)
def test_says_what_is_wrong_and_looks_at_nothing_more(wire: Wire, data: bytes, why: Why) -> None:
    wire.says(masked(b"[0]") + data + masked(b"[1]"))
    assert wire.rest() == closed(why)
    assert wire.session.received == [b"[0]"]
    assert wire.refusals() == [why.name.lower()]
    assert wire.session.losses == 0, "the client is given time to read it"
    wire.client.close()
    wire.until(lambda: wire.session.losses == 1)


def test_who_does_not_go_is_dropped(wire: Wire) -> None:
    wire.says(b"\x81\x01x")
    wire.advance(LINGER)
    assert wire.is_reset()
    assert wire.session.losses == 1


# ---- closing


def test_agrees_to_close(wire: Wire) -> None:
    wire.says(masked(b"[1]") + masked(struct.pack("!H", 3456) + b"bye", CLOSE) + masked(b"[2]"))
    assert wire.rest() == frames.close(3456)
    assert wire.session.received == [b"[1]"]
    assert wire.refusals() == []
    wire.client.close()
    wire.until(lambda: wire.session.losses == 1)


def test_a_close_without_a_code_is_answered_by_one(wire: Wire) -> None:
    wire.says(masked(b"", CLOSE))
    assert wire.rest() == b"\x88\0"


def test_waits_for_the_client_to_agree(wire: Wire) -> None:
    wire.connection.close(Cut(Why.RESTART, "Back soon."))
    wire.connection.close(Cut(Why.FLOOD))
    assert wire.hears(14) == closed(Why.RESTART, "Back soon.")
    wire.says(masked(b"[too late]") + masked(b"", PING))
    assert wire.hears_nothing()
    assert wire.session.losses == 0
    wire.says(GOODBYE)
    assert wire.rest() == b""
    wire.client.close()
    wire.until(lambda: wire.session.losses == 1)
    assert wire.session.received == []
    assert wire.refusals() == ["restart"]


def test_does_not_wait_for_long(wire: Wire) -> None:
    wire.connection.close(Cut(Why.RESTART))
    wire.advance(LINGER)
    assert wire.is_reset()


def test_nonsense_while_we_wait_ends_it(wire: Wire) -> None:
    wire.connection.close(Cut(Why.RESTART, "Back soon."))
    wire.says(b"\x81\x01x")
    assert wire.rest() == closed(Why.RESTART, "Back soon.")


def test_the_session_may_refuse_a_message(wire: Wire) -> None:
    def refuse(payload: bytes) -> None:
        raise Cut(Why.OUT_OF_TURN)

    wire.session.answer = refuse
    wire.says(masked(b"[1]") + masked(b"[2]") + GOODBYE)
    assert wire.rest() == closed(Why.OUT_OF_TURN)
    assert wire.session.received == [b"[1]"]


def test_what_fails_inside_is_written_down_and_not_told(wire: Wire) -> None:
    def fail(payload: bytes) -> None:
        raise RuntimeError("secret")

    wire.session.answer = fail
    with capturedLogs() as logged:
        wire.says(masked(b"[1]") + masked(b"[2]"))
    assert [str(event["log_failure"].value) for event in logged if "log_failure" in event] == ["secret"]
    assert wire.hears(4 + len(Why.UNAVAILABLE.words)) == closed(Why.UNAVAILABLE)


def test_who_closes_their_half_is_gone(wire: Wire) -> None:
    wire.client.shutdown(1)
    wire.until(lambda: wire.session.losses)
    assert wire.rest() == b""


def test_gives_back_what_it_was_given_once_it_is_gone(wires: Wires) -> None:
    ends: list[str] = []
    wire = wires(on_end=lambda: ends.append("end"))
    wire.connection.close(Cut(Why.SILENT))
    assert ends == []
    wire.until(lambda: wire.session.losses)
    assert ends == ["end"]


# ---- silence


def test_a_silent_client_is_asked_and_then_dropped_in_time(wire: Wire) -> None:
    wire.advance(24)
    assert wire.hears_nothing()
    wire.advance(1)
    assert wire.hears(2) == PING_FRAME
    wire.advance(7)
    assert wire.hears_nothing()
    wire.advance(1)
    assert wire.refusals() == ["silent"]
    assert wire.is_reset()


def test_who_answers_stays(wire: Wire) -> None:
    for _ in range(10):
        wire.advance(25)
        assert wire.hears(2) == PING_FRAME
        wire.says(PONG_FRAME)
    assert wire.session.losses == 0
    assert wire.connection.ready


def test_who_says_something_is_not_asked(wire: Wire) -> None:
    for _ in range(20):
        wire.advance(20)
        wire.says(masked(b"[]"))
    assert wire.hears_nothing()


def test_who_reads_is_there(wires: Wires) -> None:
    """A slow line may take longer for what waits than a ping has for its answer."""
    wire = wires(Limits(queue_bytes=10_000_000))
    wire.fill()
    for _ in range(600):
        wire.connection.write(b"x" * 8_000, "news")
    for _ in range(20):
        wire.hears(65_536)
        wire.advance(6)
    assert wire.session.losses == 0
    assert wire.refusals() == []


def test_who_reads_nothing_is_dropped(wire: Wire) -> None:
    wire.fill()
    wire.advance(33)
    assert wire.refusals() == ["silent"]


def test_a_pause_of_our_own_is_not_the_clients_silence(wire: Wire) -> None:
    wire.now += 3_600
    wire.ticker.tick()
    assert wire.hears(2) == PING_FRAME
    wire.says(PONG_FRAME)
    wire.advance(8)
    assert wire.session.losses == 0


@pytest.mark.parametrize(("ping", "pong"), [("10s", "8s"), ("5s", "1s"), ("60s", "30s")])
def test_other_times_may_be_set(wires: Wires, ping: str, pong: str) -> None:
    limits = Limits.model_validate({"ping": ping, "pong": pong})
    wire = wires(limits)
    wire.advance(limits.ping)
    assert wire.hears(2) == PING_FRAME
    wire.says(PONG_FRAME)
    wire.advance(limits.ping + limits.pong - 1)
    assert wire.refusals() == []
    wire.advance(1)
    assert wire.refusals() == ["silent"]


# ---- who sends too much


def test_pings_in_a_row_are_answered(wire: Wire) -> None:
    wire.says(b"".join(masked(b"%d" % number, PING) for number in range(10)))
    assert wire.hears(30) == b"".join(b"\x8a\x01%d" % number for number in range(10))


def test_a_flood_of_pings_is_refused(wire: Wire) -> None:
    wire.says(masked(b"", PING, key=b"abcd") * (MOST_PINGS + 1))
    pongs = wire.hears(2 * MOST_PINGS + 4 + len(Why.FLOOD.words))
    assert pongs == b"\x8a\0" * MOST_PINGS + closed(Why.FLOOD)


def test_holds_a_client_back(wire: Wire) -> None:
    wire.session.answer = lambda payload: wire.connection.hold(3.0) if payload == b"[1]" else None
    wire.says(masked(b"[1]") + masked(b"[2]") + masked(b"[3]")[:5])
    wire.client.sendall(masked(b"[3]", key=b"aaaa"))
    assert wire.session.received == [b"[1]"]
    wire.turn()
    wire.advance(2.9)
    wire.turn()
    assert wire.session.received == [b"[1]"]
    wire.advance(0.7)
    wire.until(lambda: len(wire.session.received) > 1)
    assert wire.session.received[:2] == [b"[1]", b"[2]"]


def test_may_hold_again_and_again(wire: Wire) -> None:
    wire.session.answer = lambda payload: wire.connection.hold(1.0)
    wire.says(b"".join(masked(b"[%d]" % number) for number in range(5)))
    for count in range(1, 6):
        assert len(wire.session.received) == count
        wire.advance(1.0)
    wire.says(masked(b"[5]"))
    assert wire.session.received == [b"[%d]" % number for number in range(6)]
    wire.advance(1.0)


def test_closing_does_not_wait_for_the_end_of_a_hold(wire: Wire) -> None:
    wire.session.answer = lambda payload: wire.connection.hold(60.0)
    wire.says(masked(b"[1]") + masked(b"[2]"))
    wire.connection.close(Cut(Why.FLOOD))
    wire.hears(4 + len(Why.FLOOD.words))
    wire.says(GOODBYE)
    assert wire.rest() == b""
    assert wire.session.received == [b"[1]"]


def test_who_is_held_may_go(wire: Wire) -> None:
    wire.connection.hold(1.0)
    wire.client.close()
    wire.turn()
    wire.advance(2.0)
    wire.until(lambda: wire.session.losses)
