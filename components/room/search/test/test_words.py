"""What counts as a word, and how it is told from others."""

import pytest
from hypothesis import given
from hypothesis.strategies import text

from components.room.search.words import fold, words


def found(text: str) -> list[str]:
    return [word.word for word in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("Café CAFE\u0301 cafe", ["cafe", "cafe", "cafe"]),
        ("snake_case node.js don't 3.14", ["snake", "case", "node", "js", "don", "t", "3", "14"]),
        ("Straße ﬁn", ["strasse", "fin"]),
        ("会議は明日", ["会", "議", "は", "明", "日"]),
        ("שָׁלוֹם", ["שלום"]),
        ("हिन्दी", ["हिन्दी"]),
        ("ship it 🚀🚀 ❤️", ["ship", "it", "🚀", "🚀", "❤"]),
        ("¼ and ﷺ", [fold("¼"), "and", fold("ﷺ")]),
        (" -- \0 'x\" * ", ["x"]),
        ("x" * 100, ["x" * 64]),
    ],
)
def test_words_have_no_case_and_no_accents(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@given(text())
def test_words_stand_where_they_say_and_have_nothing_that_an_index_could_take_for_its_own(text: str) -> None:
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        assert fold(text[word.start : word.end]) == word.word
        assert not set(word.word) & set(" \t\n\0'\"\\:*()!&|<>-+^~{}")
        end = word.end
