"""The language of searches."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from, text

from components.room.api import UnclearSearch
from components.room.search.query import Phrase, Query, Side, parse

PIECES = [
    "ada",
    '"',
    "-",
    " ",
    "from:",
    "in:",
    "before:",
    "after:",
    "has:",
    "link",
    "2026-01-31",
    "#",
    "me",
    "\0",
    "*",
    "OR",
]


def wanted(text: str) -> Side:
    return parse(text, UTC).wanted


def seconds(*day: int) -> float:
    return datetime(*day, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]


def refused(text: str) -> str:
    with pytest.raises(UnclearSearch) as refusal:
        parse(text, UTC)
    return refusal.value.message


def test_all_words_are_wanted_and_the_last_may_go_on() -> None:
    assert wanted("Night train") == Side(phrases=[Phrase(("night",)), Phrase(("train",), prefix=True)])
    assert wanted("train x").phrases[-1] == Phrase(("x",)), "one letter begins too many words"
    assert wanted("train has:link").phrases == [Phrase(("train",))]


def test_phrases_stand_together() -> None:
    assert wanted('"night train" now').phrases[0] == Phrase(("night", "train"))
    assert wanted("“night train”").phrases == [Phrase(("night", "train"))]
    assert wanted('"still typ').phrases == [Phrase(("still", "typ"))]
    assert wanted("node.js").phrases == [Phrase(("node", "js"), prefix=True)], "what is written together"


def test_filters() -> None:
    side = wanted('from:@Ada from:"Grace Hopper" in:#lobby in:"The Team" has:link HAS:CODE')
    assert side.authors == [Phrase(("ada",)), Phrase(("grace", "hopper"))]
    assert side.rooms == ["lobby", "The Team"]
    assert side.things == {"link", "code"}
    assert wanted("from:me") == Side(mine=True)
    assert wanted("http://example.org/from:xy").phrases == [
        Phrase(("http", "example", "org", "from", "xy"), prefix=True)
    ]


def test_what_is_not_wanted() -> None:
    query = parse('train -night -"no go" -from:ada -in:lobby -has:code', UTC)
    assert query.unwanted == Side(
        phrases=[Phrase(("night",)), Phrase(("no", "go"))],
        authors=[Phrase(("ada",))],
        rooms=["lobby"],
        things={"code"},
    )


def test_days_are_those_of_who_asks_and_are_not_searched_themselves() -> None:
    query = parse("before:2026-01-31 after:2026-01-01", UTC)
    assert (query.since, query.until) == (seconds(2026, 1, 2), seconds(2026, 1, 31))
    until = parse("before:2026-07-01", ZoneInfo("Europe/Berlin")).until
    assert until == seconds(2026, 6, 30, 22), "in summer, whenever it is asked"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("  ", "Type a word"),
        ("!? *", "Type a word"),
        ("-train", "besides what to leave out"),
        ("from:", "from: needs a name"),
        ("in:#", "in: needs a room"),
        ("has:reaction", "has: knows link and code"),
        ("before:tomorrow", "before: takes a day"),
        ("after:2026-02-30", "after: takes a day"),
        ("after:9999-12-31", "after: takes a day"),
        ("-before:2026-01-31", "say after: instead"),
        ("from:me from:ada", "not both"),
        ("word " * 21, "at most 20"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_what_to_change(text: str, says: str) -> None:
    assert says in refused(text)


@given(text() | lists(sampled_from(PIECES)).map("".join))
def test_anything_typed_is_a_search_or_refused_with_a_sentence(text: str) -> None:
    try:
        query = parse(text, ZoneInfo("Pacific/Apia"))
    except UnclearSearch as refusal:
        assert refusal.message[0].isalpha() and refusal.message.endswith(".")
    else:
        assert isinstance(query, Query) and not query.is_empty
