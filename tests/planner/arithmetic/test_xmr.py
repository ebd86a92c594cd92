from decimal import Decimal
from random import Random

import pytest

from planner.arithmetic.xmr import FACTOR, usual_range

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rates of ten batches.
NIST = "49.6 47.6 49.9 51.3 47.8 51.2 52.6 52.4 53.6 52.1"


def values(text: str) -> list[Decimal]:
    return [Decimal(each) for each in text.split()]


def test_the_example_of_the_nist_handbook():
    limits = usual_range(values(NIST))
    figures = (limits.mean, limits.moving_range, limits.lower, limits.upper)
    assert [str(round(figure, 4)) for figure in figures] == ["50.8100", "1.8778", "45.8151", "55.8049"]


def test_a_value_beyond_the_limits_is_a_signal():
    limits = usual_range(values("100 98 103 101 99"))
    assert (limits.lower, limits.upper) == (Decimal("92.885"), Decimal("107.515"))
    assert not limits.holds(Decimal(70))
    assert limits.holds(limits.lower)
    assert limits.holds(limits.upper)


@pytest.mark.parametrize("count", range(5))
def test_fewer_than_five_values_have_no_usual_range(count):
    assert usual_range([Decimal(1)] * count) is None


def test_the_limits_move_and_grow_with_the_values():
    random = Random(1)
    for _case in range(200):
        series = [Decimal(random.randint(-1000, 1000)) for _value in range(random.randint(5, 30))]
        limits, moved = usual_range(series), usual_range([value + 100 for value in series])
        wider = usual_range([value * 3 for value in series])
        assert abs(moved.lower - limits.lower - 100) < Decimal("1e-20")
        assert abs((wider.upper - wider.mean) - 3 * FACTOR * limits.moving_range) < Decimal("1e-20")
        assert limits.lower <= limits.mean <= limits.upper
