"""`python -m bench`: measure, say what came out, leave nothing behind."""

import argparse
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg

WHAT = ("pages", "jobs", "imports", "loading")
QUICK = "pages: one attempt of 10 seconds instead of three of 25; the others: a tenth of the data"
DATABASE = (
    "a PostgreSQL on which to make a database and drop it (default: SQLite, for loading one started here)"
)


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench", description="Prints ratios; judges nothing.")
    parser.add_argument("what", nargs="?", choices=WHAT, help="one of them (default: all)")
    parser.add_argument("--quick", action="store_true", help=QUICK)
    parser.add_argument("--database", metavar="postgres://user:password@host:5432/name", help=DATABASE)
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Leave by every `finally`: the server and the folder go.
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    if options.what is None:  # each in a process of its own, on a database of its own
        for what in WHAT:
            if code := subprocess.run([sys.executable, "-m", "bench", what, *sys.argv[1:]]).returncode:
                sys.exit(code)
        return
    if options.what == "loading" and options.database is None:
        from tests.real_programs import postgres_url

        options.database = postgres_url()
    with TemporaryDirectory(prefix="planner-bench-") as folder, scratch(options.database, folder) as database:
        measure(Path(folder), database, options)


@contextmanager
def scratch(server: str | None, folder: str) -> Iterator[str]:
    """The address of an empty database: SQLite, or made on a PostgreSQL where this user may, and dropped."""
    if server is None:
        yield f"sqlite:///{folder}/planner.sqlite3"
        return
    name = f"planner_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(folder: Path, database: str, options: argparse.Namespace) -> None:
    """Set Django up on a folder and an empty database of its own, and run."""
    (folder / "static").mkdir()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DEBUG": "0",
        "HTTPS": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "VAR_DIR": str(folder),
        "DATABASE_URL": database,
        "REDIS_URL": "",
        "EMAIL_URL": "dummymail://",
        # Addresses without a hash, on both sides: nothing has to be hashed and compressed first.
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    import_module(f"bench.{options.what}").run(folder, quick=options.quick)


if __name__ == "__main__":
    main()
