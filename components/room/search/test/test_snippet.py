"""What is shown of a message that was found."""

from datetime import UTC

from hypothesis import given
from hypothesis.strategies import integers, text

from components.room.search.query import Phrase, parse
from components.room.search.snippet import LEAD, MOST, Snippet, snippet


def marked(text: str, search: str) -> list[str]:
    shown = snippet(text, parse(search, UTC).wanted.phrases)
    return [shown.text[start:end] for start, end in shown.marks]


def test_the_words_that_were_looked_for_are_marked_as_they_were_written() -> None:
    assert marked("The Café, and its cafés", "cafe") == ["Café", "cafés"]
    assert marked("One two one one two", '"one two"') == ["One two", "one two"]
    assert marked("a b c", '"a b" "b c"') == ["a b c"]
    assert marked("cafés", "cafe x") == []
    assert marked("🚀 rockets 🚀", "🚀") == ["🚀", "🚀"]


def test_a_short_message_is_shown_on_one_line() -> None:
    assert snippet("one\ntwo\tthree", []) == Snippet("one two three", [])


def test_of_a_long_message_what_surrounds_the_first_mark_is_shown() -> None:
    long = "word " * 200 + "needle " + "word " * 200
    shown = snippet(long, [Phrase(("needle",))])
    ((start, end),) = shown.marks
    assert shown.text[start:end] == "needle"
    assert shown.text.startswith("…word ") and shown.text.endswith("…")
    assert start <= LEAD + 1 and len(shown.text) <= MOST + 2


@given(text(), text(), integers(0, 400))
def test_ranges_are_within_the_snippet_and_in_order(before: str, after: str, many: int) -> None:
    shown = snippet(before + "ab " * many + after, [Phrase(("ab",)), Phrase(("a",), prefix=True)])
    end = 0
    for start, stop in shown.marks:
        assert end <= start < stop <= len(shown.text)
        end = stop
