"""manage.py import_readings: readings or order lines of a file, for scripts; the same pipeline as the page."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from planner.arithmetic.days import DateOrder
from planner.changes import PlanClosed
from planner.models import Plan
from planner.readings.imports.headers import Kind
from planner.readings.imports.order_lines import OrderKey
from planner.readings.imports.pipeline import Choices, Parsed, parse
from planner.readings.imports.rates import RateScale
from planner.readings.save import PreviewOutdated, Saved, save, try_out


class Command(BaseCommand):
    help = "Import the readings, or the order lines, of a CSV or XLSX file into the team of a plan: all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", type=int, metavar="PLAN_ID")
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--kind", choices=list(Kind), help="default: what the header says")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=HEADER",
            help="which column a field is, if not clear",
        )
        parser.add_argument("--date-order", choices=list(DateOrder), help="where day and month both fit")
        parser.add_argument("--sheet", metavar="NAME", help="of a workbook with several")
        parser.add_argument(
            "--create-metrics", action="store_true", help="make metrics that the team does not have"
        )
        parser.add_argument(
            "--rates",
            action="append",
            default=[],
            metavar="[METRIC=]SCALE",
            help="whether bare numbers of rates are per-cent or fractions, if not clear",
        )
        parser.add_argument(
            "--order-key", choices=list(OrderKey), default=OrderKey.NUMBER, help="what makes lines one order"
        )
        parser.add_argument(
            "--history",
            choices=("whole", "part"),
            help="of orders (default: a team's first file is the whole)",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would come of it, save nothing")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan.objects.select_related("team").filter(pk=options["plan"]).first()
        if plan is None:
            raise CommandError(f"There is no plan {options['plan']}.")
        parsed = parse(Path(options["file"]), plan.team, _choices(options))
        saved = _take(plan, parsed, options) if parsed.is_accepted else None
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(parsed), ensure_ascii=False))
        else:
            self._say(parsed, saved)
        if not parsed.is_accepted:
            sys.exit(1)

    def _say(self, parsed: Parsed, saved: Saved | None) -> None:
        for name, problems in (("error", parsed.problems.errors), ("note", parsed.problems.warnings)):
            for problem in problems:
                places = [
                    problem.sheet and f"sheet {problem.sheet}",
                    problem.row and f"row {problem.row}",
                    problem.column and f"column “{problem.column}”",
                ]
                where = ", ".join(place for place in places if place)
                self.stdout.write(f"{name}{f' ({where})' if where else ''}: {problem.for_script}")
        if parsed.problems.unlisted:
            self.stdout.write(f"… and {parsed.problems.unlisted} more errors")
        if not parsed.is_accepted:
            self.stdout.write("Nothing was saved.")
            return
        for metric, total in parsed.totals().items():
            self.stdout.write(f"{metric}: {exact(total)} in all")
        if saved is None:
            self.stdout.write(f"{len(parsed.readings)} readings would be saved.")
        else:
            self.stdout.write(
                f"{saved.new} readings are new, {saved.changed} changed, {saved.same} stood there."
            )


def _take(plan: Plan, parsed: Parsed, options: dict[str, Any]) -> Saved | None:
    """Save the readings of a file, or only try them out; None, perhaps with an error, where nothing was saved."""
    content: dict[str, Any] = {
        "file_name": Path(options["file"]).name,
        "new_metrics": parsed.new_metrics,
        "changed_metrics": parsed.changed_metrics,
    }
    saved = None
    try:
        if options["dry_run"]:
            kept = try_out(plan, parsed.readings, **content).kept
        else:
            saved = save(plan, parsed.readings, by=None, kind=str(parsed.kind), **content)
            kept = saved.kept
    except PlanClosed:
        parsed.problems.error("The plan is closed: nothing in it is changed.")
        return None
    except PreviewOutdated as outdated:
        names = ", ".join(outdated.metrics)
        parsed.problems.error(f"{names}: changed while the file was read. Run the command again.")
        return None
    if kept:
        parsed.problems.warn(
            f"{kept} values that were entered by hand stay; those of the file are kept beneath."
        )
    return saved


def _choices(options: dict[str, Any]) -> Choices:
    mapping = {}
    for item in options["map"]:
        name, equals, header = item.partition("=")
        if not equals or not header.strip():
            raise CommandError(f"“{item}” is no FIELD=HEADER, such as month=Period.")
        mapping[name.strip()] = header.strip()
    return Choices(
        kind=Kind(options["kind"]) if options["kind"] else None,
        mapping=mapping,
        date_order=DateOrder(options["date_order"]) if options["date_order"] else None,
        sheet=options["sheet"],
        create_metrics=options["create_metrics"],
        rates=_rates(options["rates"]),
        order_key=OrderKey(options["order_key"]),
        is_whole_history={"whole": True, "part": False, None: None}[options["history"]],
    )


def _rates(items: list[str]) -> dict[str, RateScale]:
    scales = {}
    for item in items:
        metric, _equals, scale = item.rpartition("=")
        if scale not in list(RateScale):
            raise CommandError(f"“{item}” is no [METRIC=]SCALE: the scale is per-cent or fractions.")
        scales[metric.strip()] = RateScale(scale)
    return scales


def _as_json(parsed: Parsed) -> dict[str, Any]:
    return {
        "accepted": parsed.is_accepted,
        "readings": len(parsed.readings) if parsed.is_accepted else 0,
        "totals": {metric: exact(total) for metric, total in parsed.totals().items()}
        if parsed.is_accepted
        else {},
        "errors": [problem.as_json() for problem in parsed.problems.errors],
        "warnings": [problem.as_json() for problem in parsed.problems.warnings],
    }


def exact(total: Decimal) -> str:
    """A sum with all its digits and none too many: 5009, 618517.50, 2297200.8603."""
    if total == total.to_integral_value():
        return f"{int(total)}"
    cents = round(total, 2)
    return f"{cents if cents == total else total.normalize():f}"
