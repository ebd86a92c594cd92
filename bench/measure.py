"""The statistics: medians of samples taken in turn, and their ratio."""

import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from math import inf
from statistics import median, quantiles

Clocks = Mapping[str, Callable[[], float]]
Samples = dict[str, list[float]]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def race(clocks: Clocks, rounds: int = 5, until: float = inf, warm_up: int = 0) -> Samples:
    """The samples of each clock, one a round, in which they take turns in an order of chance.

    As many rounds as asked for, or as fit in until the monotonic time `until`; the first `warm_up` are not counted.
    """
    samples: Samples = {name: [] for name in clocks}
    for _round in range(warm_up + rounds):
        if time.monotonic() >= until:
            break
        for name in random.sample(list(clocks), len(clocks)):
            samples[name].append(clocks[name]())
    return {name: values[warm_up:] for name, values in samples.items()}


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    return median(over) / median(under)


def say_ratio(what: str, over: Sequence[float], under: Sequence[float], unit: str, goal: float) -> None:
    """The ratio of two medians, and between which quartiles the ratios of the rounds lie."""
    first, _middle, third = quantiles([one / other for one, other in zip(over, under, strict=True)], n=4)
    sides = f"{median(over):9.2f} {unit} to {median(under):9.2f} {unit}"
    say(f"  {what:<42} {sides}: {ratio(over, under):.2f} ({first:.2f}–{third:.2f})  goal {goal:.2f} or less")
