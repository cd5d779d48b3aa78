"""Pictures: opened, turned upright, and written anew, so that nothing of what a camera or a crook added is left.

Blocks, and takes long: for threads. What a picture says of its size is looked at before anything is unpacked.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from .api import PictureBroken, PictureTooLarge

THUMB = 720
"""Pixels of the longer side of a thumbnail: twice what a page shows."""
SMALL = 120_000
"""A picture of so many bytes that is no larger than a thumbnail needs none."""
FRAMES = 4
"""How many times the pixels of one picture all frames of one that moves may have."""
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP", "image/avif": "AVIF"}
_WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": ("image/jpeg", {"quality": 88, "progressive": True, "optimize": True}),
    "PNG": ("image/png", {}),
    "GIF": ("image/gif", {}),
    "WEBP": ("image/webp", {"quality": 88, "method": 3}),
}
_BY_NAME = {"JPEG": ("RGB", "L"), "WEBP": ("RGB", "RGBA")}
"""The modes in which a format is written; any other is turned into one of them."""


@dataclass(frozen=True)
class Picture:
    """What was written: its type, its size in pixels, and whether there is a thumbnail."""

    type: str
    width: int
    height: int
    thumb: bool


def rewrite(source: Path, type: str, to: Path, thumb: Path, pixels: int) -> Picture:
    """Write a picture anew, and a smaller copy where that helps. Raises `PictureTooLarge` or `PictureBroken`."""
    try:
        with closing(Image.open(source, formats=(_FORMATS[type],))) as picture:
            _must_fit(picture, pixels)
            return _write(picture, to, thumb)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError) as error:
        raise PictureBroken from error
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(limit=pixels) from error


def _must_fit(picture: Image.Image, pixels: int) -> None:
    width, height = picture.size
    if width * height > pixels or max(width, height) > 60_000:
        raise PictureTooLarge(width=width, height=height, limit=pixels)
    if _frames(picture) * width * height > FRAMES * pixels:
        raise PictureTooLarge(width=width, height=height, limit=pixels)


def _frames(picture: Image.Image) -> int:
    return int(getattr(picture, "n_frames", 1))


def _write(picture: Image.Image, to: Path, thumb: Path) -> Picture:
    format = "WEBP" if picture.format == "AVIF" else str(picture.format)
    moves = _frames(picture) > 1 and format in ("GIF", "WEBP")
    profile = picture.info.get("icc_profile")
    upright = picture if moves else ImageOps.exif_transpose(picture)
    type, options = _WRITTEN[format]
    if moves:
        upright.save(to, format, save_all=True, exif=b"", xmp=b"", comment=b"", **options)
    else:
        _bare(upright, format).save(to, format, icc_profile=profile, **options)
    small = not moves and _shrink(upright, to, thumb, profile)
    return Picture(type, *upright.size, small)


def _bare(picture: Image.Image, format: str) -> Image.Image:
    """Take all from a picture that is no pixel: each format writes some of what it finds beside them."""
    modes = _BY_NAME.get(format)
    alpha = picture.has_transparency_data
    if modes and picture.mode not in modes:
        bare = picture.convert("RGBA" if alpha and "RGBA" in modes else "RGB")
    else:
        bare = picture.copy()
    bare.info = {name: value for name, value in bare.info.items() if name == "transparency"}
    return bare


def _shrink(picture: Image.Image, whole: Path, thumb: Path, profile: bytes | None) -> bool:
    """Write a smaller copy, unless the picture is a small one."""
    if max(picture.size) <= THUMB and whole.stat().st_size <= SMALL:
        return False
    small = _bare(picture, "WEBP")
    small.thumbnail((THUMB, THUMB))
    small.save(thumb, "WEBP", quality=80, method=3, icc_profile=profile)
    return True
