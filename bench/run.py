"""One run: data, server, likeness, and up to three attempts at a quiet measurement."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from django.core.management import call_command

from bench import data, report
from bench.client import Browser
from bench.likeness import Likeness, compare
from bench.report import Say
from bench.rounds import Asks, asks, measure
from bench.server import serving

# Fewer rounds than these say nothing at all.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """How many seconds a run may take in all, how often it may try, and how many rounds warm the server up."""

    seconds: float
    attempts: int
    warm_up: int


FULL, QUICK = Pace(85, attempts=3, warm_up=3), Pace(13.5, attempts=1, warm_up=1)


def run(pace: Pace, began: float, say: Say) -> None:
    """`began` is the monotonic time at which the run began.

    Raises ServerFailed, WrongAnswer and OSError where nothing can be measured.
    """
    call_command("migrate", verbosity=0, interactive=False)
    with serving() as server:  # prepares itself while the data are made
        made = data.make()
        data.analyse()
        browser = Browser(server.port(), made.session)
        try:
            things = asks(browser, made)
            if report.say_likeness(_likeness(things), say):
                _measure(browser, things, pace, began + pace.seconds, say)
        finally:
            browser.close()


def _likeness(things: Asks) -> list[Likeness]:
    return [
        compare(words, things[ours]().html, things[bare]().html)
        for words, ours, bare in (
            ("page, 1,000 tasks", "page", "page bare"),
            ("page, 10,000 tasks", "large", "large bare"),
            ("saved rows", "save", "save bare"),
        )
    ]


def _measure(browser: Browser, things: Asks, pace: Pace, end: float, say: Say) -> None:
    chance = random.Random(20_231_001)
    for attempt in range(1, pace.attempts + 1):
        browser.close()  # each attempt has a connection of its own, kept alive
        now = time.monotonic()
        until = now + (end - now) / (pace.attempts - attempt + 1)
        samples = measure(things, until, pace.warm_up, chance)
        rounds = len(samples["page"])
        say(f"\nattempt {attempt}: {rounds} rounds in {time.monotonic() - now:.0f} s\n")
        if rounds >= FEWEST and report.say_controls(samples, say):
            report.say_results(samples, say)
            return
    report.say_void(say)
