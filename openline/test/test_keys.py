"""What an operator does with keys."""

from pathlib import Path

import pytest

from components.push import keys as push_keys
from openline.__main__ import main
from router.keys import load, make_first

DAY = 86_400.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_first(tmp_path / "keys")
    return tmp_path


def test_a_new_key_is_made_beside_the_old_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "--cbdir", str(folder), "rotate"]) == 0
    new, old = load(folder / "keys", DAY).ours
    assert capsys.readouterr().out.startswith(f"{new.name} signs from now on.")
    assert old.name == "token"


def test_a_node_that_never_ran_gets_its_keys(tmp_path: Path) -> None:
    assert main(["keys", "--cbdir", str(tmp_path), "rotate"]) == 0
    assert len(load(tmp_path / "keys", DAY).ours) == 2


def test_keys_are_listed_with_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    host = folder / "keys/host"
    host.mkdir()
    (host / "shop.secret").write_text("x" * 40)
    assert main(["keys", "--cbdir", str(folder), "list"]) == 0
    assert capsys.readouterr().out.splitlines() == ["token: HS256, ours", "shop: HS256, of a site"]
    (host / "shop.secret").write_text("short")
    assert main(["keys", "--cbdir", str(folder), "list"]) == 1
    said = capsys.readouterr().out
    assert "not used: " in said and "32 bytes" in said and "short" not in said


def test_settings_that_cannot_be_read_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "openline.yaml").write_text("prot: 8080")
    assert main(["keys", "--cbdir", str(tmp_path), "rotate"]) == 1
    assert "did you mean `port`?" in capsys.readouterr().out


def test_push_services_know_the_node_by_another_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = push_keys.load(tmp_path / "keys", 1.0)
    assert main(["keys", "--cbdir", str(tmp_path), "rotate", "--push"]) == 0
    newest, old = push_keys.load(tmp_path / "keys", 1.0)
    assert [old] == [*first] and newest != old
    assert capsys.readouterr().out.startswith("Browsers subscribe with vapid-")


def test_what_is_no_key_of_push_is_told_by_its_place(tmp_path: Path) -> None:
    [key] = push_keys.load(tmp_path / "keys", 1.0).values()
    for wrong in (b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        key.path.write_bytes(wrong)
        with pytest.raises(push_keys.BadKey, match=key.path.name):
            push_keys.load(tmp_path / "keys", 1.0)
