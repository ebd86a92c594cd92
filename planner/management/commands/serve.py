"""`manage.py serve`: prepares what is needed and starts the web server and workers (`make run`)."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import sys
import tempfile
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, connections
from redis import Redis, RedisError

from planner.management.broker import make_folders
from planner.management.catalogues import compile_catalogues
from planner.management.processes import Program, run_together
from planner.models import User


class Command(BaseCommand):
    help = "Prepares the database, the messages and the static files, then serves the planner until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)"
        )
        parser.add_argument(
            "--no-worker", action="store_true", help="only the web server: workers and beat run elsewhere"
        )
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, or 8000")

    def handle(self, *, host: str, port: str, no_worker: bool, **options: Any) -> None:
        check_var_is_writable()
        listener = listen(host, port)
        check_database_answers()
        check_broker_answers()
        call_command("migrate", verbosity=0, interactive=False)
        compile_catalogues()
        collect_static_files()
        self.offer_demo()
        address = f"[{host}]" if ":" in host else host
        self.stdout.write(
            f"Strategy planner: http://{address}:{listener.getsockname()[1]}  (Ctrl-C stops it)"
        )
        self.stdout.flush()
        os.environ["PORT"] = str(listener.getsockname()[1])  # the links in mails of a trial begin with it
        connections.close_all()
        make_folders(anew=not no_worker)
        os.chdir(settings.BASE_DIR)
        sys.exit(run_together(web_server(listener), *([] if no_worker else workers())))

    def offer_demo(self) -> None:
        """Create the demo at the first start of a trial; later, print who can still sign in with its password."""
        if not settings.DEBUG:
            return
        if not User.objects.exists():
            self.stdout.write("Making the demo …")
            self.stdout.flush()
            call_command("demo", stdout=self.stdout)
            return
        people = User.objects.filter(email__endswith="@demo.example", is_active=True).order_by("pk")
        if emails := [user.email for user in people if user.check_password("demo")]:
            self.stdout.write(f"Sign in with the password “demo” as {', '.join(emails)}.")


def check_var_is_writable() -> None:
    """Raises CommandError where the folder of the database and the collected files is not writable."""
    try:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.VAR_DIR):
            pass
    except OSError as error:
        raise CommandError(
            f"Cannot write to {settings.VAR_DIR}: {error.strerror}. VAR_DIR names another folder."
        ) from None


def listen(host: str, port: str) -> socket.socket:
    """The open socket of the server: opened early, so that no other process takes the port meanwhile."""
    if not port.isdecimal() or int(port) > 65535:
        raise CommandError(f"“{port}” is no port: give a number up to 65535, as in `make run PORT=8001`.")
    try:
        return socket.create_server(
            (host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {reason}. Choose another, as in `make run PORT=8001`."
        ) from None


def check_database_answers() -> None:
    try:
        connection.ensure_connection()
    except (DatabaseError, ImproperlyConfigured) as error:
        reason = str(error).strip().splitlines()[0]
        raise CommandError(f"Cannot open the database ({reason}). DATABASE_URL says where it is.") from None


def check_broker_answers() -> None:
    if not settings.REDIS_URL:
        return
    try:
        Redis.from_url(settings.REDIS_URL).ping()
    except RedisError as error:
        raise CommandError(f"Cannot reach Redis ({error}). REDIS_URL says where it is.") from None


def collect_static_files() -> None:
    """Collect, hash and compress the static files, unless they are unchanged since the last start."""
    stamp = settings.VAR_DIR / "static.stamp"
    state = static_files_state()
    if stamp.exists() and stamp.read_text() == state and (settings.STATIC_ROOT / "staticfiles.json").exists():
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(state)


def static_files_state() -> str:
    """A digest that changes with any static file, and with the storage backend."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = os.stat(storage.path(name))
            digest.update(f"{name} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return digest.hexdigest()


def web_server(listener: socket.socket) -> Program:
    """The web server on the open socket."""
    return Program(
        "web",
        (
            *("-m", "gunicorn", "planner.wsgi"),
            *("--bind", f"fd://{listener.fileno()}"),
            *("--workers", "2", "--worker-class", "gthread", "--threads", "4"),
            *("--timeout", "60", "--graceful-timeout", "3"),
            *("--log-level", "warning", "--no-control-socket"),
        ),
        pass_fds=[listener.fileno()],
    )


def workers() -> list[Program]:
    """A worker, and beat as a process of its own: inside the worker, beat would outlive it after a kill."""
    # Without the warning for running as root, as a container does, and without the banner.
    celery = (
        "-W",
        "ignore:You're running the worker with superuser",
        "-m",
        "celery",
        "--quiet",
        "-A",
        "planner.celery",
    )
    worker = (
        *("worker", "--queues", "default,mail,imports", "--concurrency", str(settings.WORKER_CONCURRENCY)),
        *("--loglevel", "warning", "--without-gossip", "--without-mingle"),
    )
    return [
        Program("worker", (*celery, *worker)),
        Program("beat", (*celery, "beat", "--loglevel", "warning")),
    ]
