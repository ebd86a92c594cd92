"""Bottlenecks: ranked by the four quadrants, begun from evidence, with the causes that the team sees."""

from __future__ import annotations

import datetime as dt
import re
from itertools import product

import pytest

from planner import changes
from planner.diagnose.bottlenecks.page import BottlenecksPage
from planner.diagnose.bottlenecks.table import BottlenecksTable
from planner.models import Bottleneck, CauseView, Change, Metric, Reading, Segment
from tests.conftest import seat

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def url(plan):
    return f"/plans/{plan.pk}/bottlenecks/"


@pytest.fixture
def add(plan):
    """add(cause, impact, ease) is a bottleneck with these scores."""

    def make(cause: str, impact: int | None = None, ease: int | None = None, **more) -> Bottleneck:
        return Bottleneck.objects.create(
            plan=plan, cause=cause, impact=impact, ease=ease, **{"kind": "conversion"} | more
        )

    return make


def table(plan, user) -> BottlenecksTable:
    return BottlenecksTable(plan, seat(user, plan.team))


@pytest.mark.parametrize(
    ("impact", "ease", "quadrant"),
    [
        (5, 5, "first"), (4, 4, "first"), (5, 3, "later"), (4, 1, "later"),
        (3, 4, "after"), (1, 5, "after"), (3, 3, "never"), (None, 5, None), (4, None, None),
    ],
)  # fmt: skip
def test_the_quadrant_follows_from_the_scores(add, impact, ease, quadrant):
    assert add("x", impact, ease).quadrant == quadrant


def test_they_are_ranked_by_quadrant_then_by_scores(plan, manager, add):
    for cause, impact, ease in (
        ("unscored", None, None), ("never", 1, 1), ("after", 2, 5), ("later", 5, 1),
        ("first", 4, 4), ("first of all", 5, 5),
    ):  # fmt: skip
        add(cause, impact, ease)
    ranked = [each.cause for each in table(plan, manager).ranked]
    assert ranked == ["first of all", "first", "later", "after", "never", "unscored"]


def test_the_chart_follows_the_scores(url, plan, manager, add, as_):
    late = add("late", 5, 1)
    client = as_(manager)
    assert 'cx="50" cy="50"' in client.get(url).content.decode()
    client.post(f"{url}rows/bottleneck-{late.pk}/", {"cell": "ease", "ease": "4"}, **HTMX)
    part = client.get(url, HTTP_HX_TARGET="quadrants", **HTMX).content.decode()
    assert 'cx="350" cy="50"' in part
    assert "<table" not in part


def test_each_dot_lies_in_the_quadrant_that_its_scores_give(url, plan, manager, add, as_):
    """All 25 pairs of scores: the lines of the chart are where 4 and 5 begin to be high."""
    for impact, ease in product(range(1, 6), repeat=2):
        add(f"{impact}{ease}", impact, ease)
    page = as_(manager).get(url).content.decode()
    squares = {}
    for name, attributes in re.findall(r'<rect class="(\w+)"([^>]*)/>', page):
        square = {"x": 0, "y": 0} | {
            key: int(value) for key, value in re.findall(r'(\w+)="(\d+)"', attributes)
        }
        squares[name] = square
    assert sorted(squares) == sorted(Bottleneck.Quadrant.values)

    quadrants = {each.cause: each.quadrant for each in Bottleneck.objects.all()}
    for dot in BottlenecksPage(table(plan, manager)).matrix.dots:
        square = squares[quadrants[dot.thing.title]]
        assert square["x"] < dot.x < square["x"] + square["width"]
        assert square["y"] < dot.y < square["y"] + square["height"]


def test_equal_scores_stand_side_by_side(plan, manager, add):
    for cause in "abc":
        add(cause, 3, 3)
    places = [(dot.x, dot.y) for dot in BottlenecksPage(table(plan, manager)).matrix.dots]
    assert len(set(places)) == 3
    assert {y for _x, y in places} == {250}


def test_the_fourth_in_focus_is_warned_of(url, manager, add, as_):
    for cause in "abc":
        add(cause, in_focus=True)
    client = as_(manager)
    assert "bottlenecks are in focus. Keep it to two or three" not in client.get(url).content.decode()
    fourth = add("d")
    client.post(f"{url}rows/bottleneck-{fourth.pk}/", {"cell": "focus", "in_focus": "1"}, **HTMX)
    fourth.refresh_from_db()
    assert fourth.in_focus
    assert "4 bottlenecks are in focus. Keep it to two or three" in client.get(url).content.decode()


def test_scores_beyond_the_scale_are_refused(url, manager, add, as_):
    late = add("late")
    answer = as_(manager).post(f"{url}rows/bottleneck-{late.pk}/", {"cell": "impact", "impact": "6"}, **HTMX)
    assert answer.status_code == 422
    late.refresh_from_db()
    assert late.impact is None


@pytest.mark.parametrize(
    ("before", "shown", "status"), [(None, "", 200), (2, "2", 200), (2, "", 409), (2, "3", 409)]
)
def test_a_score_conflicts_only_with_somebody_elses(url, manager, add, as_, before, shown, status):
    late = add("late", before)
    sent = {"cell": "impact", "impact": "4", "initial-impact": shown}
    assert as_(manager).post(f"{url}rows/bottleneck-{late.pk}/", sent, **HTMX).status_code == status
    late.refresh_from_db()
    assert late.impact == (4 if status == 200 else before)


@pytest.mark.parametrize(("cell", "name"), [("impact", "impact"), ("focus", "in_focus")])
def test_a_choice_is_taken_back(url, manager, add, as_, cell, name):
    late = add("late", 4, in_focus=True)
    opened = {"impact": "4", "in_focus": "1"}[name]
    sent = {"cell": cell, name: "", f"initial-{name}": opened}
    assert as_(manager).post(f"{url}rows/bottleneck-{late.pk}/", sent, **HTMX).status_code == 200
    late.refresh_from_db()
    assert not getattr(late, name)


def test_evidence_makes_a_bottleneck_once(url, plan, team, status, manager, as_):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    said = {
        "cause": "Conversion fell sharply", "evidence": "From 8% to 5%.",
        "metric": status.rate.metric_id, "segment": east.pk,
    }  # fmt: skip
    Metric.objects.filter(pk=status.rate.metric_id).update(bottleneck="conversion")
    client = as_(manager)
    first, again = (client.post(f"{url}from/", said) for _time in range(2))
    made = Bottleneck.objects.get()
    assert (made.kind, made.metric, made.segment, made.evidence) == (
        "conversion", status.rate.metric, east, "From 8% to 5%.",
    )  # fmt: skip
    assert first["Location"] == again["Location"] == f"{url}#bottleneck-{made.pk}"


def test_metrics_and_segments_of_strangers_make_nothing(url, other_team, manager, as_):
    metric = Metric.objects.create(team=other_team, name="Theirs")
    segment = Segment.objects.create(team=other_team, dimension="region", name="Elsewhere")
    for theirs in ({"metric": metric.pk}, {"segment": segment.pk}):
        answer = as_(manager).post(f"{url}from/", {"cause": "x", "evidence": "y", **theirs})
        assert answer["Location"] == url
    assert not Bottleneck.objects.exists()


EVIDENCE = {"cause": "Total sales fall", "evidence": "From 80 to 50 <CNY>."}


def test_where_the_metric_does_not_say_the_kind_a_page_asks_and_the_metric_remembers(
    url, plan, status, manager, as_
):
    client, metric = as_(manager), status.sales.metric
    said = {**EVIDENCE, "metric": metric.pk}
    page = client.post(f"{url}from/", said).content.decode()
    assert page.count('type="radio" name="kind"') == 4
    assert "From 80 to 50 &lt;CNY&gt;." in page
    assert f'name="metric" value="{metric.pk}"' in page
    assert "Your answer is saved with “Total sales”" in page
    assert not Change.objects.exists()

    client.post(f"{url}from/", {**said, "kind": "value"})
    metric.refresh_from_db()
    assert (Bottleneck.objects.get().kind, metric.bottleneck) == ("value", "value")

    answer = client.post(f"{url}from/", {**said, "evidence": "From 50 to 40."})
    assert answer.status_code == 302
    assert list(Bottleneck.objects.values_list("kind", flat=True)) == ["value", "value"]


def test_the_question_is_asked_in_chinese(url, status, manager, as_):
    client = as_(manager)
    client.cookies["django_language"] = "zh-hans"
    page = client.post(f"{url}from/", {**EVIDENCE, "metric": status.sales.metric_id}).content.decode()
    assert "这是哪一类瓶颈？" in page
    assert "获客不足" in page
    assert "选择会保存到“Total sales”，下次直接使用。" in page


def test_an_answer_is_undone_with_the_bottleneck_that_it_was_given_for(url, plan, status, manager, as_):
    as_(manager).post(f"{url}from/", {**EVIDENCE, "metric": status.sales.metric_id, "kind": "value"})
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    status.sales.metric.refresh_from_db()
    assert status.sales.metric.bottleneck == ""
    assert not Bottleneck.objects.exists()


def test_another_answer_does_not_change_what_the_metric_says(url, status, manager, as_):
    Metric.objects.filter(pk=status.rate.metric_id).update(bottleneck="conversion")
    as_(manager).post(f"{url}from/", {**EVIDENCE, "metric": status.rate.metric_id, "kind": "execution"})
    status.rate.metric.refresh_from_db()
    assert (Bottleneck.objects.get().kind, status.rate.metric.bottleneck) == ("execution", "conversion")


def test_a_driver_that_no_metric_stands_for_is_asked_about_each_time(url, manager, as_):
    client = as_(manager)
    page = client.post(f"{url}from/", EVIDENCE).content.decode()
    assert page.count('type="radio" name="kind"') == 4
    assert "Your answer is saved with" not in page
    client.post(f"{url}from/", {**EVIDENCE, "kind": "conversion"})
    assert Bottleneck.objects.get().kind == "conversion"
    assert client.post(f"{url}from/", {**EVIDENCE, "evidence": "Again."}).status_code == 200


def test_what_is_a_bottleneck_already_is_not_asked_about(url, manager, add, as_):
    made = add(**EVIDENCE)
    answer = as_(manager).post(f"{url}from/", EVIDENCE)
    assert answer["Location"] == f"{url}#bottleneck-{made.pk}"


def test_a_kind_that_does_not_exist_makes_nothing(url, manager, as_):
    assert as_(manager).post(f"{url}from/", {**EVIDENCE, "kind": "weather"})["Location"] == url
    assert not Bottleneck.objects.exists()


def test_gaps_without_a_bottleneck_are_offered(url, plan, status, manager, viewer, add, as_):
    for month in (7, 8, 9):
        Reading.objects.create(
            metric=status.sales.metric, month=dt.date(2026, month, 1), segment=status.whole, value=800_000
        )
    sentence = "Total sales: 800,000 CNY, target 1,000,000 CNY, gap 200,000 CNY (20% of the target)."
    assert sentence in as_(manager).get(url).content.decode()
    assert sentence not in as_(viewer).get(url).content.decode()
    add("late", metric=status.sales.metric)
    assert sentence not in as_(manager).get(url).content.decode()


# Views of causes


def view(plan, user, text="Nobody calls back", **more) -> CauseView:
    return CauseView.objects.create(plan=plan, by=seat(user, plan.team), kind="conversion", text=text, **more)


def test_a_rep_adds_a_view_and_a_manager_merges_it(url, plan, manager, rep, add, as_):
    late = add("Late replies")
    said = {"text": "Nobody calls back", "kind": "conversion"}
    assert as_(rep).post(f"{url}rows/?kind=view", said, **HTMX).status_code == 200
    mine = CauseView.objects.get()
    assert (mine.by, mine.text, mine.bottleneck) == (seat(rep, plan.team), "Nobody calls back", None)
    row = f"{url}rows/view-{mine.pk}/"
    answer = as_(manager).post(row, {"cell": "impact", "bottleneck": late.pk}, **HTMX).content.decode()
    mine.refresh_from_db()
    assert mine.bottleneck == late
    assert f'data-group="bottleneck-{late.pk}"' in answer
    page = as_(rep).get(url).content.decode()
    assert page.index(f'id="bottleneck-{late.pk}"') < page.index(f'id="view-{mine.pk}"')


def test_a_view_becomes_a_bottleneck_of_its_own(url, plan, manager, rep, as_):
    mine = view(plan, rep)
    as_(manager).post(f"{url}rows/view-{mine.pk}/", {"cell": "impact", "bottleneck": "new"}, **HTMX)
    made = Bottleneck.objects.get()
    mine.refresh_from_db()
    assert (made.cause, made.kind, mine.bottleneck) == (mine.text, mine.kind, made)
    # One step for who undoes it.
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    mine.refresh_from_db()
    assert mine.bottleneck is None
    assert not Bottleneck.objects.exists()


def test_a_view_that_is_reworded_with_it_becomes_a_bottleneck_in_its_new_words(url, plan, manager, rep, as_):
    mine = view(plan, rep)
    said = {"text": "Replies take a day", "kind": "execution", "bottleneck": "new"}
    as_(manager).post(f"{url}rows/view-{mine.pk}/", said)
    made = Bottleneck.objects.get()
    assert (made.cause, made.kind) == ("Replies take a day", "execution")


def test_who_may_do_what_with_views(url, plan, manager, rep, viewer, add, as_):
    own, other = view(plan, rep), view(plan, manager)
    merged = view(plan, rep, bottleneck=add("x"))
    said = {"cell": "cause", "text": "New words", "kind": "conversion"}
    merge = {"cell": "impact", "bottleneck": "new"}
    client = as_(rep)
    assert client.post(f"{url}rows/view-{own.pk}/", said, **HTMX).status_code == 200
    assert client.post(f"{url}rows/view-{own.pk}/", merge, **HTMX).status_code == 403
    for each in (other, merged):
        assert client.post(f"{url}rows/view-{each.pk}/", said, **HTMX).status_code == 403
    assert client.post(f"{url}rows/?kind=bottleneck", {"cause": "x", "kind": "value"}).status_code == 403
    assert client.post(f"{url}rows/view-{own.pk}/remove/").status_code == 403
    assert as_(viewer).post(f"{url}rows/?kind=view", {"text": "x", "kind": "value"}).status_code == 403


def test_the_views_of_a_removed_bottleneck_stand_alone_again(url, plan, manager, rep, add, as_):
    late = add("Late")
    mine = view(plan, rep, bottleneck=late)
    as_(manager).post(f"{url}rows/bottleneck-{late.pk}/remove/", **HTMX)
    page = as_(manager).get(url).content.decode()
    assert f'id="view-{mine.pk}"' in page
    assert "Not merged yet" in page


def test_a_duplicate_of_the_plan_takes_no_views_along(plan, rep):
    assert view(plan, rep).as_copy(0) is None


def test_the_number_of_queries_does_not_grow(
    url, plan, rep, manager, add, as_, django_assert_max_num_queries
):
    client = as_(manager)
    for number in range(6):
        view(plan, rep, bottleneck=add(f"cause {number}", 3, 3))
        view(plan, rep)
    client.get(url)
    with django_assert_max_num_queries(16):
        client.get(url)


def test_the_whole_is_chosen_and_blank_is_no_choice(url, plan, team, status, manager, add, as_, other_team):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    Segment.objects.create(team=other_team, dimension="region", name="Elsewhere")
    late = add("Late")
    client, row = as_(manager), f"{url}rows/bottleneck-{late.pk}/"
    page = client.get(f"{row}?cell=place").content.decode()
    options = re.findall(
        '<option value="([0-9]*)"[^>]*>([^<]*)</option>', page.partition('name="segment"')[2]
    )
    assert options == [("", "No segment yet"), (f"{status.whole.pk}", "Total"), (f"{east.pk}", "East")]

    client.post(row, {"cell": "place", "step": "", "metric": "", "segment": f"{status.whole.pk}"})
    late.refresh_from_db()
    assert late.segment == status.whole
    client.post(row, {"cell": "place", "step": "", "metric": "", "segment": ""})
    late.refresh_from_db()
    assert late.segment is None


def test_what_the_diagnosis_found_in_the_total_is_about_the_whole(plan, team, status, manager, as_):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    sent = {"evidence": "CRM", "kind": "execution", "metric": status.sales.metric_id}
    address = f"/plans/{plan.pk}/bottlenecks/from/"
    as_(manager).post(address, {"cause": "Total sales fell", **sent})
    as_(manager).post(address, {"cause": "East fell", "segment": east.pk, **sent})
    assert dict(Bottleneck.objects.values_list("cause", "segment")) == {
        "Total sales fell": status.whole.pk,
        "East fell": east.pk,
    }
