"""A name is shown as it was meant, and holds nothing that cannot be seen."""

import pytest

from components.contract import InvalidArgument
from components.names import made_presentable, presentable


@pytest.mark.parametrize(
    ("given", "shown"), [("  Ada  Lovelace ", "Ada Lovelace"), ("e\u0301", "é"), ("👩‍💻", "👩‍💻"), ("x" * 40, "x" * 40)]
)
def test_a_name_is_shown(given: str, shown: str) -> None:
    assert presentable(given) == shown


@pytest.mark.parametrize("given", ["", "   ", "x" * 41, "a\x00b", "a\u202eb", "\u200b", "a\ud800"])
def test_a_name_is_refused(given: str) -> None:
    with pytest.raises(InvalidArgument):
        presentable(given)


@pytest.mark.parametrize(
    ("given", "made"),
    [(" Ada ", "Ada"), ("a\x00b\u202ec", "a b c"), ("x" * 50, "x" * 40), ("\u200b", "ada"), ("", "ada")],
)
def test_the_best_is_made_of_a_name_that_a_provider_gives(given: str, made: str) -> None:
    assert made_presentable(given, "ada") == made
    assert presentable(made) == made
