"""How slowly, and how much, one may speak to the web port."""

from typing import Any

import pytest
from twisted.trial.unittest import SynchronousTestCase

from components.settings import Limits, Requests, Settings

from .support import Web, Wire

LIMITS = Requests(head_bytes=2_048, body_bytes=4_096)  # Deadlines as they are: 10, 20 and 30 seconds.
GET = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"


def head(path: str = "/hello", method: str = "GET", **headers: object) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: x",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


class Case(SynchronousTestCase):
    """A web port with small limits."""

    def setUp(self) -> None:
        self.web = Web(Settings(limits=Limits(requests=LIMITS)))

    def connect(self) -> Wire:
        return self.web.connect()

    def assert_refused(self, wire: Wire, code: int) -> bytes:
        """It was told why, can read that, and is gone two seconds later."""
        answer = wire.heard()
        assert status(answer) == code, answer
        fields, _, words = answer.partition(b"\r\n\r\n")
        assert b"Connection: close" in fields
        assert f"Content-Length: {len(words)}".encode() in fields
        assert b"nosniff" in fields
        assert wire.half_closed and not wire.aborted
        assert wire.say(b"x" * 10_000) == b""
        self.web.later(2)
        assert wire.aborted
        assert self.web.refusals == {f"request_{code}": 1}
        return words


class SlowTests(Case):
    """Time runs from the beginning of a part, whatever arrives in between."""

    def test_a_silent_connection_is_closed_without_a_word(self) -> None:
        wire = self.connect()
        self.web.later(9)
        assert not wire.closing
        self.web.later(1)
        assert wire.closing
        assert wire.heard() == b""
        assert self.web.refusals == {"request_408": 1}

    def test_a_head_that_drips(self) -> None:
        wire = self.connect()
        for byte in b"GET /hello HTTP/1.1\r":
            wire.send(bytes([byte]))
            assert not wire.closing
            self.web.later(0.5)
        self.assert_refused(wire, 408)

    def test_headers_one_after_another(self) -> None:
        wire = self.connect()
        wire.send(b"GET /hello HTTP/1.1\r\n")
        for number in range(5):
            wire.send(b"X-%d: y\r\n" % number)
            self.web.later(2)
        self.assert_refused(wire, 408)

    def test_a_body_that_drips(self) -> None:
        wire = self.connect()
        wire.send(head("/echo", "POST", Content_Length=100))
        for _ in range(19):
            assert wire.say(b"x") == b""
            self.web.later(1)
        assert not wire.closing
        self.web.later(1)
        self.assert_refused(wire, 408)

    def test_a_chunked_body_that_drips(self) -> None:
        wire = self.connect()
        wire.send(head("/echo", "POST", Transfer_Encoding="chunked"))
        for _ in range(20):
            wire.send(b"1\r\nx\r\n")
            self.web.later(1)
        self.assert_refused(wire, 408)

    def test_who_asks_nothing_more_is_let_go(self) -> None:
        wire = self.connect()
        assert status(wire.say(GET)) == 200
        self.web.later(29)
        assert not wire.closing
        self.web.later(1)
        assert wire.disconnecting
        assert wire.heard() == b""
        assert not self.web.refusals

    def test_the_next_request_has_its_own_time(self) -> None:
        wire = self.connect()
        for _ in range(5):
            assert status(wire.say(GET)) == 200
            self.web.later(20)
        wire.send(b"GET /hel")
        self.web.later(9)
        assert status(wire.say(b"lo HTTP/1.1\r\nHost: x\r\n\r\n")) == 200
        wire.send(b"GET /hel")
        self.web.later(10)
        self.assert_refused(wire, 408)

    def test_the_beginning_of_a_request_that_came_with_the_one_before(self) -> None:
        wire = self.connect()
        assert status(wire.say(GET + b"GET /hel")) == 200
        self.web.later(10)
        self.assert_refused(wire, 408)

    def test_an_answer_may_take_its_time(self) -> None:
        wire = self.connect()
        wire.send(head("/slow"))
        self.web.later(3_600)
        assert not wire.closing
        self.web.waiting[0].write(b"done")
        self.web.waiting[0].finish()
        assert b"done" in wire.heard()
        self.web.later(30)
        assert wire.closing

    def test_who_does_not_read_an_answer_is_not_waited_for(self) -> None:
        wire = self.connect()
        assert status(wire.say(head(Connection="close"))) == 200
        assert wire.disconnecting
        self.web.later(30)
        assert wire.aborted

    def test_nothing_is_done_once_it_is_gone(self) -> None:
        wire = self.connect()
        wire.send(b"GET /hel")
        wire.gone()
        self.web.later(60)
        assert not wire.aborted
        assert wire.heard() == b""


class MuchTests(Case):
    """A request has so many bytes and no more."""

    def test_a_body_that_is_announced_as_too_long(self) -> None:
        wire = self.connect()
        wire.send(head("/echo", "POST", Content_Length=4_097, Expect="100-continue"))
        self.assert_refused(wire, 413)
        assert self.web.read == []

    def test_a_body_that_turns_out_too_long(self) -> None:
        wire = self.connect()
        wire.send(head("/echo", "POST", Transfer_Encoding="chunked"))
        for _ in range(5):
            wire.send(b"400\r\n" + b"x" * 1_024 + b"\r\n")
        wire.send(b"0\r\n\r\n")
        self.assert_refused(wire, 413)
        assert self.web.read == []

    def test_a_body_that_is_just_right(self) -> None:
        for request in (
            head("/echo", "POST", Content_Length=4_096) + b"x" * 4_096,
            head("/echo", "POST", Transfer_Encoding="chunked") + b"1000\r\n" + b"x" * 4_096 + b"\r\n0\r\n\r\n",
        ):
            assert b"you said 4096 bytes" in self.connect().say(request)
        assert self.web.read == [b"x" * 4_096] * 2

    def test_bodies_are_not_written_to_disk(self) -> None:
        self.web = Web(Settings(limits=Limits(requests=Requests(body_bytes=1_000_000))))
        wire = self.connect()
        wire.send(head("/slow", "POST", Content_Length=500_000) + b"x" * 500_000)
        assert type(self.web.waiting[0].content).__name__ == "BytesIO"

    def test_a_line_that_does_not_end(self) -> None:
        wire = self.connect()
        wire.send(b"GET /" + b"x" * 4_000)
        self.assert_refused(wire, 431)

    def test_a_header_that_is_too_long(self) -> None:
        wire = self.connect()
        wire.send(head(X="y" * 3_000))
        self.assert_refused(wire, 431)

    def test_headers_that_are_too_long_together(self) -> None:
        wire = self.connect()
        wire.send(b"GET /hello HTTP/1.1\r\nHost: x\r\n" + b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 60 + b"\r\n")
        self.assert_refused(wire, 431)

    def test_too_many_headers(self) -> None:
        wire = self.connect()
        wire.send(b"GET /hello HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 101 + b"\r\n")
        self.assert_refused(wire, 431)

    def test_a_hundred_headers(self) -> None:
        assert status(self.connect().say(b"GET /hello HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 99 + b"\r\n")) == 200

    def test_what_follows_a_refused_request_is_not_read(self) -> None:
        wire = self.connect()
        wire.send(head("/echo", "POST", Content_Length=9_999) + GET * 3)
        self.assert_refused(wire, 413)


class BrokenTests(Case):
    """What is no request, and what goes wrong with one."""

    def test_what_is_no_http(self) -> None:
        for words in (
            b"hello\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX\0: y\r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        ):
            self.setUp()
            wire = self.connect()
            wire.send(words)
            self.assert_refused(wire, 400)
        assert self.web.read == []

    def test_nothing_there(self) -> None:
        for path in ("/nothing", "/hello%00", "/%00", "/" + "x" * 1_500):
            answer = self.connect().say(head(path))
            assert answer.endswith(b"\r\n\r\nThere is nothing here.\n"), answer
            assert status(answer) == 404

    def test_nothing_of_that_kind(self) -> None:
        answer = self.connect().say(head("/hello", "BREW"))
        assert status(answer) == 405
        assert b"Allow: " in answer and b"BREW" not in answer and b"<" not in answer

    def test_what_goes_wrong_inside_stays_inside(self) -> None:
        answer = self.connect().say(head("/broken"))
        assert status(answer) == 500
        assert b"division" not in answer and b"<" not in answer and b".py" not in answer
        incident = answer.split(b"written down as ")[1].split(b".")[0].decode()
        assert len(incident) == 12
        [failure] = self.flushLoggedErrors(ZeroDivisionError)
        assert failure

    def test_an_answer_that_breaks_half_way_is_cut_off(self) -> None:
        wire = self.connect()
        wire.send(head("/late"))
        assert wire.aborted
        self.flushLoggedErrors(RuntimeError)

    def test_a_head_alone_has_no_body(self) -> None:
        fields, _, body = self.connect().say(head("/hello", "HEAD")).partition(b"\r\n\r\n")
        assert (status(fields), body) == (200, b"")
        assert b"Content-Length: 5" in fields


@pytest.mark.parametrize("code", [400, 408, 413, 431, 503])
def test_an_answer_is_whole(code: int) -> None:
    from router.edge.answers import WORDS, answer

    fields, _, words = answer(code, retry_after=0.2).partition(b"\r\n\r\n")
    assert words.decode() == f"{WORDS[code]}\n"
    found: Any = dict(line.split(b": ", 1) for line in fields.split(b"\r\n")[1:])
    assert (found[b"Content-Length"], found[b"Retry-After"]) == (str(len(words)).encode(), b"1")
