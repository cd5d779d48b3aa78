"""Sessions over `/lp`, request by request, with everything that goes wrong between two requests."""

import pytest
from prometheus_client import generate_latest
from twisted.logger import capturedLogs

from router.edge.cut import Cut, Why
from router.edge.longpoll.batch import END
from router.edge.longpoll.resource import NUMBER

from .desk import BATCHED, HOST, PLAIN, Desk, Reply, message

OURS = f"https://{HOST}"
THEIRS, EVIL = "https://www.example.com", "https://evil.example"


@pytest.fixture
def desk() -> Desk:
    return Desk({"origins": [THEIRS]})


def names(reply: Reply) -> tuple[int, str, int]:
    """The status, the name of the error and its code."""
    return reply.status, reply.json["error"], reply.json.get("code")


# ---- opening


@pytest.mark.parametrize(
    ("offered", "chosen"), [((PLAIN,), PLAIN), ((PLAIN, BATCHED), BATCHED), (("wamp.2.cbor", BATCHED, "x"), BATCHED)]
)
def test_chooses_the_best_subprotocol(desk: Desk, offered: tuple[str, ...], chosen: str) -> None:
    assert desk.enter(*offered).protocol == chosen


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"protocols": "wamp.2.json"}', b'{"protocols": ["wamp.2.cbor"]}'])
def test_opens_nothing_for_what_it_does_not_speak(desk: Desk, body: bytes) -> None:
    reply = desk.ask("open", body).reply
    assert names(reply) == (400, "openline.error.malformed", 3500)
    assert not desk.sessions


def test_names_cannot_be_guessed(desk: Desk) -> None:
    found = {desk.enter().transport for _ in range(200)}
    assert len(found) == 200
    assert min(map(len, found)) >= 32  # 6 bits each


def test_knows_who_comes_from_where(desk: Desk) -> None:
    guest = desk.enter(headers={"Origin": OURS, "User-Agent": "a browser"})
    visitor = guest.session.line.visitor
    assert (visitor.address, visitor.origin, visitor.agent) == ("192.0.2.7", OURS, "a browser")


def test_lets_in_so_many_from_one_address_until_some_leave() -> None:
    desk = Desk({"limits": {"connections": {"address": 2}}})
    first, _ = desk.enter(), desk.enter()
    reply = desk.ask("open", b'{"protocols": ["wamp.2.json"]}').reply
    assert names(reply) == (503, "openline.error.crowded", 3005)
    assert int(reply.headers["Retry-After"]) >= reply.json["retry_after"] > 0
    first.close()
    desk.enter()


# ---- messages


def test_hands_over_what_is_sent(desk: Desk) -> None:
    guest = desk.enter(PLAIN)
    assert guest.send("hello").reply.status == 204
    assert guest.session.received == [message("hello")]


def test_a_batch_is_several_messages(desk: Desk) -> None:
    guest = desk.enter()
    for body in (b'["a"]\x18["b"]\x18', b'["c"]\x18["d"]'):
        assert desk.ask(f"{guest.transport}/send", body).reply.status == 204
    assert guest.session.received == [b'["a"]', b'["b"]', b'["c"]', b'["d"]']


def test_what_waits_is_answered_at_once_and_together(desk: Desk) -> None:
    guest = desk.enter()
    guest.say("a", "b")
    assert guest.poll().reply.body == b'["a"]' + END + b'["b"]' + END


def test_without_batches_each_answer_is_one_message(desk: Desk) -> None:
    guest = desk.enter(PLAIN)
    guest.say("a", "b")
    assert [guest.poll().reply.body for _ in range(2)] == [b'["a"]', b'["b"]']


def test_what_one_turn_says_leaves_in_one_answer(desk: Desk) -> None:
    guest = desk.enter()
    poll = guest.poll()
    guest.say("a", "b")
    assert poll.reply.words == ["a", "b"]


def test_a_poll_is_answered_empty_after_ten_seconds(desk: Desk) -> None:
    poll = desk.enter().poll()
    desk.advance(9.9)
    assert poll.is_open
    desk.advance(0.6)
    assert (poll.reply.status, poll.reply.body) == (204, b"")


def test_a_large_answer_is_cut_into_several(desk: Desk) -> None:
    guest = desk.enter()
    for letter in "abcdefgh":
        guest.say(letter * 60_000)
    answers = [guest.poll().reply for _ in range(2)]
    assert [len(answer.words) for answer in answers] == [4, 4]


def test_answers_pass_proxies_that_buffer(desk: Desk) -> None:
    guest = desk.enter()
    guest.say("a")
    reply = guest.poll().reply
    assert reply.headers["Content-Length"] == str(len(reply.body))
    assert "Transfer-Encoding" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Accel-Buffering"] == "no"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


# ---- answers that are lost


def test_an_answer_that_was_not_acknowledged_comes_again(desk: Desk) -> None:
    guest = desk.enter()
    guest.say("a", "b")
    first = guest.poll(ack=0).reply
    guest.say("c")
    again = guest.poll(ack=0).reply
    assert (again.body, again.headers[NUMBER]) == (first.body, "1")
    after = guest.poll(ack=1).reply
    assert (after.words, after.headers[NUMBER]) == (["c"], "2")


def test_an_acknowledged_answer_does_not_come_again(desk: Desk) -> None:
    guest = desk.enter()
    guest.say("a")
    guest.poll(ack=0)
    assert guest.poll(ack=1).is_open


def test_a_poll_that_was_overtaken_takes_nothing(desk: Desk) -> None:
    """Such as one that a proxy held back. Nobody waits for its answer."""
    guest = desk.enter()
    for word in "ab":
        guest.say(word)
        guest.poll(ack=ord(word) - ord("a"))
    waiting = guest.poll(ack=2)
    late = guest.poll(ack=1)
    assert late.reply.status == 204
    guest.say("c")
    assert waiting.reply.words == ["c"]


def test_an_answer_that_never_was_cannot_be_acknowledged(desk: Desk) -> None:
    assert names(desk.enter().poll(ack=1).reply) == (409, "openline.error.gap", 3506)


def test_without_acknowledgement_the_next_poll_goes_on(desk: Desk) -> None:
    guest = desk.enter()
    guest.say("a")
    assert guest.poll().reply.words == ["a"]
    assert guest.poll().is_open


def test_of_two_polls_the_older_is_answered_empty(desk: Desk) -> None:
    guest = desk.enter()
    older, newer = guest.poll(), guest.poll()
    assert (older.reply.status, older.reply.body) == (204, b"")
    guest.say("a")
    assert newer.reply.words == ["a"]
    assert guest.poll().is_open


def test_what_a_broken_poll_would_have_got_waits_for_the_next(desk: Desk) -> None:
    guest = desk.enter()
    broken = guest.poll()
    guest.session.say("a")
    broken.break_off()
    desk.clock.advance(0)
    assert broken.is_open
    assert guest.poll().reply.words == ["a"]


# ---- sends that are repeated


def test_a_repeated_send_is_taken_once(desk: Desk) -> None:
    guest = desk.enter()
    assert [guest.send(word, n=n).reply.status for word, n in (("a", 1), ("a", 1), ("b", 2), ("a", 1))] == [204] * 4
    assert guest.session.received == [message("a"), message("b")]


def test_sends_are_put_in_order(desk: Desk) -> None:
    guest = desk.enter()
    third, second = guest.send("c", n=3), guest.send("b", n=2)
    again = guest.send("b", n=2)
    assert third.is_open and second.is_open
    assert guest.send("a", n=1).reply.status == 204
    assert guest.session.received == [message(word) for word in "abc"]
    assert [one.reply.status for one in (third, second, again)] == [204, 204, 204]


def test_a_send_whose_predecessor_does_not_come_is_refused(desk: Desk) -> None:
    guest = desk.enter()
    second = guest.send("b", n=2)
    desk.advance(6)
    assert names(second.reply) == (409, "openline.error.gap", 3506)
    assert guest.session.received == []
    assert guest.send("a", n=1).reply.status == 204, "it was not taken, and the session goes on"
    assert guest.send("b", n=2).reply.status == 204


def test_only_so_many_sends_wait_for_their_predecessor(desk: Desk) -> None:
    guest = desk.enter()
    waiting = [guest.send("x", n=n) for n in range(2, 18)]
    assert guest.send("x", n=18).reply.status == 409
    assert all(one.is_open for one in waiting)


def test_a_send_that_waits_and_is_broken_off_is_not_taken(desk: Desk) -> None:
    guest = desk.enter()
    guest.send("b", n=2).break_off()
    guest.send("a", n=1)
    assert guest.session.received == [message("a")]
    assert guest.send("b", n=2).reply.status == 204


@pytest.mark.parametrize("query", ["n=x", "n=-1", "n=1&n=2", "n=" + "9" * 16, "n="])
def test_numbers_are_numbers(desk: Desk, query: str) -> None:
    guest = desk.enter()
    assert desk.ask(f"{guest.transport}/send?{query}", message("a")).reply.status == 400
    assert guest.session.received == []


# ---- a client that sends too much


def test_a_client_that_is_held_waits(desk: Desk) -> None:
    guest = desk.enter()
    guest.session.line.hold(2)
    first, second = guest.send("a"), guest.send("b", "c")
    assert first.is_open and second.is_open and guest.session.received == []
    desk.advance(2.5)
    assert guest.session.received == [message(word) for word in "abc"]
    assert first.reply.status == second.reply.status == 204


def test_what_is_left_of_a_batch_waits_too(desk: Desk) -> None:
    guest = desk.enter()
    receive = guest.session.receive

    def receive_slowly(payload: bytes) -> None:
        receive(payload)
        guest.session.line.hold(1)

    guest.session.receive = receive_slowly  # type: ignore[method-assign]
    sent = guest.send("a", "b")
    assert guest.session.received == [message("a")]
    desk.advance(1.5)
    assert guest.session.received == [message("a"), message("b")]
    assert sent.reply.status == 204


def test_too_much_that_waits_is_refused_and_can_be_sent_again() -> None:
    desk = Desk({"limits": {"message_bytes": 2_000, "requests": {"body_bytes": 2_000}}})
    guest = desk.enter()
    guest.session.line.hold(1)
    guest.send("a" * 1_500, n=1)
    reply = guest.send("b" * 1_500, n=2).reply
    assert names(reply) == (429, "openline.error.flood", 3002)
    assert int(reply.headers["Retry-After"]) >= reply.json["retry_after"]
    desk.advance(1.5)
    assert guest.send("b" * 1_500, n=2).reply.status == 204
    assert len(guest.session.received) == 2


def test_is_answered_before_its_patience_ends_however_long_it_is_held(desk: Desk) -> None:
    """AutobahnJS gives up after twelve seconds, and with it the whole session."""
    guest = desk.enter()
    guest.session.line.hold(20)
    sent = guest.send("a")
    desk.advance(9)
    assert sent.reply.status == 204 and guest.session.received == []
    desk.advance(12)
    assert guest.session.received == [message("a")]


@pytest.mark.parametrize(("size", "status"), [(1_900, 204), (2_001, 413), (5_000, 413)])
def test_messages_and_bodies_are_bounded(size: int, status: int) -> None:
    desk = Desk({"limits": {"message_bytes": 2_000, "requests": {"body_bytes": 4_000}}})
    guest = desk.enter()
    assert guest.send("x" * size).reply.status == status
    assert guest.session.lost_count == (status == 413)


def test_a_batch_may_be_larger_than_a_message_but_not_than_a_body() -> None:
    desk = Desk({"limits": {"message_bytes": 2_000, "requests": {"body_bytes": 4_000}}})
    guest = desk.enter()
    assert guest.send("x" * 1_800, "y" * 1_800).reply.status == 204
    assert guest.send("x" * 1_800, "y" * 1_800, "z" * 1_800).reply.status == 413


# ---- a client that reads too little


def test_who_lets_too_much_wait_is_cut_off_and_told(desk: Desk) -> None:
    guest = desk.enter()
    for _ in range(18):
        guest.say("x" * 60_000)
    assert guest.session.lost_count == 1
    reply = guest.poll().reply
    assert names(reply) == (410, "openline.error.slow", 3000)
    assert reply.phrase == Why.SLOW.words


def test_what_a_stream_gives_up_is_left_out() -> None:
    desk = Desk({"streams": [{"match": "app.ticker", "slow": "latest"}], "limits": {"queue_bytes": 65_536}})
    guest = desk.enter()
    for number in range(100):
        guest.say(f"{number}" + "x" * 5_000, topic="app.ticker")
    words = guest.poll().reply.words
    assert words[-1].startswith("99x") and len(words) < 14
    assert guest.session.lost_count == 0
    assert desk.counters.dropped == 100 - len(words)


# ---- the end


def test_closing_ends_the_session_once(desk: Desk) -> None:
    guest = desk.enter()
    poll = guest.poll()
    assert guest.close().status == 204
    assert poll.reply.status == 204, "AutobahnJS would report a refusal as a second end"
    assert guest.close().status == 204
    assert guest.session.lost_count == 1
    assert names(guest.poll().reply) == (410, "openline.error.done", 1000)
    assert guest.send("late").reply.status == 410
    assert guest.session.received == []


def test_a_cut_is_told_after_what_was_said_before(desk: Desk) -> None:
    guest = desk.enter()
    guest.session.say("goodbye")
    guest.cut(Cut(Why.RESTART, retry_after=1.5))
    assert guest.session.lost_count == 1
    assert guest.poll(ack=0).reply.words == ["goodbye"]
    reply = guest.poll(ack=1).reply
    assert names(reply) == (410, "openline.error.restart", 3003)
    assert reply.phrase == reply.json["message"] == Why.RESTART.words
    assert (reply.json["retry_after"], reply.headers["Retry-After"]) == (1.5, "2")


def test_a_waiting_poll_learns_of_the_end(desk: Desk) -> None:
    guest = desk.enter()
    poll = guest.poll()
    guest.cut(Cut(Why.SIGNED_OUT))
    assert names(poll.reply) == (410, "openline.error.signed_out", 3006)


def test_the_reason_is_told_for_a_while(desk: Desk) -> None:
    guest = desk.enter()
    guest.cut(Cut(Why.SIGNED_OUT))
    desk.advance(9)
    assert guest.poll().reply.status == 410
    desk.advance(2)
    assert guest.poll().reply.status == 404
    assert guest.close().status == 404


def test_what_breaks_the_rules_is_refused_and_ends_the_session(desk: Desk) -> None:
    guest = desk.enter()
    guest.session.raises = Cut(Why.MALFORMED)
    assert names(guest.send("x", n=1).reply) == (400, "openline.error.malformed", 3500)
    assert guest.session.lost_count == 1
    assert names(guest.send("x", n=1).reply) == (410, "openline.error.malformed", 3500)
    assert b'reason="malformed"} 1.0' in _metrics(desk)


def test_a_session_that_breaks_tells_nothing_about_the_inside(desk: Desk) -> None:
    guest = desk.enter()
    guest.session.raises = ValueError("db password is hunter2")
    with capturedLogs() as logs:
        reply = guest.send("x").reply
    assert names(reply) == (503, "openline.error.unavailable", 3007)
    assert b"hunter2" not in reply.body
    assert [str(log["log_failure"].value) for log in logs] == ["db password is hunter2"]


def test_nothing_after_the_end_of_a_batch_that_was_cut(desk: Desk) -> None:
    guest = desk.enter()
    guest.session.raises = Cut(Why.MALFORMED)
    guest.send("a", "b")
    assert guest.session.received == [message("a")]


def test_who_says_nothing_any_more_is_gone(desk: Desk) -> None:
    guest = desk.enter()
    poll = guest.poll()
    desk.advance(32.9)
    assert poll.reply.status == 204 and guest.session.lost_count == 0
    desk.advance(0.8)
    assert guest.session.lost_count == 1
    assert names(guest.poll().reply) == (410, "openline.error.silent", 3001)


def test_who_polls_stays(desk: Desk) -> None:
    guest = desk.enter()
    for _ in range(10):
        poll = guest.poll()
        desk.advance(11)
        assert poll.reply.status == 204
    assert guest.session.lost_count == 0


def test_whose_poll_breaks_off_is_gone_sooner(desk: Desk) -> None:
    guest = desk.enter()
    guest.poll().break_off()
    desk.advance(7.9)
    assert guest.session.lost_count == 0
    desk.advance(0.8)
    assert guest.session.lost_count == 1


def test_whose_poll_breaks_off_and_who_polls_again_stays(desk: Desk) -> None:
    guest = desk.enter()
    guest.poll(ack=0).break_off()
    desk.advance(5)
    poll = guest.poll(ack=0)
    desk.advance(9)
    guest.say("a")
    assert poll.reply.words == ["a"]


def test_polls_are_as_short_as_the_pings_of_others() -> None:
    desk = Desk({"limits": {"ping": "2s", "pong": "1s"}})
    poll = desk.enter().poll()
    desk.advance(1.4)
    assert poll.reply.status == 204


def test_nothing_is_kept_of_sessions_that_are_over(desk: Desk) -> None:
    for _ in range(5):
        desk.enter().close()
    desk.enter()
    desk.advance(120)
    resource = desk.site.resource
    assert len(resource._names) == 0


# ---- who may


@pytest.mark.parametrize("origin", [EVIL, "null", f"http://{HOST}.evil.example"])
@pytest.mark.parametrize("verb", ["open", "{}/send", "{}/receive", "{}/close"])
def test_pages_of_other_sites_are_refused(desk: Desk, origin: str, verb: str) -> None:
    guest = desk.enter(headers={"Origin": OURS})
    reply = desk.ask(verb.format(guest.transport), b'{"protocols": ["wamp.2.json"]}', headers={"Origin": origin}).reply
    assert names(reply) == (403, "openline.error.forbidden", 3504)
    assert not [name for name in reply.headers if name.startswith("Access-Control")]
    assert len(desk.sessions) == 1 and guest.session.lost_count == 0


@pytest.mark.parametrize("other", [{"Origin": THEIRS}, {}])
def test_a_session_is_there_for_its_origin_alone(desk: Desk, other: dict[str, str]) -> None:
    guest = desk.enter(headers={"Origin": OURS})
    assert guest.send("a", headers=other).reply.status == 404
    assert guest.poll(headers={"Origin": OURS}).is_open
    assert guest.send("a", headers={"Origin": OURS}).reply.status == 204


def test_a_session_is_there_for_its_cookie_alone(desk: Desk) -> None:
    guest = desk.enter(headers={"Cookie": "openline_session=one; theme=dark"})
    for cookie in ("openline_session=two", "theme=dark", "openline_session="):
        assert guest.send("a", headers={"Cookie": cookie}).reply.status == 404
    assert guest.send("a").reply.status == 404
    assert guest.send("a", headers={"Cookie": "openline_session=one; theme=light"}).reply.status == 204


def test_unknown_sessions_and_others_sessions_look_alike(desk: Desk) -> None:
    guest = desk.enter(headers={"Origin": OURS})
    unknown = desk.ask("x" * 32 + "/receive", headers={"Origin": THEIRS}).reply
    others = guest.poll(headers={"Origin": THEIRS}).reply
    assert (unknown.status, unknown.body) == (others.status, others.body)


@pytest.mark.parametrize(
    "path", ["", "x", "open/", "open/x", "{}", "{}/", "{}/peek", "{}/send/x", "%00/send", "%ff/send"]
)
def test_there_is_nothing_else(desk: Desk, path: str) -> None:
    guest = desk.enter()
    assert desk.ask(path.format(guest.transport)).reply.status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_takes_posts_alone(desk: Desk, method: str) -> None:
    guest = desk.enter()
    reply = desk.ask(f"{guest.transport}/receive", method=method).reply
    assert (reply.status, reply.headers["Allow"]) == (405, "POST, OPTIONS")


def test_a_page_of_a_site_that_was_let_in_may_read_the_answers(desk: Desk) -> None:
    asked = desk.ask(
        "open", method="OPTIONS", headers={"Origin": THEIRS, "Access-Control-Request-Method": "POST"}
    ).reply
    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    guest = desk.enter(headers={"Origin": THEIRS})
    guest.say("a")
    replies = [
        asked,
        guest.poll(ack=0, headers={"Origin": THEIRS}).reply,
        guest.poll(ack=7, headers={"Origin": THEIRS}).reply,
    ]
    assert [reply.headers["Access-Control-Allow-Origin"] for reply in replies] == [THEIRS] * 3
    assert [reply.headers["Access-Control-Allow-Credentials"] for reply in replies] == ["true"] * 3
    assert {reply.headers["Vary"] for reply in replies} == {"Origin"}
    assert NUMBER in replies[1].headers["Access-Control-Expose-Headers"]


def test_our_own_pages_need_no_permission(desk: Desk) -> None:
    guest = desk.enter(headers={"Origin": OURS})
    guest.say("a")
    reply = guest.poll(headers={"Origin": OURS}).reply
    assert reply.words == ["a"]
    assert not [name for name in reply.headers if name.startswith("Access-Control")]


def test_whatever_bytes_stand_in_a_header(desk: Desk) -> None:
    with capturedLogs() as logs:
        reply = desk.ask(
            "open", b'{"protocols": ["wamp.2.json"]}', headers={"User-Agent": "\xff", "Cookie": "openline_session=\xfe"}
        ).reply
    assert (reply.status, logs) == (200, [])


def test_a_message_of_ours_cannot_break_the_status_line(desk: Desk) -> None:
    guest = desk.enter()
    guest.cut(Cut(Why.MALFORMED, "Not\r\nthis: way \u00e9 no"))
    reply = guest.poll().reply
    assert reply.phrase == "Not this: way ? no"
    assert reply.json["message"] == "Not\r\nthis: way \u00e9 no"


def _metrics(desk: Desk) -> bytes:
    return generate_latest(desk.counters.registry)


def test_counts_bytes(desk: Desk) -> None:
    guest = desk.enter()
    guest.send("a", "b")
    guest.say("c")
    guest.poll()
    assert desk.counters.bytes_in == 2 * len(message("a"))
    assert desk.counters.bytes_out == len(message("c") + END)
