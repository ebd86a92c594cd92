"""Table 4 as people meet it: one row for each period, its four texts as lists."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.translation import override

from reviews.models import Review

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def url(plan):
    return f"/plans/{plan.pk}/reviews/"


@pytest.fixture
def october(plan) -> Review:
    return Review.objects.create(plan=plan, start=dt.date(2026, 10, 1), worked="referrals\nfollow-ups")


def test_a_review_shows_its_period_and_its_lists(october, url, manager, as_):
    page = as_(manager).get(url).content.decode()
    row = page[page.index("<tbody") : page.index("</tbody>")]

    assert "2026-10" in row
    assert "Monthly" in row
    row = row[row.index('class="steps"') :]  # behind the texts that the editor opens with
    assert row.index("①") < row.index("referrals") < row.index("②") < row.index("follow-ups")


def test_a_list_is_kept_one_item_a_line_however_it_was_typed(october, url, manager, as_):
    sent = {"cell": "improve", "improve": "① keywords; ② two new reps"}
    answer = as_(manager).post(f"{url}rows/review-{october.pk}/", sent, **HTMX)

    assert answer.status_code == 200
    october.refresh_from_db()
    assert october.improve == "keywords\ntwo new reps"


def test_a_review_is_added_for_a_period_of_the_plan(url, manager, as_):
    answer = as_(manager).post(f"{url}rows/?kind=review", {"period": "quarter:2026-10"}, **HTMX)

    assert answer.status_code == 200
    assert (Review.objects.get().kind, str(Review.objects.get())) == ("quarter", "2026 Q4")
    assert "Quarterly" in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "month", "english", "chinese"),
    [
        ("month", 10, "Oct 2026", "2026年10月"),
        ("quarter", 10, "Q4 2026", "2026年第四季度"),
        ("quarter", 2, "Feb 2026 – Apr 2026", "2026年2月 – 2026年4月"),
    ],
)
def test_a_sentence_names_a_period_as_people_do(kind, month, english, chinese):
    review = Review(kind=kind, start=dt.date(2026, month, 1))
    with override("en"):
        assert review.in_words == english
    with override("zh-hans"):
        assert review.in_words == chinese


@pytest.mark.parametrize("period", ["month:2027-01", "month:2026-10", "x", ""])
def test_a_period_outside_the_plan_or_reviewed_already_is_refused(october, url, manager, as_, period):
    answer = as_(manager).post(f"{url}rows/?kind=review", {"period": period}, **HTMX)

    assert answer.status_code == 422
    assert Review.objects.count() == 1


def test_the_next_period_without_a_review_is_offered_first(october, url, manager, as_):
    page = as_(manager).get(url).content.decode()
    offered = page[page.index("<tfoot") : page.index("</tfoot>")]

    assert '<option value="month:2026-10"' not in offered
    assert "2026-11 (monthly)" in offered
    assert offered.index("month:2026-11") < offered.index("month:2026-12") < offered.index("quarter:2026-10")


def test_moving_a_review_onto_a_period_that_has_one_is_refused(october, plan, url, manager, as_):
    november = Review.objects.create(plan=plan, start=dt.date(2026, 11, 1))
    sent = {"cell": "period", "period": "month:2026-10"}
    answer = as_(manager).post(f"{url}rows/review-{november.pk}/", sent, **HTMX)

    assert answer.status_code == 422
    assert "This period already has a review" in answer.content.decode()


def test_two_people_who_write_the_same_list_are_both_heard(october, url, manager, as_):
    sent = {"cell": "worked", "worked": "mine", "initial-worked": "what stood there before"}
    answer = as_(manager).post(f"{url}rows/review-{october.pk}/", sent, **HTMX)

    assert answer.status_code == 409
    assert "referrals" in answer.content.decode()
    october.refresh_from_db()
    assert october.worked == "referrals\nfollow-ups"


def test_reviews_are_found_by_their_words_and_their_kind(october, plan, url, manager, as_):
    quarter = Review.objects.create(plan=plan, kind="quarter", start=dt.date(2026, 10, 1), improve="prices")
    client = as_(manager)

    for query, found in (
        ("?q=prices", [quarter]),
        ("?kind=month", [october]),
        ("?sort=-period", [october, quarter]),
    ):
        page = client.get(url + query).content.decode()
        assert [each for each in (october, quarter) if f'id="review-{each.pk}"' in page] == found


def test_what_others_wrote_reaches_an_open_page(october, url, manager, as_):
    client = as_(manager)
    client.post(f"{url}rows/review-{october.pk}/", {"cell": "effect", "effect": "8 % → 9 %"}, **HTMX)

    assert "8 % → 9 %" in client.get(f"{url}changes/?since=0", **HTMX).content.decode()


def test_a_plan_that_does_not_begin_with_a_month_can_be_reviewed_from_that_month_on(plan, url, manager, as_):
    type(plan).objects.filter(pk=plan.pk).update(start=dt.date(2026, 10, 15), end=dt.date(2027, 1, 14))
    page = as_(manager).get(url).content.decode()

    assert [each in page for each in ("month:2026-10", "month:2027-01", "quarter:2026-10", "quarter:2027-01")] == [
        True, True, True, False,
    ]  # fmt: skip
