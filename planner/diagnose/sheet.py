"""Table 1 as a file: figures as numbers, gap and gap rate as formulas of them."""

from __future__ import annotations

from decimal import Decimal

from planner.arithmetic import gaps
from planner.arithmetic.formats import RATE
from planner.diagnose.standings import Standing
from planner.models import PlanMetric
from planner.spreadsheets.sheets import Heading, Line, Number

MONTHS_IN = {
    PlanMetric.TargetPeriod.MONTH.value: 1,
    PlanMetric.TargetPeriod.QUARTER.value: 3,
    PlanMetric.TargetPeriod.YEAR.value: 12,
}
# In a form to fill in nobody has said yet whether lower is better: a target is what improves on the current value.
BLANK_GAP = 'IF(OR(B{row}="",C{row}=""),"",ABS(C{row}-B{row}))'
# Nor what is a rate: where both figures are fractions, the gap rate is the required uplift, as for a rate.
BLANK_RATE = (
    'IF(OR(B{row}="",C{row}=""),"",'
    'IFERROR(ABS(C{row}-B{row})/IF(MAX(ABS(B{row}),ABS(C{row}))<=1,ABS(B{row}),ABS(C{row})),"–"))'
)


def headings(labels: dict[str, str]) -> tuple[Heading, ...]:
    """The columns of Table 1 by their labels."""
    return (
        Heading(labels["metric"], width=28),
        Heading(labels["current"], width=20, number=Number(None)),
        Heading(labels["target"], width=18, number=Number(None)),
        Heading(labels["gap"], width=16, number=Number(None, formula=BLANK_GAP)),
        Heading(labels["rate"], width=12, number=Number(None, RATE, formula=BLANK_RATE)),
        Heading(labels["problems"], width=56, wraps=True),
    )


def line(standing: Standing) -> Line:
    """One row; its formulas compare the current value with the target of a month (Decision 4 of the method)."""
    row, metric = standing.row, standing.row.metric
    scaled = standing.target is not None and row.target is not None and standing.target != row.target
    target = f"C{{row}}/{MONTHS_IN[row.target_period]}" if scaled else "C{row}"
    gap = f"{target}-B{{row}}" if metric.direction == gaps.Direction.HIGHER else f"B{{row}}-{target}"
    base = target if row.basis == gaps.Basis.SHORTFALL else "B{row}"
    known = 'OR(B{row}="",C{row}="")'
    return Line(
        (
            metric.name,
            Number(_exact(standing.current), metric.scale),
            Number(row.target, metric.scale),
            Number(
                _exact(standing.gap.gap),
                metric.scale,
                difference=metric.is_rate,
                formula=f'IF({known},"",{gap})',
            ),
            Number(
                _exact(standing.rate),
                RATE,
                formula=f'IF({known},"",IFERROR(({gap})/ABS({base}),"–"))',
            ),
            row.problems,
        )
    )


def _exact(value: Decimal | None) -> Decimal | None:
    """A computed figure as a file holds it: with the 6 decimals that are stored."""
    return None if value is None else round(value, 6)
