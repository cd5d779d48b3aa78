"""Names of people, as others see them."""

import unicodedata

from .contract import InvalidArgument

MAX_NAME = 40
_ALLOWED_FORMATS = {"\u200c", "\u200d"}
"""Joiners that scripts and emoji need; every other invisible character is refused."""


def presentable(name: str) -> str:
    """Take a name as it will be shown, or refuse it."""
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    if not shown:
        raise InvalidArgument("Please give a name.", field="name")
    if len(shown) > MAX_NAME:
        raise InvalidArgument(f"A name has at most {MAX_NAME} characters.", field="name")
    if any(unicodedata.category(c)[0] == "C" and c not in _ALLOWED_FORMATS for c in shown):
        raise InvalidArgument("A name has only characters that can be seen.", field="name")
    return shown


def made_presentable(name: str, otherwise: str) -> str:
    """Make the best of a name that nobody here can be asked about: cut it, and leave out what cannot be seen."""
    seen = "".join(c if unicodedata.category(c)[0] != "C" or c in _ALLOWED_FORMATS else " " for c in name)
    shown = " ".join(unicodedata.normalize("NFC", seen).split())[:MAX_NAME].strip()
    return shown or otherwise
