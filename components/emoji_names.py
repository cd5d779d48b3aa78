"""Emoji as programs write them: `:tada:`, and what that is."""

import re
from functools import cache

_NAMED = re.compile(r":([a-z0-9_+'-]{1,50})(?:::skin-tone-([2-6]))?:", re.IGNORECASE)
_TONES = {str(number): chr(0x1F3F9 + number) for number in range(2, 7)}
_TONED = re.compile("[\U0001f44d\U0001f44e\U0001f44b\U0001f44f\U0001f64f\U0001f4aa\U0001f44c\u270b\u270c\U0001f64c]")
"""Those whose tone is kept; of others it is left out rather than shown as a square."""


def emoji_of(name: str) -> str | None:
    """Find the emoji of a name such as `tada`, `+1` or `wave::skin-tone-3`; `None` where there is none."""
    word, _, tone = name.strip(":").lower().partition("::skin-tone-")
    found = _known().get(word)
    return found + _TONES.get(tone, "") if found and _TONED.fullmatch(found) else found


def with_emoji(text: str) -> str:
    """Put emoji in the place of their names; what is no name of one stays."""
    return _NAMED.sub(lambda found: emoji_of(found[0]) or found[0], text)


@cache
def _known() -> dict[str, str]:
    """Read the names, once: those of Unicode, and those that chats use for them."""
    from emoji import EMOJI_DATA  # Only here: most processes never need them.

    known: dict[str, str] = {}
    for emoji, about in EMOJI_DATA.items():
        for name in (about["en"], *about.get("alias", ())):
            known.setdefault(name.strip(":").lower(), emoji)
    return known | {name: known[meant] for name, meant in _SLACKS.items() if meant in known}


_SLACKS = {"thumbsup_all": "+1", "simple_smile": "slightly_smiling_face", "hankey": "poop", "party": "tada"}
