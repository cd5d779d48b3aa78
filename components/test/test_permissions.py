"""Who may do what: what is declared may be done, by whom it says, and nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import catalog
from components.contract import NO_RIGHTS, Access, Caller, Rights, Verdict
from components.keys import Badge
from components.permissions import KILLS, LOOKS, TELLS, Offer, Permissions, Question, Who, owner, permissions, who_calls
from components.room.api import MAY
from components.settings import Settings
from router.trust import may_register, own
from tests.support import obvious
from tests.support.obvious import Somebody, Space, World

SPACES = [
    Space("openline.room.*", "members"),
    Space("openline.audit", ["operator"]),
    Space("app.news", ["guest", "member"], ["operator"]),
    Space("app.club.*", "members", "members"),
    Space("app.*"),
]
SETTINGS = Settings.model_validate({"streams": [vars(space) for space in SPACES]})
HERE = {7: "u_ada", 77: "u_bob"}
OFFERS = {"client.7.ring": ({"u_bob"}, {"operator"}), "client.77.a.b": (set[str](), {"component"})}


def offered(procedure: str) -> Offer | None:
    session = obvious.session_in(procedure)
    return Offer(HERE[session], *OFFERS.get(procedure, ((), ()))) if session in HERE else None


OWN = own(SETTINGS)
ADDED = {"prices": Badge("prices", "0" * 64, ("app.prices.*",), frozenset({"member", "component"}))}


class Ring:
    """The keys of the node's components, and of one that an operator added."""

    def may_register(self, name: str, role: str, uri: str) -> Verdict:
        return may_register(name, role, uri, OWN, ADDED.get(name))

    def callers(self, uri: str) -> frozenset[str]:
        return frozenset().union(*(badge.callers for badge in ADDED.values() if badge.covers(uri)))


@pytest.fixture(scope="module")
def table() -> Permissions:
    return permissions(catalog.declarations(SETTINGS), SETTINGS, Ring(), offered)


def allows(table: Permissions, role: str, action: str, what: str, match: str = "exact", **more: Any) -> bool:
    who = {"component": "room", "service": "prices"}.get(role, "u_ada")
    answer = table.decide(Who(who, role, **more), action, what, match)
    assert isinstance(answer, Verdict), answer
    return answer.allow


@pytest.mark.parametrize(
    ("role", "action", "uri"),
    [
        ("guest", "call", "openline.room.post"),
        ("member", "call", "openline.stream.read"),
        ("operator", "call", "wamp.session.count"),
        ("operator", "call", "wamp.session.kill"),
        ("operator", "subscribe", "wamp.session.on_join"),
        ("component", "call", "openline.room.may"),
        ("component", "call", "openline.router.who"),
        ("component", "register", "openline.room.post"),
        ("component", "publish", "openline.room.on_created"),
        ("component", "publish", "openline.room.lobby"),
        ("component", "write", "app.other"),
        ("component", "read", "openline.room.lobby"),
        ("guest", "subscribe", "openline.room.on_created"),
        ("guest", "subscribe", "app.news"),
        ("operator", "write", "app.news"),
        ("service", "register", "app.prices.get"),
        ("service", "call", "openline.router.ping"),
        ("service", "call", "app.prices.get"),
        ("service", "write", "app.other"),
        ("member", "call", "app.prices.get"),
    ],
)
def test_may(table: Permissions, role: str, action: str, uri: str) -> None:
    assert allows(table, role, action, uri)


@pytest.mark.parametrize(
    ("role", "action", "uri"),
    [
        ("guest", "call", "openline.room.may"),
        ("guest", "call", "openline.router.who"),
        ("guest", "call", "wamp.session.get"),
        ("member", "call", "wamp.session.kill"),
        ("component", "call", "wamp.session.get"),
        ("operator", "call", "wamp.registration.remove_callee"),
        ("operator", "call", "wamp.session.add_testament"),
        ("operator", "publish", "wamp.session.on_join"),
        ("component", "subscribe", "wamp.session.on_join"),
        ("component", "register", "wamp.session.get"),
        ("guest", "call", "openline.nothing.there"),
        ("guest", "register", "openline.room.post"),
        ("operator", "register", "openline.room.post"),
        ("component", "register", "openline.nothing.there"),
        ("component", "register", "com.example.mine"),
        ("component", "reregister", "openline.room.post"),
        ("guest", "publish", "openline.room.lobby"),
        ("guest", "publish", "openline.room.on_created"),
        ("guest", "publish", "com.example.mine"),
        ("component", "publish", "com.example.mine"),
        ("guest", "subscribe", "com.example.mine"),
        ("guest", "subscribe", "wamp.session.on_join"),
        ("guest", "subscribe", "client.7.ring"),
        ("operator", "read", "app.news"),
        ("guest", "write", "app.news"),
        ("guest", "read", "app.other"),
        ("guest", "read", "app.club.one"),
        ("component", "read", "elsewhere.news"),
        ("guest", "unheard_of", "openline.room.lobby"),
        ("guest", "call", "app.prices.get"),
        ("guest", "register", "app.prices.get"),
        ("component", "register", "app.prices.get"),
        ("component", "register", "openline.stream.read"),
        ("service", "register", "openline.room.post"),
        ("service", "register", "client.7.ring"),
        ("service", "call", "openline.room.may"),
        ("service", "call", "openline.room.post"),
        ("service", "publish", "openline.room.on_created"),
        ("service", "publish", "openline.room.lobby"),
        ("service", "publish", "com.example.mine"),
        ("service", "read", "openline.room.lobby"),
        ("service", "subscribe", "openline.router.on_access_lost"),
        ("service", "call", "wamp.session.get"),
    ],
)
def test_may_not(table: Permissions, role: str, action: str, uri: str) -> None:
    assert not allows(table, role, action, uri)


@pytest.mark.parametrize("role", ["guest", "member", "operator", "service"])
@pytest.mark.parametrize("action", ["subscribe", "register"])
@pytest.mark.parametrize("match", ["prefix", "wildcard"])
def test_who_comes_from_outside_has_no_patterns(table: Permissions, role: str, action: str, match: str) -> None:
    for uri in ("", "openline.", "openline.room.", "openline..lobby", "openline.room.lobby", "client.7."):
        assert not allows(table, role, action, uri, match, session=7)


@pytest.mark.parametrize(("uri", "allow"), [("openline.room.", True), ("app..x", True), ("openline.room.lobby", True)])
@pytest.mark.parametrize("match", ["prefix", "wildcard"])
def test_components_hear_by_pattern(table: Permissions, match: str, uri: str, allow: bool) -> None:
    assert allows(table, "component", "subscribe", uri, match) is allow
    assert not allows(table, "component", "register", uri, match)


@pytest.mark.parametrize("uri", ["", "wamp", "wamp.", "wamp.session.", "wam", "openline", ".session", "..on_join"])
def test_no_pattern_reaches_the_routers_topics(table: Permissions, uri: str) -> None:
    for match in ("prefix", "wildcard"):
        assert not allows(table, "component", "subscribe", uri, match)


def test_of_members_the_owner_is_asked(table: Permissions) -> None:
    for action in ("subscribe", "read"):
        asked = table.decide(Who("u_ada", "guest"), action, "openline.room.lobby")
        assert asked == Question(MAY, Access("u_ada", "guest", "read", "openline.room.lobby"))
    assert owner("openline.room.lobby") == MAY


def test_every_answer_says_its_rule(table: Permissions) -> None:
    answer = table.decide(Who("u_ada", "guest"), "call", "openline.room.may")
    assert answer == Verdict(False, "openline.room.may is called by component")
    answer = table.decide(Who("u_ada", "guest"), "write", "app.news")
    assert answer == Verdict(False, "app.news: publish is for operator")


# ---- browsers


def test_people_register_under_the_id_of_their_own_session_alone(table: Permissions) -> None:
    for role in ("guest", "member", "operator"):
        assert allows(table, role, "register", "client.7.ring", session=7)
        assert not allows(table, role, "reregister", "client.7.ring", session=7)
        for other in (
            "client.77.ring",
            "client.07.ring",
            "client.7",
            "client.7.",
            "client.7..x",
            "client.x.y",
            "client.0.x",
        ):
            assert not allows(table, role, "register", other, session=7)
    assert not allows(table, "component", "register", "client.7.ring", session=7)
    assert not allows(table, "guest", "register", "client.0.ring", session=0)


def test_a_browser_is_called_by_its_owner_and_by_whom_it_chose(table: Permissions) -> None:
    def calls(id: str, role: str, uri: str = "client.7.ring") -> bool:
        answer = table.decide(Who(id, role), "call", uri)
        assert isinstance(answer, Verdict)
        return answer.allow

    assert calls("u_ada", "guest") and calls("u_bob", "guest") and calls("u_olga", "operator")
    assert not calls("u_eve", "guest") and not calls("stream", "component")
    assert calls("u_ada", "guest", "client.7.other") and not calls("u_bob", "guest", "client.7.other")
    assert calls("u_eve", "guest", "client.8.ring"), "who calls a session that has ended hears that there is none"


# ---- rights that a token gives


def test_rights_widen_who_reads_and_publishes(table: Permissions) -> None:
    rights = Rights(("app.other", "app.club.*"), ("app.news",))
    assert allows(table, "guest", "read", "app.other", rights=rights)
    assert allows(table, "guest", "subscribe", "app.club.one", rights=rights)
    assert allows(table, "guest", "write", "app.news", rights=rights)
    assert not allows(table, "guest", "write", "app.other", rights=rights)
    assert not allows(table, "guest", "publish", "app.news", rights=rights), "only by openline.stream.publish"
    assert not allows(table, "guest", "read", "app.another", rights=rights)


def test_rights_never_reach_what_is_ours(table: Permissions) -> None:
    rights = Rights(("openline.*", "openline.audit", "wamp.*", "elsewhere.*"), ("openline.*", "openline.audit"))
    for action in ("read", "subscribe", "write"):
        assert not allows(table, "guest", action, "openline.audit", rights=rights)
    assert isinstance(table.decide(Who("u_ada", "guest", rights), "read", "openline.room.lobby"), Question)
    assert not allows(table, "guest", "subscribe", "wamp.session.on_join", rights=rights)
    assert not allows(table, "guest", "read", "elsewhere.news", rights=rights), "what does not exist is nobody's"


def test_a_caller_keeps_what_their_token_gives() -> None:
    rights = Rights(("app.other",))
    assert who_calls(Caller("u_ada", "guest", "Ada", "f", rights, 7)) == Who("u_ada", "guest", rights, 7)


# ---- beside the obvious

BESIDE = {
    "openline.presence.on_change.lobby": "openline.room.lobby",
    "openline.presence.on_typing.a.b": "openline.room.a.b",
}
STREAMS = [
    *BESIDE,
    "openline.room.lobby",
    "openline.audit",
    "app.news",
    "app.club.one",
    "app.other",
    "app",
    "elsewhere.news",
]
BROWSERS = ["client.7.ring", "client.7.x", "client.77.a.b", "client.8.x", "client.7", "client.07.ring"]
DECLARED = sorted({one.uri for one in catalog.declarations(SETTINGS)})
META = sorted({*LOOKS, *KILLS, *TELLS, *obvious.CLOSED, "wamp", "wamp.session.invented"})
NOWHERE = ["app.prices.get", "app.pricesx", "openline.nothing.there", "openline.room.on_invented", ""]
PATTERNS = ["", ".", "openline", "openline.", "openline.room.", "wamp.", "wamp", "wam", "..lobby", "app..x"]
EXACT = st.one_of(*(st.sampled_from(some) for some in (STREAMS, BROWSERS, DECLARED, META, NOWHERE)))
PATTERNED = st.tuples(st.sampled_from(PATTERNS), st.sampled_from(["prefix", "wildcard"]))
WHAT = st.one_of(st.tuples(EXACT, st.just("exact")), PATTERNED)
ACTIONS = ["call", "register", "reregister", "subscribe", "publish", "read", "write", "unheard_of"]
RIGHTS = st.lists(st.sampled_from(["app.*", "app.other", "app.club.*", "openline.*", "openline.audit"]), max_size=3)
PEOPLE = st.builds(
    Somebody,
    st.sampled_from(["u_ada", "u_bob", "u_eve", "room", "prices"]),
    st.sampled_from(["guest", "member", "operator", "component", "service", "trusted", ""]),
    st.sampled_from([0, 7, 77, 8]),
    RIGHTS,
    RIGHTS,
)


@settings(max_examples=1_500)
@given(who=PEOPLE, action=st.sampled_from(ACTIONS), what=WHAT, is_member=st.booleans())
def test_it_says_what_is_obvious(
    table: Permissions, who: Somebody, action: str, what: tuple[str, str], is_member: bool
) -> None:
    uri, match = what
    members = {(who.id, BESIDE.get(uri, uri))} if is_member else set()
    added = {name: ({*badge.register}, {*badge.callers}) for name, badge in ADDED.items()}
    declared = {name: {*uris} for name, uris in OWN.items()}
    world = World(list(catalog.declarations(SETTINGS)), SPACES, members, HERE, declared, added, OFFERS)
    expected = obvious.may(world, who, action, uri, match)
    rights = Rights(tuple(who.reads), tuple(who.publishes))
    answer = table.decide(Who(who.id, who.role, rights, who.session), action, uri, match)
    allow = is_member and answer.access.action == "read" if isinstance(answer, Question) else answer.allow
    assert allow is expected, (who, action, what)
    of_all = table.of_role(who.role, action, uri, match)
    assert of_all is None or of_all.allow is expected, "what is said of a role holds for each of them"


def test_what_is_said_of_a_role_depends_on_nobody(table: Permissions) -> None:
    assert table.of_role("guest", "call", "openline.room.post") == Verdict(
        True, "openline.room.post is called by guest, member, operator"
    )
    for action, what in (("call", "client.7.ring"), ("subscribe", "openline.room.lobby"), ("subscribe", "app.other")):
        assert table.of_role("guest", action, what) is None
    assert Rights() == NO_RIGHTS
