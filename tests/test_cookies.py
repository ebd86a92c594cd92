"""The cookies as a browser gets them from an installation for which nothing but the required is set."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.test_serve import environment

# Signs in over HTTPS, and prints the attributes of every cookie that the pages have set on the way.
VISIT = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client
from planner.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("mary@example.com", "secret-pass-1")
client = Client(SERVER_NAME="plan.example.com", headers={"X-Forwarded-Proto": SCHEME})
found = {}
def keep(answer):
    for name, cookie in answer.cookies.items():
        found[name] = {key: value for key, value in cookie.items() if value and key != "expires"}
keep(client.get("/accounts/login/"))
keep(client.post("/accounts/language/", {"language": "zh-hans"}))
keep(client.post("/accounts/theme/", {"theme": "dark"}))
keep(client.post("/accounts/login/", {"login": "mary@example.com", "password": "secret-pass-1"}))
print(json.dumps(found))
"""
A_YEAR, TWO_WEEKS = 31536000, 1209600


def cookies(tmp_path, scheme: str = "https", **variables: str) -> dict[str, dict[str, object]]:
    """By the part of the name after a prefix such as __Host-."""
    unset = dict.fromkeys(("DEBUG", "HTTPS"), "")
    required = {
        "SECRET_KEY": "a-key-for-the-test-of-cookies-and-nothing-else",
        "ALLOWED_HOSTS": "plan.example.com",
        "DJANGO_SETTINGS_MODULE": "planner.settings",
        "DATABASE_URL": "sqlite://:memory:",
    }
    static = {"STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    run = subprocess.run(
        [sys.executable, "-c", f"SCHEME = {scheme!r}\n{VISIT}"],
        env=environment(tmp_path, **unset | required | static | variables),
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(run.stdout)
    return {name.removeprefix("__Host-").removeprefix("__Secure-"): each for name, each in found.items()}


@pytest.mark.parametrize(("variables", "is_secure"), [({}, True), ({"HTTPS": "0"}, False)])
def test_every_cookie_is_of_this_site_alone_and_over_https_unless_told_otherwise(
    tmp_path, variables, is_secure
):
    found = cookies(tmp_path, "https" if is_secure else "http", **variables)
    assert set(found) == {"csrftoken", "sessionid", "django_language", "theme"}
    for name, cookie in found.items():
        assert cookie.get("secure", False) is is_secure, name
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
        assert "domain" not in cookie, name
    assert found["sessionid"]["httponly"] is True
    assert found["theme"]["httponly"] is True
    assert found["sessionid"]["max-age"] == TWO_WEEKS
    assert {found[name]["max-age"] for name in ("django_language", "theme")} == {A_YEAR}
