"""Table 1 as a file: figures as numbers, gap and gap rate as formulas of them."""

from __future__ import annotations

from decimal import Decimal

from planner.arithmetic import gaps
from planner.arithmetic.formats import RATE
from planner.arithmetic.periods import MONTHS_IN
from planner.diagnose.standings import Standing
from planner.spreadsheets.sheets import Column, Number

# A blank form does not know whether lower is better: the target is taken as the better value.
BLANK_GAP = 'IF(OR(B{row}="",C{row}=""),"",ABS(C{row}-B{row}))'
# Nor which metrics are rates: where both figures are fractions, the gap rate is the required uplift, as for a rate.
BLANK_RATE = (
    'IF(OR(B{row}="",C{row}=""),"",'
    'IFERROR(ABS(C{row}-B{row})/IF(MAX(ABS(B{row}),ABS(C{row}))<=1,ABS(B{row}),ABS(C{row})),"–"))'
)
# Whether gap and gap rate of a row can be computed.
KNOWN = 'OR(B{row}="",C{row}="")'


def columns(labels: dict[str, str]) -> tuple[Column[Standing], ...]:
    """The columns of Table 1 by their labels."""
    return (
        Column(labels["metric"], width=28, value_of=lambda standing: standing.row.metric.name),
        Column(labels["current"], width=20, number=Number(None), value_of=_current),
        Column(labels["target"], width=18, number=Number(None), value_of=_target),
        Column(labels["gap"], width=16, number=Number(None, formula=BLANK_GAP), value_of=_gap),
        Column(labels["rate"], width=12, number=Number(None, RATE, formula=BLANK_RATE), value_of=_rate),
        Column(labels["problems"], width=56, wraps=True, value_of=lambda standing: standing.row.problems),
    )


def _current(standing: Standing) -> Number:
    return Number(_rounded(standing.current), standing.row.metric.scale)


def _target(standing: Standing) -> Number:
    return Number(standing.row.target, standing.row.metric.scale)


def _gap(standing: Standing) -> Number:
    metric = standing.row.metric
    return Number(
        _rounded(standing.gap.gap),
        metric.scale,
        difference=metric.is_rate,
        formula=f'IF({KNOWN},"",{_gap_formula(standing)})',
    )


def _rate(standing: Standing) -> Number:
    base = _monthly_target(standing) if standing.row.basis == gaps.Basis.SHORTFALL else "B{row}"
    rate = f'IFERROR(({_gap_formula(standing)})/ABS({base}),"–")'
    return Number(_rounded(standing.rate), RATE, formula=f'IF({KNOWN},"",{rate})')


def _gap_formula(standing: Standing) -> str:
    target = _monthly_target(standing)
    is_higher_better = standing.row.metric.direction == gaps.Direction.HIGHER
    return f"{target}-B{{row}}" if is_higher_better else f"B{{row}}-{target}"


def _monthly_target(standing: Standing) -> str:
    """The target of a month, with which the current value is compared (Decision 4 of the method)."""
    row = standing.row
    scaled = standing.target is not None and row.target is not None and standing.target != row.target
    return f"C{{row}}/{MONTHS_IN[row.target_period]}" if scaled else "C{row}"


def _rounded(value: Decimal | None) -> Decimal | None:
    """A computed figure as a file holds it: with the 6 decimals that are stored."""
    return None if value is None else round(value, 6)
