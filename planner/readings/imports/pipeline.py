"""From a file to the readings in it: read, recognise, check. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from planner.arithmetic.days import DateOrder
from planner.arithmetic.names import name_key
from planner.arithmetic.quantities import TOO_LARGE
from planner.models import Import, Metric, Reading, Team
from planner.plans import new_metric_key, standard_metrics
from planner.readings.imports.gathered import NewReading
from planner.readings.imports.headers import Header, Kind, find_header
from planner.readings.imports.metrics import KnownMetric, Metrics
from planner.readings.imports.order_lines import OrderKey, read_orders
from planner.readings.imports.orders import DEFINITIONS, OF_HISTORY, Measure, monthly
from planner.readings.imports.parts import WHOLE, Parts
from planner.readings.imports.rates import Rates, RateScale
from planner.readings.imports.readings import read_readings
from planner.readings.imports.units import NO_UNIT, Unit, split_unit, unit_of
from planner.spreadsheets import files
from planner.spreadsheets.grids import Grid, Report, no_report
from planner.spreadsheets.problems import Problems, Unreadable
from planner.words import listed

# How many rows below the header the preview shows.
SAMPLE = 5
KEYS = {
    Measure.SALES: "sales",
    Measure.ORDERS: "orders",
    Measure.ORDER_VALUE: "order_value",
    Measure.CUSTOMERS: "customers",
    Measure.NEW_CUSTOMERS: "new_customers",
    Measure.REPURCHASE: "repurchase",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of the person who imports; what is None is detected from the file."""

    kind: Kind | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    sheet: str | None = None
    create_metrics: bool = False
    # By metric, or under "" for all: what the bare numbers of its rates are.
    rates: Mapping[str, RateScale] = field(default_factory=dict)
    # For names that are not metrics of the team: the metric that each of them means.
    metrics: Mapping[str, str] = field(default_factory=dict)
    order_key: OrderKey = OrderKey.NUMBER
    is_whole_history: bool | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choices:
        """The choices made on the page of an upload (planner/readings/forms.py); invalid ones are ignored."""
        kind, order = data.get("kind"), data.get("date_order")
        key, history = data.get("order_key"), data.get("history")
        return cls(
            kind=Kind(kind) if kind in list(Kind) else None,
            mapping={str(name): str(header) for name, header in data.get("mapping", {}).items()},
            date_order=DateOrder(order) if order in list(DateOrder) else None,
            sheet=data.get("sheet") or None,
            metrics={str(name): str(metric) for name, metric in data.get("metrics", {}).items() if metric},
            create_metrics=bool(data.get("create_metrics")),
            rates={
                str(name): RateScale(scale)
                for name, scale in data.get("rates", {}).items()
                if scale in list(RateScale)
            },
            order_key=OrderKey(key) if key in list(OrderKey) else OrderKey.NUMBER,
            is_whole_history={"whole": True, "part": False}.get(str(history)),
        )


@dataclass(slots=True)
class Parsed:
    """The readings in a file, and all its problems: with one error nothing may be saved."""

    problems: Problems
    kind: Kind | None = None
    readings: Sequence[NewReading] = ()
    # Metrics that the team lacks, and metrics of the team that are to be changed: those have no readings yet.
    new_metrics: list[Metric] = field(default_factory=list)
    changed_metrics: list[Metric] = field(default_factory=list)
    # The names in the file that are not metrics of the team, each with the most similar one of its metrics.
    unknown: dict[str, str] = field(default_factory=dict)
    # The metrics whose rates could be read in two ways, each with what is shown as chosen: "" where it was detected.
    rates: dict[str, str] = field(default_factory=dict)
    # For order lines: the definition of each metric, by its name.
    definitions: dict[str, str] = field(default_factory=dict)
    # How a CSV is written, as people call it; "" for a workbook.
    encoding: str = ""
    # The order of day and month in its dates, where the year is last.
    date_order: DateOrder | None = None
    # For a workbook: the names of its sheets.
    sheets: list[str] = field(default_factory=list)
    # What was recognised: the headers of the file, the header of each field, and the first rows of these columns.
    headers: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    sample: list[list[str]] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        return not self.problems.errors

    def totals(self) -> dict[str, Decimal]:
        """The exact sum of the values for the whole, by metric."""
        totals: dict[str, Decimal] = {}
        for reading in self.readings:
            if reading.segment == WHOLE:
                totals[reading.metric] = totals.get(reading.metric, Decimal(0)) + reading.value
        return totals


def parse(path: Path, team: Team, choices: Choices, report: Report = no_report) -> Parsed:
    """Read a file according to the choices, with the metrics of the team.

    `report` is called with the share of the file that is read, from 0 to 1, and may raise to stop the reading.
    """
    problems = Problems()
    try:
        return _parse(path, team, choices, problems, report)
    except (Unreadable, OSError) as error:
        problems.error(error if isinstance(error, Unreadable) else _("The file can't be opened."))
        return Parsed(problems)


def _parse(path: Path, team: Team, choices: Choices, problems: Problems, report: Report) -> Parsed:
    grids = files.read(path, report)
    sheets = [grid.sheet for grid in grids if grid.sheet]
    grid, header = _sheet(grids, choices, problems)
    if grid is None or header is None:
        return Parsed(problems, sheets=sheets)
    _check_sheet(grid, header, problems)
    if problems.errors:
        parsed = Parsed(problems, header.kind)
    elif header.kind is Kind.READINGS:
        parsed = _readings(grid, header, team, choices, problems)
    else:
        parsed = _orders(grid, header, team, choices, problems)
    parsed.sheets = sheets
    parsed.encoding = grid.text.encoding_name if grid.text else ""
    parsed.headers = header.names
    parsed.columns = {name: header.names[at] for name, at in header.columns.items()}
    used = sorted({*header.columns.values(), *header.months, *header.metrics})
    rows = grid.head[header.row + 1 : header.row + 1 + SAMPLE]
    parsed.sample = [[row[at][:60] if at < len(row) else "" for at in used] for row in (header.names, *rows)]
    return parsed


def _sheet(grids: list[Grid], choices: Choices, problems: Problems) -> tuple[Grid | None, Header | None]:
    """The sheet to be read and its header: the chosen one, else the only one that has a header."""
    if choices.sheet is not None:
        grids = _named(grids, choices.sheet, problems)
        if not grids:
            return None, None
    candidates = [grid for grid in grids if any(any(cell.strip() for cell in row) for row in grid.head)]
    visible = [grid for grid in candidates if not grid.hidden] or candidates
    matches = _with_header(visible, choices)
    if len(matches) > 1:
        names = listed((f"“{grid.sheet}”" for grid, _header, _tried in matches), most=None)
        problems.error(_("Several sheets look like data: %(names)s. Choose one.") % {"names": names})
        return None, None
    if not matches:
        problems.sheet = visible[0].sheet if visible else None
        if visible:
            find_header(visible[0], choices.kind, choices.mapping, problems)
        else:
            problems.error(_("All cells in the file are empty."))
        return None, None
    grid, header, sheet_problems = matches[0]
    problems.sheet = grid.sheet
    problems.errors += sheet_problems.errors
    problems.warnings += sheet_problems.warnings
    for other in candidates:
        if other is not grid:
            problems.warn(_("The sheet “%(name)s” was skipped.") % {"name": other.sheet})
    return grid, header


def _named(grids: list[Grid], name: str, problems: Problems) -> list[Grid]:
    """The sheet of this name; nothing, and a problem, where there is none."""
    matching = [grid for grid in grids if grid.sheet == name]
    if not matching:
        names = listed((f"“{grid.sheet}”" for grid in grids if grid.sheet), most=None)
        problems.error(
            _("There is no sheet “%(name)s”. Sheets in the file: %(names)s.")
            % {"name": name, "names": names or "–"}
        )
    return matching


def _with_header(grids: list[Grid], choices: Choices) -> list[tuple[Grid, Header, Problems]]:
    """The sheets that have a header, each with it and what is odd about it."""
    matches = []
    for grid in grids:
        sheet_problems = Problems(grid.sheet)
        header = find_header(grid, choices.kind, choices.mapping, sheet_problems)
        if header is not None:
            matches.append((grid, header, sheet_problems))
    return matches


def _check_sheet(grid: Grid, header: Header, problems: Problems) -> None:
    for (first_row, _first), (last_row, _last) in grid.merged:
        if last_row > header.row:
            problems.error(
                _(
                    "These cells are merged, so it is unclear which row or column the value belongs "
                    "to. Unmerge them."
                ),
                max(first_row, header.row) + 1,
            )
    if grid.hidden_rows:
        problems.warn(_("Hidden rows included: %(n)d.") % {"n": grid.hidden_rows})


def _readings(grid: Grid, header: Header, team: Team, choices: Choices, problems: Problems) -> Parsed:
    money = (Metric.Kind.AMOUNT, Metric.Kind.COST)
    metrics = Metrics(
        (
            KnownMetric(
                metric.name,
                metric.is_rate,
                metric.kind in money,
                _unit_of_metric(metric),
                tuple(metric.old_names),
            )
            for metric in Metric.objects.filter(team=team)
        ),
        choices.metrics,
        team.currency,
    )
    rates = Rates(_known_medians(team), {name_key(name): scale for name, scale in choices.rates.items()})
    parsed = read_readings(grid, header, metrics, Parts.of(team), rates, choices.create_metrics, problems)
    if not parsed.readings and not problems.errors:
        problems.error(_("There are no values below the header."), header.row + 1)
    new_metrics = [
        Metric(
            name=name,
            key=new_metric_key(team, name),
            kind=Metric.Kind.RATE if is_rate else Metric.Kind.AMOUNT,
            aggregation=Metric.Aggregation.RATIO if is_rate else Metric.Aggregation.SUM,
        )
        for name, is_rate in parsed.new_metrics.items()
    ]
    readings: Sequence[NewReading] = () if problems.errors else parsed.readings
    _warn_of_missing_totals(readings, team, problems)
    unknown = {name: metrics.closest(name) for name in parsed.unknown if name and not metrics.find(name)[0]}
    shown_rates = {
        name: str(scale) if name in rates.asked or name_key(name) in rates.chosen else ""
        for name, scale in rates.taken.items()
    }
    return Parsed(problems, header.kind, readings, new_metrics, unknown=unknown, rates=shown_rates)


def _known_medians(team: Team) -> dict[str, Decimal]:
    """The median of the values of each of the team's rates, by the key of its name; one query."""
    values: dict[str, list[Decimal]] = {}
    known = Reading.objects.filter(metric__team=team, metric__kind=Metric.Kind.RATE)
    for name, value in known.order_by().values_list("metric__name", "value"):
        values.setdefault(name_key(name), []).append(value)
    return {name: median(of_metric) for name, of_metric in values.items()}


def _unit_of_metric(metric: Metric) -> Unit:
    """The unit in which a metric's figures are stored: 万元 where 80 means 800,000."""
    if metric.is_rate:
        return NO_UNIT
    unit = unit_of(metric.unit) or NO_UNIT
    return unit if unit.sign else split_unit(metric.name)[1] or unit


def _warn_of_missing_totals(readings: Sequence[NewReading], team: Team, problems: Problems) -> None:
    """Warn of metrics that have values for segments only: these may be incomplete, so they are not added up."""
    segmented = dict.fromkeys(reading.metric for reading in readings if reading.segment != WHOLE)
    with_totals = {reading.metric for reading in readings if reading.segment == WHOLE}
    if segmented.keys() - with_totals:
        of_whole = Reading.objects.of_whole().filter(metric__team=team)
        with_totals |= set(of_whole.order_by().values_list("metric__name", flat=True).distinct())
    if missing := [name for name in segmented if name not in with_totals]:
        problems.warn(
            _(
                "The file has no totals for: %(names)s. Table 1 and the trend use totals: add "
                "rows without a segment."
            )
            % {"names": listed(missing, most=None)}
        )


def _orders(grid: Grid, header: Header, team: Team, choices: Choices, problems: Problems) -> Parsed:
    lines = read_orders(
        grid, header, choices.date_order, choices.order_key, team.currency, Parts.of(team), problems
    )
    if lines is None:
        return Parsed(problems, header.kind)
    is_whole = _is_whole_history(team, choices, problems)
    measures = [measure for measure in Measure if is_whole or measure not in OF_HISTORY]
    metrics = standard_metrics(team)
    of_measure = {measure: metrics[KEYS[measure]] for measure in measures}
    for measure, metric in of_measure.items():
        unit = _unit_of_metric(metric)
        if measure in (Measure.SALES, Measure.ORDER_VALUE) and unit.sign:
            problems.error(
                _("“%(name)s” is in %(own)s, but order lines are not. Change its unit in Table 1 first.")
                % {"name": metric.name, "own": unit.words},
                None,
                header.name("amount"),
            )
            return Parsed(problems, header.kind)
    readings = monthly(lines, measures, {measure: metric.name for measure, metric in of_measure.items()})
    if too_large := [reading for reading in readings if abs(reading.value) >= TOO_LARGE]:
        problems.error(
            _(
                "“%(metric)s” for %(month)s is too large: the limit is 14 digits before the "
                "decimal point. Check the amounts."
            )
            % {"metric": too_large[0].metric, "month": f"{too_large[0].month:%Y-%m}"},
            None,
            header.name("amount"),
        )
        return Parsed(problems, header.kind)
    parsed = Parsed(problems, header.kind, readings, date_order=lines.date_order)
    with_readings = set(Reading.objects.filter(metric__team=team).values_list("metric", flat=True).distinct())
    for measure, metric in of_measure.items():
        with override(team.language):
            parsed.definitions[metric.name] = metric.definition or str(DEFINITIONS[measure])
        _take_metric(parsed, measure, metric, has_readings=metric.pk in with_readings)
    return parsed


def _take_metric(parsed: Parsed, measure: Measure, metric: Metric, *, has_readings: bool) -> None:
    """Put a metric of order lines among those to be made or changed; with readings it keeps its own rules."""
    is_archived, has_key = metric.removed_at is not None, metric.key == KEYS[measure]
    metric.key = KEYS[measure]
    if not has_readings:
        metric.definition = parsed.definitions[metric.name]
        if measure is Measure.REPURCHASE:
            metric.aggregation = Metric.Aggregation.LAST
    if metric.pk is None:
        parsed.new_metrics.append(metric)
    elif is_archived or not has_key or not has_readings:
        parsed.changed_metrics.append(metric)


def _is_whole_history(team: Team, choices: Choices, problems: Problems) -> bool:
    """Whether the orders are read as all that there ever were: as was chosen, else those of a team's first file."""
    is_whole = choices.is_whole_history
    if is_whole is None:
        is_whole = not Import.objects.filter(team=team, kind=Import.Kind.ORDERS).exists()
    if is_whole:
        problems.warn(
            _(
                "The file was read as the full order history: a customer is new in the month of "
                "their first order in it."
            )
        )
    else:
        problems.warn(
            _(
                "The file was read as part of the order history: customers, new customers and "
                "repurchase rate were not calculated."
            )
        )
    return is_whole
