"""`/streams/<name>`, and who may ask for anything, over a real HTTP parser, router and log."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.router import SETTINGS

from .world import HALL, NEWS, Answer, Node

FRIEND = "https://friend.example"


class StreamsCase(SynchronousTestCase):
    """A node with five events, that a friend's pages may use."""

    def setUp(self) -> None:
        self.node = Node(SETTINGS.model_copy(update={"origins": [FRIEND]}))
        self.addCleanup(self.node.close)
        self.node.publish(count=5, text="hi")

    def read(self, query: str = "", **more: Any) -> Answer:
        return self.node.get(f"/streams/{NEWS}{query}", **more)

    def offsets(self, query: str) -> list[int]:
        return [event["offset"] for event in self.read(query).json["events"]]


class Reading(StreamsCase):
    """A page of one stream."""

    def test_a_page_says_where_it_is(self) -> None:
        page = self.read().json
        self.assertEqual(set(page), {"epoch", "head", "oldest", "recovered", "events"})
        self.assertEqual((page["head"], page["oldest"], page["recovered"]), (5, 1, True))
        self.assertEqual([event["offset"] for event in page["events"]], [1, 2, 3, 4, 5])
        self.assertEqual(page["events"][0]["epoch"], page["epoch"])

    def test_it_holds_what_was_asked_for(self) -> None:
        self.assertEqual(self.offsets("?after=3"), [4, 5])
        self.assertEqual(self.offsets("?before=3"), [1, 2])
        self.assertEqual(self.offsets("?after=1&limit=2"), [2, 3])
        self.assertEqual(self.offsets("?limit=2&reverse=true"), [5, 4])
        self.assertEqual(self.offsets("?limit=2&reverse=false"), [1, 2])

    def test_a_position_of_this_log_is_continued(self) -> None:
        epoch = self.read().json["epoch"]
        page = self.read(f"?after={epoch}:4").json
        self.assertEqual((page["recovered"], [event["offset"] for event in page["events"]]), (True, [5]))
        self.assertTrue(self.read(f"?after={epoch}:5").json["recovered"])

    def test_any_other_is_not(self) -> None:
        for after in ("other:4", "other:9", "9"):
            page = self.read(f"?after={after}").json
            self.assertFalse(page["recovered"], after)
            self.assertEqual([event["offset"] for event in page["events"]], [1, 2, 3, 4, 5], after)
        self.node.sql('DELETE FROM event WHERE "offset" <= 3')
        self.node.sql("UPDATE stream SET oldest = 4")
        page = self.read("?after=1").json
        self.assertEqual((page["recovered"], [event["offset"] for event in page["events"]]), (False, [4, 5]))
        self.assertTrue(self.read("?after=3").json["recovered"])

    def test_a_stream_that_nobody_wrote_to_is_empty(self) -> None:
        page = self.node.get("/streams/app.demo.quiet").json
        self.assertEqual(page, {"epoch": "", "head": 0, "oldest": 1, "events": [], "recovered": True})

    def test_head_is_the_same_without_the_page(self) -> None:
        whole, head = self.read(), self.read(method="HEAD")
        self.assertEqual((head.status, head.text), (200, ""))
        for name in ("etag", "content-length", "content-type", "cache-control"):
            self.assertEqual(head.headers[name], whole.headers[name])

    def test_nothing_is_left_behind(self) -> None:
        for _ in range(3):
            self.read()
        self.assertEqual(self.node.sessions(), [])


class Keeping(StreamsCase):
    """A page that the client has already."""

    def test_what_has_not_changed_is_not_sent_again(self) -> None:
        first = self.read("?after=2")
        self.assertEqual(first.headers["cache-control"], "private, no-cache")
        tag = first.headers["etag"]
        for header in (tag, f"W/{tag}", f'"other", {tag}'):
            again = self.read("?after=2", If_None_Match=header)
            self.assertEqual((again.status, again.text, again.headers["etag"]), (304, "", tag), header)
        self.assertEqual(self.read("?after=2", If_None_Match='"other"').status, 200)
        self.node.publish()
        changed = self.read("?after=2", If_None_Match=tag)
        self.assertEqual(changed.status, 200)
        self.assertNotEqual(changed.headers["etag"], tag)

    def test_what_was_taken_out_of_the_log_is_sent_again(self) -> None:
        tag = self.read().headers["etag"]
        self.node.do(lambda log: log.redact(NEWS, 2))
        self.assertEqual(self.read(If_None_Match=tag).status, 200)

    def test_a_cache_keeps_apart_who_asked(self) -> None:
        self.assertEqual(self.read().headers["vary"], "Accept, Authorization, Cookie, Origin")


class Refusing(StreamsCase):
    """Who gets nothing, and why."""

    def refused(self, status: int, error: str, answer: Answer) -> None:
        self.assertEqual((answer.status, answer.json["error"]), (status, error), answer.text)
        self.assertTrue(answer.json["message"])
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertNotIn("etag", answer.headers)
        self.assertEqual(self.node.sessions(), [])

    def test_it_refuses_as_the_call_does(self) -> None:
        self.refused(404, "openline.stream.error.unknown_stream", self.node.get("/streams/app.none"))
        self.node.member("Bob", "hall")
        self.refused(403, "openline.error.not_authorized", self.node.get(f"/streams/{HALL}"))
        self.refused(404, "openline.error.not_found", self.node.get("/streams"))
        self.refused(404, "openline.error.not_found", self.node.get("/streams/"))
        self.refused(404, "openline.error.not_found", self.node.get(f"/streams/{NEWS}/more"))

    def test_what_makes_no_sense_is_said_in_a_sentence(self) -> None:
        for query in (
            "after=x",
            "after=1,2",
            "before=-1",
            "limit=0",
            "limit=301",
            "limit=x",
            "reverse=maybe",
            "limit=1&limit=2",
        ):
            self.refused(400, "openline.error.invalid_argument", self.read(f"?{query}"))
        self.refused(400, "openline.error.invalid_argument", self.node.get("/streams/News"))

    def test_without_components_it_says_when_to_come_again(self) -> None:
        self.node.stop_components()
        answer = self.read()
        self.refused(503, "openline.error.unavailable", answer)
        self.assertEqual(answer.headers["retry-after"], "1")


class Asking(StreamsCase):
    """Who asks, and from where. The same holds for `/events`."""

    def statuses(self, **headers: Any) -> list[int]:
        both = (f"/streams/{NEWS}", f"/events?stream={NEWS}")
        return [self.node.get(path, "GET", None, **headers).status for path in both]

    def refusals(self, reason: str) -> float | None:
        registry = self.node.memory.edge.counters.registry
        return registry.get_sample_value("openline_refusals_total", {"reason": reason})

    def test_a_token_comes_in_a_header_or_a_cookie(self) -> None:
        self.assertEqual(self.statuses(Authorization=f"bearer {self.node.ada}"), [200, 200])
        self.assertEqual(self.statuses(Cookie=f"a=b; openline_session={self.node.ada}"), [200, 200])
        for header in ("Bearer", "Bearer ", "Basic QWRh", "Bearer caf\u00e9", f"Token {self.node.ada}"):
            self.assertEqual(self.statuses(Authorization=header), [401, 401], header)
        before = self.refusals("signed_out") or 0
        self.assertEqual(self.statuses(Cookie="openline_session=nonsense"), [401, 401])
        self.assertEqual(self.refusals("signed_out"), before + 2)

    def test_a_cookie_is_not_taken_from_the_pages_of_others(self) -> None:
        cookie = f"openline_session={self.node.ada}"
        for site in ("cross-site", "same-site"):
            self.assertEqual(self.statuses(Cookie=cookie, Sec_Fetch_Site=site), [403, 403], site)
        for site in ("same-origin", "none"):
            self.assertEqual(self.statuses(Cookie=cookie, Sec_Fetch_Site=site), [200, 200], site)
        self.assertEqual(self.statuses(Cookie=cookie, Origin=FRIEND, Sec_Fetch_Site="cross-site"), [200, 200])

    def test_pages_of_other_sites_get_nothing(self) -> None:
        for origin in ("https://evil.example", "null", "http://node.example.evil", "\u00e9"):
            statuses = self.statuses(Authorization=f"Bearer {self.node.ada}", Origin=origin)
            self.assertEqual(statuses, [403, 403], origin)
        self.assertEqual(self.refusals("forbidden"), 8)
        self.assertEqual(
            self.statuses(Authorization=f"Bearer {self.node.ada}", Origin="http://node.example"), [200, 200]
        )

    def test_pages_that_were_let_in_may_read_the_answer(self) -> None:
        for path in (f"/streams/{NEWS}", f"/events?stream={NEWS}", "/streams/app.none"):
            headers = self.node.get(path, Origin=FRIEND).headers
            self.assertEqual(headers["access-control-allow-origin"], FRIEND)
            self.assertEqual(headers["access-control-allow-credentials"], "true")
        self.assertNotIn("access-control-allow-origin", self.read(Origin="http://node.example").headers)

    def test_they_are_told_what_they_may_send(self) -> None:
        for path in (f"/streams/{NEWS}", "/events"):
            friend = self.node.get(path, "OPTIONS", token=None, Origin=FRIEND, Access_Control_Request_Method="GET")
            self.assertEqual(friend.status, 204)
            self.assertIn("Authorization", friend.headers["access-control-allow-headers"])
            other = self.node.get(path, "OPTIONS", token=None, Origin="https://evil.example")
            self.assertNotIn("access-control-allow-origin", other.headers)
            self.assertNotIn("access-control-allow-headers", other.headers)
