"""The options of menus carry what finds them by typing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape

import pytest
from django import forms
from django.conf import settings
from django.urls import reverse

from planner.arithmetic.collation import search_keys
from planner.models import Membership, User
from strategies.models import Strategy
from tracking.models import Task

OPTION = re.compile(r"<option([^>]*)>([^<]*)</option>")
KEYS = re.compile(r' data-keys="([^"]*)"')


class Choice(forms.Form):
    who = forms.ChoiceField(choices=[("", "---"), ("1", "曾 周"), ("2", "Zhou Yi")], initial="1")


def test_options_of_a_field_with_chinese_labels_carry_their_keys():
    keys = search_keys("曾 周")
    assert str(Choice()["who"]).split("\n")[1:-1] == [
        '  <option value="">---</option>',
        f'  <option value="1" data-keys="{keys}" selected>曾 周</option>',
        '  <option value="2">Zhou Yi</option>',
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", ["diagnose", "bottlenecks", "readings", "goals", "tracking", "reviews"])
def test_every_option_of_a_page_has_keys_where_its_label_is_chinese(
    plan, status, manager, as_, language, page
):
    User.objects.filter(pk=manager.pk).update(language=language)
    owner = Membership.objects.create(team=plan.team, name="周易", role="rep")
    Task.objects.create(strategy=Strategy.objects.create(plan=plan, title="S"), description="T", owner=owner)

    html = as_(manager).get(reverse(page, args=[plan.pk])).text

    options = OPTION.findall(html)
    assert options
    for attributes, label in options:
        found = KEYS.search(attributes)
        assert unescape(found[1] if found else "") == search_keys(unescape(label)), label


def test_a_page_without_chinese_loads_no_pinyin():
    script = (
        "import django, sys; django.setup(); from django import forms\n"
        "class Choice(forms.Form):\n"
        "    who = forms.ChoiceField(choices=[('1', 'Zhou Yi'), ('2', 'Café')])\n"
        "assert 'Zhou Yi' in str(Choice()); print('pypinyin' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "planner.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "False"
