"""Settings that are refused at boot when they make no sense, and what they switch on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from planner.environment import VARIABLES, Environment

READ = "from planner import settings; import sys; print(settings.PUBLIC_URL, 'sentry_sdk' in sys.modules)"


def boot(code: str = READ, arguments: list[str] | None = None, **env: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    own = {"SECRET_KEY": "boot", "ALLOWED_HOSTS": "plan.example.com", "DATABASE_URL": "sqlite://:memory:"}
    return subprocess.run(
        [sys.executable, *(arguments or ["-c", code])],
        cwd=settings.BASE_DIR,
        env=kept | own | env,
        capture_output=True,
        text=True,
    )


def test_links_in_mails_begin_with_the_first_host_unless_told_otherwise():
    assert boot().stdout.split()[0] == "https://plan.example.com"
    assert boot(PUBLIC_URL="https://x.example.com/").stdout.split()[0] == "https://x.example.com"
    assert boot(DEBUG="1", PORT="8001").stdout.split()[0] == "http://127.0.0.1:8001"


def test_sentry_is_loaded_only_where_it_is_named_and_told_nothing_about_persons():
    assert boot().stdout.split()[1] == "False"
    code = (
        "from planner import settings; import sentry_sdk; options = sentry_sdk.get_client().options; "
        "print(options['dsn'], options['send_default_pii'], options['max_request_body_size'], "
        "options['include_local_variables'], options['before_breadcrumb']({'category': 'httplib'}, {}))"
    )
    told = boot(code, SENTRY_DSN="https://key@sentry.example.com/1")
    assert told.stdout.split() == ["https://key@sentry.example.com/1", "False", "never", "False", "None"], (
        told.stderr
    )


# For each variable what it cannot hold.
WRONG = {
    "DEBUG": ["maybe", "2", "truee"],
    "SECRET_KEY": [],
    "ALLOWED_HOSTS": ["https://plan.example.com", "plan.example.com:8000", "a b", "plan.example.com/x", "[::g]"],
    "CSRF_TRUSTED_ORIGINS": ["plan.example.com", "ftp://plan.example.com", "https://", "https://a.b/path"],
    "HTTPS": ["maybe"],
    "HSTS_SECONDS": ["a year", "-1", "1.5", "1e9"],
    "TRUSTED_PROXY_COUNT": ["one", "-1", "99"],
    "PORT": ["eighty", "70000", "-1", "80.0", "８０８０"],
    "VAR_DIR": ["/dev/null/var"],
    "STATIC_ROOT": ["/dev/null/static"],
    "STATICFILES_STORAGE": ["nowhere.Storage", "Storage"],
    "DATABASE_URL": [
        "planner", "mysql://a:pass-word@host/name", "postgres://a:pass-word@host:port/name", "postgres://host",
        "postgres://a@host:99999/name", "sqlite:////dev/null/planner.sqlite3", "postgres",
    ],
    "REDIS_URL": ["localhost", "localhost:6379", "http://localhost", "redis://h:pass-word/0", "redis://h/zero"],
    "EMAIL_URL": ["smtp.example.com", "mailto://x", "smtp://", "smtp://u:pass-word@host:port", "smtp://h:99999"],
    "DEFAULT_FROM_EMAIL": ["planner", "a@b.example, c@d.example", "Planner <planner>"],
    "PUBLIC_URL": ["plan.example.com", "ftp://plan.example.com", "https://", "https://plan.example.com:port"],
    "CHANNEL_NETWORKS": ["10.0.0.0/8,lan", "10.0.0.0/99"],
    "SENTRY_DSN": ["sentry", "https://sentry.example.com/1", "https://pass-word@sentry.example.com/"],
    "WORKER_CONCURRENCY": ["two", "0", "-1", "1000"],
    "WORKER_MEMORY_MB": ["2GB", "0", "100", "-1"],
    "LIVE_SECONDS": ["soon", "0", "0.5"],
}  # fmt: skip
RIGHT = {
    "DEBUG": ["1", "0", " true ", "OFF", ""],
    "SECRET_KEY": ["a-long-random-text"],
    "ALLOWED_HOSTS": ["*", ".example.com", "a.example, 10.1.2.3,[::1]", "host_1"],
    "CSRF_TRUSTED_ORIGINS": ["", "https://a.example,http://b.example:8000", "https://*.example.com"],
    "HTTPS": ["yes"],
    "HSTS_SECONDS": ["0", "31536000"],
    "TRUSTED_PROXY_COUNT": ["2"],
    "PORT": ["8001", "0", " 8000 "],
    "VAR_DIR": ["var", "/tmp/new/one"],
    "STATIC_ROOT": ["var/static"],
    "STATICFILES_STORAGE": ["django.contrib.staticfiles.storage.StaticFilesStorage"],
    "DATABASE_URL": [
        "sqlite://:memory:", "sqlite:///planner.sqlite3", "postgres://a:b@host:5432/name", "postgresql://a@[::1]/n",
        "postgres://postgres@/postgres?host=%2Ftmp%2Fsocket", "postgres:///name",
    ],
    "REDIS_URL": ["redis://localhost:6379/0", "rediss://:secret@host", "unix:///run/redis.sock"],
    "EMAIL_URL": ["consolemail://", "smtp+tls://u:p@host:587", "smtp://host", "smtp://u%40x:p@host"],
    "DEFAULT_FROM_EMAIL": ["planner@localhost", "Planner <planner@example.com>"],
    "PUBLIC_URL": ["https://plan.example.com/", "http://10.1.2.3:8000"],
    "CHANNEL_NETWORKS": ["10.1.2.0/24, 10.9.9.9"],
    "SENTRY_DSN": ["https://key@sentry.example.com/1"],
    "WORKER_CONCURRENCY": ["4"],
    "WORKER_MEMORY_MB": ["1024"],
    "LIVE_SECONDS": ["1"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in WRONG for text in WRONG[name]])
def test_each_wrong_variable_is_one_line_with_its_name(name, text):
    (line,) = Environment({name: text}).problems
    assert name in line
    assert "\n" not in line
    assert "pass-word" not in line
    with pytest.raises(SystemExit, match=re.escape(line)):
        Environment({name: text}).check()


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in RIGHT for text in RIGHT[name]])
def test_what_is_right_is_taken(name, text):
    Environment({name: text}).check()


def test_every_variable_is_tried_and_in_the_example_of_an_env_file():
    assert WRONG.keys() == RIGHT.keys() == VARIABLES.keys()
    example = (settings.BASE_DIR / ".env.example").read_text()
    assert (
        set(re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE)) | {"STATICFILES_STORAGE"} == VARIABLES.keys()
    )


def test_a_variable_that_is_not_listed_cannot_be_read():
    with pytest.raises(KeyError):
        Environment({"OTHER": "1"}).get("OTHER", None)


PROGRAMS = {
    "manage.py": ["manage.py", "check"],
    "gunicorn": ["-m", "gunicorn", "planner.wsgi", "--check-config"],
    "celery": ["-m", "celery", "-A", "planner", "report"],
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("env", "lines"),
    [
        ({"WORKER_CONCURRENCY": "two"}, ["WORKER_CONCURRENCY"]),
        ({"DATABASE_URL": "mysql://a:pass-word@host/name", "HTTPS": "maybe"}, ["HTTPS", "DATABASE_URL"]),
        ({"SECRET_KEY": "", "ALLOWED_HOSTS": ""}, ["Set SECRET_KEY"]),
        ({"ALLOWED_HOSTS": ""}, ["Set ALLOWED_HOSTS"]),
        ({"SENTRY_DSN": "sentry"}, ["SENTRY_DSN"]),
    ],
)
def test_no_program_starts_with_nonsense(program, env, lines):
    refused = boot(arguments=PROGRAMS[program], **env)
    assert refused.returncode != 0
    said = refused.stderr.splitlines()
    assert len(said) == len(lines), refused.stderr
    assert all(line.startswith(start) for line, start in zip(said, lines, strict=True))


def test_a_tick_that_waited_for_long_is_dropped():
    """Each tick expires before three more of its kind can have gathered in the queue."""
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["schedule"] <= entry["options"]["expires"] <= 2 * entry["schedule"], name


# Signs in as a browser does, and prints each cookie with its attributes, and the headers that browsers keep to.
ASK = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
from planner.models import User
User.objects.create_user("a@example.com", "secret-pass-1")
scheme = {"HTTP_X_FORWARDED_PROTO": "https"} if "https" in sys.argv else {}
host = "127.0.0.1"
client = Client(enforce_csrf_checks=True, HTTP_HOST=host, HTTP_REFERER=f"https://{host}/", **scheme)
client.get("/accounts/login/")
token = next(value.value for name, value in client.cookies.items() if name.endswith("csrftoken"))
data = {"login": "a@example.com", "password": "secret-pass-1", "csrfmiddlewaretoken": token}
signed_in = client.post("/accounts/login/", data)
client.post("/accounts/language/", {"language": "en", "csrfmiddlewaretoken": client.cookies[
    next(name for name in client.cookies if name.endswith("csrftoken"))].value})
client.post("/accounts/theme/", {"theme": "dark", "csrfmiddlewaretoken": client.cookies[
    next(name for name in client.cookies if name.endswith("csrftoken"))].value})
page = client.get("/accounts/preferences/")
cookies = {
    name: sorted(f"{key}={value}" for key, value in each.items() if value and key not in ("max-age", "expires"))
    for name, each in client.cookies.items()
}
print(json.dumps({"to": signed_in.headers.get("Location"), "page": page.status_code, "cookies": cookies,
                  "hsts": page.headers.get("Strict-Transport-Security")}))
"""
OURS = {"httponly=True", "path=/", "samesite=Lax"}


def as_a_browser_gets_it(tmp_path, *arguments: str, **env: str) -> dict:
    """Cookies and headers of an installation whose environment says nothing about them."""
    own = {"DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3", "VAR_DIR": str(tmp_path), "ALLOWED_HOSTS": "127.0.0.1",
           "DJANGO_SETTINGS_MODULE": "planner.settings"}  # fmt: skip
    storage = {"STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    answer = boot(arguments=["-c", ASK, *arguments], **own, **storage, **env)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_cookies_and_headers_over_https(tmp_path):
    """Without DEBUG: bound to this host over HTTPS, for a year."""
    seen = as_a_browser_gets_it(tmp_path, "https")

    assert (seen["to"], seen["page"]) == ("/", 200)
    assert {name: set(values) for name, values in seen["cookies"].items()} == {
        "__Host-sessionid": OURS | {"secure=True"},
        "__Host-csrftoken": {"path=/", "samesite=Lax", "secure=True"},
        "django_language": {"path=/", "samesite=Lax", "secure=True"},
        "theme": OURS | {"secure=True"},
    }
    assert seen["hsts"] == "max-age=31536000"


def test_cookies_and_headers_of_a_trial(tmp_path):
    seen = as_a_browser_gets_it(tmp_path, DEBUG="1")

    assert (seen["to"], seen["page"]) == ("/", 200)
    assert {name: set(values) for name, values in seen["cookies"].items()} == {
        "sessionid": OURS,
        "csrftoken": {"path=/", "samesite=Lax"},
        "django_language": {"path=/", "samesite=Lax"},
        "theme": OURS,
    }
    assert seen["hsts"] is None


def test_an_operator_may_switch_hsts_off_and_https_on(tmp_path):
    assert as_a_browser_gets_it(tmp_path, "https", HSTS_SECONDS="0")["hsts"] is None
    (tmp_path / "trial").mkdir()
    of_trial = as_a_browser_gets_it(tmp_path / "trial", "https", DEBUG="1", HTTPS="1")
    assert "__Host-sessionid" in of_trial["cookies"]
    assert of_trial["hsts"] == "max-age=31536000"
