"""The router's guard: what owners of streams said is remembered for one person, and forgotten when they say so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from components import catalog
from components.contract import Access, Procedure, Rights, Unavailable, Verdict
from components.permissions import Offer, Question, Who, owner, permissions
from components.settings import Settings
from router.guard import OWNER_AWAY, Answers, Guard
from tests.support import obvious
from tests.support.obvious import Somebody, Space, World

SPACES = [Space("openline.room.*", "members"), Space("app.news", ["member"], ["operator"]), Space("app.*")]
SETTINGS = Settings.model_validate({"streams": [vars(space) for space in SPACES]})
A, B = "openline.room.a", "openline.room.b"
ADA, BOB = Who("u_ada", "guest"), Who("u_bob", "guest")


class Owner:
    """The component that owns the rooms: is asked, looks at who is a member, and answers, each in its own time."""

    def __init__(self) -> None:
        self.members: set[tuple[str, str]] = set()
        self.registration: int | None = 1
        self.asked: list[tuple[Access, Deferred[Verdict]]] = []

    async def ask(self, procedure: Procedure[Access, Verdict], access: Access) -> Verdict:
        if self.registration is None:
            raise Unavailable
        answer: Deferred[Verdict] = Deferred()
        self.asked.append((access, answer))
        return await answer

    def look(self, access: Access) -> Verdict:
        return Verdict(access.action == "read" and (access.id, access.stream) in self.members, "members read it")

    def answer(self) -> None:
        """Answer what was asked first, by what is so now."""
        access, answer = self.asked.pop(0)
        answer.callback(self.look(access))

    def answer_all(self) -> None:
        while self.asked:
            self.answer()


class Hall:
    """A guard with the owner it asks."""

    def __init__(self, offers: Callable[[str], Offer | None] = lambda _: None) -> None:
        self.clock, self.owner = Clock(), Owner()
        table = permissions(catalog.declarations(SETTINGS), SETTINGS, None, offers)
        self.guard = Guard(table, self.owner.ask, lambda uri: self.owner.registration, self.clock)

    def begin(self, who: Who, stream: str, action: str = "subscribe", match: str = "exact") -> list[Any]:
        """Ask, and return the list in which the answer will be."""
        said: list[Any] = []
        Deferred.fromCoroutine(self.guard.decide(who, action, stream, match)).addBoth(said.append)
        return said

    def decide(self, who: Who, stream: str) -> bool:
        """Ask, with an owner that answers at once."""
        said = self.begin(who, stream)
        self.owner.answer_all()
        return bool(said[0])

    def remembers(self, who: Who, stream: str) -> bool:
        """Say whether an answer needs no question."""
        said = self.begin(who, stream)
        is_known = not self.owner.asked
        self.owner.answer_all()
        assert said == [True] or not is_known
        return is_known


@pytest.fixture
def hall() -> Hall:
    hall = Hall()
    hall.owner.members = {("u_ada", A), ("u_ada", B)}
    return hall


def test_a_yes_is_remembered_for_that_person_and_that_stream_alone(hall: Hall) -> None:
    assert hall.decide(ADA, A)
    assert hall.remembers(ADA, A)
    assert not hall.remembers(ADA, B)
    assert not hall.remembers(BOB, A)
    assert not hall.remembers(Who("u_ada", "member"), A), "another role is another question"
    assert not hall.decide(BOB, A)


def test_a_no_is_not_remembered(hall: Hall) -> None:
    assert not hall.decide(BOB, A)
    hall.owner.members.add(("u_bob", A))
    assert hall.decide(BOB, A)


def test_what_is_lost_is_asked_for_again(hall: Hall) -> None:
    hall.decide(ADA, A)
    hall.decide(ADA, B)
    hall.owner.members.discard(("u_ada", A))
    hall.guard.lost("u_ada", A)
    assert not hall.decide(ADA, A)
    assert hall.remembers(ADA, B)
    hall.owner.members.add(("u_ada", A))
    assert hall.decide(ADA, A), "granted again"


def test_an_answer_that_the_loss_overtakes_opens_nothing_and_is_not_remembered(hall: Hall) -> None:
    said = hall.begin(ADA, A)
    access, late = hall.owner.asked.pop()
    was = hall.owner.look(access)
    hall.owner.members.discard(("u_ada", A))
    hall.guard.lost("u_ada", A)
    late.callback(was)
    assert was.allow and said == []
    hall.owner.answer()
    assert said == [False]
    assert not hall.remembers(ADA, A)


def test_the_loss_of_another_makes_no_answer_late(hall: Hall) -> None:
    said = hall.begin(ADA, A)
    hall.guard.lost("u_bob", A)
    hall.guard.lost("u_ada", B)
    hall.owner.answer()
    assert said == [True] and hall.remembers(ADA, A)


def test_who_comes_back_while_the_answer_is_on_its_way_is_let_in(hall: Hall) -> None:
    said = hall.begin(ADA, A)
    hall.guard.lost("u_ada", A)
    hall.owner.answer()
    assert said == []
    hall.owner.answer()
    assert said == [True] and hall.remembers(ADA, A)


def test_what_an_owner_said_before_it_was_away_counts_no_more(hall: Hall) -> None:
    """It may have died between taking somebody out and telling us."""
    hall.decide(ADA, A)
    hall.owner.members.discard(("u_ada", A))
    hall.owner.registration = None
    said = hall.begin(ADA, A)
    assert said == []
    hall.owner.registration = 2
    hall.clock.advance(0.25)
    hall.owner.answer()
    assert said == [False]


def test_an_answer_of_who_is_gone_by_now_is_asked_for_again(hall: Hall) -> None:
    said = hall.begin(ADA, A)
    hall.owner.registration = 2
    hall.owner.answer()
    assert said == []
    hall.owner.answer()
    assert said == [True]


def test_an_owner_that_stays_away_allows_nothing(hall: Hall) -> None:
    hall.owner.registration = None
    said = hall.begin(ADA, A)
    for _ in range(int(OWNER_AWAY / 0.25) + 1):
        hall.clock.advance(0.25)
    assert isinstance(said[0], Failure) and said[0].check(Unavailable)


def test_only_so_many_answers_are_remembered_the_last_used_ones() -> None:
    answers = Answers(lambda _: 1, most=3)
    asked = {name: Question(owner(A), Access(name, "guest", "read", A)) for name in ("a", "b", "c", "d")}
    for name in ("a", "b", "c"):
        answers.keep(asked[name], Verdict(True, ""))
    assert answers.find(asked["a"])
    answers.keep(asked["d"], Verdict(True, ""))
    assert [name for name in asked if answers.find(asked[name])] == ["a", "c", "d"]
    assert len(answers) == 3


def test_an_explanation_shows_what_is_so_and_what_is_remembered(hall: Hall) -> None:
    def explain(who: Who, action: str, what: str) -> Any:
        explaining = Deferred.fromCoroutine(hall.guard.explain(who, action, what, "exact"))
        hall.owner.answer_all()
        return explaining.result

    yes, no = Verdict(True, "members read it"), Verdict(False, "members read it")
    assert explain(ADA, "subscribe", A) == (yes, None)
    hall.decide(ADA, A)
    assert explain(ADA, "subscribe", A) == (yes, yes)
    hall.owner.members.clear()
    assert explain(ADA, "subscribe", A) == (no, yes), "an owner that forgot to say so is seen"
    assert explain(ADA, "call", "openline.room.may") == (
        Verdict(False, "openline.room.may is called by component"),
        None,
    )


# ---- anything, in any order

PEOPLE = ["u_ada", "u_bob"]
NEWS, OTHER = "app.news", "app.other"
ANYTHING = [A, B, NEWS, OTHER, "openline.room.on_created", "openline.stream.read", "wamp.session.kill", "client.7.x"]


@dataclass
class Asked:
    """A question to the guard: what was said to it, and what was obvious at each moment since it was asked."""

    who: Somebody
    action: str
    what: str
    said: list[Any]
    obvious: list[bool]


class Play:
    """People join, leave and are asked about, in the order in which a busy node might see it, beside the obvious."""

    def __init__(self) -> None:
        self.world = World(list(catalog.declarations(SETTINGS)), SPACES, set(), {7: "u_ada"})
        self.hall = Hall(lambda uri: Offer("u_ada") if uri.startswith("client.7.") else None)
        self.hall.guard._answers._most = 3
        self.hall.owner.members = self.world.members
        self.lives = 1
        self.untold: list[tuple[str, str]] = []
        self.pending: list[Asked] = []
        self.looked: list[tuple[Deferred[Verdict], Verdict]] = []

    def join(self, person: str, room: str) -> None:
        self.world.members.add((person, room))
        self.note()

    def leave(self, person: str, room: str) -> None:
        """It is committed; the routers are told in a moment."""
        self.world.members.discard((person, room))
        self.untold.append((person, room))
        self.note()

    def tell(self, *_: str) -> None:
        """The routers are told, and then whoever took somebody out is answered."""
        for person, room in self.untold:
            self.hall.guard.lost(person, room)
        self.forget([one for one in self.pending if (one.who.id, one.what) in self.untold])

    def kick(self, person: str, room: str) -> None:
        """Until whoever did it is answered."""
        self.leave(person, room)
        self.tell()

    def restart(self, *_: str) -> None:
        """The owner is killed before it told anybody anything, and is there again some moments later."""
        self.hall.owner.registration = None
        self.lives += 1
        self.hall.owner.registration = self.lives
        self.forget(self.pending)
        self.hall.clock.advance(0.25)

    def ask_for_room(self, person: str, room: str) -> None:
        self.ask(Somebody(person, "guest", 7), "subscribe", room)

    def ask(self, who: Somebody, action: str, what: str, match: str = "exact") -> None:
        rights = Rights(tuple(who.reads), tuple(who.publishes))
        said = self.hall.begin(Who(who.id, who.role, rights, who.session), what, action, match)
        expected = [obvious.may(self.world, who, action, what, match)]
        self.pending.append(Asked(who, action, what, said, expected + [True] * ((who.id, what) in self.untold)))
        self.check()

    def look(self, *_: str) -> None:
        """The owner looks at who is a member. What it answers arrives some time later."""
        if self.hall.owner.asked:
            access, answer = self.hall.owner.asked.pop(0)
            self.looked.append((answer, self.hall.owner.look(access)))

    def answer(self, *_: str) -> None:
        """What was seen arrives, the newest first: nothing keeps answers in their order."""
        if self.looked:
            answer, verdict = self.looked.pop()
            answer.callback(verdict)
            self.check()

    def look_and_answer(self, *_: str) -> None:
        self.look()
        self.answer()

    def note(self) -> None:
        """Write down what is obvious by now; of a loss that the routers were not told, both may be."""
        for one in self.pending:
            one.obvious.append(obvious.may(self.world, one.who, one.action, one.what))
            one.obvious.extend([True] * ((one.who.id, one.what) in self.untold))

    def forget(self, pending: list[Asked]) -> None:
        """Nothing of what was obvious before may be said any more."""
        self.untold.clear()
        for one in pending:
            one.obvious.clear()
        self.note()

    def check(self) -> None:
        """What was said was obvious at some moment since it was asked, and since the routers were told of a loss."""
        for one in [one for one in self.pending if one.said]:
            self.pending.remove(one)
            assert one.said[0] in one.obvious, one


STEPS = [Play.join, Play.leave, Play.kick, Play.tell, Play.ask_for_room, Play.look, Play.answer, Play.look_and_answer]
STEP = st.tuples(st.sampled_from(STEPS * 3 + [Play.restart]), st.sampled_from(PEOPLE), st.sampled_from([A, A, A, A, B]))
SOMEBODY = st.builds(
    Somebody,
    st.sampled_from(PEOPLE),
    st.sampled_from(["guest", "member", "operator", "component"]),
    st.just(7),
    st.lists(st.sampled_from(["app.*", "openline.*"]), max_size=1),
    st.lists(st.sampled_from(["app.*", "openline.*"]), max_size=1),
)
ACTION = st.sampled_from(["subscribe", "read", "write", "publish", "call", "register", "reregister"])
MATCH = st.sampled_from(["exact", "exact", "exact", "prefix", "wildcard"])
QUESTION = st.tuples(st.just(Play.ask), SOMEBODY, ACTION, st.sampled_from(ANYTHING), MATCH)


@settings(max_examples=300)
@given(st.lists(st.one_of(STEP, STEP, STEP, QUESTION), min_size=40, max_size=120))
def test_whatever_happens_nothing_is_said_that_is_not_obvious(steps: list[Any]) -> None:
    play = Play()
    for step, *given_ in steps:
        step(play, *given_)
    while play.hall.owner.asked or play.looked:
        play.look_and_answer()
    assert not play.pending, "everybody was answered"
