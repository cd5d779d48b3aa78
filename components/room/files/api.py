"""What the room component declares of files. `components.room.api` shows all of it.

A file goes its way over HTTP (docs/how-to/files.md): the router asks `begin_upload`, puts the bytes into a folder that
both know, and has them taken by `take_upload`. A message that is posted with the file's id then shows it.
"""

from typing import Annotated

from pydantic import Field

from components.contract import COMPONENT, PEOPLE, Nothing, Procedure, Refusal, payload

MAX_FILES = 10
"""How many files one message may have."""
MAX_NAME = 200
"""Characters of a file's name."""

FileId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_Room = Annotated[str, Field(min_length=1, max_length=40)]
_Word = Annotated[str, Field(min_length=1, max_length=200)]


@payload
class File:
    """A file as messages show it: its `type` is what its bytes are, whatever was said of them; `size` is in bytes.

    A picture has a `width` and a `height` in pixels, and may have a smaller copy, its `thumb`. Nothing else has them.
    """

    id: str
    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None
    thumb: bool = False


@payload
class Upload:
    """Bytes that somebody would send into a room: how many, and what they call them."""

    room: _Room
    person: _Word
    by: Annotated[str, Field(max_length=200)]
    role: _Word
    name: Annotated[str, Field(max_length=2_000)]
    size: Annotated[int, Field(ge=0)]


@payload
class WhichFile:
    """A file, by its id."""

    file: FileId


@payload
class Taken:
    """The file that bytes became; nothing while that is still being done: ask again."""

    file: File | None = None


@payload
class FoundFile:
    """A file, the room whose members may read it, and when it came (seconds since 1970, UTC)."""

    room: str
    file: File
    at: float


class NoSuchFile(Refusal):
    """There is no such file here, or not any more."""


class FileTooLarge(Refusal):
    """This file is too large."""


class EmptyFile(Refusal):
    """This file is empty."""


class TooManyFiles(Refusal):
    """A message has at most ten files."""


class TooManyUploads(Refusal):
    """You have many files that are in no message yet. Send or remove some of them first."""


class EnoughForToday(Refusal):
    """You have sent as much as one person may in a day. Try again tomorrow."""


class PictureTooLarge(Refusal):
    """This picture has too many pixels. Make it smaller, and try again."""


class PictureBroken(Refusal):
    """This picture cannot be opened: it is damaged, or not finished."""


class NoRoomForFiles(Refusal):
    """Files cannot be kept just now. Try again in a moment."""


BEGIN_UPLOAD = Procedure("openline.room.begin_upload", Upload, WhichFile, callers={COMPONENT})
TAKE_UPLOAD = Procedure("openline.room.take_upload", WhichFile, Taken, callers={COMPONENT})
DROP_UPLOAD = Procedure("openline.room.drop_upload", WhichFile, Nothing, callers={COMPONENT})
FIND_FILE = Procedure("openline.room.find_file", WhichFile, FoundFile, callers={COMPONENT})
DISCARD_FILE = Procedure("openline.room.discard_file", WhichFile, Nothing, callers=PEOPLE)
