"""Parts, names and tags of files that are sent."""

import pytest

from router.files.heads import NotThere, Part, disposition, part, same


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-3", Part(0, 4)),
        ("bytes=5-", Part(5, 5)),
        ("bytes=5-100", Part(5, 5)),
        ("bytes=-3", Part(7, 3)),
        ("bytes=-100", Part(0, 10)),
        (None, None),
        ("bytes=-", None),
        ("bytes=3-1", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_a_range_is_of_one_part_or_of_all(asked: str | None, expected: Part | None) -> None:
    assert part(asked, 10) == expected


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_what_is_beyond_the_end_is_not_there(asked: str) -> None:
    with pytest.raises(NotThere):
        part(asked, 10)


def test_only_pictures_that_we_wrote_are_shown() -> None:
    assert disposition("image/png", "a.png").startswith('inline; filename="a.png"')
    assert disposition("image/png", "a.png", save=True).startswith("attachment")
    for kind in ("image/svg+xml", "image/heic", "text/html", "text/plain", "application/pdf"):
        assert disposition(kind, "a").startswith("attachment")


def test_a_name_cannot_leave_its_header() -> None:
    assert disposition("text/plain", 'a"\r\nX: y/é') == (
        "attachment; filename=\"a___X_ y__\"; filename*=UTF-8''a%22%0D%0AX%3A%20y%2F%C3%A9"
    )


def test_tags_are_compared_weakly() -> None:
    assert same('W/"a", "b"', '"a"') and same("*", '"a"') and not same('"c"', '"a"') and not same(None, '"a"')
