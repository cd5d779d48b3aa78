"""What is wanted, how it is signed, when it is tried again, and where nothing is sent."""

from ipaddress import ip_network

import pytest

from components.contract import Author, Event
from components.hook import rules

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def event(type: str = "message_posted", text: str = "deploy now", offset: int = 7) -> Event:
    return Event("openline.room.team", "k3", offset, 1.0, Author("u", "U"), None, type, {"text": text})


def test_a_signature_is_that_of_the_standard() -> None:
    """The example of https://github.com/standard-webhooks/standard-webhooks."""
    content = b'{"test": 2432232314}'
    headers = rules.signed([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, content)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    both = rules.signed([SECRET, "whsec_AAAA"], "m", 1, content)["webhook-signature"].split(" ")
    assert len(both) == 2 and both[0] != both[1]


def test_what_a_webhook_takes() -> None:
    assert rules.Wish(()).takes(event("member_joined"))
    assert not rules.Wish(["message_edited"]).takes(event())
    assert rules.Wish((), "Deploy").takes(event())
    assert not rules.Wish((), "deploy").takes(event(text="please deploy"))
    assert not rules.Wish((), "deploy").takes(event(text=""))
    assert not rules.Wish((), "deploy").takes(event("message_edited"))


def test_an_event_has_one_name_at_each_webhook() -> None:
    assert rules.named("a", event()) == rules.named("a", event(text="other words"))
    assert len({rules.named("a", event()), rules.named("b", event()), rules.named("a", event(offset=8))}) == 3


def test_waits_grow_to_an_hour_and_are_spread() -> None:
    assert [rules.wait(n, 1.0) for n in (1, 2, 3, 11, 12, 13, 5_000)] == [1.0, 2.0, 4.0, 1024.0, 2048.0, 3600.0, 3600.0]
    assert rules.wait(3, 0.0) == 2.0
    assert rules.wait(1, 0.5, asked=30.0) == 30.0
    assert rules.wait(1, 0.5, asked=1e9) == 3600.0


@pytest.mark.parametrize(
    "address",
    [
        *["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"],
        *["224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1"],
        *["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
    ],
)
def test_nothing_is_sent_to_what_is_not_public(address: str) -> None:
    assert not rules.is_reachable(address, [])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_what_is_public_is_reached(address: str) -> None:
    assert rules.is_reachable(address, [])


def test_an_operator_allows_more() -> None:
    own = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    assert rules.is_reachable("10.1.2.3", own) and rules.is_reachable("fd00::1", own)
    assert rules.is_reachable("::ffff:10.1.2.3", own)
    assert not rules.is_reachable("10.2.2.3", own)
