"""Figures for plotly.js: what they hold, that plotly knows every part of them, and its script without its rules."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal as D

import pytest
from django.conf import settings

from planner.arithmetic.periods import add_months
from planner.diagnose.charts import Bar, Dot, begins_at_zero, trend_chart, waterfall_chart
from planner.web import bundles

JULY = dt.date(2023, 7, 1)
NAMES = {"actual": "Sales", "expected": "expected", "interval": "interval", "target": "target"}


def dots(*values: int | None, start=JULY) -> list[Dot]:
    values_by_month = [(add_months(start, at), value) for at, value in enumerate(values)]
    return [
        Dot(month, D(value), f"{month}: {value}") for month, value in values_by_month if value is not None
    ]


def trend(actual, expected=(), target=None):
    return trend_chart(
        actual,
        expected,
        target,
        names=NAMES,
        format_value=lambda v: f"{v:f}",
        format_month=lambda m: f"{m:%Y-%m}",
    )


def painted(part):
    """The stylesheet's names as a colour that plotly knows."""
    if isinstance(part, str):
        return "#123456" if part.startswith("--") else part
    if isinstance(part, dict):
        return {key: painted(each) for key, each in part.items()}
    return [painted(each) for each in part] if isinstance(part, list) else part


def waterfall(*bars: Bar, lower: bool = False):
    return waterfall_chart(bars, format_value=lambda v: f"{v:f}", lower_is_better=lower)


@pytest.mark.parametrize(
    "chart",
    [
        trend(dots(1, 2, 3), dots(4, start=dt.date(2023, 10, 1)), D(9)),
        trend(dots(1, 2), [Dot(dt.date(2023, 9, 1), D(3), "3", D(2), D(4))]),
        waterfall(
            Bar("before", D(900), "900", True), Bar("price", D(-90), "−90"), Bar("after", D(810), "810", True)
        ),
    ],
)
def test_plotly_knows_every_part(chart):
    from plotly import graph_objects

    graph_objects.Figure(painted(chart))


def test_the_line_breaks_where_months_are_missing():
    line = trend(dots(5, None, 7))["data"][0]
    assert line["x"] == ["2023-07-01", "2023-08-01", "2023-09-01"]
    assert line["y"] == [5, None, 7]


def test_an_interval_is_drawn_only_where_there_is_one():
    assert len(trend(dots(1, 2), dots(3, start=dt.date(2023, 9, 1)))["data"]) == 2
    bounded = trend(dots(1, 2), [Dot(dt.date(2023, 9, 1), D(3), "3", D(2), D(4))])["data"]
    assert [each.get("name") for each in bounded] == [None, "interval", "Sales", "expected"]
    assert bounded[1]["y"] == [2, 2]


def test_the_target_goes_across_and_into_the_range():
    chart = trend(dots(10, 20), target=D(100))
    assert chart["data"][-1]["y"] == [100, 100]
    assert chart["layout"]["yaxis"]["range"][1] > 100


def test_marks_are_round_and_written_in_words():
    axis = trend(dots(772_000, 968_000))["layout"]["yaxis"]
    assert axis["tickvals"] == [800_000, 850_000, 900_000, 950_000]
    assert axis["ticktext"] == ["800000", "850000", "900000", "950000"]


def test_rising_is_good_unless_lower_is_better():
    bars = (Bar("before", D(10), "10", True), Bar("x", D(2), "+2"), Bar("after", D(12), "12", True))
    assert waterfall(*bars)["data"][0]["increasing"]["marker"]["color"] == "--good"
    assert waterfall(*bars, lower=True)["data"][0]["increasing"]["marker"]["color"] == "--bad"


def test_an_axis_that_does_not_begin_at_zero_is_known():
    assert not begins_at_zero([D(900), D(880), D(950)])
    assert begins_at_zero([D(900), D(100)])
    assert begins_at_zero([D(-5), D(5)])


def test_the_rules_that_plotly_writes_stand_in_a_stylesheet():
    rules = bundles.plotly_rules()
    assert ".js-plotly-plot .plotly .main-svg{position:absolute;" in rules
    assert ".plotly-notifier{" in rules
    assert not re.search(r"(?<![\w.-])[XY][ :{]", rules)


def test_the_rules_of_maps_are_not_written_into_the_page():
    assert 'document.createElement("style")' in bundles.plotly_script()
    assert not bundles.MAP_RULES.search(bundles.plotly_script())


def test_a_plotly_that_keeps_its_rules_elsewhere_is_noticed(monkeypatch):
    monkeypatch.setattr(bundles, "plotly_script", lambda: "no rules")
    with pytest.raises(ValueError, match=r"planner/web/bundles.py"):
        bundles.plotly_rules()


def test_pictures_are_made_from_blobs_of_the_page():
    assert "blob:" in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"]
