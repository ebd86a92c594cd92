"""What is wrong with a file, and what was done that its owner should know."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# More than these nobody reads; the others are counted.
MOST = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing, where it stands: row 1 is the file's first; row and column may be unknown."""

    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: asdict(self)[name] for name in ("sheet", "row", "column", "message")}


class Unreadable(Exception):
    """A file of which nothing can be read; its message is a translated sentence."""


@dataclass(slots=True)
class Problems:
    """Everything that was found in one file. One error is enough to save nothing."""

    sheet: str | None = None
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    unlisted: int = 0

    def error(self, message: Any, row: int | None = None, column: str | None = None) -> None:
        if len(self.errors) >= MOST:
            self.unlisted += 1
            return
        self.errors.append(Problem(str(message), self.sheet, row, column))

    def warn(self, message: Any, row: int | None = None, column: str | None = None) -> None:
        self.warnings.append(Problem(str(message), self.sheet, row, column))
