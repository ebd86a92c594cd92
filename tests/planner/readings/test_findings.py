import json
from dataclasses import replace

from planner.readings.findings import Findings, Months
from planner.readings.save import Saved
from planner.spreadsheets.problems import Problem

FOUND = Findings(
    kind="readings",
    sheets=["May"],
    columns={"month": "Month"},
    readings=3,
    counted=Saved(1, 2, 0),
    months=Months(["May 2026"], []),
    errors=[Problem("“ten” is not a number.", "May", 7, "Value")],
    more=2,
    warnings=[Problem("The sheet “June” was skipped.")],
)


def kept(findings: Findings):
    return json.loads(json.dumps(findings.as_json()))


def test_what_was_found_comes_back_from_json_as_it_was():
    assert Findings.from_json(kept(FOUND)) == FOUND


def test_the_revision_that_undoes_a_saving_is_kept():
    saved = Findings.from_json(kept(replace(FOUND, counted=Saved(1, 2, 0, revision=7))))
    assert saved.counted is not None
    assert saved.counted.revision == 7


def test_of_a_file_that_is_not_read_yet_nothing_is_known():
    assert Findings.from_json({}) == Findings()


def test_what_another_release_has_kept_is_read_as_far_as_it_is_known():
    older = kept(FOUND) | {"counted": [1, 2, 0], "months": None, "at": "2026-07-15T12:00:00"}
    assert Findings.from_json(older) == replace(FOUND, counted=None, months=Months())


def test_work_that_stopped_leaves_one_error_and_what_was_recognised():
    with_single_error = FOUND.given_up("The work stopped.")
    assert with_single_error == replace(FOUND, errors=[Problem("The work stopped.")], more=0, warnings=[])
