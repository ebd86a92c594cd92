"""Only planner/changes.py writes what is recorded: whoever else did so would write past the history.

The rule reads the code. A call of a writing verb is fine in two cases: on the manager of a model that is not
recorded, named in the same expression (`Invitation.objects.create(…)`), and with arguments by position, which
`log.save(task)` takes and the verbs of Django's models do not. All others need a reason in ALLOWED.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from planner.models import Change, Recorded

CODE = ("planner", "strategies", "tracking", "reviews")
WRITER = "planner/changes.py"
# What may write by itself: file → call → why.
ALLOWED = {
    "planner/models/people.py": {"user.save": "a User is not recorded"},
    "planner/people.py": {
        "team.save": "a Team is not recorded",
        "waiting.update": "withdraws invitations, which are not recorded",
    },
    "planner/models/notices.py": {
        "cls.objects.waiting(now).filter(pk=pk).update": "claims a Notice, which is not recorded",
        "self.save": "a Notice is not recorded",
    },
    "planner/notices/ledger.py": dict.fromkeys(
        (
            "silent.update",
            "old.filter(tries=0).update",
            "old.update",
            "matching.update",
            "letter.save",
        ),
        "ends, claims or forgets Notices, which are not recorded",
    ),
    "planner/models/submissions.py": {
        "cls.objects.filter(created_at__lt=now - REMEMBERED).delete": "a Submission is not recorded"
    },
    "planner/web/submissions.py": dict.fromkeys(
        ("submission.delete", "submission.save"), "a Submission is not recorded"
    ),
    "planner/diagnose/gap_history.py": {
        "cursor.execute": "keeps GapPoints, which are not recorded, by one statement"
    },
    "tracking/alerts.py": {"cursor.execute": "inserts Alerts, which are not recorded, by one statement"},
    "planner/models/metrics.py": {
        "cls.objects.get_or_create": "begins a Segment, which a file brings without a line of its own"
    },
    "planner/models/readings.py": {
        **dict.fromkeys(
            (
                "self.update_or_create",
                "self.filter(metric=metric, month=month, segment=segment).delete",
            ),
            "puts typed Readings over imported ones; their Import is what is recorded",
        ),
    },
    "planner/pulses.py": dict.fromkeys(("failures.delete", "mended.delete"), "a JobFailure is not recorded"),
    "planner/models/staging.py": dict.fromkeys(
        ("cursor.execute", "cursor.executemany", "batch.delete"),
        "stages Readings and puts them in their places; their Import is what is recorded",
    ),
    "planner/readings/uploads.py": dict.fromkeys(
        (
            "upload.save",
            "row.filter(state__in=previous_states).update",
            "row.filter(state=state, worker='').update",
            "still_open.filter(worker='').update",
            "still_open.update",
            "row.update",
            "self._row.update",
            "waiting.update",
            "batch.delete",
            "upload.batch.delete",
        ),
        "an Upload and its Batch are not recorded",
    ),
    "planner/readings/save.py": dict.fromkeys(
        ("batch.save", "batch.delete", "without.update", "unknown.update"), "a Batch is not recorded"
    )
    | {"Segment.objects.bulk_create": "begins Segments, which a file brings without lines of their own"},
    "planner/views/notices.py": {"undelivered.update": "sets Notices aside, which are not recorded"},
    "planner/views/channels.py": {"form.save": "a Channel is not recorded"},
    "planner/views/accounts.py": {"user.save": "a User is not recorded"},
    "reviews/management/commands/demo.py": {"user.save": "a User is not recorded"},
    "reviews/demo/build.py": {
        "Progress.objects.bulk_update": "moves the demo's progress updates into the weeks before today"
    },
}
BY_KEYWORD = {"save", "create", "update", "delete"}
ALWAYS = {"get_or_create", "update_or_create", "bulk_create", "bulk_update", "save_base", "_raw_delete"}
VERBS = {*BY_KEYWORD, *ALWAYS} | {f"a{verb}" for verb in BY_KEYWORD | ALWAYS}


def recorded() -> set[str]:
    return {model.__name__ for model in apps.get_models() if issubclass(model, Recorded | Change)}


def free() -> set[str]:
    return {model.__name__ for model in apps.get_models()} - recorded()


def writes(source: str) -> Iterator[tuple[int, str]]:
    """Line and call of everything that may write something recorded."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        verb, model = node.func.attr, _model(node.func.value)
        if verb in ("execute", "executemany") and not _only_reads(node):
            yield node.lineno, ast.unparse(node.func)
        if verb not in VERBS or model in free():
            continue
        by_position = verb.removeprefix("a") in BY_KEYWORD and node.args
        if not by_position or _root(node.func.value) in recorded():
            yield node.lineno, ast.unparse(node.func)


def _model(node: ast.expr) -> str:
    """The class whose manager is asked, as in `Team.objects.filter(…)`; "" where the chain leaves it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id
    return ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _only_reads(node: ast.Call) -> bool:
    sql = node.args[0] if node.args else None
    return isinstance(sql, ast.Constant) and str(sql.value).lstrip().upper().startswith(("SELECT", "PRAGMA"))


def files() -> Iterator[tuple[str, str]]:
    for app in CODE:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(settings.BASE_DIR)), path.read_text(encoding="utf-8")


def test_only_the_change_log_writes_what_is_recorded():
    found = [
        f"{file}:{line}: {call}"
        for file, source in files()
        if file != WRITER
        for line, call in writes(source)
        if call not in ALLOWED.get(file, {})
    ]
    assert not found, "\n".join(["Write through changes.recording(), or say in ALLOWED why not:", *found])


def test_every_exception_is_still_needed():
    made = {(file, call) for file, source in files() for _line, call in writes(source)}
    assert [
        (file, call) for file, calls in ALLOWED.items() for call in calls if (file, call) not in made
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        "task.save()",
        "task.save(update_fields=['due'])",
        "Task.save(task)",
        "form.save()",
        "Task.objects.create(strategy=s)",
        "Task.objects.filter(pk=1).update(due=None)",
        "plan.goals.all().delete()",
        "Team.objects.get(pk=1).plans.update(name='')",
        "Plan.with_removed.bulk_create(plans)",
        "Change.objects.create(team=team)",
        "cursor.execute('UPDATE planner_plan SET name = 1')",
        "async def f():\n    await task.asave()",
    ],
)
def test_the_gate_sees_a_write_past_the_history(source):
    assert len(list(writes(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "log.save(task)",
        "Invitation.objects.create(membership=member)",
        "User.objects.filter(pk=1).exclude(pk=2).update(last_team=team)",
        "attrs.update({'a': 1})",
        "cursor.execute('SELECT 1')",
    ],
)
def test_the_gate_lets_pass_what_is_not_recorded(source):
    assert list(writes(source)) == []
