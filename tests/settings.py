"""The product's settings as the tests run them: quick passwords, plain static files, mail kept in memory.

TEST_DATABASE=postgres runs them on a real PostgreSQL, which tests/services.py finds or starts.
"""

import os
import tempfile
from pathlib import Path

from tests.services import postgres_url

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

from planner.settings import *  # noqa: F403  # the environment first, then everything of the product

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Looks for a static file when it is asked for: nothing has been collected.
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in the product: an open in-memory database locks otherwise than one that people share.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / "planner-tests.sqlite3")}  # noqa: F405
