"""What an account may be."""

import base64

import pytest

from components.contract import InvalidArgument
from components.identity import api, rules
from components.identity.passwords import common

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n....").decode()
WEBP = base64.b64encode(b"RIFF\x00\x01\x0a\x02WEBPVP8 ").decode()


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("ada", "ada"),
        (" Ada.L_0-1 ", "ada.l_0-1"),
        ("\uff21\uff24\uff21", "ada"),
        ("x" * 32, "x" * 32),
        ("\ufb01n", "fin"),
    ],
)
def test_a_login_is_read(typed: str, login: str) -> None:
    assert rules.login(typed) == login
    assert rules.login(login) == login


@pytest.mark.parametrize("typed", ["", "a", "x" * 33, "a b", "a@b", "ада", "a\x00b", "é", "a/b", "a\nb"])
def test_a_login_is_refused(typed: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        rules.login(typed)
    assert refused.value.fields == {"field": "login"}


@pytest.mark.parametrize(
    "typed", ["x7!kq2#mz9", "a" * 256, "пароль на русском", "🐎🔋📎 correct horse", " ten spaces "]
)
def test_a_password_may_be_anything(typed: str) -> None:
    assert rules.new_password(typed, "ada", common()) == rules.secret(typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "at least 10"),
        ("x7!kq2#mz", "at least 10"),
        ("a" * 257, "at most 256"),
        ("ada.lovelace", "not a password"),
        ("Ada.Lovelace", "not a password"),
        ("password123", "everybody tries"),
        ("PassWord123", "everybody tries"),
        ("1234567890", "everybody tries"),
        ("qwertyuiop", "everybody tries"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(api.WeakPassword, match=why) as refused:
        rules.new_password(typed, "ada.lovelace", common(), "new")
    assert refused.value.fields == {"field": "new"}


def test_the_common_passwords_are_those_that_would_be_long_enough() -> None:
    assert len(common()) >= 500
    assert not [word for word in common() if len(word) < rules.SHORTEST or word != word.casefold()]


@pytest.mark.parametrize("given", ["", "#0a1b2c", f"data:image/png;base64,{PNG}", f"data:image/webp;base64,{WEBP}"])
def test_an_avatar_is_a_colour_an_image_or_none(given: str) -> None:
    assert rules.avatar(given) == given


@pytest.mark.parametrize(
    "given",
    [
        "red",
        "#0A1B2",
        "javascript:alert(1)",
        "https://example.com/x.png",
        "data:text/html;base64,PGI+",
        f"data:image/svg+xml;base64,{PNG}",
        f"data:image/jpeg;base64,{PNG}",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,A",
        f"data:image/png;base64,{PNG}\n",
    ],
)
def test_an_avatar_is_nothing_else(given: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        rules.avatar(given)
    assert refused.value.fields == {"field": "avatar"}


def test_first_colours_differ_and_carry_white_letters() -> None:
    colours = [rules.colour(f"u_{number}") for number in range(500)]
    assert len(set(colours)) > 200
    assert colours == [rules.colour(f"u_{number}") for number in range(500)]
    assert min(map(contrast_with_white, colours)) >= 4.5


def contrast_with_white(colour: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_one_operator_has_to_be_left() -> None:
    rules.must_leave_an_operator({"u_1", "u_2"}, "u_1")
    for operators in ({"u_1"}, set[str]()):
        with pytest.raises(api.LastOperator):
            rules.must_leave_an_operator(operators, "u_1")
