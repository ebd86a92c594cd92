"""The page of an import: a file is brought, read by a worker, looked at, changed in meaning, saved or dropped."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from planner import changes
from planner.models import Batch, Import, Metric, Reading, Segment, StagedReading, Upload
from planner.readings import uploads
from planner.readings.save import save_typed
from tests.conftest import join
from tests.planner.readings.conftest import stored, workbook

LONG = "month,metric,value\n2026-08,Total sales,100.25\n2026-09,Total sales,200\n"
ORDERS = "Order ID,Order Date,Customer ID,Region,Sales\n1,01/02/2026,a,East,5\n2,03/04/2026,b,West,7\n"


@pytest.fixture(autouse=True)
def known(status, settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def queue(monkeypatch) -> list[tuple[int, bool]]:
    """What was handed to the workers."""
    found: list[tuple[int, bool]] = []

    def enqueue(pk: int, *, saving: bool) -> bool:
        found.append((pk, saving))
        return True

    monkeypatch.setattr("planner.readings.views.enqueue_upload", enqueue)
    return found


class Visitor:
    """A manager who brings a file, and the worker behind the page."""

    def __init__(self, client: Any, plan: Any, queue: list[tuple[int, bool]]) -> None:
        self.client, self.queue, self.base = client, queue, f"/plans/{plan.pk}/readings/import/"

    def bring(self, content: str | bytes, name: str = "file.csv") -> str:
        sent = content if isinstance(content, bytes) else content.encode()
        return self._follow(self.client.post(self.base, {"file": SimpleUploadedFile(name, sent)}))

    def act(self, act: str, **choices: str) -> str:
        return self._follow(self.client.post(self.page, {"act": act, **choices}))

    def _follow(self, answer: Any) -> str:
        assert answer.status_code == 302
        self.page = answer["Location"]
        return self.look()

    def look(self) -> str:
        page = self.client.get(self.page, follow=True).content.decode()
        return " ".join(re.sub("<[^>]+>", " ", page).replace("\xa0", " ").split())

    def work(self) -> str:
        """Let the worker do what is queued, and look again."""
        while self.queue:
            pk, saving = self.queue.pop(0)
            (uploads.save_upload if saving else uploads.read_upload)(pk)
        return self.look()


@pytest.fixture
def visitor(as_, manager, plan, queue) -> Visitor:
    return Visitor(as_(manager), plan, queue)


def kept_files() -> list[Path]:
    return list(uploads.folder().iterdir())


def test_from_the_file_to_the_values(visitor, manager):
    assert "Reading the file …" in visitor.bring(LONG)
    assert not Reading.objects.exists()
    page = visitor.work()
    assert "2 values" in page
    assert "2 new, 0 changed, 0 unchanged." in page
    assert "Total of 2 months Aug 2026 Sep 2026 Total sales 300.25 100.25 200" in page
    assert not Reading.objects.exists(), "nothing is saved before somebody has seen it"

    assert "Saving …" in visitor.act("save")
    page = visitor.work()
    assert "Imported 2 values from “file.csv”. Undo" in page
    assert stored() == {
        ("Total sales", "2026-08", "Total"): "100.25",
        ("Total sales", "2026-09", "Total"): "200",
    }
    assert (Import.objects.get().file_name, Reading.objects.first().entered_by) == ("file.csv", manager)
    assert kept_files() == []
    assert not StagedReading.objects.exists()


def test_values_entered_by_hand_stay_and_the_preview_lists_them(
    visitor, plan, manager, status, capsys, tmp_path
):
    east = Segment.objects.create(team=plan.team, dimension="region", name="East")
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        for segment, typed in ((None, 150), (east, 50)):
            save_typed(
                log, plan, status.sales.metric, segment, dt.date(2026, 8, 1), Decimal(typed), "by phone"
            )
    visitor.bring(LONG)
    page = visitor.work()
    assert "1 new, 0 changed, 1 unchanged." in page
    assert "Values entered by hand stay" in page
    assert "Total sales · Aug 2026 150 CNY 100.25 CNY" in page
    assert "East" not in page.partition("Preview of totals")[0].partition("Values entered by hand stay")[2]

    visitor.act("save")
    visitor.work()
    assert stored()["Total sales", "2026-08", "Total"] == "150"
    kept = Reading.objects.of_whole().get(month=dt.date(2026, 8, 1))
    assert (kept.imported_value, kept.imported_source) == (Decimal("100.25"), "file.csv")


def test_the_command_says_which_values_stay(importing, plan, manager, status):
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        save_typed(log, plan, status.sales.metric, None, dt.date(2026, 8, 1), Decimal(150), "by phone")
    said = importing(LONG)
    assert [each["message"] for each in said["warnings"]] == [
        "1 values that were entered by hand stay; those of the file are kept beneath."
    ]
    assert stored()["Total sales", "2026-08", "Total"] == "150"


def test_problems_stand_with_their_places_and_nothing_can_be_saved(visitor):
    visitor.bring(LONG + "2026-10,Total sales,ten\n2026-10,Totl sales,1\n")
    page = visitor.work()
    assert "Not saved: fix these first" in page
    assert "“ten” is not a number." in page
    assert "Row 4 · value" in page
    assert "Row 5 · metric" in page
    assert "Not saved: fix these first" in visitor.client.post(visitor.page, {"act": "save"}).content.decode()
    assert visitor.queue == []


def test_what_the_file_does_not_say_is_said_on_the_page(visitor):
    visitor.bring(ORDERS)
    assert "could start with the month or the day" in visitor.work()
    visitor.act("read", date_order="dmy")
    page = visitor.work()
    assert "The file was read as the full order history" in page
    visitor.act("save")
    visitor.work()
    assert {month for _metric, month, _segment in stored()} == {"2026-02", "2026-03", "2026-04"}


def test_of_several_sheets_one_is_chosen(visitor):
    rows = [["month", "metric", "value"], ["2026-08", "Total sales", 1]]
    assert "Sheet" not in visitor.bring(LONG) + visitor.work()
    visitor.bring(workbook({"Plan": rows, "Real": [rows[0], ["2026-08", "Total sales", 2]]}), "book.xlsx")
    assert "Choose one. Sheet The only sheet with data Plan Real" in re.sub(
        "(?<=Choose one.).*?(?=Sheet)", " ", visitor.work()
    )
    visitor.act("read", sheet="Real")
    visitor.work()
    visitor.act("save")
    visitor.work()
    assert stored() == {("Total sales", "2026-08", "Total"): "2"}


def test_a_column_can_be_another_one_or_none(visitor):
    visitor.bring("month,metric,plan,value,region\n2026-08,Total sales,90,100,East\n")
    visitor.work()
    visitor.act(
        "read", **{"map-month": "month", "map-metric": "metric", "map-value": "plan", "map-region": ""}
    )
    visitor.work()
    visitor.act("save")
    visitor.work()
    assert stored() == {("Total sales", "2026-08", "Total"): "90"}


def test_a_name_is_matched_to_a_metric_of_the_team(visitor):
    visitor.bring("month,Totl sales（万元）,Weather\n2026-08,80,1\n")
    page = visitor.work()
    assert "Metric for “Totl sales（万元）”" in page
    maps = {"map-month": "month", "map-metric": "", "map-value": ""}
    visitor.act("read", **maps, create_metrics="on", **{"metric-0": "Total sales", "metric-1": ""})
    assert "New metrics: Weather" in visitor.work()
    assert "Metric for “Totl sales（万元）”" in visitor.look(), "what was chosen can be chosen anew"
    visitor.act("save")
    visitor.work()
    assert stored()["Total sales", "2026-08", "Total"] == "800000"


def test_new_metrics_are_added_when_somebody_says_so(visitor):
    visitor.bring("month,metric,value\n2026-08,Leads,5\n")
    assert "The team has no metric “Leads”." in visitor.work()
    visitor.act(
        "read", create_metrics="on", **{"map-month": "month", "map-metric": "metric", "map-value": "value"}
    )
    assert "New metrics: Leads" in visitor.work()


def test_a_file_is_dropped_and_leaves_nothing(visitor):
    visitor.bring(LONG)
    assert "Import of “file.csv” cancelled. Nothing was saved." in visitor.act("cancel")
    assert kept_files() == []
    visitor.work()  # the worker comes to a file that is gone
    assert not Reading.objects.exists()


def test_a_forgotten_file_goes_and_so_does_what_a_crash_has_left(visitor):
    visitor.bring(LONG)
    visitor.work()
    (uploads.folder() / "left by a crash").write_text("x")
    orphan = Batch.objects.create()
    uploads.sweep(timezone.now())
    assert len(kept_files()) == 2
    assert Batch.objects.count() == 2
    uploads.sweep(timezone.now() + uploads.ORPHANED + dt.timedelta(minutes=1))
    assert not Batch.objects.filter(pk=orphan.pk).exists()
    assert Batch.objects.count() == 1
    uploads.sweep(timezone.now() + uploads.KEPT + dt.timedelta(minutes=1))
    assert not Upload.objects.exists()
    assert not StagedReading.objects.exists()
    assert kept_files() == []


def test_saving_twice_saves_once(visitor):
    visitor.bring(LONG)
    visitor.work()
    visitor.act("save")
    visitor.act("save")
    assert len(visitor.queue) == 1
    visitor.queue *= 2
    visitor.work()
    assert Import.objects.count() == 1


def test_a_plan_that_was_closed_meanwhile_takes_nothing(visitor, plan):
    visitor.bring(LONG)
    visitor.work()
    visitor.act("save")
    type(plan).objects.update(state="closed")
    assert "The plan is closed" in visitor.work()
    assert not Reading.objects.exists()


def test_where_no_worker_can_be_reached_it_is_said(visitor, monkeypatch):
    monkeypatch.setattr("planner.readings.views.enqueue_upload", lambda pk, saving: False)
    assert "the background service is not responding" in visitor.bring(LONG)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "The submitted file is empty."), (None, "This field is required.")]
)
def test_no_file_is_asked_for_again(visitor, content, sentence):
    sent = {} if content is None else {"file": SimpleUploadedFile("x.csv", content)}
    answer = visitor.client.post(visitor.base, sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_file_is_its_owners(visitor, team, as_, rep, outsider, plan):
    visitor.bring(LONG)
    other = join(team, "Mia", "manager")
    assert as_(other).get(visitor.page).status_code == 404
    assert as_(rep).get(visitor.page).status_code == 403
    assert as_(outsider).get(visitor.page).status_code == 404
    assert as_(outsider).post(visitor.page, {"act": "cancel"}).status_code == 404
    assert Upload.objects.exists()


def test_the_page_speaks_the_language_of_who_brought_the_file(visitor, manager):
    manager.language = "zh-hans"
    manager.save()
    visitor.bring(LONG + "2026-10,Total sales,ten\n")
    visitor.work()
    assert "不是数字" in Upload.objects.get().found["errors"][0]["message"]


def test_who_waits_is_told_how_far_it_is(visitor):
    told = []
    visitor.bring(LONG)
    upload = Upload.objects.get()
    work = uploads.Work(upload)
    for share in (0.01, 0.5, 0.51, 1):
        work.report(share)
        told.append(Upload.objects.get().progress)
    assert told == [0, 45, 45, 90]
    assert 'value="90"' in visitor.client.get(visitor.page).content.decode()


def test_a_large_file_tells_while_it_is_read(visitor, monkeypatch):
    monkeypatch.setattr("planner.readings.imports.columns.PIECE", 500)
    lines = "".join(f"{n},2026-01-02,c{n},East,5.5\n" for n in range(30_000))
    visitor.bring("Order ID,Order Date,Customer ID,Region,Sales\n" + lines)
    seen = []
    monkeypatch.setattr(uploads.Work, "report", lambda self, share: seen.append(share))
    uploads.read_upload(Upload.objects.get().pk)
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_a_file_thrown_away_is_not_read_to_its_end(visitor):
    visitor.bring(LONG)
    upload = Upload.objects.get()
    work = uploads.Work(upload)
    visitor.client.post(visitor.page, {"act": "cancel"})
    with pytest.raises(uploads.UploadTaken):
        work.report(0.5)


def test_an_error_of_the_worker_leaves_nobody_waiting(visitor, monkeypatch):
    def fail(*_rest, **_named):
        raise ZeroDivisionError

    visitor.bring(LONG)
    with monkeypatch.context() as broken:
        broken.setattr(uploads, "parse", fail)
        with pytest.raises(ZeroDivisionError):
            visitor.work()
    assert "The import stopped before it finished." in visitor.look()
    visitor.act("read")
    visitor.work()
    visitor.act("save")
    with monkeypatch.context() as broken:
        broken.setattr(uploads, "save_batch", fail)
        with pytest.raises(ZeroDivisionError):
            visitor.work()
    assert "The import stopped before it finished." in visitor.look()
    assert not Reading.objects.exists()


def test_the_page_gives_the_definition_of_each_metric(visitor):
    visitor.bring(ORDERS)
    visitor.work()
    page = visitor.act("read", date_order="mdy")
    page = visitor.work()
    assert "Average order value Sales ÷ orders." in page
    assert "Repurchase rate Customers with two or more orders to date ÷ all customers to date." in page


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-8-sig", "UTF-8"), ("gbk", "GBK / GB18030"), ("utf-16", "UTF-16")]
)
def test_the_page_says_how_the_file_is_written(visitor, team, encoding, said):
    Metric.objects.create(team=team, name="销售额")
    visitor.bring("月份,指标,数值\n2026年8月,销售额,1.2万\n".encode(encoding))
    assert f"First rows {said} 月份" in visitor.work()


@pytest.mark.parametrize(
    ("day", "said"), [("13/02/2026", "Dates: day, month, year"), ("02/13/2026", "Dates: month, day, year")]
)
def test_the_page_says_how_the_only_fitting_dates_were_read(visitor, day, said):
    visitor.bring(f"Order Date,Order ID,Customer ID,Amount\n{day},1,a,5\n")
    assert f"First rows UTF-8 · {said}" in visitor.work()


def test_rates_that_may_be_either_are_asked_with_the_likely_answer(visitor, plan, status, team):
    whole = Segment.objects.get_or_create(team=team, dimension="whole", name="")[0]
    for month in (3, 4, 5):
        place = {"metric": status.rate.metric, "segment": whole, "month": dt.date(2026, month, 1)}
        Reading.objects.create(value="0.09", **place)
    visitor.bring("month,metric,value\n2026-08,Customer conversion rate,0.5\n")
    assert "0.5 could mean 0.5% or 50%" in visitor.work()
    assert "--rates" not in visitor.look()
    page = visitor.client.get(visitor.page).content.decode()
    assert '<option value="per-cent" selected>' in page

    visitor.act("read", **{"rates-0": "per-cent"})
    assert "was read as percentages" in visitor.work()
    visitor.act("read", **{"rates-0": "fractions"})
    assert "was read as fractions" in visitor.work()
    visitor.act("save")
    visitor.work()
    assert stored()["Customer conversion rate", "2026-08", "Total"] == "0.5"
