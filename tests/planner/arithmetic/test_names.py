"""Names are compared as people read them (Decision 18)."""

import pytest

from planner.arithmetic.names import LONGEST_KEY, name_key


@pytest.mark.parametrize(
    "spelled",
    [
        "East",
        "EAST",
        "east ",
        " East",
        "Ｅａｓｔ",
        "E a s t",
        "East\u200b",
        "E\u00a0ast",
        "\ufeffEast",
        "Ea\u00adst",
        "East\t\n",
        "Ea\u3000st",
    ],
)
def test_what_people_read_as_east_is_one_name(spelled):
    assert name_key(spelled) == "east"


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("Straße", "STRASSE"),
        ("Café", "Cafe\u0301"),
        ("华东 区", "华东区"),
        ("ﾊﾟ", "パ"),
        ("İzmir", "i\u0307zmir"),
        ("Ⅳ", "iv"),
    ],
)
def test_two_spellings_of_one_name_are_one(one, another):
    assert name_key(one) == name_key(another)


@pytest.mark.parametrize(
    ("one", "another"),
    [("East", "Eastern"), ("华东", "华南"), ("A-B", "AB"), ("Cafe", "Café"), ("A 1", "A 2")],
)
def test_two_names_stay_two(one, another):
    assert name_key(one) != name_key(another)


def test_a_key_is_its_own_key_and_fits_its_column():
    for name in ("ŉ", "ﷺ" * 80, "ΐ" * 80, "İ" * 80, "ẞ" * 80):
        assert name_key(name_key(name)) == name_key(name)
        assert len(name_key(name)) <= LONGEST_KEY


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3000", "\u200d\u00ad"])
def test_what_cannot_be_seen_has_no_key(name):
    assert name_key(name) == ""
