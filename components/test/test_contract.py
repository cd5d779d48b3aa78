"""What declarations say about addresses and rights."""

import pytest

from components.contract import Rights, covers


@pytest.mark.parametrize(
    ("pattern", "stream", "does"),
    [
        ("app.news", "app.news", True),
        ("app.news", "app.news.more", False),
        ("app.*", "app.news", True),
        ("app.*", "app.news.more", True),
        ("app.*", "app", False),
        ("app.*", "apple.news", False),
        ("", "app.news", False),
    ],
)
def test_a_pattern_is_an_exact_name_or_all_that_begins_with_it(pattern: str, stream: str, does: bool) -> None:
    assert covers(pattern, stream) is does


def test_rights_reach_as_far_as_their_patterns_for_one_action_each() -> None:
    rights = Rights(read=("app.news", "app.desk.*"))
    assert rights.cover("read", "app.news") and rights.cover("read", "app.desk.one")
    assert not rights.cover("publish", "app.news") and not rights.cover("read", "app.other")
    assert not Rights().cover("read", "app.news")


def test_rights_that_lack_nothing_include_others() -> None:
    wide, narrow = Rights(read=("app.a", "app.b"), publish=("app.a",)), Rights(read=("app.b",))
    assert wide.include(narrow) and wide.include(wide) and not narrow.include(wide)
    assert not Rights(read=("app.a",)).include(Rights(publish=("app.a",)))
