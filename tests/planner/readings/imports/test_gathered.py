"""Many readings of a file take little memory, and none of them is lost or mixed up."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from decimal import Decimal

from django.conf import settings

from planner.readings.imports.cells import Cell
from planner.readings.imports.gathered import GatheredReadings, NewReading

EAST, WEST = ("region", "East"), ("region", "West")
MAY, JUNE = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


def cell(row: int, segment=EAST, source: str = "CRM", column: str = "value") -> Cell:
    return Cell(row, column, "", row, "metric", "", "month", "", segment, source=source)


def test_readings_come_back_as_they_were_added():
    readings = GatheredReadings()
    readings.append("Sales", MAY, cell(2), Decimal(5))
    at = readings.append("Rate", JUNE, cell(3, WEST, ""), Decimal(8))
    readings.set_value(at, Decimal("0.08"), (Decimal(16), Decimal(200)))
    readings.append("Sales", JUNE, cell(4, WEST), Decimal(7))
    assert list(readings) == [
        NewReading("Sales", MAY, EAST, Decimal(5), None, None, "CRM"),
        NewReading("Rate", JUNE, WEST, Decimal("0.08"), Decimal(16), Decimal(200), ""),
        NewReading("Sales", JUNE, WEST, Decimal(7), None, None, "CRM"),
    ]
    assert readings[-1] == readings[2]
    assert readings[1:] == list(readings)[1:]
    assert list(readings.twice()) == []


def test_what_is_there_twice_is_named_with_both_places():
    readings = GatheredReadings()
    for row, (metric, month, segment) in enumerate(
        [("A", MAY, EAST), ("A", JUNE, EAST), ("B", MAY, EAST), ("A", MAY, WEST), ("A", MAY, EAST)], start=2
    ):
        readings.append(metric, month, cell(row, segment, column=f"c{row}"), Decimal(row))
    readings.append("A", JUNE, cell(9), Decimal(9))
    assert [(reading.value, row, column, first) for reading, row, column, first in readings.twice()] == [
        (6, 6, "c6", 2),
        (9, 9, "value", 3),
    ]


READ = """
import re, sys
from pathlib import Path
import django; django.setup()
from planner.readings.imports.headers import find_header
from planner.readings.imports.metrics import KnownMetric, Metrics
from planner.readings.imports.parts import Parts
from planner.readings.imports.rates import Rates
from planner.readings.imports.readings import read_readings
from planner.spreadsheets import files
from planner.spreadsheets.problems import Problems
grid, problems = files.read(Path(sys.argv[1]))[0], Problems()
header = find_header(grid, None, {}, problems)
metrics = Metrics([KnownMetric("A", False), KnownMetric("B", False)], {}, "CNY")
parsed = read_readings(grid, header, metrics, Parts({}), Rates({}, {}), False, problems)
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(len(parsed.readings), len(problems.errors), int(peak) // 1024)
"""


def test_a_large_csv_takes_little_memory(tmp_path):
    """8 MB with 200,000 values: 200 bytes for each at most. As objects they took 900."""
    path = tmp_path / "large.csv"
    path.write_text(
        "month,metric,region,value\n"
        + "".join(
            f"{2010 + month // 12}-{month % 12 + 1:02d},{metric},Region {region},{region * 1000 + month}.25\n"
            for metric in "AB"
            for region in range(1000)
            for month in range(100)
        )
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "planner.settings", "DEBUG": "1", "SECRET_KEY": ""}
    env["VAR_DIR"] = str(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        check=True,
    )
    count, errors, peak = map(int, run.stdout.split())
    assert (count, errors) == (200_000, 0)
    assert peak < 130, "in MB; Python and Django alone take 60 to 70"
