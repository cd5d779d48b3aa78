"""Where is pushed to, in which words, and how long a push service is left alone."""

from dataclasses import replace

import orjson
import pytest

from components.contract import InvalidArgument
from components.notice import Notice
from components.push import rules
from components.push.api import NotAllowed

NOTICE = Notice("u_ada", "lobby", 7, "Lobby", "Bob", "hello", False, 3, ["lobby"])
INSIDE = (
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://10.0.0.8/x",
    "https://192.168.1.1/x",
    "https://169.254.169.254/latest",
    "https://[fd00::1]/x",
    "https://[::ffff:10.0.0.1]/x",
    "https://224.0.0.1/x",
    "https://0.0.0.0/x",
    "https://localhost/x",
    "https://database/x",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://127.1/x",
    "https://push.example.com:8443/x",
    "https://push.example.com:22/x",
)
NONE = (
    "",
    "push.example.com",
    "http://push.example.com/x",
    "http://localhost/x",
    "ftp://push.example.com/x",
    "https:///x",
    "https://user:secret@push.example.com/x",
    "https://push.example.com/x#y",
    "https://push.example.com:port/x",
    "https://[::1/x",
    "https://push.exämple.com/x",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("endpoint", INSIDE)
def test_nothing_is_pushed_to_where_only_this_machine_gets(endpoint: str) -> None:
    with pytest.raises(NotAllowed):
        rules.must_be_allowed(endpoint, [])


@pytest.mark.parametrize("endpoint", NONE)
def test_what_is_no_address_of_a_push_service_is_refused(endpoint: str) -> None:
    with pytest.raises(InvalidArgument):
        rules.must_be_allowed(endpoint, [])


def test_push_services_are_pushed_to() -> None:
    for host in ("fcm.googleapis.com", "updates.push.services.mozilla.com", "93.184.216.34", "push.example.com:443"):
        rules.must_be_allowed(f"https://{host}/x", [])


def test_only_those_that_an_operator_listed_wherever_they_stand() -> None:
    hosts = ["push.example.com", "*.push.apple.com", "intranet", "localhost"]
    for endpoint in ("https://push.example.com/x", "https://web.push.apple.com/x", "https://intranet:8443/x"):
        rules.must_be_allowed(endpoint, hosts)
    rules.must_be_allowed("http://localhost:8080/x", hosts)
    for endpoint in ("https://fcm.googleapis.com/x", "https://push.apple.com/x", "https://evilpush.example.com/x"):
        with pytest.raises(NotAllowed):
            rules.must_be_allowed(endpoint, hosts)
    with pytest.raises(InvalidArgument):
        rules.must_be_allowed("http://intranet/x", hosts)


def test_a_payload_fits_whatever_is_in_it() -> None:
    longest = Notice("u", "r" * 40, 2**53 - 1, "😀" * 80, "😀" * 40, "😀" * 181, False, 9_999, ["r" * 40] * 40)
    payload = rules.payload(longest, 1e9 + 0.123456, words=True)
    assert len(payload) <= rules.LARGEST
    assert orjson.loads(payload)["body"] == "😀" * 180 + "…"
    many = rules.payload(replace(NOTICE, rooms=["x"] * 41), 1.0, words=True)
    assert orjson.loads(many)["rooms"] is None


def test_what_replaces_each_other_is_of_one_person_and_room_and_tells_neither() -> None:
    topics = {rules.topic(person, room) for person in ("u_ada", "u_bob") for room in ("lobby", "tea")}
    assert len(topics) == 4
    assert all(len(topic) == 32 and "lobby" not in topic for topic in topics)


def test_a_push_service_is_left_alone_longer_each_time_and_as_long_as_it_wants() -> None:
    waits = [rules.wait(fails, None) for fails in range(30)]
    assert waits[0] == rules.FIRST_WAIT and waits == sorted(waits) and waits[-1] == rules.LONGEST_WAIT
    assert rules.wait(0, 300.0) == 300.0
    assert rules.wait(0, 1e9) == rules.DAY
    assert rules.wait(3, 1.0) == rules.wait(3, -5.0) == waits[3]


def test_bytes_are_written_as_browsers_write_them() -> None:
    for raw in (b"", b"\xff", b"\xfb\xff", b"12345"):
        assert rules.decoded(rules.encoded(raw)) == raw
        assert "=" not in rules.encoded(raw)
