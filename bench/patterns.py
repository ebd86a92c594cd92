"""The template of Table 3's rows, made by the product itself, so that no copy of its HTML is maintained.

A strategy and a task that exist nowhere, whose texts are variables of a template, pass through the product's own
table: what comes out is a template already. It is asked for once for every choice that may change how a row looks
(an owner or none, late or not …), and a cell that looks different asks with an `{% if %}`, as one written by hand
would. What no choice here knows of is found when the answers are compared (bench/pages.py).
"""

import datetime as dt
import re
from typing import Any

from django.db.models import CharField, Model, TextField
from django.utils import translation

from planner.arithmetic import formats
from planner.arithmetic.periods import end_of_week
from planner.models import Goal, Membership, Plan
from strategies.models import ServedGoal, Strategy
from tracking.models import Task
from tracking.table import TrackingTable

# What the strategy and the task are like, by the template's names: {"task.due": None}.
Facts = dict[str, Any]
# The questions of a template in their order, each with the facts to which it is the first to say yes; "" is the rest.
Choice = dict[str, Facts]

CELLS = re.compile(r"<tr[^>]*>|<td.*?</td>|</tr>")
WORDS = re.compile(r'(?<=>)[^<>]+(?=<)|(?<=aria-label=")[^"]+')
SHOWN = '{{% if {0}.year == day.year %}}{{{{ {0}|date:"j M" }}}}{{% else %}}{{{{ {0}|date:"j M Y" }}}}{{% endif %}}'
# What is a variable although no object holds a text for it, by its place in the HTML.
FIGURES = {
    "①": "{{ task.step }}",
    r"\d+/\d+": "{{ strategy.rolled.done }}/{{ strategy.rolled.total }}",
    r"\d+(?= overdue)": "{{ strategy.rolled.late }}",
    r"\d+(?= tasks)": "{{ strategy.count }}",
    r"\d+(?= days late)": "{{ task.late }}",
    r">{<": ">{{ NAME.owner.name|first }}<",
}


def rows_template(plan: Plan, member: Membership) -> str:
    """The template of the rows of `strategies`, each with its tasks in `strategy.shown`, as a page holds them."""
    with translation.override("en"):
        table = TrackingTable(plan, member)
        table.groups = lambda objects: objects  # type: ignore[method-assign,assignment,return-value]  # this table alone
        strategy = _row(table, "strategy", [*_common(Strategy, "strategy"), *_of_strategy(table.work_day)])
        task = _row(table, "task", [*_common(Task, "task"), *_of_task(table.work_day)])
    tasks = f"{{% for task in strategy.shown %}}{task}\n{{% endfor %}}"
    return f"{{% load i18n %}}{{% for strategy in strategies %}}{strategy}\n{tasks}{{% endfor %}}"


def _of_strategy(day: dt.date) -> list[list[Choice]]:
    cancelled: Choice = {"not strategy.rolled.total": {"task.status": "cancelled"}}
    served = [ServedGoal(goal=Goal(pk="{{ strategy.goals.0.pk }}", name="{{ strategy.goals.0 }}"))]
    return [
        [_either("strategy.aim", ""), {"strategy.goals": {"strategy.links": served}, "": {}}],
        [
            {"strategy.rolled.late": {"task.due": day - dt.timedelta(2)}, "": {}},
            _values(Strategy, "strategy.state"),
            cancelled | _values(Task, "task.status", "strategy.rolled.status"),
            {"strategy.rolled.note": {}, "": {"task.latest_note": ""}},
        ],
        [{"strategy.count == 1": {"count": 1}, "": {}}],
        [{"strategy.rolled.start": {}, "": {"task.start": None}}],
        [{"strategy.rolled.due": {}, "": {"task.due": None}}],
    ]


def _of_task(day: dt.date) -> list[list[Choice]]:
    not_begun = {"task.status": "in_progress", "task.percent": 0}
    dues = {"not task.due": None, "task.late == 1": day - dt.timedelta(1), "task.late": day - dt.timedelta(2)}
    dues |= {"task.due == day": day, "task.due > day and task.due <= sunday": end_of_week(day)}
    return [
        [_either("task.start", None)],
        [
            {question: {"task.due": due} for question, due in dues.items()} | {"": {}},
            {'task.status == "in_progress" and not task.percent': not_begun} | _values(Task, "task.status"),
            {"task.latest_note": {}, "": {"task.latest_note": ""}},
            _values(Strategy, "strategy.state"),
        ],
    ]


def _common(model: type[Model], name: str) -> list[list[Choice]]:
    """The owner, who may have left, and each text that may be empty."""
    owner = f"{name}.owner"
    names = {"pk": f"{{{{ {owner}.pk }}}}", "name": f"{{{{ {owner}.name }}}}"}
    former = Membership(**names, removed_at="2026-01-01")
    owners: Choice = {f"not {owner} and {name}.is_open": {}, f"not {owner}": {"task.status": "done"}}
    owners |= {f"{owner}.removed_at": {owner: former}, "": {owner: Membership(**names)}}
    return [[owners], *([_either(f"{name}.{text.name}", "")] for text in _texts(model) if text.blank)]


def _either(fact: str, empty: Any) -> Choice:
    is_open = f"{fact.partition('.')[0]}.is_open"  # what is over asks for nothing more
    return {fact: {}, is_open: {fact: empty}, "": {fact: empty, "task.status": "done"}}


def _values(model: type[Model], fact: str, subject: str = "") -> Choice:
    """A question for each value of a field with choices but the last, which is what is left."""
    field: Any = model._meta.get_field(fact.partition(".")[2])
    *others, (last, _label) = field.choices
    return {f'{subject or fact} == "{value}"': {fact: value} for value, _label in others} | {"": {fact: last}}


def _texts(model: type[Model]) -> list[Any]:
    return [f for f in model._meta.fields if isinstance(f, CharField | TextField) and not f.choices]


def _row(table: TrackingTable, name: str, groups: list[list[Choice]]) -> str:
    """The row's template. A cell depends on one group of choices at most: on the one that makes it longest."""
    cells_by_group = [_cells(table, name, choices, {}) for choices in groups]
    return "".join(max(cells, key=len) for cells in zip(*cells_by_group, strict=True))


def _cells(table: TrackingTable, name: str, choices: list[Choice], facts: Facts) -> list[str]:
    """The cells of the row, each with those questions that make a difference to it."""
    if not choices:
        return CELLS.findall(_html(table, name, facts))
    variants = [_cells(table, name, choices[1:], facts | chosen) for chosen in choices[0].values()]
    return [_with_questions(choices[0], cells) for cells in zip(*variants, strict=True)]


def _with_questions(choice: Choice, cells: tuple[str, ...]) -> str:
    if len(set(cells)) == 1:
        return cells[0]
    branches = [f"{{% elif {question} %}}{cell}" for question, cell in zip(choice, cells, strict=True)]
    source = "".join(branches).replace("{% elif", "{% if", 1).replace("{% elif  %}", "{% else %}")
    return f"{source}{{% endif %}}"


def _html(table: TrackingTable, name: str, facts: Facts) -> str:
    """The product's row of a strategy, or of its task, of which these facts hold."""
    strategy = _stand_in(Strategy, "strategy", facts)
    strategy._prefetched_objects_cache = {"served": facts.get("strategy.links", [])}
    days = {"task.start": dt.date(1999, 9, 9), "task.due": table.day + dt.timedelta(8)}
    defaults = {"task.strategy": strategy, "task.percent": "{{ task.percent }}", **days}
    task = _stand_in(Task, "task", defaults | facts)
    group: Any = (strategy, [task] * facts.get("count", 2), [(1, task)])
    html = str(table.rows_for([group])[name == "task"].labelled()).strip()
    for fact, default in days.items():
        if day := facts.get(fact, default):
            html = html.replace(str(day), f'{{{{ {fact}|date:"Y-m-d" }}}}')
            html = html.replace(f">{formats.day(day, 'en', table.day)}<", f">{SHOWN.format(fact)}<")
    for place, variable in FIGURES.items():
        html = re.sub(place, variable.replace("NAME", name), html)
    if name == "strategy":  # it shows of its tasks what is rolled up
        html = html.replace("task.", "strategy.rolled.").replace("latest_note", "note")
    return WORDS.sub(_translated, html)


def _stand_in(model: type[Model], name: str, facts: Facts) -> Any:
    """An object whose texts are the variables that show them, unless the facts say otherwise."""
    names = ["pk", "latest_note", *(field.name for field in _texts(model))]
    obj: Any = model()
    values = {f"{name}.{field}": f"{{{{ {name}.{field} }}}}" for field in names}
    for fact, value in (values | facts).items():
        if fact.startswith(f"{name}."):
            setattr(obj, fact.removeprefix(f"{name}."), value)
    return obj


def _translated(words: re.Match[str]) -> str:
    """Words as a template of two languages holds them, for the product looks them up as well."""
    text, names = words[0], re.findall(r"{{ (\S+) }}", words[0])
    if "{%" in text or not re.search(r"[A-Za-z]", re.sub(r"{{.*?}}", "", text)):
        return text
    arguments = " ".join(f"v{number}={name}" for number, name in enumerate(names))
    for number, name in enumerate(names):
        text = text.replace(name, f"v{number}")
    return f"{{% blocktranslate{' with ' if arguments else ''}{arguments} %}}{text}{{% endblocktranslate %}}"
