"""Keys are made once, whoever is first, and what is said of them is read strictly."""

import subprocess
import sys
from pathlib import Path

import pytest

from components import keys
from components.keys import BadKey, own_key

RACE = """
import sys
from pathlib import Path
from components.keys import own_key
print(own_key(Path(sys.argv[1]), "room").private)
"""


def test_a_key_is_made_once(tmp_path: Path) -> None:
    assert own_key(tmp_path, "room") == own_key(tmp_path, "room") != own_key(tmp_path, "stream")


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACE, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    said = {process.communicate(timeout=60)[0] for process in started}
    assert len(said) == 1 and len(said.pop().strip()) == 64
    assert sorted(path.name for path in (tmp_path / "components").iterdir()) == ["room.key", "room.pub"]


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    own_key(tmp_path, "room")
    modes = {path.name: path.stat().st_mode & 0o777 for path in [tmp_path, *tmp_path.rglob("*")]}
    del modes["room.pub"]
    assert modes == {tmp_path.name: 0o700, "components": 0o700, "room.key": 0o600}


def test_the_public_half_is_there_and_the_private_half_is_not(tmp_path: Path) -> None:
    key = own_key(tmp_path, "room")
    badge = keys.load(tmp_path, "room")
    assert badge and badge.key == key.public and not badge.is_added
    assert key.private not in (tmp_path / "components/room.pub").read_text()


def test_a_public_half_that_was_lost_is_written_again(tmp_path: Path) -> None:
    key = own_key(tmp_path, "room")
    (tmp_path / "components/room.pub").unlink()
    assert own_key(tmp_path, "room") == key
    assert keys.load(tmp_path, "room")


def test_what_is_added_is_believed_as_it_was_added(tmp_path: Path) -> None:
    key = keys.add(tmp_path, "prices", ["app.prices.*", "app.rates.now"], ["member"])
    badge = keys.load(tmp_path, "prices")
    assert badge and badge.key == key.public and badge.callers == {"member"}
    covered = ["app.prices.get", "app.prices.a.b", "app.rates.now"]
    others = ["app.prices", "app.pricesx.get", "app.rates.now.x", "app.rates", "openline.room.post"]
    assert [badge.covers(uri) for uri in covered + others] == [True] * 3 + [False] * 5


@pytest.mark.parametrize("own", [True, False])
def test_a_name_is_given_once(tmp_path: Path, own: bool) -> None:
    if own:
        own_key(tmp_path, "prices")
    else:
        keys.add(tmp_path, "prices", ["app.prices.*"], [])
        (tmp_path / "components/prices.key").unlink()  # It went to another machine.
    before = keys.load(tmp_path, "prices")
    with pytest.raises(BadKey, match="there is a component prices already"):
        keys.add(tmp_path, "prices", ["app.other.*"], [])
    assert keys.load(tmp_path, "prices") == before


def test_what_is_removed_is_gone(tmp_path: Path) -> None:
    keys.add(tmp_path, "prices", ["app.prices.*"], [])
    keys.remove(tmp_path, "prices")
    assert not list((tmp_path / "components").iterdir())
    with pytest.raises(BadKey, match="no component prices was added"):
        keys.remove(tmp_path, "prices")


def test_the_nodes_own_are_not_removed(tmp_path: Path) -> None:
    own_key(tmp_path, "room")
    with pytest.raises(BadKey, match="no component room was added"):
        keys.remove(tmp_path, "room")
    assert keys.load(tmp_path, "room")


@pytest.mark.parametrize(
    ("name", "register", "callers", "sentence"),
    [
        ("../room", ["app.a.*"], [], "is no name"),
        ("", ["app.a.*"], [], "is no name"),
        ("a" * 101, ["app.a.*"], [], "is no name"),
        ("prices", [], [], "has to be said what it may register"),
        ("prices", ["*"], [], "no address of procedures"),
        ("prices", ["app.*.get"], [], "no address of procedures"),
        ("prices", ["app..get"], [], "no address of procedures"),
        ("prices", ["openline.room.post"], [], "not for components from outside"),
        ("prices", ["openline.*"], [], "not for components from outside"),
        ("prices", ["wamp.*"], [], "not for components from outside"),
        ("prices", ["client.*"], [], "not for components from outside"),
        ("prices", ["app.a.*"], ["boss"], "boss: no role"),
    ],
)
def test_what_cannot_be_is_not_added(
    tmp_path: Path, name: str, register: list[str], callers: list[str], sentence: str
) -> None:
    with pytest.raises(BadKey, match=sentence):
        keys.add(tmp_path, name, register, callers)
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    "text", ["", "[]", "key: 12", "key: [a]", "{", "key: x\nmore: 1", "key: " + "0" * 64 + "\nregister: ['openline.*']"]
)
def test_what_is_no_public_half_is_named(tmp_path: Path, text: str) -> None:
    own_key(tmp_path, "room")
    path = tmp_path / "components/room.pub"
    path.write_text(text)
    with pytest.raises(BadKey):
        keys.load(tmp_path, "room")


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    own_key(tmp_path / "keys", "room")
    (tmp_path / "evil.pub").write_text((tmp_path / "keys/components/room.pub").read_text())
    assert keys.load(tmp_path / "keys", "../../evil") is None
