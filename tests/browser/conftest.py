"""Windows of a real browser on the real demo; whatever goes wrong in one of them fails its test."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from planner.models import Plan, PlanMetric, User
from tests.real_programs import chromium
from tracking.models import Task

MANAGER, REP = "manager@demo.example", "rep@demo.example"


@dataclass
class Trouble:
    """What went wrong in the windows of a test, apart from what the test brings about on purpose."""

    expected: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def expect(self, *words: str) -> None:
        """Let pass what contains one of these words, such as the status 422."""
        self.expected += words

    def watch(self, context: BrowserContext) -> None:
        # Chromium says refusals of the Content-Security-Policy and answers from 400 on in the console as well.
        context.on("console", lambda said: said.type == "error" and self.seen.append(said.text))
        context.on("weberror", lambda error: self.seen.append(str(error.error)))
        context.on("requestfailed", self._failed)

    def _failed(self, request: Request) -> None:
        # A page that is left drops what it was still asking for.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.seen.append(f"{request.method} {request.url}: {request.failure}")

    def unexpected(self) -> list[str]:
        return [said for said in self.seen if not any(word in said for word in self.expected)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps a loop in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield launched
        launched.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def contexts(browser, trouble) -> Iterator[Callable[..., BrowserContext]]:
    """contexts(**options) is a browser profile of its own, in English unless it says otherwise."""
    opened = []

    def open_context(**options) -> BrowserContext:
        context = browser.new_context(
            **{"locale": "en-US", "viewport": {"width": 1440, "height": 900}} | options
        )
        context.set_default_timeout(10_000)
        trouble.watch(context)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert trouble.unexpected() == []


@pytest.fixture
def window(contexts, live_server) -> Callable[..., Page]:
    """window(email, path) is a window in which that person is signed in, with cookies and options of its own."""

    def open_window(
        email: str | None, path: str, *, cookies: dict[str, str] | None = None, **options
    ) -> Page:
        context = contexts(base_url=live_server.url, **options)
        cookies = dict(cookies or {})
        if email:
            client = Client()
            client.force_login(
                User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend"
            )
            cookies["sessionid"] = client.cookies["sessionid"].value
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()])
        page = context.new_page()
        page.goto(path)
        return page

    return open_window


@pytest.fixture
def demo(transactional_db) -> SimpleNamespace:
    """The demo in the database: its quarter (Table 1 and 3 exact), its running plan, and rows by key."""
    call_command("demo", password="demo", stdout=io.StringIO())
    plans = Plan.objects.filter(team__name="East China sales").order_by("start")
    quarter, push = plans
    return SimpleNamespace(
        quarter=quarter,
        push=push,
        diagnose=f"/plans/{quarter.pk}/diagnose/",
        tracking=f"/plans/{quarter.pk}/tracking/",
        running=f"/plans/{push.pk}/tracking/",
        metric=lambda name: f"metric-{PlanMetric.objects.get(plan=quarter, metric__name=name).pk}",
        task=lambda plan, words: keys(Task.objects.get(strategy__plan=plan, description=words)),
    )


def keys(task: Task) -> SimpleNamespace:
    """The ids of the rows of a task and of its strategy."""
    return SimpleNamespace(key=f"task-{task.pk}", strategy_key=f"strategy-{task.strategy_id}")
