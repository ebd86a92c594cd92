"""A million order lines: our strict reading against a plain pandas read-and-group of the same file.

Each reading runs in a process of its own, so that its time and its highest memory are its own.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROUNDS = 5
Say = Callable[[str], object]
MEGABYTE = 1024  # ru_maxrss counts in kB


def run(folder: Path, quick: bool, say: Say) -> None:
    """Write the file, read it in turn, and say the ratios."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    lines = 100_000 if quick else 1_000_000
    path = folder / "orders.csv"
    _write(path, lines)
    found: dict[str, list[dict[str, float]]] = {"ours": [], "plain": []}
    for _round in range(ROUNDS):
        for what in found:
            command = [sys.executable, "-m", "bench.imports", what, str(path)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True)
            found[what].append(json.loads(answer.stdout))
    if len({run["sales"] for runs in found.values() for run in runs}) > 1:
        say("VOID: the two readings do not come to the same sum.\n")
        return
    say(f"\nreading {lines:,} order lines\n")
    for name, unit, goal in (("seconds", "s", "1.50"), ("memory", "MB", "1.20")):
        ours, plain = (median(run[name] for run in found[what]) for what in ("ours", "plain"))
        say(
            f"  {name:<28} {ours:9.2f} {unit} to {plain:.2f} {unit}: {ours / plain:.2f}  goal {goal} or less\n"
        )


def _write(path: Path, lines: int) -> None:
    chance = random.Random(20_261_125)
    first = dt.date(2021, 1, 1)
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


def _ours(path: Path) -> str:
    from planner.models import Team
    from planner.readings.imports.pipeline import Choices, parse

    parsed = parse(path, Team.objects.create(name="East"), Choices(is_whole_history=True))
    return f"{parsed.totals()['Total sales']:.2f}"


def _main(what: str, path: Path) -> None:
    import pandas  # noqa: F401  # loaded before the clock starts, as in a worker that has imported before

    if what == "ours":
        import django

        django.setup()
    began = time.perf_counter()
    sales = (_plain if what == "plain" else _ours)(path)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    print(json.dumps({"seconds": seconds, "memory": memory, "sales": float(sales)}))  # noqa: T201  # its answer


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
