"""What bytes are, by how they begin: never by a name, and never by what somebody says. Pure.

Whatever a browser could take for a page, or for anything else that runs, is text or bytes: so SVG is text.
"""

HEAD = 4_096
"""How many bytes it takes to tell."""
BYTES = "application/octet-stream"
TEXT = "text/plain"
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
"""What is opened as a picture, and written anew."""

_BEGINNINGS = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
)
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}
_RIFF = {"image/webp", "audio/wav"}


def media_type(head: bytes) -> str:
    """Say what begins like this: one of a few types, text, or bytes."""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    for at, beginning, type in _BEGINNINGS:
        if head[at:].startswith(beginning) and (type not in _RIFF or head.startswith(b"RIFF")):
            return type
    return TEXT if _is_text(head) else BYTES


def _is_text(head: bytes) -> bool:
    """Say whether this is UTF-8 that people can read. The last character may be cut in two."""
    if not head or any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) >= HEAD
    return True
