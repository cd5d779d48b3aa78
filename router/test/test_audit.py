"""Refusals are summed up for the audit trail, and dropped when it is away."""

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LogEvent, Logger, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Appended, Unavailable
from components.stream.api import Publication
from router.audit import EVERY, FIRST, MOST, PATIENCE, Refusals


class RefusalsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000)
        self.published: list[Publication] = []
        self.is_away = self.is_stuck = False
        self.said: list[LogEvent] = []
        self.refusals = Refusals(self.clock, self.publish, Logger(observer=self.said.append))  # type: ignore[arg-type]

    async def publish(self, publication: Publication) -> Appended:
        if self.is_away:
            raise Unavailable
        if self.is_stuck:
            await Deferred()
        self.published.append(publication)
        return Appended("e", len(self.published), False)

    def told(self) -> list[list[tuple[str, str, int]]]:
        """What each event said."""
        return [
            [(one["reason"], one["address"], one["count"]) for one in event.data["refusals"]]
            for event in self.published
        ]

    def test_what_comes_together_is_one_event(self) -> None:
        for _ in range(3):
            self.refusals.refused("signed_out", "192.0.2.1")
        self.refusals.refused("not_authorized", "192.0.2.2")
        assert not self.published
        self.clock.advance(FIRST)
        assert self.told() == [[("not_authorized", "192.0.2.2", 1), ("signed_out", "192.0.2.1", 3)]]
        (event,) = self.published
        assert (event.stream, event.type) == ("openline.audit", "refused")
        assert (event.data["since"], event.data["others"]) == (1_000.0, 0)

    def test_there_is_one_event_a_minute(self) -> None:
        for _ in range(int(EVERY * 3)):
            self.refusals.refused("signed_out", "192.0.2.1")
            self.clock.advance(1.0)
        self.clock.advance(EVERY)
        assert len(self.published) <= 4
        assert sum(count for event in self.told() for _, _, count in event) == EVERY * 3

    def test_after_a_quiet_minute_the_next_is_told_of_soon(self) -> None:
        self.refusals.refused("signed_out", "192.0.2.1")
        self.clock.pump([FIRST, EVERY])
        self.refusals.refused("signed_out", "192.0.2.2")
        self.clock.advance(FIRST)
        assert len(self.published) == 2

    def test_without_refusals_there_are_no_events(self) -> None:
        self.refusals.refused("signed_out", "192.0.2.1")
        self.clock.pump([FIRST] + [EVERY] * 10)
        assert len(self.published) == 1
        assert not self.clock.getDelayedCalls()

    def test_one_event_names_only_so_many(self) -> None:
        for number in range(MOST + 50):
            self.refusals.refused("signed_out", f"10.0.0.{number}")
        self.refusals.refused("signed_out", "10.0.0.0")
        self.clock.advance(FIRST)
        (event,) = self.published
        assert len(event.data["refusals"]) == MOST
        assert event.data["others"] == 50
        assert ("signed_out", "10.0.0.0", 2) in self.told()[0]

    def test_what_is_about_how_much_is_not_told(self) -> None:
        for reason in ("flood", "slow", "malformed", "request_400"):
            self.refusals.refused(reason, "192.0.2.1")
        assert not self.clock.getDelayedCalls()

    def test_while_the_log_is_away_it_is_dropped_and_said_once(self) -> None:
        self.is_away = True
        for _ in range(5):
            self.refusals.refused("signed_out", "192.0.2.1")
            self.clock.advance(EVERY)
        assert [formatEvent(event) for event in self.said] == [
            "refusals are missing in openline.audit: "
            "Unavailable('This cannot be done right now. Try again in a moment.')"
        ]
        self.is_away = False
        self.refusals.refused("signed_out", "192.0.2.9")
        self.clock.advance(EVERY)
        assert self.told() == [[("signed_out", "192.0.2.9", 1)]]

    def test_a_log_that_does_not_answer_is_not_waited_for(self) -> None:
        self.is_stuck = True
        self.refusals.refused("signed_out", "192.0.2.1")
        self.clock.pump([FIRST, PATIENCE])
        assert len(self.said) == 1
        self.is_stuck = False
        self.refusals.refused("signed_out", "192.0.2.9")
        self.clock.advance(EVERY)
        assert self.told() == [[("signed_out", "192.0.2.9", 1)]]
