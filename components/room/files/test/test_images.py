"""Pictures are written anew: upright, and without what was hidden in them."""

from pathlib import Path

import pytest
from PIL import Image

from components.room.files import api
from components.room.files.images import Picture, rewrite
from components.room.files.sniff import media_type

from .pictures import MAKER, bomb, moving, photo, picture


def written(folder: Path, data: bytes, pixels: int = 1_000_000) -> tuple[Picture, Path, Path]:
    source, whole, thumb = (folder / name for name in ("source", "whole", "thumb"))
    source.write_bytes(data)
    return rewrite(source, media_type(data), whole, thumb, pixels), whole, thumb


def test_a_photo_is_upright_and_tells_nothing_of_who_took_it(tmp_path: Path) -> None:
    made, whole, _ = written(tmp_path, photo())
    assert made == Picture("image/jpeg", 20, 40, thumb=False)
    with Image.open(whole) as shown:
        assert shown.size == (20, 40)
        assert not shown.getexif()
        red, _, blue = shown.convert("RGB").getpixel((10, 5))  # type: ignore[misc]
        assert red > 200 > 60 > blue  # What was on the left is on top.
    assert MAKER not in whole.read_bytes()
    assert b"Exif" not in whole.read_bytes()


@pytest.mark.parametrize(
    ("format", "type"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif"), ("AVIF", "image/webp")]
)
def test_each_kind_stays_what_it_is_where_all_browsers_show_it(tmp_path: Path, format: str, type: str) -> None:
    made, whole, _ = written(tmp_path, picture(format))
    assert (made.type, made.width, made.height) == (type, 40, 20)
    assert media_type(whole.read_bytes()) == type


@pytest.mark.parametrize(
    ("format", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("JPEG", "CMYK"), ("JPEG", "L")]
)
def test_whatever_its_colours_are(tmp_path: Path, format: str, mode: str) -> None:
    source = Image.new(mode, (900, 450))
    source.save(tmp_path / "made", format)
    made, _, thumb = written(tmp_path, (tmp_path / "made").read_bytes())
    assert made.thumb
    with Image.open(thumb) as small:
        assert (small.format, small.size) == ("WEBP", (720, 360))


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
def test_what_moves_goes_on_moving(tmp_path: Path, format: str) -> None:
    made, whole, thumb = written(tmp_path, moving(format))
    assert not made.thumb and not thumb.exists()
    with Image.open(whole) as shown:
        assert getattr(shown, "n_frames", 1) == 3


def test_text_in_a_png_is_gone(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", MAKER.decode())
    _, whole, _ = written(tmp_path, picture("PNG", pnginfo=info))
    assert MAKER not in whole.read_bytes()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(api.PictureTooLarge):
        written(tmp_path, bomb())
    with pytest.raises(api.PictureTooLarge):
        written(tmp_path, picture("PNG", (1_001, 1_000)))
    with pytest.raises(api.PictureTooLarge):
        written(tmp_path, moving(), pixels=30 * 30 * 3 // 4 - 30)


@pytest.mark.parametrize("data", [photo()[:-200], photo()[:30], b"\x89PNG\r\n\x1a\n", b"GIF89a\0\0"])
def test_what_is_damaged_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(api.PictureBroken):
        written(tmp_path, data)
