"""`manage.py serve` as a process: it starts from nothing, serves, ends whole, and refuses in one line."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

SECONDS = 60


def environment(var: Path | str, **more: str) -> dict[str, str]:
    """Nothing but what is said here: neither the settings of the tests nor those of the developer."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"VAR_DIR": str(var), "DEBUG": "1", "REDIS_URL": "", "SECRET_KEY": "", "HTTPS": "0"}
    return {**kept, **own, "DATABASE_URL": f"sqlite:///{var}/planner.sqlite3", **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", "serve", *arguments]


def wait_for(answer: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if found := answer():
            return found
        time.sleep(0.05)
    pytest.fail(f"{what}: not within {SECONDS} seconds")


@contextmanager
def serving(var: Path) -> Iterator[tuple[subprocess.Popen, int, Path]]:
    """A server in a process group of its own, as a terminal would start it: process, port and output."""
    output = var.parent / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            command("--port", "0"),
            cwd=settings.BASE_DIR,
            env=environment(var),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:

        def said() -> re.Match[str] | None:
            return re.search(r"http://127\.0\.0\.1:(\d+)", output.read_text())

        wait_for(lambda: process.poll() is not None or said(), "the address")
        assert process.poll() is None, output.read_text()
        yield process, int(said()[1]), output
    finally:
        if group_lives(process):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def group_lives(process: subprocess.Popen) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def get(port: int, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_it_starts_from_nothing_and_ctrl_c_ends_all_of_it(tmp_path):
    """Also where a full disk has left files of no length."""
    var = tmp_path / "var"
    for name in ("broker/control/default.exchange", "broker/queue/1_x.default.msg", "secret_key", "beat"):
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).touch()
    with serving(var) as (process, port, output):
        assert get(port, "/health/live")[1] == b"ok"
        until = time.monotonic() + 60  # beat sends the first pulse within half a minute
        while get(port, "/health/ready")[0].status != 200 and time.monotonic() < until:
            time.sleep(0.5)
        assert set(json.loads(get(port, "/health/ready")[1]).values()) == {True}
        with sqlite3.connect(f"file:{var}/planner.sqlite3?mode=ro", uri=True) as database:
            waited = dict(database.execute("SELECT name, waited / 1e6 FROM planner_pulse"))
        assert all(0 <= waited[name] < 60 for name in ("worker", "mail")), "how long each queue took"
        assert "manager@demo.example" in output.read_text()
        assert not re.search("WARNING|superuser", output.read_text()), "nothing to worry about at the start"

        page = get(port, "/accounts/login/")[1].decode()
        stylesheet = re.search(r'href="(/static/css/app\.\w+\.css)"', page)[1]
        for encoding in ("br", "gzip"):
            response, _body = get(port, stylesheet, **{"Accept-Encoding": encoding})
            assert (response.status, response.getheader("Content-Encoding")) == (200, encoding)
            assert "immutable" in response.getheader("Cache-Control")

        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=10) == 0
        wait_for(lambda: not group_lives(process), "the end of every process")

    collected = (var / "static.stamp").stat().st_mtime_ns
    with serving(var) as (process, port, output):
        assert "Sign in with the password “demo” as manager@demo.example" in output.read_text(), (
            "a later start recalls the sign-ins"
        )
        assert (var / "static.stamp").stat().st_mtime_ns == collected, "nothing is collected twice"
        assert get(port, "/health/live")[1] == b"ok"
        process.terminate()
        process.wait(timeout=10)
        wait_for(lambda: not group_lives(process), "the end of every process")


def family(pid: int) -> dict[int, str]:
    """Every process below one, by its id, with its command line."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == pid:
                    found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
    return found | {k: v for child in list(found) for k, v in family(child).items()}


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]


def test_a_worker_that_dies_is_started_again_and_a_server_that_is_killed_leaves_nothing_behind(tmp_path):
    with serving(tmp_path / "var") as (process, _port, _output):
        worker = wait_for(
            lambda: next((pid for pid, line in family(process.pid).items() if " worker " in line), None),
            "a worker",
        )
        os.kill(worker, signal.SIGKILL)
        wait_for(
            lambda: [p for p, line in family(process.pid).items() if " worker " in line and p != worker],
            "another worker",
        )
        everybody = wait_for(
            lambda: len(found := family(process.pid)) >= 7 and found,
            "the web server, the worker and beat, with what they start themselves",
        )
        process.kill()
        process.wait()
        wait_for(lambda: not [pid for pid in everybody if lives(pid)], "the end of every process")


@pytest.mark.parametrize(
    ("arguments", "more", "sentence"),
    [
        ([], {"VAR_DIR": "/dev/null/var"}, "Cannot write to /dev/null/var: "),
        ([], {"VAR_DIR": "/dev/null/var", "SECRET_KEY": "x" * 50}, "Cannot write to /dev/null/var: "),
        (["--port", "eighty"], {}, "“eighty” is no port: "),
        ([], {"PORT": "70000"}, "“70000” is no port: "),
        (["--host", "192.0.2.1"], {}, "Cannot listen on 192.0.2.1, port 8000: "),
        ([], {"DATABASE_URL": "postgres://planner@127.0.0.1:1/planner"}, "Cannot open the database ("),
        ([], {"DATABASE_URL": "sqlite:////dev/null/planner.sqlite3"}, "Cannot open the database ("),
        ([], {"REDIS_URL": "redis://127.0.0.1:1/0"}, "Cannot reach Redis ("),
        ([], {"DEBUG": "0"}, "Set SECRET_KEY to "),
    ],
)
def test_what_it_cannot_start_with_is_said_in_one_line(tmp_path, arguments, more, sentence):
    port = {} if arguments or "PORT" in more else {"PORT": "0"}
    refuses(environment(tmp_path, **port, **more), arguments, sentence)


def test_a_busy_port_is_said_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refuses(
            environment(tmp_path), ["--port", port], f"Cannot listen on 127.0.0.1, port {port}: it is in use"
        )


def refuses(env: dict[str, str], arguments: list[str], sentence: str) -> None:
    run = subprocess.run(
        command(*arguments),
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.removeprefix("CommandError: ").startswith(sentence)
    assert run.stdout == ""
