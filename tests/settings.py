"""The settings of the product as the tests run them: quick passwords, plain static files, mail kept in memory."""

import os

os.environ.setdefault("DEBUG", "0")
os.environ.setdefault("SECRET_KEY", "tests")
os.environ.setdefault("ALLOWED_HOSTS", "*")
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("STATICFILES_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")

from planner.settings import *  # noqa: E402, F403  # the environment first, then everything of the product

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Looks for a static file when it is asked for: nothing has been collected.
WHITENOISE_AUTOREFRESH = True
