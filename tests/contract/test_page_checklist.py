"""What `docs/reference/page.md` says of the page is shown by tests that are there."""

import re

from tests.support.node import ROOT

_TABLE = (ROOT / "docs/reference/page.md").read_text()
_ROWS = re.findall(r"^\| (?!What |\*\*)(.+) \| (.*) \|$", _TABLE, re.MULTILINE)
_PLACE = re.compile(r"`([\w./-]+?)(?:::(\w+))?`(?:: ([^`]+?))?(?:, (?=`)|$)")


def _is_there(path: str, name: str, title: str) -> bool:
    file = ROOT / path
    if not file.exists():
        return False
    if name:
        return f"def {name}(" in file.read_text()
    return file.suffix == ".png" or f"test('{title}'" in file.read_text()


def test_every_row_names_what_shows_it() -> None:
    assert len(_ROWS) > 30
    for what, places in _ROWS:
        assert _PLACE.findall(places), what


def test_what_is_named_is_there() -> None:
    named = [place for _, places in _ROWS for place in _PLACE.findall(places)]
    assert [place for place in named if not _is_there(*place)] == []
