"""Who may read and publish a stream."""

from collections.abc import Coroutine
from typing import Any, Literal

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from components.access import may, owner
from components.contract import Access, Procedure, Unavailable, Verdict
from components.room.api import MAY
from components.settings import Namespace, Settings
from components.stream.api import UnknownStream

SETTINGS = Settings(
    streams=[
        Namespace(match="openline.room.*", read="members"),
        Namespace(match="app.news", read=["guest", "member"], publish=["operator"]),
        Namespace(match="app.club.*", read="members"),
        Namespace(match="app.*"),
    ]
)


class MayTests(SynchronousTestCase):
    """The one function that decides."""

    def setUp(self) -> None:
        self.asked: list[tuple[str, Access]] = []
        self.answer = True

    async def ask(self, procedure: Procedure[Access, Verdict], access: Access) -> Verdict:
        self.asked.append((procedure.uri, access))
        return Verdict(self.answer, "the owner says so")

    def may(self, role: str, action: Literal["read", "publish"], stream: str) -> bool:
        return self.get(may(SETTINGS, self.ask, "u_ada", role, action, stream)).allow

    def get(self, coroutine: Coroutine[Any, Any, Verdict]) -> Verdict:
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def test_roles(self) -> None:
        self.assertTrue(self.may("guest", "read", "app.news"))
        self.assertFalse(self.may("operator", "read", "app.news"))
        self.assertTrue(self.may("operator", "publish", "app.news"))
        self.assertFalse(self.may("guest", "publish", "app.news"))

    def test_by_default_nobody(self) -> None:
        for role in "guest", "member", "operator":
            self.assertFalse(self.may(role, "read", "app.other"))
            self.assertFalse(self.may(role, "publish", "app.other"))

    def test_components_may_what_exists(self) -> None:
        self.assertTrue(self.may("component", "publish", "app.other"))
        self.assertTrue(self.may("component", "read", "openline.room.lobby"))
        self.assertEqual(self.asked, [])

    def test_of_members_the_owner_is_asked(self) -> None:
        for self.answer in True, False:
            self.assertEqual(self.may("guest", "read", "openline.room.lobby"), self.answer)
        asked = (MAY.uri, Access("u_ada", "guest", "read", "openline.room.lobby"))
        self.assertEqual(self.asked, [asked, asked])

    def test_the_owner_of_a_room_is_asked_as_it_declares(self) -> None:
        self.assertEqual(owner("openline.room.lobby"), MAY)

    def test_an_owner_that_is_away_allows_nothing(self) -> None:
        async def away(procedure: object, access: object) -> Verdict:
            raise Unavailable

        asking = may(SETTINGS, away, "u_ada", "guest", "read", "openline.room.lobby")
        self.failureResultOf(Deferred.fromCoroutine(asking), Unavailable)

    def test_streams_that_no_component_owns_have_no_members(self) -> None:
        self.assertFalse(self.may("guest", "read", "app.club.one"))
        self.assertEqual(self.asked, [])

    def test_a_stream_without_options_does_not_exist(self) -> None:
        for role in "guest", "component":
            asking = may(SETTINGS, self.ask, "u_ada", role, "read", "elsewhere.news")
            self.failureResultOf(Deferred.fromCoroutine(asking), UnknownStream)

    def test_the_rule_is_named(self) -> None:
        verdict = self.get(may(SETTINGS, self.ask, "u_ada", "guest", "publish", "app.news"))
        self.assertEqual(verdict, Verdict(False, "app.news: publish is for operator"))
