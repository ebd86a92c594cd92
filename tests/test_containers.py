"""The image and its composition, as far as no engine is needed: what they start, and in which order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "strategy-planner"]


def test_the_composition_has_everything_that_production_needs():
    assert set(SERVICES) == {"migrations", "web", "worker", "mail", "beat", "database", "redis"}


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrations"])
def test_what_works_on_the_database_waits_for_the_migrations_which_run_once(name):
    waits = SERVICES[name]["depends_on"]
    assert waits["migrations"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrations"]["restart"] == "no"
    assert SERVICES["migrations"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_every_secret_comes_from_the_environment():
    told = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD", "EMAIL_URL"):
        assert re.search(rf"\$\{{{name}:\?", told), name
    for name in SERVICES["web"]["environment"]:
        assert name in (ROOT / ".env.example").read_text(), name


def test_the_queues_of_the_workers_are_those_that_tasks_are_sent_to():
    taken = {
        queue
        for service in SERVICES.values()
        if "--queues" in (command := service.get("command", []))
        for queue in command[command.index("--queues") + 1].split(",")
    }
    sent = {
        settings.CELERY_TASK_DEFAULT_QUEUE,
        *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values()),
    }
    assert sent <= taken


@pytest.mark.parametrize("name", [*OURS, "Dockerfile"])
def test_what_is_started_exists(name):
    if name == "Dockerfile":
        command = re.search(r"^CMD \[(.*)\]$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1]
        program = command.split(",")[0].strip('" ')
    elif "command" not in SERVICES[name]:
        return
    else:
        program = SERVICES[name]["command"][0]
    assert shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def test_the_image_runs_as_an_ordinary_user_and_installs_by_hash():
    told = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER [1-9]\d*$", told, re.MULTILINE)
    assert "--require-hashes" in told
    assert told.index("USER ") < told.index("CMD [")


def test_the_steps_of_the_image_work(tmp_path):
    """Compiled messages and collected files without a database, a key or a debug mode."""
    env = {
        **{k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "STATICFILES_STORAGE")},
        "DEBUG": "0", "SECRET_KEY": "build", "ALLOWED_HOSTS": "build", "DATABASE_URL": "sqlite://:memory:",
        "VAR_DIR": str(tmp_path), "STATIC_ROOT": str(tmp_path / "collected"), "REDIS_URL": "",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    assert (tmp_path / "collected" / "staticfiles.json").exists()
