"""Finds the team's metric for a name in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache

from planner.arithmetic.names import name_key
from planner.readings.imports.units import NO_UNIT, Unit, split_unit

split_once = lru_cache(maxsize=1_000)(split_unit)


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """What an import needs of a metric: its name as the team writes it, its earlier ones, its kind and its unit."""

    name: str
    is_rate: bool
    is_money: bool = True
    unit: Unit = NO_UNIT
    old_names: tuple[str, ...] = ()


class Metrics:
    """The team's metrics by the keys of their names, and the chosen metric for other names in the file (`aliases`).

    `currency` is the code of the team's money.
    """

    def __init__(self, metrics: Iterable[KnownMetric], aliases: Mapping[str, str], currency: str) -> None:
        self.currency = currency
        metrics = list(metrics)
        self._metrics = {name_key(metric.name): metric for metric in metrics}
        for metric in metrics:
            for name in metric.old_names:
                self._metrics.setdefault(name_key(name), metric)
        self._aliases = {name_key(name): name_key(metric) for name, metric in aliases.items()}
        self.closest = cache(self._closest)

    def find(self, name: str) -> tuple[KnownMetric | None, Unit | None]:
        """The metric with that name, or with that name without the unit in its brackets, and the unit."""
        metric = self._metrics.get(name_key(name))
        if metric is not None:
            return metric, None
        short, unit = split_once(name)
        alias = self._aliases.get(name_key(name))
        if alias is None and unit is None:
            return None, None
        return self._metrics.get(alias or name_key(short)), unit

    def _closest(self, name: str) -> str:
        """The most similar name of a metric of the team; "" where none is similar."""
        matches = get_close_matches(name_key(split_once(name)[0]), self._metrics, n=1)
        return self._metrics[matches[0]].name if matches else ""
