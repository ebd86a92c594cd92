"""What a page costs on a slow line: bytes and requests, as the web server of `make run` sends them."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

from planner.models import Membership
from strategies.models import Strategy
from tests.browser.conftest import MANAGER
from tracking.models import Task

KB = 1000


@pytest.fixture
def fifty_tasks(plan, manager) -> Task:
    """A plan as large as plans get: 17 strategies and 50 tasks, in the words of working people."""
    owner = Membership.objects.get(user=manager)
    for number in range(17):
        strategy = Strategy.objects.create(
            plan=plan,
            order=number,
            title=f"Strategy {number}: win back customers who left",
            aim="raise repurchase",
            owner=owner,
            resources=f"budget {number},000 CNY (finance approves)",
            risk="engineering is short of people: may slip",
        )
        for order in range(3 if number else 2):
            task = Task.objects.create(
                strategy=strategy,
                order=order,
                description=f"Call {number * 7 + order} customers of last year",
                acceptance=f"A summary of {order + 1} pages and {number} names",
                owner=owner,
                start=plan.start,
                due=plan.end,
                status="in_progress",
                percent=order * 10,
            )
    assert Task.objects.count() == 50
    return task


def test_fifty_rows_are_12_kb_of_compressed_html(as_, manager, plan, fifty_tasks):
    html = as_(manager).get(f"/plans/{plan.pk}/tracking/").content

    assert html.count(b'id="task-') == 50
    assert len(gzip.compress(html, 6)) <= 12 * KB


def save(client, plan, table: str, key: str, **sent: str) -> bytes:
    """The answer to one saved cell; before any compression."""
    url = f"/plans/{plan.pk}/{table}/rows/{key}/"
    answer = client.post(url, sent, headers={"HX-Request": "true"})
    assert answer["X-Changed"] == "1"
    return answer.content


def test_a_saved_row_answers_with_3_kb(as_, manager, plan, status):
    sent = {"cell": "problems", "problems": "rain", "initial-problems": ""}
    answer = save(as_(manager), plan, "diagnose", f"metric-{status.rate.pk}", **sent)

    assert b"rain" in answer
    assert len(answer) <= 3 * KB


def test_a_saved_task_answers_with_its_row_and_its_strategys_of_3_kb_each(as_, manager, plan, fifty_tasks):
    sent = {"cell": "risk", "risk": "rain", "initial-risk": ""}
    answer = save(as_(manager), plan, "tracking", f"task-{fifty_tasks.pk}", **sent)

    assert b"rain" in answer
    _nothing, *rows = answer.split(b"<tr ")
    assert [len(row) <= 3 * KB for row in rows] == [True, True]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[str]:
    """The address of `manage.py serve` on a machine where nothing is yet: it makes the demo by itself."""
    var = tmp_path_factory.mktemp("var")
    ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "STATICFILES_STORAGE", "ALLOWED_HOSTS", "PORT"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {"DEBUG": "1", "HTTPS": "0", "SECRET_KEY": "weight", "VAR_DIR": str(var), "REDIS_URL": ""}
    env["DATABASE_URL"] = f"sqlite:///{var}/planner.sqlite3"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=settings.BASE_DIR,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout:
            if found := re.search(r"http://[\d.:]+", line):
                yield found[0]
                break
        else:
            pytest.fail("manage.py serve ended before it listened")
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    "address", ["/", "/team/", "", "diagnose/", "goals/", "resources/", "tracking/", "reviews/"]
)
def test_a_first_visit_takes_100_kb_and_8_requests(served, contexts, address):
    signing_in = contexts(base_url=served)
    page = signing_in.new_page()
    page.goto("/accounts/login/", timeout=60_000)  # the first page compiles every template of the shell
    page.get_by_label("Email").fill(MANAGER)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    plan = page.locator("main a[href^='/plans/']").filter(has_text="Q3 2023").first.get_attribute("href")

    # A profile of its own has nothing in its cache.
    fresh = contexts(base_url=served, storage_state=signing_in.storage_state()).new_page()
    requests = []
    fresh.on("requestfinished", lambda request: requests.append(request))
    fresh.goto(address if address.startswith("/") else f"{plan}{address}", wait_until="networkidle")
    weights = {each.url.removeprefix(served): each.sizes()["responseBodySize"] for each in requests}

    assert len(weights) <= 8, weights
    assert sum(weights.values()) <= 100 * KB, weights
