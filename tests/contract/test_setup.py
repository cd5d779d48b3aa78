"""Set-up does each thing once, does it again when its inputs change, and says what to do when it can't."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import setup
from tools.setup import Failed, Step, install, main, run


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give set-up a checkout of its own with one step; list what it did."""
    done: list[str] = []
    (tmp_path / "pins.txt").write_text("one")

    def make() -> None:
        done.append((tmp_path / "pins.txt").read_text())
        (tmp_path / "made").touch()

    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    step = Step("A step", "a moment", make, ["pins.txt"], [tmp_path / "made"])
    monkeypatch.setattr(setup, "CHAINS", {"run": [[step]]})
    return done


def test_a_step_is_done_once(done: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main("run")
    assert capsys.readouterr().out.startswith("[1/1] A step (a moment the first time) ...\n[1/1] A step: ready after")
    main("run")
    assert capsys.readouterr().out == ""
    assert done == ["one"]


def test_new_pins_are_a_reason_to_do_it_again(done: list[str], tmp_path: Path) -> None:
    main("run")
    (tmp_path / "pins.txt").write_text("two")
    main("run")
    assert done == ["one", "two"]


def test_so_is_something_that_is_gone(done: list[str], tmp_path: Path) -> None:
    main("run")
    (tmp_path / "made").unlink()
    main("run")
    assert done == ["one", "one"]


def test_a_moved_checkout_is_set_up_anew(done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main("run")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/pins.txt").write_text("one")
    monkeypatch.setattr(setup, "ROOT", tmp_path / "elsewhere")
    main("run")
    assert done == ["one", "one"]


def test_what_failed_is_not_done(done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step("Bad", "a moment", lambda: run("sh", "-c", "echo no network; exit 1"), ["pins.txt"])
    monkeypatch.setattr(setup, "CHAINS", {"run": [[step]]})
    for _ in range(2):
        with pytest.raises(Failed, match=r"no network\nThis did not work \(see above\): sh -c"):
            main("run")


def test_nobody_is_asked_for_a_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "apt-get").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Failed, match=r"This machine lacks chromium. .* sudo apt-get install chromium$"):
        install("chromium")
    (tmp_path / "sudo").symlink_to("/bin/false")
    with pytest.raises(Failed, match=r"sudo apt-get install chromium$"):
        install("chromium")


def test_another_system_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failed, match="This machine lacks what Debian calls postgresql"):
        install("postgresql")


def test_needs_nothing_but_python() -> None:
    command = [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({setup.__file__!r}, run_name='x')"]
    subprocess.run(command, check=True)
