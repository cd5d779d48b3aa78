"""Pictures for tests, made here."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

GPS = 0x8825
ORIENTATION = 0x0112
MAKER = b"SECRET CAMERA"


def picture(format: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> bytes:
    """Make a picture that is red on its left half and blue on its right."""
    made = Image.new(mode, size, "blue")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    made.save(out, format, **options)
    return out.getvalue()


def photo(orientation: int = 6) -> bytes:
    """Make what a telephone makes: on its side, and full of what it knows of its owner."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = MAKER.decode()
    exif.get_ifd(GPS)[2] = (52.0, 30.0, 0.0)
    return picture("JPEG", exif=exif, comment=MAKER)


def moving(format: str = "GIF") -> bytes:
    """Make a picture of three frames."""
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    out = BytesIO()
    frames[0].save(out, format, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """Make a small PNG that says that it is a huge one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + chunk(b"IEND", b"")
    )
