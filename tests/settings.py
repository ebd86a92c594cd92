"""The product's settings as the tests run them: quick passwords, plain static files, mail kept in memory.

TEST_DATABASE=postgres runs them on a real PostgreSQL, which tests/real_programs.py finds or starts.
"""

import atexit
import os
import shutil
import tempfile

from tests.real_programs import postgres_url

os.environ.setdefault("DEBUG", "0")
os.environ.setdefault("SECRET_KEY", "tests")
os.environ.setdefault("ALLOWED_HOSTS", "*")
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("STATICFILES_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
# Never the database or the cache that the developer works with.
os.environ["DATABASE_URL"] = (
    postgres_url() if os.environ.get("TEST_DATABASE") == "postgres" else "sqlite://:memory:"
)
os.environ["REDIS_URL"] = ""


def scratch_dir() -> str:
    """A directory of this run alone, made by its first process, which takes it away again at its end."""
    if "PLANNER_TEST_DIR" not in os.environ:
        os.environ["PLANNER_TEST_DIR"] = tempfile.mkdtemp(prefix="planner-tests-")
        atexit.register(shutil.rmtree, os.environ["PLANNER_TEST_DIR"], ignore_errors=True)
    return os.environ["PLANNER_TEST_DIR"]


from planner.settings import *  # noqa: E402, F403  # the environment first, then everything of the product

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Looks for a static file when it is asked for: nothing has been collected.
WHITENOISE_AUTOREFRESH = True
# mypy reads these settings too, and would leave its directory behind.
if "PYTEST_VERSION" in os.environ and DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405  # by the star
    # A file, as in the product: an open in-memory database locks otherwise than one that people share.
    DATABASES["default"]["TEST"] = {"NAME": f"{scratch_dir()}/tests.sqlite3"}  # noqa: F405  # by the star above
