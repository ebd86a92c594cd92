"""The errors in a file, and the warnings for its owner."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# How many errors are listed; the others are counted.
MOST = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One error or warning with its place: row 1 is the file's first; row and column may be unknown."""

    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    # For a question that the page of an upload asks: the command's option that answers it.
    option: str = ""

    def as_json(self) -> dict[str, Any]:
        """The problem for a script, which gets no form: its message names the option."""
        plain = {name: asdict(self)[name] for name in ("sheet", "row", "column")}
        return {**plain, "message": self.for_script}

    @property
    def for_script(self) -> str:
        return f"{self.message} ({self.option})" if self.option else self.message


class Unreadable(Exception):
    """The file cannot be read at all; the message is a translated sentence."""


@dataclass(slots=True)
class Problems:
    """The errors and warnings of one file. With one error nothing is saved."""

    sheet: str | None = None
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    unlisted: int = 0

    def error(
        self, message: Any, row: int | None = None, column: str | None = None, *, option: str = ""
    ) -> None:
        if len(self.errors) >= MOST:
            self.unlisted += 1
            return
        self.errors.append(Problem(str(message), self.sheet, row, column, option))

    def warn(self, message: Any, row: int | None = None, column: str | None = None) -> None:
        self.warnings.append(Problem(str(message), self.sheet, row, column))
