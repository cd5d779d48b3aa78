"""The reference that is committed is the one that the declarations print."""

from tools.reference import FILE, reference


def test_the_reference_is_up_to_date() -> None:
    assert FILE.read_text() == reference(), "run `make reference`"


def test_everything_that_people_may_call_is_in_it() -> None:
    text = reference()
    for uri in (
        "openline.room.post",
        "openline.stream.read",
        "openline.room.on_created",
        "openline.room.error.not_yours",
    ):
        assert f"`{uri}`" in text
