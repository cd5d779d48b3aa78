"""Slack's way to mark words up, as the part of Markdown that messages have here. Pure.

See https://docs.slack.dev/messaging/formatting-message-text.
"""

import re
from collections.abc import Callable, Mapping

from .emoji_names import with_emoji

Names = Mapping[str, str]
"""Names by ids of people (`U…`) and channels (`C…`)."""
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_ANGLES = re.compile(r"<([^<>\n]{1,4000})>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_STRIKE = re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])")
_BULLET = re.compile(r"^(\s*)[•◦▪]\s*", re.MULTILINE)
_EVERYBODY = {"channel", "here", "everyone"}
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def to_markdown(text: str, names: Names | None = None) -> str:
    """Turn mrkdwn into Markdown. Code stays as it is, but for the three characters that Slack escapes everywhere."""
    known = names or {}
    parts = _CODE.split(text)
    return "".join(_code(part, known) if at % 2 else _words(part, known) for at, part in enumerate(parts))


def _code(part: str, names: Names) -> str:
    """Slack opens a block anywhere; Markdown on a line of its own. Links within are their words."""
    plain = _plain(_ANGLES.sub(lambda found: _said(found[1], names), part))
    if not plain.startswith("```"):
        return plain
    inner = plain.removeprefix("```").removesuffix("```").strip("\n")
    return f"\n```\n{inner}\n```\n"


def _words(part: str, names: Names) -> str:
    """Links are put in last, so that nothing in an address is taken for a mark."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(_link(found[1], names))
        return f"\0{len(kept) - 1}\0"

    marked = _ANGLES.sub(keep, part.replace("\0", ""))
    marked = _STRIKE.sub(r"~~\1~~", _BOLD.sub(r"**\1**", marked))
    marked = _plain(with_emoji(_BULLET.sub(r"\1- ", marked)))
    return re.sub("\0(\\d+)\0", lambda found: kept[int(found[1])], marked)


def _link(inside: str, names: Names) -> str:
    """Write what stood in angle brackets: a link, or somebody's name."""
    target, bar, label = inside.partition("|")
    if target[:1] in "@#!":
        return _said(inside, names)
    address = _plain(target).removeprefix("mailto:") if not bar else _plain(target)
    if not re.match(r"(?:https?|mailto):", target):
        return _plain(inside)
    if not bar or _plain(label) == address:
        return address
    words = re.sub(r"([\[\]\\])", r"\\\1", _plain(label))
    return f"[{words}]({address.replace('(', '%28').replace(')', '%29').replace(' ', '%20')})"


def _said(inside: str, names: Names) -> str:
    """Say it without a link."""
    target, _, label = inside.partition("|")
    say: dict[str, Callable[[], str]] = {
        "@": lambda: f"@{names.get(target[1:]) or label.removeprefix('@') or target[1:]}",
        "#": lambda: f"#{names.get(target[1:]) or label or target[1:]}",
        "!": lambda: _special(target[1:], label),
    }
    return _plain(say.get(target[:1], lambda: label or target)())


def _special(what: str, label: str) -> str:
    if what in _EVERYBODY:
        return "@room"
    return label or f"@{what.partition('^')[2] or what}"


def _plain(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
