"""Dates as people of the page's language write them."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats

register = template.Library()


@register.filter
def day(value: dt.date | None) -> str:
    """15 Jul 2023 · 2023年7月15日; the year is left out when it is this one's."""
    return formats.day(value, words.language(), today=dt.datetime.now(tz=dt.UTC).date()) if value else "–"


@register.filter
def ago(at: dt.datetime) -> str:
    """5 minutes ago · 5 分钟前; not "0 minutes ago" """
    if timezone.now() - at < dt.timedelta(minutes=1):
        return _("Just now")
    return _("%(time)s ago") % {"time": timesince(at)}


@register.simple_tag
def day_range(start: dt.date, end: dt.date) -> str:
    """1 Jul – 30 Sep 2023 · 2023年7月1日 – 9月30日"""
    return formats.day_range(start, end, words.language())
