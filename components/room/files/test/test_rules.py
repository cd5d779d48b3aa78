"""What files are, how they are called, and how many are too many."""

import pytest

from components.contract import Refusal
from components.room.files import api, rules
from components.room.files.rules import Use
from components.room.files.sniff import BYTES, HEAD, TEXT, media_type
from components.settings import Files

LIMITS = Files(bytes=2_000, pending=3, day_bytes=5_000)


@pytest.mark.parametrize(
    ("head", "type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"XXXX\0\0\0\0WEBP", BYTES),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", TEXT),
        (b"<!doctype html><script>alert(1)</script>", TEXT),
        ("größer\n".encode(), TEXT),
        (("a" + "ü" * HEAD).encode()[:HEAD], TEXT),
        (b"\xfc\xfc", BYTES),
        (b"MZ\x90\0", BYTES),
        (b"", BYTES),
    ],
)
def test_bytes_say_what_they_are(head: bytes, type: str) -> None:
    assert media_type(head) == type


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\note.txt", "note.txt"),
        ("a\r\nSet-Cookie: x", "a Set-Cookie x"),
        ("\u202egpj.exe", "gpj.exe"),
        ("  . ", "file"),
        ("", "file"),
        ("größe 明日.pdf", "größe 明日.pdf"),
        (f"{'a' * 300}.tar", f"{'a' * 196}.tar"),
    ],
)
def test_names_are_one_line_without_a_path(name: str, called: str) -> None:
    assert rules.called(name) == called


def test_a_picture_is_called_what_it_is() -> None:
    assert rules.picture_name("a.JPEG", "image/jpeg") == "a.JPEG"
    assert rules.picture_name("a.avif", "image/webp") == "a.webp"
    assert rules.picture_name("evil.exe", "image/png") == "evil.exe.png"
    assert len(rules.picture_name("a" * 200, "image/png")) <= api.MAX_NAME


@pytest.mark.parametrize(
    ("size", "use", "refusal"),
    [
        (0, Use(0, 0), api.EmptyFile),
        (2_001, Use(0, 0), api.FileTooLarge),
        (1, Use(3, 0), api.TooManyUploads),
        (2_000, Use(0, 3_001), api.EnoughForToday),
    ],
)
def test_what_is_too_much_is_refused(size: int, use: Use, refusal: type[Refusal]) -> None:
    rules.must_fit(2_000, Use(2, 3_000), LIMITS)
    with pytest.raises(refusal):
        rules.must_fit(size, use, LIMITS)


def test_a_message_has_ten_files_each_once() -> None:
    rules.must_be_few([str(number) for number in range(10)])
    with pytest.raises(api.TooManyFiles):
        rules.must_be_few([str(number) for number in range(11)])
    with pytest.raises(api.TooManyFiles):
        rules.must_be_few(["a", "a"])


def test_every_file_of_a_message_is_there() -> None:
    found = [api.File("a", "a", TEXT, 1)]
    rules.must_be_there(["a"], found)
    with pytest.raises(api.NoSuchFile):
        rules.must_be_there(["a", "b"], found)
