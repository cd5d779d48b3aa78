"""What holds for bytes wherever they are kept."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from components.room.files.blobs import PIECE, Blobs

NAME = "0123456789abcdef0123456789abcdef"


class BlobTests:
    """A subclass makes `self.blobs`."""

    blobs: Blobs

    def put(self, data: bytes, name: str = NAME) -> None:
        with TemporaryDirectory() as folder:
            source = Path(folder) / "source"
            source.write_bytes(data)
            self.blobs.put(name, source)

    def read(self, *where: Any, name: str = NAME) -> bytes:
        return b"".join(self.blobs.read(name, *where))

    def test_what_is_put_is_there(self) -> None:
        data = bytes(range(256)) * (PIECE // 100)
        self.put(data)
        assert self.read() == data
        assert self.blobs.size(NAME) == len(data)

    def test_a_part_of_it_is_read(self) -> None:
        self.put(b"0123456789")
        assert self.read(3) == b"3456789"
        assert self.read(3, 4) == b"3456"
        assert self.read(8, 100) == b"89"
        assert self.read(0, 0) == b""

    def test_what_is_put_again_is_replaced(self) -> None:
        self.put(b"before")
        self.put(b"now")
        assert self.read() == b"now"

    def test_what_is_removed_is_gone_and_may_be_removed_again(self) -> None:
        self.put(b"x")
        self.blobs.remove(NAME)
        self.blobs.remove(NAME)
        assert self.blobs.size(NAME) is None
        with pytest.raises(FileNotFoundError):
            self.read()

    def test_all_are_named(self) -> None:
        for name in (NAME, f"{NAME}.thumb", "ff" * 16):
            self.put(b"x", name)
        assert set(self.blobs.names()) == {NAME, f"{NAME}.thumb", "ff" * 16}
