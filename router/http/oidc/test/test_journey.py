"""What a browser keeps on its way to a provider, and where it may go afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.http.oidc.journey import AT_ONCE, SECONDS, SIGNED_IN, Journey, Seal, find, own

NOW = 1_795_000_000.0
OLD, NEW = b"o" * 32, b"n" * 32


def journey(provider: str = "corp", began: float = NOW) -> Journey:
    return Journey(provider, "https://talk.example.com/auth/oidc/corp/callback", "#/room/x", int(began))


def seal(*keys: bytes, now: float = NOW) -> Seal:
    return Seal(lambda: keys or (OLD,), lambda: now)


def test_what_was_begun_is_found_again() -> None:
    first, second = journey(), journey("other")
    kept = seal().close([first, second]).encode()
    assert seal().open(kept) == [first, second]
    assert find([first, second], "corp", first.state) == first
    assert find([first, second], "corp", second.state) is None
    assert find([first, second], "corp", "") is None


def test_every_journey_has_words_of_its_own() -> None:
    one, other = journey(), journey()
    words = {one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier}
    assert len(words) == 6 and all(len(word) == 43 for word in words)
    assert not any(word in repr(one) for word in words)


def test_it_is_over_after_some_minutes() -> None:
    kept = seal().close([journey()]).encode()
    assert seal(now=NOW + SECONDS).open(kept) and not seal(now=NOW + SECONDS + 1).open(kept)


def test_a_newer_journey_does_not_keep_an_older_one_alive() -> None:
    older, newer = journey(began=NOW - SECONDS + 10), journey()
    kept = seal().close([older, newer]).encode()
    assert seal(now=NOW + 20).open(kept) == [newer]


def test_a_browser_has_so_many_at_once_and_they_fit_into_a_cookie() -> None:
    begun = [journey() for _ in range(AT_ONCE + 2)]
    assert seal().open(seal().close(begun).encode()) == begun[-AT_ONCE:]
    callback = f"https://{'x' * 253}:65535/auth/oidc/{'x' * 32}/callback"
    longest = Journey("x" * 32, callback, "#/" + "x" * 198, int(NOW))
    assert len(seal().close([longest] * AT_ONCE)) < 4_000


def test_it_outlives_a_change_of_the_nodes_key() -> None:
    kept = seal(OLD).close([journey()]).encode()
    assert seal(NEW, OLD).open(kept)
    assert not seal(NEW).open(kept)


@pytest.mark.parametrize("cookie", [None, b"", b"x", b"gAAAAA", "é".encode()])
def test_a_cookie_of_others_is_none(cookie: bytes | None) -> None:
    assert seal().open(cookie) == []


OURS = (
    "#/room/x",
    "#/people",
    "#/",
    "/",
    "/hello.html",
    "/folder/",
    "/folder/page.html#/room/x",
    "/#/room/x",
    "/a%20b",
)
OTHERS = (
    "",
    "//evil.example.com",
    "/\\evil.example.com",
    "/a//evil",
    "/../auth/signout",
    "/./auth/signout",
    "https://evil.example.com",
    "javascript:alert(1)",
    "#/x\r\ny: z",
    "#/room/\u202e",
    "/auth/oidc/corp",
    "/a?b=c",
    "room/x",
    "#" + "/x" * 200,
)


@pytest.mark.parametrize("next", OURS)
def test_one_goes_on_to_a_page_of_ours(next: str) -> None:
    assert own(next) == next


@pytest.mark.parametrize("next", OTHERS)
def test_one_does_not_go_on_elsewhere(next: str) -> None:
    assert own(next) == SIGNED_IN


@given(st.text("#/\\.:@?%a\t\r\n é", max_size=12))
def test_whatever_is_asked_for_stays_on_this_site(next: str) -> None:
    found = own(next)
    assert found.startswith(("#/", "/")) and not found.startswith(("//", "/.")) and found.isascii()
    assert not set(found) & set("\\\t\r\n :@?")
