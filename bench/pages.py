"""The page of Table 3 and the saving of one task: ours, and the bare views of bench/views.py.

The bare answers are held to ours before the clock starts: the same bytes but for tokens and white space.
"""

import re
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from bench import data
from bench.measure import race, ratio, say, say_ratio
from bench.server import Answer, Browser, serving
from tracking.models import Task

# How many attempts of how many seconds a run may take.
FULL, QUICK = (3, 25), (1, 10)
# A thing measured against itself differs by no more than this, or the machine was too busy to measure on.
QUIET = (0.93, 1.07)
# What a saving writes, with a number behind it.
WORDS = "the agency may be late, week "
# What differs from answer to answer: tokens, the numbers of savings, and where the bare views are.
PASSING = re.compile(rf'(?<=")\w{{32}}(?:\w{{32}})?(?=")|(?<=nonce=")[^"]+|(?<={WORDS})\d+|/bench(?=/)')
RESULTS = (
    ("page of 50 tasks of 1,000: ours ÷ bare", "page", "page bare", 1.50),
    ("page of 50 tasks of 10,000: ours ÷ bare", "large", "large bare", 1.50),
    ("saving one task: ours ÷ bare", "save", "save bare", 1.50),
    ("growth of ours from 1,000 to 10,000 tasks", "large", "page", 1.15),
    ("growth of the bare page, to compare", "large bare", "page bare", 1.15),
)
Fetch = Callable[[], Answer]


def run(_folder: Path, *, quick: bool) -> None:
    small, large, task, session = data.make_plans()
    with serving() as port:
        browser = Browser(port, session)
        fetchers = _fetchers(browser, small, large, task)
        if all(_are_alike(name, fetchers) for name in ("page", "large", "save")):
            _measure(browser, fetchers, *(QUICK if quick else FULL))


def _fetchers(browser: Browser, small: int, large: int, task: Task) -> dict[str, Fetch]:
    """Every request by its name."""
    numbers, texts = count(1), [task.risk]

    def page(path: str) -> Answer:
        answer = browser.fetch(path)
        if answer[1].count('<tr id="task-') != 50:
            sys.exit(f"Nothing was measured: {path} does not show 50 tasks.")
        return answer

    def save(path: str) -> Answer:
        """Another risk of one task, each time in words of the same length."""
        text = f"{WORDS}{next(numbers):06}"
        answer = browser.fetch(path, {"cell": "risk", "risk": text, "initial-risk": texts.pop()})
        if f'data-v="{text}"' not in answer[1] or answer[1].count("<tr ") != 2:
            sys.exit(f"Nothing was measured: {path} does not show the saved task and its strategy.")
        texts.append(text)
        return answer

    fetchers: dict[str, Fetch] = {}
    for name, plan in (("page", small), ("large", large)):
        fetchers[name] = partial(page, f"/plans/{plan}/tracking/")
        fetchers[f"{name} bare"] = partial(page, f"/bench/plans/{plan}/tracking/")
    fetchers["save"] = partial(save, f"/plans/{small}/tracking/rows/task-{task.pk}/")
    fetchers["save bare"] = partial(save, f"/bench/plans/{small}/tasks/{task.pk}/")
    return fetchers


def _are_alike(name: str, fetchers: dict[str, Fetch]) -> bool:
    """Whether the bare answer equals ours; prints the first difference."""
    ours, bare = (PASSING.sub("", fetchers[side]()[1]) for side in (name, f"{name} bare"))
    say(f"{name}: {len(ours.encode()):,} bytes of ours, {len(bare.encode()):,} of the bare answer")
    pieces = [re.sub(r"\s+", " ", f"{html}<end>").replace("<", "\n<").split("\n") for html in (ours, bare)]
    for one, other in zip(*pieces, strict=False):
        if one != other:
            say(f"VOID: “{one}” of ours is “{other}” in the bare answer. Bring bench/patterns.py up to date.")
            return False
    return True


def _measure(browser: Browser, fetchers: dict[str, Fetch], attempts: int, lasts: float) -> None:
    """Measure, up to so many times, until each thing compared with itself comes out alike."""
    clocks = {name: lambda fetch=fetch: fetch()[0] for name, fetch in fetchers.items()}
    twins = {f"{name} ÷ itself": name for name in ("page", "page bare", "save", "save bare")}
    clocks |= {twin: clocks[name] for twin, name in twins.items()}
    for _attempt in range(attempts):
        browser.connection.close()  # the first one waits for acknowledgements: each attempt has its own
        samples = race(clocks, sys.maxsize, time.monotonic() + lasts, warm_up=1)
        ratios = {twin: ratio(samples[twin], samples[name]) for twin, name in twins.items()}
        say(
            f"\n{len(samples['save'])} rounds: "
            + ", ".join(f"{twin} {value:.2f}" for twin, value in ratios.items())
        )
        if all(QUIET[0] <= value <= QUIET[1] for value in ratios.values()):
            for label, over, under, goal in RESULTS:
                say_ratio(label, samples[over], samples[under], "ms", goal)
            return
    say(f"VOID: something compared with itself left {QUIET[0]}–{QUIET[1]}: this machine is too busy now.")
