"""What one emoji is: a picture with its variations, several joined to one, a flag, or a key (UTS #51 §1.4.9)."""

import re

_PICTURE = (
    "[©®‼⁉™\u2139↔-↙↩↪⌚-⏿Ⓜ▪-◾☀-➿⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙"
    "\U0001f004\U0001f0cf\U0001f170-\U0001f19a\U0001f201-\U0001f251\U0001f300-\U0001f3fa\U0001f400-\U0001faff]"
)
"""One of the blocks in which emoji are. A few symbols of the same blocks pass too."""
_TONE = "[\U0001f3fb-\U0001f3ff]"
_PART = f"{_PICTURE}(?:\ufe0f|{_TONE})?"
_LETTER = "[\U0001f1e6-\U0001f1ff]"
_TAGS = "[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f"
_EMOJI = re.compile(
    f"{_LETTER}{_LETTER}|[0-9#*]\ufe0f?\u20e3|\U0001f3f4{_TAGS}|{_TONE}|{_PART}(?:\u200d{_PART}){{0,4}}"
)


def one_emoji(text: str) -> str:
    """Take one emoji, and nothing beside it."""
    if not _EMOJI.fullmatch(text):
        raise ValueError("expected one emoji")
    return text
