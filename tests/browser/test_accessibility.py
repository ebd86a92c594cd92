"""Every page, in both themes, against the rules of WCAG that a machine can check; and none scrolls sideways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import MANAGER

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}
OF_PLAN = {
    "plan": "",
    "diagnose": "diagnose/",
    "readings": "readings/",
    "import": "readings/import/",
    "bottlenecks": "bottlenecks/",
    "formulas": "diagnose/formulas/",
    "goals": "goals/",
    "strategies": "strategies/",
    "ideas": "ideas/",
    "tracking": "tracking/",
    "reviews": "reviews/",
    "history": "history/",
    "settings": "settings/",
    "copy": "copy/",
}
PAGES = (
    "home",
    *OF_PLAN,
    "strategy",
    "team",
    "metrics",
    "segments",
    "segment",
    "mail",
    "channels",
    "plan-new",
    "preferences",
)


def address(demo, page: str) -> str:
    if page in OF_PLAN:
        return f"/plans/{demo.push.pk}/{OF_PLAN[page]}"
    return {
        "login": "/accounts/login/",
        "strategy": f"/plans/{demo.push.pk}/strategies/{demo.push.strategies.first().pk}/",
        "home": "/",
        "team": "/team/",
        "metrics": "/team/metrics/",
        "segments": "/team/segments/",
        "segment": f"/team/segments/{demo.push.team.segments.exclude(name='').first().pk}/",
        "mail": "/team/mail/",
        "channels": "/team/channels/",
        "plan-new": "/plans/new/",
        "preferences": "/accounts/preferences/",
    }[page]


def violations(window) -> list[str]:
    """The serious and critical findings: the rule, and each place where it is broken."""
    found = Axe().run(window).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_shuts_anybody_out(demo, window, theme):
    page = window(MANAGER, "/", cookies={"theme": theme})
    found = {}
    for name in PAGES:
        page.goto(address(demo, name))
        found[name] = violations(page)

    assert {name: broken for name, broken in found.items() if broken} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signing_in_shuts_nobody_out(demo, window, theme):
    page = window(None, "/accounts/login/", cookies={"theme": theme})

    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_table_3_on_a_phone_shuts_nobody_out(demo, window, theme):
    page = window(MANAGER, demo.running, cookies={"theme": theme}, viewport=NARROW)

    assert violations(page) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_on_a_phone_no_page_scrolls_sideways(demo, window, language):
    page = window(MANAGER, "/", cookies={"django_language": language}, viewport=NARROW)
    wide = {}
    for name in PAGES:
        page.goto(address(demo, name))
        assert page.locator("html").get_attribute("lang") == language
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide[name] = width

    assert wide == {}
