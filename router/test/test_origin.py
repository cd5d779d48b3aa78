"""Which pages may connect."""

import pytest

from router.origin import welcome


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
    assert welcome(origin, host, ["https://friend.example.com"]) is taken
