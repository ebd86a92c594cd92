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
PASSING = re.compile(rf'(?<=")\w{{64}}(?=")|(?<=nonce=")[^"]+|(?<={WORDS})\d+|/bench(?=/)')
RESULTS = (
    ("page of 50 tasks of 1,000: ours ÷ bare", "page", "page bare", 1.50),
    ("page of 50 tasks of 10,000: ours ÷ bare", "large", "large bare", 1.50),
    ("saving one task: ours ÷ bare", "save", "save bare", 1.50),
    ("growth of ours from 1,000 to 10,000 tasks", "large", "page", 1.15),
    ("growth of the bare page, to compare", "large bare", "page bare", 1.15),
)
Ask = Callable[[], Answer]


def run(_folder: Path, *, quick: bool) -> None:
    small, large, task, session = data.make_plans()
    with serving() as port:
        browser = Browser(port, session)
        asks = _asks(browser, small, large, task)
        if all(_are_alike(name, asks) for name in ("page", "large", "save")):
            _measure(browser, asks, *(QUICK if quick else FULL))


def _asks(browser: Browser, small: int, large: int, task: Task) -> dict[str, Ask]:
    """Every request by its name."""
    numbers, written = count(1), [task.risk]

    def page(path: str) -> Answer:
        answer = browser.ask(path)
        if answer[1].count('<tr id="task-') != 50:
            sys.exit(f"Nothing was measured: {path} does not show 50 tasks.")
        return answer

    def save(path: str) -> Answer:
        """Another risk of one task, each time in words of the same length."""
        words = f"{WORDS}{next(numbers):06}"
        answer = browser.ask(path, {"cell": "risk", "risk": words, "initial-risk": written.pop()})
        if f'data-v="{words}"' not in answer[1] or answer[1].count("<tr ") != 2:
            sys.exit(f"Nothing was measured: {path} does not show the saved task and its strategy.")
        written.append(words)
        return answer

    asks: dict[str, Ask] = {}
    for name, plan in (("page", small), ("large", large)):
        asks[name] = partial(page, f"/plans/{plan}/tracking/")
        asks[f"{name} bare"] = partial(page, f"/bench/plans/{plan}/tracking/")
    asks["save"] = partial(save, f"/plans/{small}/tracking/rows/task-{task.pk}/")
    asks["save bare"] = partial(save, f"/bench/plans/{small}/tasks/{task.pk}/")
    return asks


def _are_alike(name: str, asks: dict[str, Ask]) -> bool:
    """Whether the bare answer is ours; says where it is not."""
    ours, bare = (PASSING.sub("", asks[each]()[1]) for each in (name, f"{name} bare"))
    say(f"{name}: {len(ours.encode()):,} bytes of ours, {len(bare.encode()):,} of the bare answer")
    pieces = [re.sub(r"\s+", " ", f"{html}<end>").replace("<", "\n<").split("\n") for html in (ours, bare)]
    for one, other in zip(*pieces, strict=False):
        if one != other:
            say(f"VOID: “{one}” of ours is “{other}” in the bare answer. Bring bench/patterns.py up to date.")
            return False
    return True


def _measure(browser: Browser, asks: dict[str, Ask], attempts: int, lasts: float) -> None:
    """Measure, up to so many times, until each thing compared with itself comes out alike."""
    clocks = {name: lambda ask=ask: ask()[0] for name, ask in asks.items()}
    twins = {f"{name} ÷ itself": name for name in ("page", "page bare", "save", "save bare")}
    clocks |= {twin: clocks[name] for twin, name in twins.items()}
    for _attempt in range(attempts):
        browser.connection.close()  # the first one waits for acknowledgements: each attempt has its own
        samples = race(clocks, sys.maxsize, time.monotonic() + lasts, warm_up=1)
        itself = {twin: ratio(samples[twin], samples[name]) for twin, name in twins.items()}
        say(
            f"\n{len(samples['save'])} rounds: "
            + ", ".join(f"{twin} {it:.2f}" for twin, it in itself.items())
        )
        if all(QUIET[0] <= it <= QUIET[1] for it in itself.values()):
            for words, over, under, goal in RESULTS:
                say_ratio(words, samples[over], samples[under], "ms", goal)
            return
    say(f"VOID: something compared with itself left {QUIET[0]}–{QUIET[1]}: this machine is too busy now.")
