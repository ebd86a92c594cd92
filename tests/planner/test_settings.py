"""Settings that are refused at boot when they make no sense, and what they switch on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

READ = "from planner import settings; import sys; print(settings.PUBLIC_URL, 'sentry_sdk' in sys.modules)"


def boot(code: str = READ, **env: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    own = {"SECRET_KEY": "boot", "ALLOWED_HOSTS": "plan.example.com", "DATABASE_URL": "sqlite://:memory:"}
    return subprocess.run(
        [sys.executable, "-c", code],
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


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"SENTRY_DSN": "sentry"}, "SENTRY_DSN is no address of a Sentry project"),
        ({"CHANNEL_NETWORKS": "10.0.0.0/8,lan"}, "CHANNEL_NETWORKS is a list such as"),
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS"),
    ],
)
def test_nonsense_is_refused_at_boot(env, sentence):
    refused = boot(**env)
    assert refused.returncode != 0
    assert sentence in refused.stderr


def test_a_tick_that_waited_for_long_is_dropped():
    """Each tick expires before three more of its kind can have gathered in the queue."""
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["schedule"] <= entry["options"]["expires"] <= 2 * entry["schedule"], name
