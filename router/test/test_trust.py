"""Whom the router lets in as a component, and what each may register."""

from pathlib import Path

import pytest

from components import keys
from components.contract import COMPONENT, SERVICE, Verdict
from components.keys import Badge, own_key
from components.settings import Settings
from router import trust
from router.trust import Trust, may_register

OWN = {"room": frozenset({"openline.room.post"}), "openline": frozenset[str]()}
PRICES = Badge("prices", "0" * 64, ("app.prices.*",), frozenset({"member"}))


@pytest.mark.parametrize(
    ("name", "role", "uri", "badge"),
    [
        ("room", COMPONENT, "openline.room.post", None),
        ("prices", SERVICE, "app.prices.get", PRICES),
    ],
)
def test_each_registers_its_own(name: str, role: str, uri: str, badge: Badge | None) -> None:
    assert may_register(name, role, uri, OWN, badge).allow


@pytest.mark.parametrize(
    ("name", "role", "uri", "badge"),
    [
        ("room", COMPONENT, "openline.stream.publish", None),
        ("room", COMPONENT, "app.prices.get", None),
        ("openline", COMPONENT, "openline.room.post", None),
        ("nobody", COMPONENT, "openline.room.post", None),
        ("prices", COMPONENT, "app.prices.get", PRICES),
        ("prices", SERVICE, "openline.room.post", PRICES),
        ("prices", SERVICE, "app.pricesx", PRICES),
        ("prices", SERVICE, "app.prices.get", None),
        ("prices", SERVICE, "app.prices.get", Badge("prices", "0" * 64)),
        ("room", SERVICE, "openline.room.post", None),
        ("room", "guest", "openline.room.post", None),
        ("prices", "operator", "app.prices.get", PRICES),
    ],
)
def test_nobody_registers_anything_else(name: str, role: str, uri: str, badge: Badge | None) -> None:
    assert not may_register(name, role, uri, OWN, badge).allow


def test_the_answer_says_its_rule() -> None:
    answer = may_register("prices", SERVICE, "app.prices.get", OWN, PRICES)
    assert answer == Verdict(True, "the component prices registers app.prices.*")


def test_the_nodes_own_register_what_they_declare() -> None:
    own = trust.own(Settings())
    assert own.keys() == {"stream", "room", "identity", "presence", "hook", "push", "openline"}
    assert "openline.room.post" in own["room"] and not own["openline"]


class TestTrust:
    @pytest.fixture(autouse=True)
    def _made(self, tmp_path: Path) -> None:
        self.keys = tmp_path
        self.trust = Trust(tmp_path, OWN, "openline")
        self.gone: list[str] = []
        self.trust.gone = self.gone.append

    def test_who_has_a_key_is_known_by_it(self) -> None:
        key = own_key(self.keys, "room")
        badge = self.trust.badge("room", key.public)
        assert badge and badge == self.trust.badge(None, key.public) and trust.role(badge) == COMPONENT
        assert self.trust.badge("stream", key.public) is None

    @pytest.mark.parametrize("key", [None, "", 7, b"x", "0" * 64, ["0" * 64], {"a": 1}])
    def test_who_has_none_is_not(self, key: object) -> None:
        own_key(self.keys, "room")
        assert self.trust.badge("room", key) is None

    def test_who_is_added_is_known_at_once(self) -> None:
        own_key(self.keys, "room")
        self.trust.look()
        key = keys.add(self.keys, "prices", ["app.prices.*"], ["member"])
        badge = self.trust.badge("prices", key.public)
        assert badge and trust.role(badge) == SERVICE
        assert self.trust.may_register("prices", SERVICE, "app.prices.get").allow
        assert self.trust.callers("app.prices.get") == {"member"}
        assert not self.trust.callers("app.other.get")

    def test_who_is_removed_is_told_of_once(self) -> None:
        key = keys.add(self.keys, "prices", ["app.prices.*"], ["member"])
        self.trust.look()
        keys.remove(self.keys, "prices")
        self.trust.look()
        self.trust.look()
        assert self.gone == ["prices"]
        assert self.trust.badge("prices", key.public) is None
        assert not self.trust.may_register("prices", SERVICE, "app.prices.get").allow
        assert not self.trust.callers("app.prices.get")

    def test_who_was_given_other_rights_is_told_of_too(self) -> None:
        keys.add(self.keys, "prices", ["app.prices.*"], ["member"])
        self.trust.look()
        path = self.keys / "components/prices.pub"
        path.write_text(path.read_text().replace("app.prices.*", "app.other.one"))
        self.trust.look()
        assert self.gone == ["prices"]

    def test_what_was_once_the_nodes_own_is_nobodys(self) -> None:
        assert self.trust.badge("old", own_key(self.keys, "old").public) is None

    def test_the_name_of_the_nodes_own_is_not_taken_over(self) -> None:
        key = keys.add(self.keys, "room", ["app.prices.*"], ["member"])
        assert self.trust.badge("room", key.public) is None

    def test_a_file_that_says_nothing_lets_nobody_in_and_keeps_nobody_out(self) -> None:
        key = own_key(self.keys, "room")
        (self.keys / "components/broken.pub").write_text("key: [")
        assert self.trust.badge("room", key.public)
