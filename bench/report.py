"""What a run says: ratios beside their goals, or that it is void."""

from __future__ import annotations

from collections.abc import Callable

from bench.likeness import MOST, Likeness
from bench.measure import QUIET, Ratio, ratio, spread
from bench.rounds import Samples

# Two things that are one, and have to come out alike.
CONTROLS = (
    ("the page itself", "page twin", "page"),
    ("the bare page itself", "page bare twin", "page bare"),
    ("the saving itself", "save twin", "save"),
    ("the bare saving itself", "save bare twin", "save bare"),
)
RESULTS = (
    ("page of 50 tasks of 1,000: ours ÷ bare", "page", "page bare", "goal 1.50 or less"),
    ("page of 50 tasks of 10,000: ours ÷ bare", "large", "large bare", "goal 1.50 or less"),
    ("saving one task: ours ÷ bare", "save", "save bare", "goal 1.50 or less"),
    ("growth of ours from 1,000 to 10,000 tasks", "large", "page", "goal 1.15 or less"),
    ("growth of the bare page", "large bare", "page bare", "to compare"),
)
NAMES = {
    "page": "page, 1,000 tasks, ours",
    "page bare": "page, 1,000 tasks, bare",
    "large": "page, 10,000 tasks, ours",
    "large bare": "page, 10,000 tasks, bare",
    "save": "saving, ours",
    "save bare": "saving, bare",
}
Say = Callable[[str], object]


def say_likeness(found: list[Likeness], say: Say) -> bool:
    """The sizes of the rows of both sides; False where they are too far apart to be compared."""
    say("HTML of the rows, in bytes:\n")
    for each in found:
        say(f"  {each.what}: ours {each.ours:,}, bare {each.bare:,}, {each.apart:.1%} apart\n")
        if each.difference:
            say(f"  NOT THE SAME WORDS: {each.difference}. Bring bench/templates up to date.\n")
    if unlike := [each.what for each in found if each.apart > MOST]:
        say(f"VOID: more than {MOST:.0%} apart ({', '.join(unlike)}). Bring bench/templates up to date.\n")
    return not unlike


def say_controls(samples: Samples, say: Say) -> bool:
    """How much each thing differs from itself; False where that is too much."""
    quiet = True
    for what, twin, one in CONTROLS:
        found = ratio(samples[twin], samples[one])
        say(f"  {what:<44} {shown(found)}{'' if found.is_quiet else '  too far from 1'}\n")
        quiet = quiet and found.is_quiet
    return quiet


def say_void(say: Say) -> None:
    say(
        f"VOID: something compared with itself left {QUIET[0]}–{QUIET[1]}, or there was time for too few "
        "rounds: this machine is too busy to measure on now. There are no ratios.\n"
    )


def say_results(samples: Samples, say: Say) -> None:
    say("\nmilliseconds                                     median  (quartiles)      samples\n")
    for name, words in NAMES.items():
        found = spread(samples[name])
        quartiles = f"({found.first:.1f}–{found.third:.1f})"
        say(f"  {words:<44} {found.middle:8.1f}  {quartiles:<15}  {found.count:7}\n")
    say("\nratios of medians                                 ratio  (95 % of resamples)\n")
    for words, over, under, goal in RESULTS:
        say(f"  {words:<44} {shown(ratio(samples[over], samples[under]))}  {goal}\n")


def shown(found: Ratio) -> str:
    """A ratio with its interval, as a line of the report ends."""
    return f"{found.value:8.2f}  ({found.low:.2f}–{found.high:.2f})"
