"""What programs post for Slack (`text`, `blocks`, `attachments`), as the text of one message. Pure.

See https://docs.slack.dev/reference/block-kit/blocks and
https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .mrkdwn import Names, to_markdown

MOST = 100
"""How many blocks, attachments, or parts of one are read."""
Thing = Mapping[str, Any]


def text_of(posted: Thing, names: Names | None = None) -> str:
    """Write all that a message says. With blocks, its text is for notifications only, as it is for Slack."""
    parts = [part for block in _things(posted.get("blocks")) for part in _block(block, names)]
    if not any(parts):
        parts = [_marked(posted.get("text"), names, posted.get("mrkdwn") is not False)]
    parts += [part for one in _things(posted.get("attachments")) for part in _attachment(one, names)]
    return "\n".join(part for part in parts if part.strip()).strip()


def _attachment(one: Thing, names: Names | None) -> Iterator[str]:
    if "blocks" in one:
        yield from (part for block in _things(one["blocks"]) for part in _block(block, names))
        return
    title, link = _marked(one.get("title"), names), _word(one.get("title_link"))
    said = [
        _marked(one.get("pretext"), names),
        f"**{_word(one.get('author_name'))}**" if one.get("author_name") else "",
        _linked(title, link) if title else "",
        _marked(one.get("text"), names),
        *(_pair(field, names) for field in _things(one.get("fields"))),
        _word(one.get("image_url")),
        _marked(one.get("footer"), names),
    ]
    if any(said):
        yield from said
    else:
        yield _marked(one.get("fallback"), names)


def _pair(field: Thing, names: Names | None) -> str:
    title, value = _word(field.get("title")), _marked(field.get("value"), names)
    return f"**{title}**: {value}" if title else value


def _block(block: Thing, names: Names | None) -> Iterator[str]:
    read = _BLOCKS.get(_word(block.get("type")))
    if read is not None:
        yield from read(block, names)


def _section(block: Thing, names: Names | None) -> Iterator[str]:
    yield _text(block.get("text"), names)
    yield from (_text(field, names) for field in _things(block.get("fields")))
    accessory = block.get("accessory")
    if isinstance(accessory, dict):
        yield _element(accessory, names)


def _header(block: Thing, names: Names | None) -> Iterator[str]:
    words = _text(block.get("text"), names)
    yield f"**{words}**" if words else ""


def _row(block: Thing, names: Names | None) -> Iterator[str]:
    yield " ".join(filter(None, (_element(one, names) for one in _things(block.get("elements")))))


def _image(block: Thing, names: Names | None) -> Iterator[str]:
    yield _element(block, names)


def _markdown(block: Thing, names: Names | None) -> Iterator[str]:
    yield _word(block.get("text"))


def _element(one: Thing, names: Names | None) -> str:
    """Write a part of a row: words, a picture, or a button, which is a link if it leads somewhere."""
    if one.get("type") == "image":
        return _linked(_word(one.get("alt_text")) or "image", _word(one.get("image_url")))
    if one.get("type") == "button":
        return _linked(_text(one.get("text"), names), _word(one.get("url"))) if one.get("url") else ""
    return _text(one, names) if one.get("type") in ("mrkdwn", "plain_text") else ""


def _rich(block: Thing, names: Names | None) -> Iterator[str]:
    """Rich text: sections, lists, quotes and code, each of elements."""
    for part in _things(block.get("elements")):
        kind, words = part.get("type"), _elements(part, names)
        if kind == "rich_text_list":
            mark = "1." if part.get("style") == "ordered" else "-"
            indent = "  " * min(int(part.get("indent") or 0), 5) if isinstance(part.get("indent"), int) else ""
            yield from (f"{indent}{mark} {_elements(item, names)}" for item in _things(part.get("elements")))
        elif kind == "rich_text_preformatted":
            yield f"```\n{words}\n```"
        elif kind == "rich_text_quote":
            yield "\n".join(f"> {line}" for line in words.split("\n"))
        else:
            yield words


def _elements(part: Thing, names: Names | None) -> str:
    return "".join(_rich_element(one, names or {}) for one in _things(part.get("elements")))


def _rich_element(one: Thing, names: Names) -> str:
    read = _RICH.get(_word(one.get("type")))
    words = read(one, names) if read else ""
    style = one.get("style")
    if not words.strip() or not isinstance(style, dict):
        return words
    for name, mark in (("code", "`"), ("strike", "~~"), ("italic", "_"), ("bold", "**")):
        words = f"{mark}{words}{mark}" if style.get(name) else words
    return words


_RICH: dict[str, Callable[[Thing, Names], str]] = {
    "text": lambda one, names: _word(one.get("text")),
    "link": lambda one, names: _linked(_word(one.get("text")), _word(one.get("url"))),
    "user": lambda one, names: to_markdown(f"<@{_word(one.get('user_id'))}>", names),
    "channel": lambda one, names: to_markdown(f"<#{_word(one.get('channel_id'))}>", names),
    "emoji": lambda one, names: to_markdown(f":{_word(one.get('name'))}:"),
    "broadcast": lambda one, names: "@room",
}
_BLOCKS: dict[str, Callable[[Thing, Names | None], Iterator[str]]] = {
    "section": _section,
    "header": _header,
    "context": _row,
    "actions": _row,
    "image": _image,
    "rich_text": _rich,
    "markdown": _markdown,
}


def _text(text: Any, names: Names | None) -> str:
    """Read a text object; of plain text only the emoji are written otherwise."""
    if not isinstance(text, dict):
        return _marked(text, names)
    return _marked(text.get("text"), names, text.get("type") == "mrkdwn")


def _marked(text: Any, names: Names | None, marks: bool = True) -> str:
    return to_markdown(_word(text), names) if marks else _word(text)


def _linked(words: str, address: str) -> str:
    if not address.startswith(("https://", "http://")):
        return words
    return f"[{words}]({address})" if words and words != address else address


def _things(value: Any) -> list[Thing]:
    """Take a list of objects, as far as it is one."""
    return [one for one in value[:MOST] if isinstance(one, dict)] if isinstance(value, list) else []


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""
