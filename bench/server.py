"""The web server of `make run`, as a process of its own that ends with this run, whatever happens."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings

# The server finishes what it has begun within 3 seconds; what is left after this many is killed.
PATIENCE = 8


class ServerFailed(Exception):
    """The server ended before it listened."""


class Server:
    """A started server, which may still be preparing itself."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0", "--no-worker"],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # its own group: the workers can be ended with it
        )

    def port(self) -> int:
        """The port on 127.0.0.1, as soon as it listens."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                return int(found[1])
        raise ServerFailed("`manage.py serve` ended before it listened: its own words are above.")

    def stop(self) -> None:
        self._process.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # also a worker that outlived its master
            self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()


@contextmanager
def serving() -> Iterator[Server]:
    """`manage.py serve` in the environment of this process, on a free port."""
    server = Server()
    try:
        yield server
    finally:
        server.stop()
