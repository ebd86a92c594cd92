"""How values look inside a cell: small pieces of HTML, every value escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.formats import Figure
from planner.arithmetic.items import circled
from planner.models import Membership
from planner.tables.markup import EMPTY, esc


def text(value: str) -> SafeString:
    """Words as typed, their line breaks kept by the stylesheet."""
    return mark_safe(f'<span class="words">{esc(value)}</span>') if value else EMPTY


def figure(value: Figure) -> SafeString:
    """A number with its unit quiet behind it; EMPTY for none."""
    if value.number == formats.DASH:
        return EMPTY
    if not value.unit:
        return format_html('<span class="fig">{}</span>', value.number)
    return format_html('<span class="fig">{}</span><span class="unit">{}</span>', value.number, value.unit)


def day(date: dt.date | None, today: dt.date) -> SafeString:
    return mark_safe(esc(formats.day(date, words.language(), today=today))) if date else EMPTY


def person(member: Membership | None, name: str) -> SafeString:
    """A member, called `name` in this list."""
    if member is None:
        return EMPTY
    name = esc(name)
    gone = small(_("Left team")) if member.removed_at else ""
    initial = f'<span class="who" aria-hidden="true">{esc(member.name[:1])}</span>'
    return mark_safe(f'<span class="person">{initial}<span>{name}{gone and " "}{gone}</span></span>')


def steps(items: Sequence[Any]) -> SafeString:
    """A list as the forms of the method number it: ① ② ③; a single item has no number."""
    if len(items) == 1:
        return format_html('<span class="words">{}</span>', items[0])
    rows = ((circled(number), item) for number, item in enumerate(items, start=1))
    item_html = '<span class="item"><span class="step">{}</span> <span>{}</span></span>'
    return format_html('<span class="steps">{}</span>', format_html_join("", item_html, rows))


def chip(tone: str, label: Any) -> SafeString:
    """A state as text; its shape shows the tone too, not colour alone."""
    return mark_safe(f'<span class="chip {tone}">{esc(label)}</span>')


def late(days: int) -> SafeString:
    """How late a thing is, in words."""
    return chip("bad", ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days})


def score(value: int | None, lines: Sequence[Any] = ()) -> SafeString:
    """A score from 1 to 5, as a figure with its dots; pointed at, it says what its step means."""
    if value is None:
        return EMPTY
    dots = "".join(f'<circle cx="{5 + 10 * n}" cy="5" r="{4 if n < value else 2}"/>' for n in range(5))
    shown = format_html(
        '<span class="score"><span class="fig">{}</span><svg viewBox="0 0 50 10" aria-hidden="true">{}</svg></span>',
        value,
        mark_safe(dots),
    )
    return tip(shown, [lines[value - 1]]) if lines else shown


def small(content: Any) -> SafeString:
    return mark_safe(f'<small class="muted">{esc(content)}</small>')


def lines(first: Any, second: Any) -> SafeString:
    """A value with a quiet line beneath."""
    return mark_safe(
        f'<span class="lines"><span>{esc(first)}</span><small class="muted">{esc(second)}</small></span>'
    )


def button(url: str, label: Any, sentence: str) -> SafeString:
    """A button that posts to an address; `sentence` is its label for screen readers."""
    return format_html(
        '<button class="link" form="using" formaction="{}" aria-label="{}">{}</button>', url, sentence, label
    )


def link_beneath(url: str, label: Any, sentence: str) -> SafeString:
    """A link beneath a value to what it leads to; `sentence` is its label for screen readers."""
    link = '<small class="other"><a class="go" href="{}" aria-label="{}">{}</a></small>'
    return format_html(link, url, sentence, label)


def other_value(value: str, url: str) -> SafeString:
    """Beneath a value entered by hand: what the data gives, and where `url` is not "" the button to use that."""
    text = _("Data: %(value)s") % {"value": value}
    label = _("Use %(value)s instead of the value entered by hand") % {"value": value}
    offer = button(url, _("Use it"), label) if url else ""
    return format_html('<small class="other muted">{} {}</small>', text, offer)


def joined(pieces: Sequence[Any]) -> SafeString:
    """Several pieces one after the other, a dot between them."""
    return format_html_join(" · ", "{}", ((piece,) for piece in pieces))


def toned(tone: str, content: Any) -> SafeString:
    """Text with a good or bad meaning; the colour only repeats it."""
    return format_html('<span class="toned {}">{}</span>', tone, content)


def beside(first: Any, second: Any) -> SafeString:
    """Two pieces on one line, the second at the right edge."""
    return format_html('<span class="beside">{}<span>{}</span></span>', first, second)


def tip(content: Any, lines: Sequence[str]) -> SafeString:
    """Something whose explanation opens on hover and focus, and is read out by screen readers."""
    explanation = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
    return format_html(
        '<span class="tipped">{}<span class="tip" role="tooltip">{}</span></span>', content, explanation
    )


def gap_bar(rate: Decimal | None, label: str, surplus: bool) -> SafeString:
    """A gap rate as a bar of its size (full at 100 %) with the figure behind; a surplus is green."""
    width = 0 if surplus else _width(rate)
    tone = "good" if surplus else ("bad" if rate is not None and rate >= Decimal("0.4") else "warn")
    bar = (
        '<svg class="bar {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="6"/></svg>'
    )
    return format_html(
        '<span class="gap">{}<span class="fig">{}</span></span>', format_html(bar, tone, width), label
    )


def share_bar(
    share: Decimal | None, label: Any, *, today: Decimal | None = None, tone: str = ""
) -> SafeString:
    """How far a thing has come, as a bar of its share (from 0 to 1) with a label.

    `today` is the share that is due by now: a mark on the bar.
    """
    mark = ""
    if today is not None:
        mark = format_html('<rect class="today" x="{}" y="-2" width="1" height="10"/>', _width(today))
    bar = (
        '<svg class="bar{}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="6"/>{}</svg>'
    )
    drawn = format_html(bar, f" {tone}" if tone else "", _width(share), mark)
    return format_html('<span class="reached">{}<small class="muted">{}</small></span>', drawn, label)


def _width(share: Decimal | None) -> int:
    """A share in hundredths, within the bar."""
    return 0 if share is None else int(min(max(share, Decimal(0)), Decimal(1)) * 100)


def sparkline(values: Sequence[Decimal], label: str) -> SafeString:
    """The course of a figure as a line of 84 × 24 units; nothing for fewer than two values."""
    if len(values) < 2:
        return mark_safe("")
    low, high = min(values), max(values)
    span = (high - low) or Decimal(1)
    step = Decimal(80) / (len(values) - 1)
    points = [(2 + i * step, 20 - (value - low) / span * 16) for i, value in enumerate(values)]
    path = "M" + " ".join(f"{x:.0f} {y:.1f}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 84 24" role="img" aria-label="{}">'
        '<path d="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        label,
        path,
        f"{points[-1][0]:.0f}",
        f"{points[-1][1]:.1f}",
    )
