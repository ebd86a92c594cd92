"""How long ago something was, in the reader's language."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.translation import override

from planner.templatetags.dates import ago


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "Just now", "刚刚"),
        (59, "Just now", "刚刚"),
        (61, "1 minute ago", "1 分钟前"),
        (7201, "2 hours ago", "2 小时前"),
    ],
)
def test_less_than_a_minute_ago_is_just_now(seconds, english, chinese):
    at = timezone.now() - dt.timedelta(seconds=seconds)
    for language, words in (("en", english), ("zh-hans", chinese)):
        with override(language):
            assert ago(at).replace("\N{NO-BREAK SPACE}", " ") == words
