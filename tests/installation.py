"""A whole installation of the product in processes of its own: web server, worker and beat, with real servers beside.

Run as `python -m tests.installation people|decided|sweep|states …` inside of it, it makes
people and says how the ledger stands.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from django.conf import settings

from tests.real_programs import free_port


class Browser:
    """Somebody at an installation: follows redirects, keeps cookies, and fills in forms."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
        """Status, page and headers; the page's own address is in the header that is called Address."""
        body = urlencode(data).encode() if data else None
        try:
            answer = self._opener.open(Request(self.address + path, body), timeout=30)
        except HTTPError as error:
            answer = error
        headers = {**answer.headers, "Address": answer.url.removeprefix(self.address)}
        return answer.status, answer.read().decode(), headers

    def post(self, path: str, **data: str) -> tuple[int, str, dict[str, str]]:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path)[1])
        return self.get(path, {"csrfmiddlewaretoken": token[1] if token else "", **data})


class Installation:
    """`manage.py serve`, or its worker and beat by themselves, on a folder, a database and a broker of its own."""

    def __init__(self, folder: Path, mail_port: int, *, redis: str = "", database: str = "") -> None:
        self.port = free_port()
        self.env = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "tests.installation_settings",
            "DEBUG": "0",
            "HTTPS": "0",
            "SECRET_KEY": "an-installation-under-test-and-nothing-else",
            "ALLOWED_HOSTS": "127.0.0.1",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database or f"sqlite:///{folder}/planner.sqlite3",
            "REDIS_URL": redis,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "PORT": str(self.port),
        }
        self.log = folder / "log"
        self.processes: dict[str, subprocess.Popen] = {}

    def start(self, name: str, *arguments: str) -> None:
        with self.log.open("a") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=settings.BASE_DIR,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def serve(self) -> None:
        self.start("serve", "manage.py", "serve", "--host", "127.0.0.1")
        self.until(self.is_ready, "an installation that is ready")

    def worker(self) -> None:
        queues = ("--queues", "default,mail,imports", "--concurrency", "2")
        self.start("worker", "-m", "celery", "--quiet", "-A", "planner.celery", "worker", *queues)

    def beat(self) -> None:
        self.start("beat", "-m", "celery", "--quiet", "-A", "planner.celery", "beat")

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def __enter__(self) -> Installation:
        return self

    def __exit__(self, *_exception: object) -> None:
        for name in list(self.processes):
            self.processes[name].terminate()
        for name, process in list(self.processes.items()):
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill(name)

    def manage(self, *arguments: str) -> str:
        """What a command says; raises CalledProcessError where it fails."""
        run = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return run.stdout

    def make_people(self, count: int, *, hours_ago: int = 0, prefix: str = "p") -> None:
        """People with something overdue, whose hour has struck so many hours ago; nobody was told yet."""
        self.manage("-m", "tests.installation", "people", str(count), str(hours_ago), prefix)

    def decided(self, hours_ago: int) -> None:
        """Let beat's last decision have been so many hours ago."""
        self.manage("-m", "tests.installation", "decided", str(hours_ago))

    def sweep(self, minutes_later: int) -> None:
        """What beat asks for every minute, as it will be then."""
        self.manage("-m", "tests.installation", "sweep", str(minutes_later))

    def states(self) -> dict[str, str]:
        """The state of each person's digest by address."""
        return dict(json.loads(self.manage("-m", "tests.installation", "states")))

    def get(self, path: str) -> int:
        """The status of a page; 0 where nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.get("/health/ready") == 200

    def until(self, done: Callable[[], Any], what: str, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"{what}: not within {seconds} s\n{self.log.read_text()[-4000:]}"
            time.sleep(0.2)


def _people(count: int, hours_ago: int, prefix: str) -> None:
    """Made inside of the installation: a team in the zone where it is noon now, with its own digest hour."""
    from django.utils import timezone

    from planner.models import Membership, Plan, Team, User
    from strategies.models import Strategy
    from tracking.models import Task

    now = timezone.now()
    east = 12 - now.hour
    zone = f"Etc/GMT{-east:+d}" if east else "Etc/GMT"
    team = Team.objects.create(
        name=prefix, time_zone=zone, workdays=[1, 2, 3, 4, 5, 6, 7], digest_hour=12 - hours_ago
    )
    day = team.today(now)
    plan = Plan.objects.create(
        team=team, name="Now", start=day - dt.timedelta(days=9), end=day + dt.timedelta(days=9)
    )
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    users = User.objects.bulk_create(
        User(email=f"{prefix}{n}@example.com", name=f"P{n}") for n in range(count)
    )
    seats = Membership.objects.bulk_create(
        Membership(team=team, user=user, name=user.name, role="rep") for user in users
    )
    Task.objects.bulk_create(
        Task(strategy=strategy, description="Call back", owner=seat, due=day - dt.timedelta(days=2))
        for seat in seats
    )


def _states() -> None:
    from planner.models import Notice

    print(json.dumps(list(Notice.objects.values_list("user__email", "state"))))  # noqa: T201  # what it is run for


def _decided(hours_ago: int) -> None:
    from django.utils import timezone

    from planner import pulses

    pulses.record_heartbeat("decisions", timezone.now() - dt.timedelta(hours=hours_ago))


def _sweep(minutes_later: int) -> None:
    from django.utils import timezone

    from planner.jobs import enqueue_notice
    from planner.notices import ledger

    ledger.sweep(timezone.now() + dt.timedelta(minutes=minutes_later), enqueue_notice)


if __name__ == "__main__":
    import django

    django.setup()
    what, *rest = sys.argv[1:]
    if what == "people":
        _people(int(rest[0]), int(rest[1]), rest[2])
    elif what == "decided":
        _decided(int(rest[0]))
    elif what == "sweep":
        _sweep(int(rest[0]))
    else:
        _states()
