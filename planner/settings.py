"""Settings, one flat file: everything that differs between installations comes from the environment.

`.env` beside manage.py is read first. Invalid values are refused here, at boot, each with a line
(planner/environment.py).
"""

from email.utils import getaddresses
from pathlib import Path
from typing import Any

from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from planner import environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = environment.read(BASE_DIR)
env.check()

VAR_DIR: Path = env.get("VAR_DIR", BASE_DIR / "var")
DEBUG: bool = env.get("DEBUG", False)
env.require(
    "SECRET_KEY", DEBUG, "Set SECRET_KEY to a long random text: it signs sessions and password links."
)
ALLOWED_HOSTS: list[str] = env.require(
    "ALLOWED_HOSTS",
    ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [],
    "Set ALLOWED_HOSTS to the host names people type, such as plan.example.com.",
)


def _secret_key() -> str:
    """The key from the environment; a trial with DEBUG keeps one of its own in VAR_DIR."""
    key: str = env.get("SECRET_KEY", "")
    if key:
        return key
    path = VAR_DIR / "secret_key"
    try:
        if not path.exists() or not path.stat().st_size:  # a full disk leaves an empty file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_text(get_random_secret_key())
        return path.read_text()
    except OSError as error:
        raise SystemExit(
            f"Cannot write to {VAR_DIR}: {error.strerror}. VAR_DIR names another folder."
        ) from None


SECRET_KEY = _secret_key()
CSRF_TRUSTED_ORIGINS = env.get("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "lucide",
    "template_partials.apps.SimpleAppConfig",
    "planner",
    "strategies",
    "tracking",
    "reviews",
]

# Form fields are drawn by the project's own templates where it has one (templates/django/forms/widgets/).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The stages of a plan in the order of the loop; each module has a STAGE (planner/stages.py).
STAGES = ["planner.diagnose.stage", "strategies.stage", "tracking.stage", "reviews.stage"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "planner.web.middleware.PrivacyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "planner.web.scripts.WholeFormMiddleware",
    "planner.web.outages.OutageMiddleware",
    "planner.web.probes.ProbeMiddleware",
    "planner.web.outages.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "planner.web.middleware.LanguageMiddleware",
    "planner.web.scripts.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "planner.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "planner.urls"
WSGI_APPLICATION = "planner.wsgi.application"
ASGI_APPLICATION = "planner.asgi.application"

_loaders = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                ("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _loaders)])
            ],
            "builtins": ["template_partials.templatetags.partials", "planner.templatetags.forms"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "planner.views.context.shell",
            ],
        },
    }
]

# Database: SQLite for one machine, PostgreSQL through DATABASE_URL.
_sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "planner.sqlite3")}
DATABASES: dict[str, dict[str, Any]] = {"default": env.get("DATABASE_URL", _sqlite)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A transaction takes the write lock when it begins, so that two writers wait for each other instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
    # A server that does not answer is away, and a lock is waited for as long as on SQLite: a page says so then.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        "options": "-c lock_timeout=20s",
        **DATABASES["default"].get("OPTIONS", {}),
    }

# The cache counts attempts to sign in, and nothing else (allauth uses the default one): a table, so that all processes
# count together, and people sign in while Redis is away. What expired goes every hour, or when there is more than this.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "planner_limitentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

REDIS_URL = env.get("REDIS_URL", "")
# The broker of the jobs: Redis in production; without it files in VAR_DIR, for the processes of one machine.
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost/"
# A task that was not acknowledged for an hour is delivered again; every task may run twice.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 3600,
    # A page that hands over a job waits no longer for a Redis that hangs; the sweep hands it over again.
    "socket_connect_timeout": 3,
    "socket_timeout": 10,
}
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "processed_folder": str(VAR_DIR / "broker" / "processed"),
        "polling_interval": 0.1,
    }
WORKER_CONCURRENCY = env.get("WORKER_CONCURRENCY", 2)
# What one process of a worker may take; beyond that its job ends with an error.
WORKER_MEMORY_MB = env.get("WORKER_MEMORY_MB", 2048)
# A process that has grown beyond this, in KB, is replaced after its job.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# Queues of their own, so that mail never waits for an import, nor an import for mail.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    **{f"planner.jobs.{name}": {"queue": "mail"} for name in ("send_notice", "pulse_of_mail")},
    **{f"planner.readings.jobs.{name}": {"queue": "imports"} for name in ("read_upload", "save_upload")},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
# Ticks: the jobs look up in the database what is due. A tick that waited for too long expires.
CELERY_BEAT_SCHEDULE = {
    "pulse": {"task": "planner.jobs.pulse", "schedule": 30, "options": {"expires": 60}},
    "pulse-of-mail": {"task": "planner.jobs.pulse_of_mail", "schedule": 30, "options": {"expires": 60}},
    "notices": {"task": "planner.jobs.decide_notices", "schedule": 60, "options": {"expires": 120}},
    "sweep": {"task": "planner.jobs.sweep_notices", "schedule": 60, "options": {"expires": 120}},
    "gaps": {"task": "planner.diagnose.jobs.refresh_gaps", "schedule": 900, "options": {"expires": 900}},
    "uploads": {
        "task": "planner.readings.jobs.take_up_uploads",
        "schedule": 10,
        "options": {"expires": 20},
    },
    "old-uploads": {
        "task": "planner.readings.jobs.sweep_uploads",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "limits": {"task": "planner.jobs.sweep_limits", "schedule": 3600, "options": {"expires": 3600}},
    "alerts": {"task": "tracking.jobs.raise_alerts", "schedule": 300, "options": {"expires": 300}},
}
# The kinds of notices, in the order in which people choose among them.
NOTICE_KINDS = [
    "tracking.notices.DIGEST",
    "tracking.notices.ESCALATION",
    "planner.diagnose.notices.GAP",
]

# People
AUTH_USER_MODEL = "planner.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "planner.web.accounts.AccountAdapter"
# Sends what allauth mails: template, address and user.
ACCOUNT_MAILER = "planner.jobs.mail_account"
ACCOUNT_FORMS = {
    "login": "planner.forms.accounts.LoginForm",
    "reset_password": "planner.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "planner.forms.accounts.ResetPasswordKeyForm",
    "change_password": "planner.forms.accounts.ChangePasswordForm",
    "set_password": "planner.forms.accounts.SetPasswordForm",
    "reauthenticate": "planner.forms.accounts.ReauthenticateForm",
    "add_email": "planner.forms.accounts.AddEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# An address is verified by the invitation or the reset mail that was sent to it.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Attempts that are refused (planner/web/accounts.py). "key" is a source with an account in login_failed and
# login_failed_under_attack, an account in the others; no window is longer than planner.web.limits.LONGEST_WAIT.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_anywhere": "30/5m/key",
    "login_failed_under_attack": "1/5m/key",
    "reset_password": "20/m/ip",
    "reset_password_mail": "3/5m/key",
    "join": "20/m/ip",
}
# How many proxies in front of the server add to X-Forwarded-For: rate limits look at the address before them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.get("TRUSTED_PROXY_COUNT", 0)

# Mail
EMAIL_CONFIG = env.get("EMAIL_URL", environment.mail("consolemail://"))
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.get("DEFAULT_FROM_EMAIL", "Strategy planner <planner@localhost>")
# How long to wait for the mail server, in seconds.
EMAIL_TIMEOUT = 20
# The public address of the product: the links in mails begin with it.
_own_url = f"http://127.0.0.1:{env.get('PORT', 8000)}" if DEBUG else f"https://{ALLOWED_HOSTS[0]}"
PUBLIC_URL = env.get("PUBLIC_URL", _own_url)
SERVER_EMAIL = getaddresses([DEFAULT_FROM_EMAIL])[0][1]

# Messages to chat rooms are sent to public addresses only, and encrypted; and to these private networks.
CHANNEL_NETWORKS = env.get("CHANNEL_NETWORKS", [])
MAIL_DOMAIN = SERVER_EMAIL.rpartition("@")[2] or "localhost"

# Languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.get("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_FINDERS = [
    "planner.web.bundles.BundleFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.get("STATICFILES_STORAGE", "planner.web.bundles.HashedStaticFilesStorage")
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# A local trial (DEBUG) serves the same collected, compressed files as production.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = False

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],  # a chart becomes a picture through a blob of its own
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = env.get("HTTPS", not DEBUG)
CSRF_FAILURE_VIEW = "planner.web.scripts.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
if HTTPS:
    # The browser takes these from this very host alone, over HTTPS and for the whole of it. The name of the language's
    # cookie is public, and the cookie no secret.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.get("HSTS_SECONDS", 31_536_000)
# Decided by the operator's proxy and domain, not by the planner: the redirect to https, subdomains, browser preload.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

# How often an open page asks what others changed, in seconds.
LIVE_SECONDS = env.get("LIVE_SECONDS", 4)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Its log of failures has the addresses of channels, which are secrets; the ledger has the errors.
    "loggers": {"apprise": {"level": "CRITICAL", "propagate": False}},
}

# Errors are sent to the operator's Sentry where there is one, without personal data.
if SENTRY_DSN := env.get("SENTRY_DSN", ""):
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        # The addresses of outgoing requests are secrets of channels.
        before_breadcrumb=lambda crumb, hint: None if crumb.get("category") == "httplib" else crumb,
    )
