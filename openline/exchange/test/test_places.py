"""Folders and archives: written whole or not at all, the same bytes for the same rooms."""

import zipfile
from pathlib import Path

import pytest

from openline.exchange.places import Unusable, opened, rooms_in, written


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_was_written_is_read(tmp_path: Path, name: str) -> None:
    with written(tmp_path / name) as sink:
        for file in ("openline.json", "rooms/a.jsonl", "rooms/b.jsonl", "files/a/x"):
            with sink.file(file) as one:
                one.write(file.encode())
    with opened(tmp_path / name) as source:
        assert rooms_in(source) == {"a": "rooms/a.jsonl", "b": "rooms/b.jsonl"}
        with source.file("rooms/b.jsonl") as one:
            assert one.read() == b"rooms/b.jsonl"
    with pytest.raises(Unusable, match="is there already"), written(tmp_path / name):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_nothing_half_written_stays(tmp_path: Path, name: str) -> None:
    with pytest.raises(ZeroDivisionError), written(tmp_path / name) as sink, sink.file("rooms/a.jsonl"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_the_same_rooms_make_the_same_archive(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        with written(tmp_path / name) as sink, sink.file("rooms/a.jsonl") as one:
            one.write(b"words")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_only_files_of_the_format_are_looked_at(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for name in ("../rooms/a.jsonl", "rooms/../a.jsonl", "/rooms/a.jsonl", "rooms/A.jsonl", "rooms/ok.jsonl"):
            archive.writestr(name, b"")
    with opened(tmp_path / "evil.zip") as source:
        assert rooms_in(source) == {"ok": "rooms/ok.jsonl"}
    (tmp_path / "no.zip").write_bytes(b"no archive")
    with pytest.raises(Unusable), opened(tmp_path / "no.zip"):
        pass
    with pytest.raises(Unusable), opened(tmp_path / "nowhere"):
        pass
