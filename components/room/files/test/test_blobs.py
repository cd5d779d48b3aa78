"""Bytes in a folder."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import TestCase

from components.room.files.blobs import Folder
from components.room.files.bucket import Bucket
from tests.support.bucket import bucket

from .stores import NAME, BlobTests


class TestFolder(BlobTests, TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "files"
        self.blobs = Folder(self.path)

    def test_nobody_else_may_look(self) -> None:
        self.put(b"x")
        assert (self.path / NAME[:2]).stat().st_mode & 0o077 == 0

    def test_what_was_half_written_is_removed_with_the_rest(self) -> None:
        self.put(b"x")
        (self.path / NAME[:2] / f"{NAME}.part").write_bytes(b"x")
        self.blobs.remove(NAME)
        assert list(self.blobs.names()) == []


class TestBucket(BlobTests, TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        keys = Path(folder.name)
        self.blobs = Bucket.open(bucket(keys), keys)
