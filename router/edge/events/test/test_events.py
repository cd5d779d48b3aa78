"""`/events` over a real HTTP parser, router and log."""

import json
import socket
import time
from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

from twisted.trial.unittest import SynchronousTestCase

from components.settings import Limits
from components.stream.api import Head
from router.revocations import Cutting
from tests.support.router import SETTINGS

from .world import HALL, NEWS, SPORT, Answer, Node


class EventsCase(SynchronousTestCase):
    """A node without events, and who listens to it."""

    def setUp(self) -> None:
        self.node = Node()
        self.addCleanup(self.node.close)

    def listen(self, query: str = f"stream={NEWS}", **more: Any) -> Answer:
        return self.node.get(f"/events?{query}", **more)

    def names(self, answer: Answer) -> list[str]:
        return [message["event"] for message in answer.messages]


class SignedOut(EventsCase):
    """What ends the session ends the answer."""

    def test_a_listener_goes_with_its_token(self) -> None:
        answer = self.listen()
        self.node.memory.now = lambda: time.time() + 2e9
        self.node.memory.pass_time(1.0)
        self.assertEqual(self.names(answer), ["closed"])
        self.assertEqual(answer.messages[0]["data"]["code"], 3006)

    def test_a_listener_goes_when_it_is_cut(self) -> None:
        answer = self.listen()
        [session] = self.node.sessions()
        Cutting(self.node.memory.router.router, self.node.memory.cuts, Mock()).cut(session._authid, "", time.time())
        self.assertEqual(self.names(answer), ["closed"])
        again = self.listen()
        self.assertEqual(again.status, 401)


class Following(EventsCase):
    """One stream."""

    def test_what_is_said_comes_as_it_is_said(self) -> None:
        answer = self.listen()
        self.assertEqual(answer.status, 200)
        self.node.publish(text="hi")
        (message,) = answer.messages
        event = message["data"]
        self.assertEqual((event["stream"], event["offset"], event["data"]), (NEWS, 1, {"text": "hi"}))
        self.assertEqual(event["by"], {"id": "u_ada", "name": "Ada"})
        self.assertEqual(message["id"], f"{event['epoch']}:1")
        self.assertEqual(message["event"], "message")

    def test_the_head_says_that_it_goes_on_and_is_kept_by_nobody(self) -> None:
        answer = self.listen()
        headers = answer.headers
        self.assertEqual(headers["content-type"], "text/event-stream")
        self.assertEqual(headers["cache-control"], "no-store, no-transform")
        self.assertEqual(headers["x-accel-buffering"], "no")
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertRegex(answer.text, r"\Aretry: [23]\d\d\d\nid: :0\n\n\Z")

    def test_it_begins_at_the_end_unless_it_is_told_where(self) -> None:
        self.node.publish(count=3)
        answer = self.listen()
        self.assertEqual(answer.offsets, [])
        self.node.publish()
        self.assertEqual(answer.offsets, [4])
        self.assertEqual(self.listen(f"stream={NEWS}&after=0").offsets, [1, 2, 3, 4])
        self.assertEqual(self.listen(f"stream={NEWS}&after=2").offsets, [3, 4])
        self.assertEqual(self.listen(f"stream={NEWS}&after={answer.id}").offsets, [])

    def test_it_goes_on_where_it_was_cut(self) -> None:
        self.node.publish()
        first = self.listen()
        self.node.publish(count=2)
        first.hang_up()
        self.node.publish(count=700)
        second = self.listen(Last_Event_ID=first.id)
        self.node.publish(count=2)
        self.assertEqual(first.offsets + second.offsets, list(range(2, 706)))
        self.assertEqual(set(self.names(second)), {"message"})

    def test_the_id_of_the_last_event_goes_before_the_address(self) -> None:
        self.node.publish(count=3)
        self.assertEqual(self.listen(f"stream={NEWS}&after=0", Last_Event_ID="2").offsets, [3])

    def test_who_was_cut_before_the_first_event_misses_nothing(self) -> None:
        first = self.listen()
        first.hang_up()
        self.node.publish(count=2)
        self.assertEqual(self.listen(Last_Event_ID=first.id).offsets, [1, 2])

    def test_what_is_said_while_somebody_comes_in_is_not_lost(self) -> None:
        self.node.publish(count=2)
        heads = self.node.streams.heads

        async def slowly(streams: Sequence[str]) -> dict[str, Head]:
            found = await heads(streams)
            self.node.publish()
            return found

        self.node.streams.heads = slowly  # type: ignore[method-assign]
        self.assertEqual(self.listen().offsets, [3])
        self.assertEqual(self.listen(f"stream={NEWS}&after=1").offsets, [2, 3, 4])

    def test_a_hole_is_filled_from_the_log(self) -> None:
        answer = self.listen()
        self.node.publish()
        self.node.commit(count=2)
        self.node.publish()
        self.assertEqual(answer.offsets, [1])
        self.node.wait(1)
        self.assertEqual(answer.offsets, [1, 2, 3, 4])

    def test_what_was_committed_and_never_published_is_shown_once_it_is_swept_up(self) -> None:
        answer = self.listen()
        self.node.commit(count=3)
        self.node.wait(6)
        self.assertEqual(answer.offsets, [])
        self.node.sweep()
        self.node.wait(1)
        self.assertEqual(answer.offsets, [1, 2, 3])

    def test_lines_of_json_are_the_same(self) -> None:
        self.node.publish(count=2, text="hi")
        answer = self.listen(f"stream={NEWS}&after=1", Accept="application/x-ndjson")
        self.node.publish(text="ho")
        self.assertEqual(answer.headers["content-type"], "application/x-ndjson")
        position, *events = [json.loads(line) for line in answer.text.splitlines()]
        self.assertEqual(position, {"position": ":1"})
        self.assertEqual([event["offset"] for event in events], [2, 3])
        self.assertEqual(events[1]["data"], {"text": "ho"})

    def test_nothing_comes_after_the_client_is_gone(self) -> None:
        answer = self.listen()
        self.assertEqual(len(self.node.sessions()), 1)
        answer.hang_up()
        self.assertEqual(self.node.sessions(), [])
        self.node.publish()
        self.assertEqual(answer.offsets, [])

    def test_head_is_answered_and_over(self) -> None:
        answer = self.listen(method="HEAD")
        self.assertEqual((answer.status, answer.text), (200, ""))
        self.assertEqual(answer.headers["content-type"], "text/event-stream")
        self.assertEqual(self.node.sessions(), [])
        self.assertEqual(self.listen("stream=app.none", method="HEAD").status, 404)


class Several(EventsCase):
    """Streams in one answer."""

    BOTH = f"stream={NEWS}&stream={SPORT}"

    def test_each_id_tells_where_it_is_in_all(self) -> None:
        answer = self.listen(self.BOTH)
        self.node.publish(NEWS, 2)
        self.node.publish(SPORT)
        self.node.publish(NEWS)
        shown = [(one["data"]["stream"], one["data"]["offset"]) for one in answer.messages]
        self.assertEqual(shown, [(NEWS, 1), (NEWS, 2), (SPORT, 1), (NEWS, 3)])
        offsets = [[part.partition(":")[2] for part in one["id"].split(",")] for one in answer.messages]
        self.assertEqual(offsets, [["1", "0"], ["2", "0"], ["2", "1"], ["3", "1"]])

    def test_all_go_on_where_they_were_cut(self) -> None:
        self.node.publish(SPORT)
        first = self.listen(self.BOTH)
        self.node.publish(NEWS, 2)
        first.hang_up()
        self.node.publish(NEWS, 400)
        self.node.publish(SPORT, 400)
        second = self.listen(self.BOTH, Last_Event_ID=first.id)
        self.node.publish(NEWS)
        for stream, offsets in ((NEWS, range(3, 404)), (SPORT, range(2, 402))):
            shown = [one["data"]["offset"] for one in second.messages if one["data"]["stream"] == stream]
            self.assertEqual(shown, list(offsets))

    def test_a_stream_may_begin_at_its_end(self) -> None:
        self.node.publish(NEWS, 2)
        self.node.publish(SPORT, 2)
        answer = self.listen(f"{self.BOTH}&after=1,")
        self.node.publish(SPORT)
        shown = [(one["data"]["stream"], one["data"]["offset"]) for one in answer.messages]
        self.assertEqual(shown, [(NEWS, 2), (SPORT, 3)])


class NoRecovery(EventsCase):
    """What cannot be continued is never continued in part."""

    def test_a_log_that_does_not_reach_back_is_told(self) -> None:
        self.node.publish(count=9)
        self.node.sql('DELETE FROM event WHERE "offset" <= 6')
        self.node.sql("UPDATE stream SET oldest = 7")
        answer = self.listen(f"stream={NEWS}&after=3")
        reset, *events = answer.messages
        epoch = events[0]["data"]["epoch"]
        self.assertEqual(reset["event"], "reset")
        about = {"stream": NEWS, "recovered": False, "epoch": epoch, "oldest": 7, "head": 9}
        self.assertEqual(reset["data"], about)
        self.assertEqual(reset["id"], f"{epoch}:6")
        self.assertEqual([one["data"]["offset"] for one in events], [7, 8, 9])

    def test_a_position_in_another_log_is_told(self) -> None:
        self.node.publish(count=3)
        for after in ("other:2", "other:9", "9"):
            answer = self.listen(f"stream={NEWS}&after={after}")
            self.assertEqual(self.names(answer), ["reset"] + 3 * ["message"], after)
            self.assertEqual(answer.offsets, [1, 2, 3])

    def test_a_log_that_is_lost_meanwhile_is_told_once(self) -> None:
        answer = self.listen()
        self.node.publish(count=3)
        self.node.sql("DELETE FROM event")
        self.node.sql("DELETE FROM stream")
        self.node.publish(count=2)
        self.node.wait(1)
        self.assertEqual(self.names(answer), 3 * ["message"] + ["reset"] + 2 * ["message"])
        self.assertEqual(answer.offsets, [1, 2, 3, 1, 2])

    def test_lines_tell_it_too(self) -> None:
        self.node.publish(count=3)
        answer = self.listen(f"stream={NEWS}&after=other:2", Accept="application/x-ndjson")
        reset = json.loads(answer.text.splitlines()[1])["reset"]
        self.assertEqual((reset["recovered"], reset["oldest"], reset["head"]), (False, 1, 3))
        self.assertTrue(reset["position"].endswith(":0"))


class Reading(EventsCase):
    """Who reads slowly."""

    def test_who_does_not_read_is_read_to_later(self) -> None:
        answer = self.listen()
        self.node.publish()
        answer.pause()
        before = len(answer.transport.value())
        self.node.publish(count=1_000, text="x" * 5_000)
        self.assertEqual(len(answer.transport.value()), before)
        answer.resume()
        self.node.wait(1)
        self.node.publish()
        self.assertEqual(answer.offsets, list(range(1, 1_003)))

    def test_one_page_is_all_that_is_written_at_a_time(self) -> None:
        self.node.publish(count=200, text="x" * 5_000)
        answer = self.listen(f"stream={NEWS}&after=0", slow=True)
        while len(answer.offsets) < 200:
            before = len(answer.offsets)
            answer.resume()
            self.assertGreater(len(answer.offsets), before)
        self.assertEqual(answer.offsets, list(range(1, 201)))
        sizes = answer.transport.sizes  # type: ignore[attr-defined]
        self.assertGreater(len(sizes), 4)
        self.assertLess(max(sizes), 400_000)

    def test_who_takes_nothing_at_all_is_dropped(self) -> None:
        answer = self.listen()
        answer.pause()
        self.node.wait(32)
        self.assertFalse(answer.transport.disconnecting)
        self.node.wait(2)
        self.assertTrue(answer.transport.disconnecting)

    def test_who_takes_something_stays(self) -> None:
        answer = self.listen()
        for _ in range(4):
            answer.pause()
            self.node.wait(20)
            answer.resume()
        self.assertFalse(answer.transport.disconnecting)

    def test_a_silent_connection_is_kept_alive(self) -> None:
        answer, lines = self.listen(), self.listen(Accept="application/x-ndjson")
        before = len(answer.text), len(lines.text)
        self.node.wait(14)
        self.assertEqual(answer.text[before[0] :], ":\n\n")
        self.assertEqual(lines.text[before[1] :], "\n")
        self.node.wait(13)
        self.assertEqual(answer.text[before[0] :], ":\n\n:\n\n")

    def test_a_machine_that_is_gone_is_found_as_soon_as_on_a_websocket(self) -> None:
        """A beat is due after 12.5 s at the latest; the system waits for its acknowledgement for the rest of 33 s."""
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as end:
            answer = self.listen(handle=end)
            waits = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1_000
            before = len(answer.text)
            self.node.wait(12.5 + 0.5)
            self.assertGreater(len(answer.text), before)
            self.assertLessEqual(12.5 + waits, 33)
            self.assertGreater(waits, 15)


class Refusing(EventsCase):
    """Who gets nothing, and why."""

    def refused(self, status: int, error: str, answer: Answer) -> dict[str, Any]:
        self.assertEqual((answer.status, answer.json["error"]), (status, error), answer.text)
        self.assertTrue(answer.json["message"])
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertEqual(self.node.sessions(), [])
        content: dict[str, Any] = answer.json
        return content

    def test_who_has_no_token_is_asked_for_one(self) -> None:
        answer = self.listen(token=None)
        self.refused(401, "openline.error.not_signed_in", answer)
        self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        bad = self.listen(token="nonsense")
        self.refused(401, "openline.error.signed_out", bad)
        self.assertEqual(bad.headers["www-authenticate"], 'Bearer error="invalid_token"')

    def test_a_token_in_the_address_is_not_taken(self) -> None:
        for name in ("token", "access_token"):
            answer = self.listen(f"stream={NEWS}&{name}={self.node.ada}", token=None)
            self.refused(400, "openline.error.invalid_argument", answer)

    def test_what_there_is_not_and_what_is_not_for_them(self) -> None:
        self.refused(404, "openline.stream.error.unknown_stream", self.listen("stream=app.none"))
        self.refused(404, "openline.room.error.no_such_room", self.listen(f"stream={HALL}"))
        self.node.member("Bob", "hall")
        self.refused(403, "openline.error.not_authorized", self.listen(f"stream={HALL}"))
        self.refused(403, "openline.error.not_authorized", self.listen(f"stream={NEWS}&stream={HALL}"))

    def test_what_makes_no_sense(self) -> None:
        wrong = "openline.error.invalid_argument"
        for query in (
            "",
            "stream=",
            "stream=News",
            "stream=app.*",
            f"stream={NEWS}&stream={NEWS}",
            f"stream={NEWS}&after=x",
            f"stream={NEWS}&after=1&after=2",
            f"stream={NEWS}&after=1,2",
            f"stream={NEWS}&after=99999999999999999",
            "&".join(f"stream=app.demo.s{n}" for n in range(33)),
        ):
            self.refused(400, wrong, self.listen(query))
        self.refused(400, wrong, self.listen(Last_Event_ID="x"))
        self.assertEqual(self.listen("&".join(f"stream=app.demo.s{n}" for n in range(32))).status, 200)

    def test_streams_are_only_read(self) -> None:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = self.listen(method=method)
            self.refused(405, "openline.error.invalid_argument", answer)
            self.assertEqual(answer.headers["allow"], "GET, HEAD, OPTIONS")

    def test_without_components_it_waits_a_little(self) -> None:
        self.node.stop_components()
        answer = self.listen()
        self.node.wait(5)
        self.assertEqual(answer.transport.value(), b"")
        self.node.wait(20)
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.headers["retry-after"], "1")
        self.refused(503, "openline.error.unavailable", answer)

    def test_components_that_come_back_are_waited_for(self) -> None:
        self.node.publish(count=2)
        answer = self.listen(f"stream={NEWS}&after=0")
        self.node.stop_components()
        second = self.listen(f"stream={NEWS}&after=1")
        self.node.wait(2)
        self.node.start_components()
        self.node.wait(5)
        self.node.publish()
        self.assertEqual((answer.offsets, second.offsets), ([1, 2, 3], [2, 3]))

    def test_so_many_come_from_one_address(self) -> None:
        limits = Limits.model_validate({"connections": {"address": 2}})
        node = Node(SETTINGS.model_copy(update={"limits": limits}))
        self.addCleanup(node.close)
        answers = [node.get(f"/events?stream={NEWS}") for _ in range(3)]
        self.assertEqual([answer.status for answer in answers], [200, 200, 503])
        self.assertEqual(answers[2].json["error"], "openline.error.crowded")
        self.assertEqual(answers[2].headers["retry-after"], "5")
        answers[0].hang_up()
        self.assertEqual(node.get(f"/events?stream={NEWS}").status, 200)

    def test_who_asks_too_often_is_told_to_wait(self) -> None:
        rate = {who: {"per_second": 0.5, "burst": 3} for who in ("session", "user", "address")}
        node = Node(SETTINGS.model_copy(update={"limits": Limits.model_validate({"calls": rate})}))
        self.addCleanup(node.close)
        node.publish(count=500)
        answer = node.get(f"/events?stream={NEWS}&after=0")
        self.assertEqual(answer.offsets, list(range(1, 301)))
        self.assertEqual(node.get(f"/streams/{NEWS}").status, 429)


class Leaving(EventsCase):
    """What ends while it is listened to."""

    def test_who_loses_access_hears_so_and_nothing_more(self) -> None:
        client, bob = self.node.member("Bob", "hall")
        answer = self.listen(f"stream={HALL}&stream={NEWS}", token=bob)
        alone = self.listen(f"stream={HALL}", token=bob)
        self.node.publish(HALL)
        client.call("openline.room.leave", room="hall")
        self.node.publish(HALL)
        self.node.publish(NEWS)
        self.node.wait(1)
        for one in (answer, alone):
            lost = next(message for message in one.messages if message["event"] == "lost")
            self.assertEqual((lost["data"]["stream"], lost["data"]["error"]), (HALL, "openline.error.not_authorized"))
        self.assertEqual(answer.messages[-1]["data"]["stream"], NEWS)
        self.assertFalse(answer.is_complete)
        self.assertTrue(alone.is_complete)
        self.assertEqual(self.listen(f"stream={HALL}", token=bob, Last_Event_ID=alone.id).status, 403)

    def test_who_is_signed_out_hears_why(self) -> None:
        answer = self.listen()
        (session,) = self.node.sessions()
        session.leave("wamp.close.killed")
        self.node.wait(0.25)
        (message,) = answer.messages
        self.assertEqual((message["event"], message["data"]["error"]), ("closed", "openline.error.signed_out"))
        self.assertTrue(answer.is_complete)
        self.assertEqual(self.node.sessions(), [])
