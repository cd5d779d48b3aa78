"""The processes of the components: they start each other, and none outlives who started it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from components import alive
from components.here import here, private_folder
from components.migrate import migrate
from components.settings_file import FOLDER
from tests.support.node import wait_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "openline.yaml").write_text("streams: [{match: openline.room.*, read: members}]\n")
    return tmp_path


class Supervisor:
    """`python -m components`, as Crossbar starts it."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "components"], cwd=folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def child(self) -> psutil.Process | None:
        """The process of the components, once it runs."""
        children = psutil.Process(self.process.pid).children()
        return children[0] if children else None


@pytest.fixture
def supervisor(folder: Path) -> Iterator[Supervisor]:
    one = Supervisor(folder)
    yield one
    assert one.process.stdin is not None
    one.process.stdin.close()
    one.process.wait(20)


def migrated(folder: Path) -> bool:
    return (folder / "data/openline.sqlite").exists()


def lobby_is_open(folder: Path) -> bool:
    with sqlite3.connect(folder / "data/openline.sqlite") as db:
        return bool(db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'room'").fetchone()[0]) and bool(
            db.execute("SELECT count(*) FROM room").fetchone()[0]
        )


def test_what_a_component_says_is_in_the_log(supervisor: Supervisor) -> None:
    stderr, said = supervisor.process.stderr, bytearray()
    assert stderr is not None
    os.set_blocking(stderr.fileno(), False)

    def is_said() -> bool:
        said.extend(stderr.read() or b"")
        return b"warn: nothing is audited" in said

    wait_for(is_said, "a warning did not reach the log")


def test_components_end_with_who_started_them(folder: Path, supervisor: Supervisor) -> None:
    wait_for(lambda: migrated(folder) and lobby_is_open(folder), "the components did not prepare themselves")
    child = wait_for(supervisor.child, "there is no component process")
    assert supervisor.process.stdin is not None
    supervisor.process.stdin.close()
    assert supervisor.process.wait(20) == 0
    child.wait(20)


def test_a_component_process_that_dies_is_started_again(folder: Path, supervisor: Supervisor) -> None:
    first = wait_for(supervisor.child, "there is no component process")
    first.kill()
    first.wait(20)
    second = wait_for(supervisor.child, "there is no component process any more")
    assert second.pid != first.pid


def test_a_node_has_one_supervisor(folder: Path, supervisor: Supervisor) -> None:
    lock = folder / "run" / alive.SUPERVISOR
    wait_for(lambda: lock.exists() and alive.is_held(lock), "the supervisor holds no lock")
    second = Supervisor(folder)
    _, said = second.process.communicate(timeout=60)
    assert second.process.returncode == 1
    assert b"components.lock is held: this node is running already" in said
    assert b"Traceback" not in said


def test_a_newer_database_is_refused_in_a_sentence(folder: Path) -> None:
    migrate(f"sqlite:///{folder}/new.sqlite")
    with sqlite3.connect(folder / "new.sqlite") as db:
        db.execute("UPDATE alembic_version SET version_num = 'from_tomorrow'")
    (folder / "openline.yaml").write_text("database: sqlite:///new.sqlite\n")
    _, said = Supervisor(folder).process.communicate(timeout=60)
    assert b"the database is at revision from_tomorrow" in said
    assert b"Traceback" not in said


def test_a_lock_is_let_go_of_by_the_dead(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not alive.is_held(lock)
    program = (
        f"from components import alive; from pathlib import Path; alive.hold(Path({str(lock)!r})); print(); input()"
    )
    command = [sys.executable, "-u", "-c", program]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    assert alive.is_held(lock)
    with pytest.raises(alive.AlreadyHeld):
        alive.hold(lock)
    holder.kill()
    holder.wait(20)
    assert not alive.is_held(lock)


def test_here_is_where_the_process_was_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.setenv("OPENLINE_REALM", "elsewhere")
    settings, places = here()
    assert settings.realm == "elsewhere"
    assert places.run == folder / "run"
    private_folder(places.run)
    assert places.run.stat().st_mode & 0o777 == 0o700
