"""Recognises the header and its columns: names in English and Chinese, in any order, case and width."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from planner.arithmetic.names import name_key
from planner.readings.imports.units import NO_UNITS_ABOVE, Above, find_units
from planner.readings.imports.values import UnsureMonth, ValueRefused, read_month
from planner.spreadsheets.grids import Grid
from planner.spreadsheets.problems import Problems
from planner.words import listed

# Titles, notes and blank rows may be above the header; it is not searched for below this row.
DEEPEST_HEADER = 30


class Kind(StrEnum):
    """What a file holds."""

    READINGS = "readings"
    ORDERS = "orders"


CURRENCY = ("currency", "币种", "货币", "currencycode", "结算币种")
CHANNEL = ("channel", "saleschannel", "渠道", "销售渠道")
SUB_TEAM = ("subteam", "小组", "销售小组")
# The names of each field, the least ambiguous first, in the form of `plain`.
READING_FIELDS: dict[str, tuple[str, ...]] = {
    "month": ("month", "月份", "年月", "yearmonth", "月", "period", "期间", "统计月份", "date", "日期"),
    "metric": ("metric", "指标", "指标名称", "metricname", "kpi", "indicator", "项目"),
    "value": ("value", "数值", "值", "实际值", "actual", "amount", "数额"),
    "segment": ("segment", "细分", "分段", "维度", "分组"),
    "region": ("region", "地区", "区域", "大区", "area", "territory"),
    "product_line": ("productline", "产品线", "category", "品类", "产品类别", "产品", "product"),
    "channel": CHANNEL,
    "sub_team": SUB_TEAM,
    "unit": ("unit", "units", "单位", "计量单位"),
    "currency": CURRENCY,
    "weight": ("weight", "权重", "样本量", "基数", "denominator", "分母"),
    "source": ("source", "来源", "数据来源"),
    "note": ("note", "notes", "备注", "说明", "remark", "comment"),
}
ORDER_FIELDS: dict[str, tuple[str, ...]] = {
    "date": ("orderdate", "订单日期", "下单日期", "下单时间", "订单时间", "成交日期", "销售日期", "日期", "date"),
    "order": (
        "orderid", "ordernumber", "orderno", "订单id", "订单号", "订单编号", "订单编码", "单号", "order", "订单",
    ),
    "customer": (
        "customerid", "客户id", "客户编号", "客户号", "客户编码", "customernumber", "customerno", "customer",
        "客户", "customername", "客户名称", "客户名", "会员id", "买家",
    ),
    "amount": ("sales", "销售额", "amount", "金额", "销售金额", "订单金额", "成交金额", "total", "revenue", "实付金额"),
    "region": ("region", "地区", "区域", "大区", "area", "territory"),
    "product_line": ("productline", "产品线", "category", "品类", "产品类别", "类别", "产品"),
    "channel": CHANNEL,
    "sub_team": SUB_TEAM,
    "currency": CURRENCY,
}  # fmt: skip
FIELDS = {Kind.READINGS: READING_FIELDS, Kind.ORDERS: ORDER_FIELDS}
NEEDED = {Kind.READINGS: ("month", "metric", "value"), Kind.ORDERS: ("date", "order", "customer", "amount")}


@dataclass(frozen=True, slots=True)
class Header:
    """The recognised header: its row (from 0), the names as the file has them, and the column of each field."""

    row: int
    names: tuple[str, ...]
    kind: Kind
    columns: dict[str, int]
    # Wide tables: columns that are months, or metrics.
    months: dict[int, str]
    metrics: dict[int, str]
    # The units that the lines above it give for all figures.
    above: Above = NO_UNITS_ABOVE

    def name(self, field: str) -> str:
        """The field's header as the file has it."""
        return self.names[self.columns[field]]


def plain(header: str) -> str:
    """A header for comparison: the key of its name, without punctuation and bracketed text."""
    text = re.sub(r"[(\[【].*?[)\]】]", "", name_key(header))
    return re.sub(r"[_\-./:#·*]+", "", text)


def find_header(
    grid: Grid, kind: Kind | None, mapping: Mapping[str, str], problems: Problems
) -> Header | None:
    """The header of a sheet; None, with the reason among the problems, where no row fits."""
    best: Header | None = None
    for row, cells in enumerate(grid.head[:DEEPEST_HEADER]):
        for candidate_kind in [kind] if kind else [Kind.ORDERS, Kind.READINGS]:
            header = _header(row, cells, candidate_kind, mapping)
            if header and (best is None or _weight(header) > _weight(best)):
                best = header
    if best is None:
        problems.error(_no_header(kind, mapping))
        return None
    _check_mapping(best, mapping, problems)
    _check_twins(best, problems)
    above = grid.head[: best.row]
    if skipped := sum(any(cell.strip() for cell in cells) for cells in above):
        problems.warn(_("Rows skipped above the header: %(n)d.") % {"n": skipped}, best.row + 1)
    _warn_of_unused_columns(best, grid, problems)
    return replace(best, above=find_units(above))


def _warn_of_unused_columns(header: Header, grid: Grid, problems: Problems) -> None:
    """Warn of columns with values that are not used, in a table with months or metrics across."""
    if not header.months and not header.metrics:
        return
    used = {*header.columns.values(), *header.months, *header.metrics}
    below = grid.head[header.row + 1 :]
    width = max(map(len, [header.names, *below]))
    unused = [
        header.names[at] if at < len(header.names) and header.names[at] else _("column %(n)d") % {"n": at + 1}
        for at in range(width)
        if at not in used and any(row[at].strip() for row in below if at < len(row))
    ]
    if unused:
        problems.warn(
            _("Columns that are neither a month nor a metric were skipped: %(names)s.")
            % {"names": listed(unused, most=None)},
            header.row + 1,
        )


def _weight(header: Header) -> int:
    return len(header.columns) + len(header.months) + len(header.metrics)


def _header(row: int, cells: list[str], kind: Kind, mapping: Mapping[str, str]) -> Header | None:
    names = tuple(cell.strip() for cell in cells)
    columns = _columns(names, kind, mapping)
    if all(field in columns for field in NEEDED[kind]):
        return Header(row, names, kind, columns, {}, {})
    if kind is not Kind.READINGS or "value" in columns:
        return None
    months = {at: name for at, name in enumerate(names) if at not in columns.values() and _is_month(name)}
    if len(months) >= 2:
        columns.setdefault("metric", _first_text(names, columns, months))
        columns.pop("month", None)
        return Header(row, names, kind, columns, months, {}) if columns["metric"] >= 0 else None
    if "month" in columns and "metric" not in columns:
        taken = set(columns.values())
        metrics = {at: name for at, name in enumerate(names) if name and at not in taken}
        return Header(row, names, kind, columns, {}, metrics) if metrics else None
    return None


def _first_text(names: tuple[str, ...], columns: dict[str, int], months: dict[int, str]) -> int:
    """The first column without another meaning: in a table with months across it has the names of the metrics."""
    free = [at for at in range(len(names)) if at not in months and at not in columns.values()]
    return free[0] if free else -1


def _columns(names: tuple[str, ...], kind: Kind, mapping: Mapping[str, str]) -> dict[str, int]:
    """The column of each field: the one in the mapping, else the one with the least ambiguous name."""
    simple = [plain(name) for name in names]
    by_field: dict[str, int] = {}
    for field, header in mapping.items():
        plain_name = plain(header)
        if plain_name and plain_name in simple:
            by_field[field] = simple.index(plain_name)
    for field, words in FIELDS[kind].items():
        if field in mapping:
            continue
        for word in words:
            at = next(
                (i for i, name in enumerate(simple) if name == word and i not in by_field.values()), None
            )
            if at is not None:
                by_field[field] = at
                break
    return by_field


def _is_month(name: str) -> bool:
    if name.isdigit() and len(name) != 6:
        return False  # a number, not a month
    try:
        read_month(name)
    except UnsureMonth:
        return True
    except ValueRefused:
        return False
    return True


def _check_mapping(header: Header, mapping: Mapping[str, str], problems: Problems) -> None:
    for field, name in mapping.items():
        if field not in FIELDS[header.kind]:
            problems.error(
                _("“%(field)s” isn't a field of %(kind)s files. Available fields: %(fields)s.")
                % {"field": field, "kind": header.kind, "fields": listed(FIELDS[header.kind], most=None)}
            )
        elif name and field not in header.columns:
            problems.error(
                _("The file has no column “%(name)s” for %(field)s.") % {"name": name, "field": field},
                header.row + 1,
            )


def _check_twins(header: Header, problems: Problems) -> None:
    """Report two used columns with the same name as an error: it is unclear which one counts."""
    used = [*header.columns.values(), *header.months, *header.metrics]
    simple = [plain(name) for name in header.names]
    for at in used:
        if simple[at] and simple.count(simple[at]) > 1 and simple.index(simple[at]) == at:
            problems.error(
                _("Two columns are named “%(name)s”. Remove or rename one.") % {"name": header.names[at]},
                header.row + 1,
                header.names[at],
            )


def _no_header(kind: Kind | None, mapping: Mapping[str, str]) -> str:
    if kind is Kind.ORDERS:
        return _("No header row found. Order lines need the columns date, order, customer and amount.")
    if kind is Kind.READINGS:
        return _(
            "No header row found. Metric values need the columns month, metric and value, or "
            "months or metrics across the top."
        )
    return _(
        "No header row found. Metric values need the columns month, metric and value; "
        "order lines need date, order, customer and amount."
    )
