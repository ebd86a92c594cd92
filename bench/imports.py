"""A million order lines: our strict reading against a plain pandas read-and-group of the same file.

Each reading runs in a process of its own, so that its time and its highest memory are its own.
"""

import datetime as dt
import random
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from bench.measure import race, say, say_ratio, seconds


def run(folder: Path, *, quick: bool) -> None:
    lines, path = 100_000 if quick else 1_000_000, folder / "orders.csv"
    _write(path, lines)
    memory: dict[str, list[float]] = {"ours": [], "plain": []}
    sales = set()

    def read(what: str) -> float:
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            duration, memory_used, total = process.submit(_read, what, path).result()
        memory[what].append(memory_used)
        sales.add(total)
        return duration

    samples = race({what: partial(read, what) for what in memory})
    if len(sales) > 1:
        sys.exit("VOID: the two readings do not come to the same sum.")
    say(f"\nreading {lines:,} order lines: ours ÷ plain pandas")
    say_ratio("time", samples["ours"], samples["plain"], "s", 1.50)
    say_ratio("highest memory", memory["ours"], memory["plain"], "MB", 1.20)


def _write(path: Path, lines: int) -> None:
    chance, first = random.Random(20_261_125), dt.date(2021, 1, 1)
    with path.open("w") as file:
        file.write("Order ID,Order Date,Customer ID,Region,Product Line,Amount\n")
        number = written = 0
        while written < lines:
            number += 1
            day = first + dt.timedelta(days=chance.randrange(1800))
            head = f"SO-{number:08},{day},C{chance.randrange(40_000):06},{chance.choice('NSEW')}"
            for _line in range(min(chance.randint(1, 4), lines - written)):
                file.write(f"{head},{chance.choice('ABCDE')},{chance.randrange(100, 999_999) / 100:.2f}\n")
                written += 1


def _read(what: str, path: Path) -> tuple[float, float, str]:
    """Seconds, megabytes and the sum of the sales, in a process that does nothing else."""
    import django
    import pandas  # noqa: F401  # loaded before the clock starts, as in a worker that has imported before

    if what == "ours":
        django.setup()
    totals: list[str] = []
    duration = seconds(lambda: totals.append((_ours if what == "ours" else _plain)(path)))
    return duration, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, totals[0]  # from kB


def _ours(path: Path) -> str:
    from planner.models import Team
    from planner.readings.imports.pipeline import Choices, parse

    parsed = parse(path, Team.objects.create(name="East"), Choices(is_whole_history=True))
    return f"{parsed.totals()['Total sales']:.2f}"


def _plain(path: Path) -> str:
    import pandas as pd

    frame = pd.read_csv(path, parse_dates=["Order Date"])
    frame["month"] = frame["Order Date"].dt.to_period("M")
    for by in (["month"], ["month", "Region"], ["month", "Product Line"]):
        groups = frame.groupby(by)
        sales = groups["Amount"].sum()
        groups["Order ID"].nunique()
        groups["Customer ID"].nunique()
    return f"{sales.sum():.2f}"
