"""Make a file of bytes that have arrived: what they are, and what is kept of pictures. Blocks: for threads."""

from dataclasses import dataclass, replace
from pathlib import Path

from .api import File
from .blobs import Blobs
from .images import rewrite
from .rules import picture_name
from .sniff import HEAD, PICTURES, media_type

THUMB = ".thumb"
"""How the name of the bytes of a thumbnail ends."""


@dataclass(frozen=True)
class Maker:
    """Takes bytes from the folder in which they arrive, and keeps what it makes of them."""

    incoming: Path
    blobs: Blobs
    pixels: int

    def make(self, file: File) -> File:
        """Make and keep a file, whose `size` is what it should have. Raises a `Refusal`, or what the disk says."""
        source = self.incoming / file.id
        with source.open("rb") as arrived:
            type = media_type(arrived.read(HEAD))
        if type in PICTURES:
            return self._picture(file, source, type)
        self.blobs.put(file.id, source)
        return replace(file, type=type, size=source.stat().st_size)

    def _picture(self, file: File, source: Path, type: str) -> File:
        whole, small = (source.with_name(f"{file.id}{ending}") for ending in (".whole", THUMB))
        made = rewrite(source, type, whole, small, self.pixels)
        self.blobs.put(file.id, whole)
        if made.thumb:
            self.blobs.put(file.id + THUMB, small)
        name = picture_name(file.name, made.type)
        return File(file.id, name, made.type, whole.stat().st_size, made.width, made.height, made.thumb)

    def clean(self, id: str) -> None:
        """Remove what has arrived, and what was made of it on the way."""
        for ending in ("", ".whole", THUMB):
            (self.incoming / f"{id}{ending}").unlink(missing_ok=True)

    def remove(self, ids: list[str]) -> None:
        """Remove all bytes of some files."""
        for id in ids:
            self.clean(id)
            for name in (id, id + THUMB):
                self.blobs.remove(name)
