"""Which pages may connect."""

import pytest

from components.settings import Settings
from router.origin import FOREIGN, UNKNOWN_NAME, Home, home


@pytest.mark.parametrize(
    ("origin", "host", "taken"),
    [
        (None, "localhost:8080", True),
        ("http://localhost:8080", "localhost:8080", True),
        ("https://chat.example.com", "chat.example.com", True),
        ("https://friend.example.com", "chat.example.com", True),
        ("https://evil.example.com", "chat.example.com", False),
        ("https://chat.example.com.evil.com", "chat.example.com", False),
        ("http://localhost:9090", "localhost:8080", False),
        ("null", "localhost:8080", False),
        ("null", "", False),
        ("http://[", "localhost:8080", False),
        ("http://[", None, False),
        ("null", None, False),
        ("", "", True),
        ("http://x", None, False),
    ],
)
def test_pages_of_this_site_connect(origin: str | None, host: str | None, taken: bool) -> None:
    assert Home(["https://friend.example.com"]).refuses(origin, host) == ("" if taken else FOREIGN)


def ours(interface: str, **settings: object) -> Home:
    return home(Settings.model_validate(settings), interface)


REBOUND = "evil.example.com:8080"
"""A name that somebody else made point here; their page's origin is the same."""


@pytest.mark.parametrize("interface", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_a_page_that_made_its_own_name_point_here_is_none_of_ours(interface: str) -> None:
    here = ours(interface)
    assert here.refuses(f"http://{REBOUND}", REBOUND) == UNKNOWN_NAME
    assert here.refuses(None, REBOUND) == UNKNOWN_NAME
    assert here.refuses(None, "localhost.evil.example.com") == UNKNOWN_NAME
    assert here.refuses(None, "") == UNKNOWN_NAME
    assert here.refuses(None, "[") == UNKNOWN_NAME
    for host in ("localhost:8080", "LOCALHOST", "127.0.0.1:8080", "[::1]:8080", "192.0.2.7"):
        assert here.refuses(f"http://{host}", host) == ""
    assert here.refuses(None, None) == ""


@pytest.mark.parametrize("interface", ["", "0.0.0.0", "192.0.2.7", "::"])
def test_who_listens_for_others_is_found_by_any_name(interface: str) -> None:
    assert ours(interface).refuses("http://box.lan:8080", "box.lan:8080") == ""


@pytest.mark.parametrize("more", [{"proxies": ["127.0.0.1"]}, {"proxy_protocol": ["127.0.0.1"]}], ids=str)
def test_a_proxy_answers_for_the_names_it_passes_on(more: dict[str, object]) -> None:
    assert ours("127.0.0.1", **more).refuses("https://www.example.com", "www.example.com") == ""


@pytest.mark.parametrize("interface", ["127.0.0.1", "0.0.0.0"])
def test_names_that_are_set_are_the_only_ones(interface: str) -> None:
    here = ours(interface, hosts=["Talk.example.com"], proxies=["127.0.0.1"], origins=["https://www.example.com"])
    for host in ("talk.example.com", "TALK.example.com:443", "www.example.com", "localhost:8080", "192.0.2.7"):
        assert here.refuses(None, host) == ""
    assert here.refuses(f"http://{REBOUND}", REBOUND) == UNKNOWN_NAME
    assert here.refuses("https://www.example.com", "talk.example.com") == ""
