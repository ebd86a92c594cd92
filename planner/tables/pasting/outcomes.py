"""What a paste does to each cell, for a preview and for saving: compared by a fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words


@dataclass(slots=True)
class Changed:
    """A cell that gets another text."""

    row: str
    column: str
    now: str
    new: str
    is_numeric: bool = False


@dataclass(slots=True)
class Failed:
    """A text that is left out, where it would go, and why; without a column the whole line."""

    line: int
    row: str
    column: str
    text: str
    sentence: str


@dataclass(slots=True)
class Added:
    """A new row: what it begins with, and what its cells get."""

    line: int
    row: str
    values: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What a paste does, or would do."""

    lines: int = 0
    columns: int = 0
    changed: list[Changed] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    # Headings of columns in which the block has texts for cells that follow from others.
    skipped: list[str] = field(default_factory=list)
    same: int = 0
    blank: int = 0
    beyond: int = 0
    has_heading: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for two outcomes that say the same."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()

    @property
    def changes_nothing(self) -> bool:
        return not (self.changed or self.added)

    @property
    def size(self) -> str:
        """How large the block is: 3 rows × 2 columns."""
        rows = ngettext("%(n)d row", "%(n)d rows", self.lines) % {"n": self.lines}
        columns = ngettext("%(n)d column", "%(n)d columns", self.columns) % {"n": self.columns}
        return f"{rows} × {columns}"

    @property
    def label(self) -> str:
        """What the button says that it does."""
        cells = ngettext("Change %(n)d cell", "Change %(n)d cells", len(self.changed)) % {
            "n": len(self.changed)
        }
        rows = ngettext("Add %(n)d row", "Add %(n)d rows", len(self.added)) % {"n": len(self.added)}
        if self.changed and self.added:
            both = ngettext(
                "%(cells)s and add %(n)d row", "%(cells)s and add %(n)d rows", len(self.added)
            ) % {"cells": cells, "n": len(self.added)}
            return self._with_failures(both)
        return self._with_failures(cells if self.changed else rows)

    def _with_failures(self, act: str) -> str:
        if not self.failed:
            return act
        text = ngettext(
            "%(act)s; %(n)d with an error is left out",
            "%(act)s; %(n)d with errors are left out",
            len(self.failed),
        )
        return text % {"act": act, "n": len(self.failed)}

    @property
    def done(self) -> str:
        """What was done, in words."""
        said = []
        if self.changed:
            n = len(self.changed)
            said.append(ngettext("%(n)d cell changed", "%(n)d cells changed", n) % {"n": n})
        if self.added:
            n = len(self.added)
            said.append(ngettext("%(n)d row added", "%(n)d rows added", n) % {"n": n})
        return words.listed(said)

    @property
    def notes(self) -> list[str]:
        """What is not changed, and why."""
        said: list[tuple[Any, str]] = [
            (
                self.same,
                ngettext(
                    "%(n)d cell already has this value.", "%(n)d cells already have these values.", self.same
                ),
            ),
            (
                self.blank,
                ngettext(
                    "%(n)d blank cell is left as it is.",
                    "%(n)d blank cells are left as they are.",
                    self.blank,
                ),
            ),
            (
                self.beyond,
                ngettext(
                    "%(n)d column lies beyond the last one of the table.",
                    "%(n)d columns lie beyond the last one of the table.",
                    self.beyond,
                ),
            ),
        ]
        notes = [text % {"n": n} for n, text in said if n]
        if self.skipped:
            names = words.listed(self.skipped, None)
            notes.append(_("Cells that are calculated are left as they are: %(names)s.") % {"names": names})
        if self.has_heading:
            notes.append(_("The headings in the first row are left out."))
        return notes
