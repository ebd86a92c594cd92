"""Lists as people type them in a cell: one item a line, with or without ①, 1. or a dash before it."""

import re

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# "1." needs a space after it, or "1.5 % of those who see the ad" would lose its figure.
_MARKER = re.compile(
    rf"""\s*(?: [{_CIRCLED}]\s* | [0-9]{{1,2}}(?:[.)]\s+|[、．）]\s*) | [(（][0-9]{{1,2}}[)）]\s* | [-–—•·*]\s+ )""",
    re.VERBOSE,
)
_INLINE = re.compile(rf"[;；,，。.\s]*(?=[{_CIRCLED}])")


def split_items(text: str) -> tuple[str, ...]:
    """The items of a typed list, without their markers; empty ones are dropped.

    A line is an item. A line with circled numbers inside holds as many items as numbers, as in the forms of the
    method: "① tune ad keywords; ② referral reward".
    """
    items = []
    for line in text.splitlines():
        parts = _INLINE.split(line) if re.search(f"[{_CIRCLED}]", line) else [line]
        items += [
            _MARKER.sub("", part, count=1).strip() if _MARKER.match(part) else part.strip() for part in parts
        ]
    return tuple(item for item in items if item)


def circled(number: int) -> str:
    """The number of an item as the forms of the method write it: ① to ⑳, then plain."""
    return _CIRCLED[number - 1] if 1 <= number <= len(_CIRCLED) else f"{number}."


def number_items(items: tuple[str, ...] | list[str], between: str = "\n") -> str:
    """A list in one text, numbered: "① this; ② that" with `between` as "; ". A single item has no number."""
    if len(items) == 1:
        return items[0]
    return between.join(f"{circled(number)} {item}" for number, item in enumerate(items, start=1))
