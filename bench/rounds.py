"""What is asked, and the rounds in which everything is asked once, in an order of chance."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count

from bench.client import Answer, Browser, WrongAnswer
from bench.data import Made

# What a saving writes, with a number behind it.
WORDS = "the agency may be late, week "

Asks = dict[str, Callable[[], Answer]]
Samples = dict[str, list[float]]


def asks(browser: Browser, made: Made) -> Asks:
    """Every request by its name; a twin is the same once more, to compare a thing with itself."""
    ours, bare = "/plans/{}/tracking/", "/bench/plans/{}/tracking/"
    saving = Saving(browser, made)
    return {
        "page": lambda: page(browser, ours.format(made.small)),
        "page twin": lambda: page(browser, ours.format(made.small)),
        "page bare": lambda: page(browser, bare.format(made.small)),
        "page bare twin": lambda: page(browser, f"/bench/twin/plans/{made.small}/tracking/"),
        "large": lambda: page(browser, ours.format(made.large)),
        "large bare": lambda: page(browser, bare.format(made.large)),
        "save": saving.ours,
        "save twin": saving.ours,
        "save bare": lambda: saving.bare("/bench"),
        "save bare twin": lambda: saving.bare("/bench/twin"),
    }


def page(browser: Browser, path: str) -> Answer:
    answer = browser.get(path)
    rows = answer.html.count('<tr id="task-')
    if rows != 50:
        raise WrongAnswer(f"{path} shows {rows} tasks instead of 50.")
    return answer


class Saving:
    """Writes the risk of one task again and again, each time with words of the same length."""

    def __init__(self, browser: Browser, made: Made) -> None:
        self._browser, self._made, self._numbers = browser, made, count(1)
        self._written = made.risk

    def ours(self) -> Answer:
        made = self._made
        return self._save(f"/plans/{made.small}/tracking/rows/task-{made.task}/")

    def bare(self, base: str) -> Answer:
        made = self._made
        return self._save(f"{base}/plans/{made.small}/tasks/{made.task}/")

    def _save(self, path: str) -> Answer:
        words = f"{WORDS}{next(self._numbers):06}"
        fields = {"cell": "risk", "risk": words, "initial-risk": self._written}
        answer = self._browser.post(path, fields)
        if f'data-v="{words}"' not in answer.html or answer.html.count("<tr ") != 2:
            raise WrongAnswer(f"{path} has not answered with the saved task and its strategy.")
        self._written = words
        return answer


def measure(asks: Asks, until: float, warm_up: int, chance: random.Random) -> Samples:
    """Milliseconds by name, one a round; as many rounds as fit in until the monotonic time `until`.

    The first `warm_up` rounds, which fill the caches of the server, are not counted.
    """
    samples: Samples = {name: [] for name in asks}
    begun = 0
    while time.monotonic() < until:
        begun += 1
        order = list(asks)
        chance.shuffle(order)
        taken = {name: asks[name]().ms for name in order}
        if begun > warm_up:
            for name, ms in taken.items():
                samples[name].append(ms)
    return samples
