"""Lists as people type them in a cell: one item a line, with or without ①, 1. or a dash before it."""

import re

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# "1." needs a space after it, or "1.5 % of those who see the ad" would lose its figure.
_MARKER = re.compile(
    rf"""\s*(?: [{_CIRCLED}]\s* | [0-9]{{1,2}}(?:[.)]\s+|[、．）]\s*) | [(（][0-9]{{1,2}}[)）]\s* | [-–—•·*]\s+ )""",
    re.VERBOSE,
)
_INLINE = re.compile(rf"(?=[{_CIRCLED}])")
_BETWEEN = ";；,，。. \t\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}"


def split_items(text: str) -> tuple[str, ...]:
    """The items of a typed list, without their markers; empty ones are dropped. Items are split no further.

    A line is an item. A line with circled numbers inside holds as many items as numbers, as in the forms of the
    method: "① tune ad keywords; ② referral reward".
    """
    return tuple(item for line in text.splitlines() for item in _items(_unmarked(line)) if item)


def _items(line: str) -> list[str]:
    *before, last = _INLINE.split(line)
    return [*(_unmarked(part.rstrip(_BETWEEN)) for part in before), _unmarked(last)]


def _unmarked(text: str) -> str:
    """The words without their marker, and without those that were pasted before or behind it: "1. ① one"."""
    begin = 0
    while match := _MARKER.match(text, begin):
        begin = match.end()
    return text[begin:].strip()


def circled(number: int) -> str:
    """The number of an item as the forms of the method write it: ① to ⑳, then plain."""
    return _CIRCLED[number - 1] if 1 <= number <= len(_CIRCLED) else f"{number}."


def number_items(items: tuple[str, ...] | list[str], between: str = "\n") -> str:
    """A list in one text, numbered: "① this; ② that" with `between` as "; ". A single item has no number."""
    if len(items) == 1:
        return items[0]
    return between.join(f"{circled(number)} {item}" for number, item in enumerate(items, start=1))
