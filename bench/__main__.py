"""`python -m bench`: measure, say what came out, leave nothing behind."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.database import scratch_database

WHAT = ("pages", "jobs", "imports", "loading")


def main() -> None:
    began = time.monotonic()
    options = parsed()
    signal.signal(signal.SIGTERM, stop)
    for what in [options.what] if options.what else WHAT:
        if options.what is None:  # each in a process of its own, on a database of its own
            again = [sys.executable, "-m", "bench", what, *sys.argv[1:]]
            if code := subprocess.run(again).returncode:
                sys.exit(code)
            continue
        with (
            tempfile.TemporaryDirectory(prefix="planner-bench-") as name,
            scratch_database(_server(options), Path(name)) as address,
        ):
            measure(Path(name), address, what, quick=options.quick, began=began)


def _server(options: argparse.Namespace) -> str | None:
    """The PostgreSQL to measure on: the one that was named; for `loading` else one that is started here."""
    if options.what == "loading" and options.database is None:
        from tests.real_programs import postgres_url

        return postgres_url()
    return options.database


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Compares the page of Table 3 and the saving of a task with bare Django views, "
        "on the web server of `make run`, the jobs with statements written by hand, the reading of order lines "
        "with plain pandas, and the saving of readings with COPY. Prints ratios; judges nothing.",
    )
    parser.add_argument("what", nargs="?", choices=WHAT, help="one of them (default: all)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="pages: 15 seconds and one attempt, instead of 90 and three; the others: a tenth of the data",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="postgres://user:password@host:5432/name: make a database on that server, and drop it at the "
        "end (default: SQLite; loading starts a PostgreSQL of its own)",
    )
    return parser.parse_args()


def stop(*_signal: Any) -> None:
    """Leave by every `finally`: the server and the folder go."""
    sys.exit(143)


def measure(folder: Path, database: str, what: str, *, quick: bool, began: float) -> None:
    """Set Django up on a folder and a database of its own, and run."""
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
    from django.db import connections

    from bench import imports, jobs, loading
    from bench.client import WrongAnswer
    from bench.run import FULL, QUICK, run
    from bench.server import ServerFailed

    try:
        if what == "jobs":
            jobs.run(quick, sys.stdout.write)
        elif what == "imports":
            imports.run(folder, quick, sys.stdout.write)
        elif what == "loading":
            loading.run(quick, sys.stdout.write)
        else:
            run(QUICK if quick else FULL, began, sys.stdout.write)
    except (ServerFailed, WrongAnswer, OSError) as error:
        sys.exit(f"Nothing was measured: {error}")
    finally:
        connections.close_all()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
