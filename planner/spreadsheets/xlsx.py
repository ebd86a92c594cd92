"""Tables as an Excel workbook that reads and prints like a business form, in Excel and in LibreOffice."""

import datetime as dt
import math
import re
from collections.abc import Sequence
from io import BytesIO
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from planner.spreadsheets.number_formats import DATE, number_format, shown_width
from planner.spreadsheets.sheets import Cell, Heading, Line, Number, Sheet, printable, text_width

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

# The creation date in the file: fixed, so that the same table gives the same bytes.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_FIRST_DAY_OF_EXCEL = dt.date(1900, 3, 1)  # before it, Excel counts a 29 February 1900, which did not exist
_LONGEST_TEXT = 32_767
_LONGEST_NAME = 31
_TALLEST_ROW = 409

_TITLE_ROW, _NOTE_ROW, _HEADING_ROW, _FIRST_ROW = range(4)
_CHOICES = "Choices"

_INK, _QUIET, _RULE, _TINT, _BAND = "#17201E", "#626C69", "#C9CAC1", "#CFE6E1", "#EFF6F4"
_TITLE_SIZE = 16
_FILTER_BUTTON = 3  # characters of a heading's width
_INDENT = 2  # characters of a cell's width
_PADDING = 3  # points


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """One workbook with a tab for each sheet, the same bytes for the same sheets.

    Numbers are numbers and days are days, with a format each; no text is a formula or a link. A cell holds
    a double, as every spreadsheet does: of more than 15 significant digits the rest are rounded, and a text
    beyond Excel's 32,767 characters ends in "…". A day before March 1900 is a text.

    Raises ValueError where a line has not as many cells as there are headings.
    """
    from xlsxwriter import Workbook  # here, so that a web process that exports nothing does not load it

    file = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(file, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        choices: dict[tuple[str, ...], int] = {}
        for sheet, name in zip(sheets, _tab_names(sheets), strict=True):
            _Tab(workbook, sheet, name, choices).write()
        if choices:
            _write_choices(workbook, choices)
    return file.getvalue()


def _tab_names(sheets: Sequence[Sheet]) -> list[str]:
    """Names that Excel accepts: at most 31 characters, some refused, each once whatever its capitals."""
    names: list[str] = []
    used_names = {"history", _CHOICES.lower()}
    for sheet in sheets:
        plain = re.sub(r"[\[\]:*?/\\\s]+", " ", printable(sheet.name))
        plain = re.sub("_(?=x[0-9A-Fa-f]{4}_)", " ", plain).strip(" '") or "1"
        name, number = _cut(plain, _LONGEST_NAME).strip(" '"), 1
        while name.lower() in used_names:
            number += 1
            ending = f" ({number})"
            name = _cut(plain, _LONGEST_NAME - len(ending)) + ending
        used_names.add(name.lower())
        names.append(name)
    return names


def _write_choices(workbook: "Workbook", choices: dict[tuple[str, ...], int]) -> None:
    """The hidden sheet for the drop-downs: a list may be long there, and an entry may hold a comma."""
    tab = workbook.add_worksheet(_CHOICES)
    tab.hide()
    for entries, column in choices.items():
        for row, entry in enumerate(entries):
            tab.write_string(row, column, _cell_text(entry))


class _Tab:
    """One sheet being written; rows and columns count from 0, as in XlsxWriter."""

    def __init__(
        self, workbook: "Workbook", sheet: Sheet, name: str, choices: dict[tuple[str, ...], int]
    ) -> None:
        self.workbook = workbook
        self.sheet = sheet
        self.choices = choices
        self.tab = workbook.add_worksheet(name)
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.last_column = len(sheet.headings) - 1
        self.last_row = _HEADING_ROW + len(sheet.lines) + sheet.blank_lines
        chinese = sheet.language.startswith("zh")
        self.font: dict[str, Any] = {
            "font_name": "Microsoft YaHei" if chinese else "Calibri",
            "font_size": 10 if chinese else 11,
        }
        self.widths = [self._needed_width(column) for column in range(self.last_column + 1)]
        self.line_height = 16.5 if chinese else 15

    def write(self) -> None:
        for column, width in enumerate(self.widths):
            self.tab.set_column(column, column, width)
        self._write_head()
        for row, line in enumerate(self.sheet.lines, _FIRST_ROW):
            self._write_line(row, line)
        for row in range(self.last_row - self.sheet.blank_lines + 1, self.last_row + 1):
            for column, heading in enumerate(self.sheet.headings):
                self._write_cell(row, column, heading.number, self._look(column, None, heading.wraps))
        self._set_up_entry()
        self._set_up_page()

    def _needed_width(self, column: int) -> int:
        """The width of a column in characters: a figure or a day that does not fit shows as ####."""
        heading = self.sheet.headings[column]
        figures = [line.cells[column] for line in self.sheet.lines if column < len(line.cells)]
        widths = [
            shown_width(figure, self.sheet.language)
            for figure in [heading.number, *figures]
            if isinstance(figure, Number)
        ]
        days = [len(DATE)] if heading.is_date else []
        return max(heading.width, *(width + _INDENT for width in widths + days), 1)

    def _format(self, **properties: Any) -> "Format":
        """A format is shared by all cells that look alike: their number in a workbook is limited."""
        properties = self.font | {"font_color": _INK} | properties
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(properties)
        return self.formats[key]

    def _write_head(self) -> None:
        centred = {"align": "center", "valign": "vcenter", "text_wrap": True}
        width = sum(self.widths)
        title = self._format(bold=True, font_size=_TITLE_SIZE, **centred)
        self._write_across(_TITLE_ROW, self.sheet.title, title)
        larger = _TITLE_SIZE / self.font["font_size"]
        lines = _lines(printable(self.sheet.title), width / larger)
        self._set_height(_TITLE_ROW, lines * larger + 0.5)
        self._write_across(_NOTE_ROW, self.sheet.note, self._format(**centred | {"font_color": _QUIET}))
        self._set_height(_NOTE_ROW, _lines(printable(self.sheet.note), width) + 0.5)

        look = self._format(bold=True, bg_color=_TINT, border=1, border_color=_RULE, **centred)
        lines = 1
        for column, heading in enumerate(self.sheet.headings):
            self._write_text(_HEADING_ROW, column, heading.label, look)
            lines = max(lines, _lines(printable(heading.label), self.widths[column] - _FILTER_BUTTON))
        self._set_height(_HEADING_ROW, lines + 0.5)

    def _write_across(self, row: int, text: str, look: "Format") -> None:
        if self.last_column > 0:  # XlsxWriter refuses to merge a single cell
            self.tab.merge_range(row, 0, row, self.last_column, "", look)
        self._write_text(row, 0, text, look)

    def _write_line(self, row: int, line: Line) -> None:
        lines = 1
        for column, (heading, cell) in enumerate(zip(self.sheet.headings, line.cells, strict=True)):
            wraps = heading.wraps and not line.band
            if isinstance(cell, str):
                needed = self._lines_of_cell(line, column, cell)
                wraps = wraps or needed > 1
                lines = max(lines, needed)
            self._write_cell(row, column, cell, self._look(column, cell, wraps, line.band))
        options = {"level": line.level}
        if lines > 1:
            self._set_height(row, lines, options)
        else:
            self.tab.set_row(row, None, None, options)

    def _lines_of_cell(self, line: Line, column: int, text: str) -> int:
        """A band's text that is too long for its cell runs on over the empty cells to its right."""
        text, room = printable(text), self.widths[column] - _INDENT
        if line.band:
            following = zip(self.widths[column + 1 :], line.cells[column + 1 :], strict=True)
            widths_beside = [width for width, _ in takewhile(lambda pair: pair[1] in (None, ""), following)]
            if _lines(text, room + sum(widths_beside)) == 1:
                return 1
        return _lines(text, room)

    def _look(self, column: int, cell: Cell, wraps: bool = False, band: bool = False) -> "Format":
        heading = self.sheet.headings[column]
        look: dict[str, Any] = {"border": 1, "border_color": _RULE, "valign": "top"}
        if band:  # one bar from edge to edge, over which its text runs on
            look |= {"left": int(column == 0), "right": int(column == self.last_column)}
            look |= {"bold": True, "bg_color": _BAND}
        figure = cell if isinstance(cell, Number) else heading.number if cell is None else None
        if figure:
            look |= {"align": "right", "num_format": number_format(figure, self.sheet.language)}
        elif isinstance(cell, dt.date) or (heading.is_date and cell is None):
            look |= {"align": "center", "num_format": DATE}
        else:
            look |= {"align": "left", "indent": 1, "text_wrap": wraps}
        if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")):
            look["quote_prefix"] = True  # else it would become a formula when somebody edits the cell
        return self._format(**look)

    def _write_cell(self, row: int, column: int, cell: Cell, look: "Format") -> None:
        if isinstance(cell, str):
            self._write_text(row, column, cell, look)
        elif isinstance(cell, Number):
            self._write_number(row, column, cell, look)
        elif cell is None:
            self.tab.write_blank(row, column, None, look)
        elif cell < _FIRST_DAY_OF_EXCEL:
            self.tab.write_string(row, column, cell.isoformat(), look)
        else:
            self.tab.write_datetime(row, column, cell, look)

    def _write_text(self, row: int, column: int, text: str, look: "Format") -> None:
        text = _cell_text(text)
        if not text:
            self.tab.write_blank(row, column, None, look)
        elif text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take such a text for its own mark-up; as a rich string it is written as text.
            self.tab.write_rich_string(row, column, look, text[0], look, text[1:], look)
        else:
            self.tab.write_string(row, column, text, look)

    def _write_number(self, row: int, column: int, number: Number, look: "Format") -> None:
        """A difference is stored in percentage points: no format multiplies without showing a per cent sign.

        Its formula may answer "" while a row is not filled in; hence the IFERROR.
        """
        value = None if number.value is None else float(number.value * (100 if number.difference else 1))
        if number.formula:
            formula = number.formula.replace("{row}", str(row + 1))
            if number.difference:
                formula = f'IFERROR(ROUND(({formula})*100,4),"")'
            self.tab.write_formula(row, column, "=" + formula, look, "" if value is None else value)
        elif value is None:
            self.tab.write_blank(row, column, None, look)
        else:
            self.tab.write_number(row, column, value, look)

    def _set_height(self, row: int, lines: float, options: dict[str, Any] | None = None) -> None:
        """Only for rows with several lines: a row with a set height does not grow with what is typed."""
        self.tab.set_row(row, min(lines * self.line_height + _PADDING, _TALLEST_ROW), None, options)

    def _set_up_entry(self) -> None:
        """Set up filters, drop-downs, folding and fixed headings, for reading and filling in."""
        self.tab.freeze_panes(_FIRST_ROW, 1)
        self.tab.autofilter(_HEADING_ROW, 0, self.last_row, self.last_column)
        self.tab.outline_settings(symbols_below=False)
        if self.last_row < _FIRST_ROW:
            return
        area = (_FIRST_ROW, 0, self.last_row, self.last_column)
        self.tab.ignore_errors({"number_stored_as_text": _a1(*area)})
        for column, heading in enumerate(self.sheet.headings):
            if rule := self._rule(heading):
                # A warning, not a stop: the planner itself checks what is imported.
                rule["error_type"] = "warning"
                self.tab.data_validation(_FIRST_ROW, column, self.last_row, column, rule)

    def _rule(self, heading: Heading) -> dict[str, Any]:
        if heading.choices:
            column = self.choices.setdefault(heading.choices, len(self.choices))
            source = _a1(0, column, len(heading.choices) - 1, column, absolute=True)
            return {"validate": "list", "source": f"={_CHOICES}!{source}"}
        if heading.is_date:
            return {"validate": "date", "criteria": ">=", "value": _FIRST_DAY_OF_EXCEL}
        return {}

    def _set_up_page(self) -> None:
        self.tab.set_landscape()
        self.tab.set_paper(9)  # A4
        self.tab.fit_to_pages(1, 0)
        self.tab.repeat_rows(_HEADING_ROW)
        self.tab.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.tab.center_horizontally()
        self.tab.set_footer("&L&9&A&R&9&P / &N", {"margin": 0.3})


def _a1(top: int, left: int, bottom: int, right: int, absolute: bool = False) -> str:
    from xlsxwriter.utility import xl_range, xl_range_abs

    area: str = (xl_range_abs if absolute else xl_range)(top, left, bottom, right)
    return area


def _cell_text(text: str) -> str:
    return _cut(printable(text), _LONGEST_TEXT)


def _cut(text: str, most: int) -> str:
    """At most `most` characters as Excel counts them, in UTF-16."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * most:
        return text
    return units[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"


def _lines(text: str, width: float) -> int:
    """An estimate of the lines that `text` takes, broken between words and between Chinese characters."""
    return sum(_lines_of_paragraph(paragraph, max(width, 1)) for paragraph in text.split("\n"))


def _lines_of_paragraph(paragraph: str, width: float) -> int:
    lines, used = 1, 0.0
    for piece in re.findall(r"[!-⹿]+|.", paragraph):
        length = text_width(piece)
        if piece.isspace():
            used = min(used + length, width)
            continue
        if used and used + length > width:
            lines, used = lines + 1, 0.0
        broken = max(math.ceil(length / width) - 1, 0)
        lines, used = lines + broken, used + length - broken * width
    return lines
