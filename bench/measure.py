"""The statistics: medians of interleaved samples, and how sure their ratio is. No clock, no request."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

# A thing measured against itself differs by no more than this, or the machine was too busy to measure on.
QUIET = (0.93, 1.07)
RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two medians, and the interval that holds 95 % of its bootstrap resamples."""

    value: float
    low: float
    high: float

    @property
    def is_quiet(self) -> bool:
        """Whether two measurements of one thing agree."""
        return QUIET[0] <= self.value <= QUIET[1]


@dataclass(frozen=True, slots=True)
class Spread:
    """Samples in short: their count, median and quartiles, in the samples' unit."""

    count: int
    middle: float
    first: float
    third: float


def spread(samples: Sequence[float]) -> Spread:
    """Raises StatisticsError for fewer than two samples."""
    first, middle, third = quantiles(samples, n=4, method="inclusive")
    return Spread(len(samples), middle, first, third)


def ratio(over: Sequence[float], under: Sequence[float], seed: int = 1) -> Ratio:
    """median(over) ÷ median(under); the samples of both stand in the order of their rounds.

    The bootstrap draws whole rounds, so that what slowed a round down weighs on both sides of it.
    """
    if len(over) != len(under):
        raise ValueError(f"{len(over)} samples cannot be paired with {len(under)}.")
    chance = random.Random(seed)
    rounds = range(len(over))
    found = []
    for _again in range(RESAMPLES):
        drawn = chance.choices(rounds, k=len(rounds))
        found.append(median([over[n] for n in drawn]) / median([under[n] for n in drawn]))
    found.sort()
    return Ratio(
        median(over) / median(under), found[RESAMPLES * 25 // 1000], found[RESAMPLES * 975 // 1000 - 1]
    )
