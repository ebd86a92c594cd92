"""Finds the part of the business for a name in a file."""

from __future__ import annotations

from collections.abc import Mapping

from planner.arithmetic.names import name_key
from planner.models import Segment, Team
from planner.models.names import by_name

# A dimension and a name: one part of the business.
Part = tuple[str, str]
WHOLE: Part = ("whole", "")
# The dimensions of the segments that files have columns for, each the field of its column.
SEGMENTS = ("region", "product_line", "channel", "sub_team")


class Parts:
    """The parts of the business by the names in a file: as the team calls them, else in their first spelling."""

    def __init__(self, known: Mapping[Part, str]) -> None:
        self._names = dict(known)

    @classmethod
    def of(cls, team: Team) -> Parts:
        """Those of a team; a renamed or merged segment answers to its earlier names."""
        return cls({place: segment.name for place, segment in segments_by_place(team).items()})

    def find(self, dimension: str, name: str) -> Part:
        """The part of that name, a new one where there is none."""
        name = name.strip()[:80]
        return dimension, self._names.setdefault((dimension, name_key(name)), name)


def segments_by_place(team: Team) -> dict[Part, Segment]:
    """The team's segments, even archived ones, by dimension and the key of each name that they answer to."""
    by_dimension: dict[str, list[Segment]] = {}
    for segment in Segment.with_removed.filter(team=team).order_by("pk"):
        by_dimension.setdefault(segment.dimension, []).append(segment)
    return {
        (dimension, key): segment
        for dimension, segments in by_dimension.items()
        for key, segment in by_name(segments).items()
    }
