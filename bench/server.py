"""The web server of `make run`, as a process of its own that ends with this run, and a browser connection to it."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

from django.conf import settings

HTMX = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
Answer = tuple[float, str]  # milliseconds and HTML
TOKEN = "0123456789abcdef" * 2  # as cookie and as header: all that the protection against forgery asks for


@contextmanager
def serving() -> Iterator[int]:
    """The port on 127.0.0.1 of `manage.py serve` in the environment of this process, as soon as it listens."""
    command = [sys.executable, f"{settings.BASE_DIR}/manage.py", "serve", "--port", "0", "--no-worker"]
    # In a group of its own: the workers can be ended with it.
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        matches = (re.search(r"http://127\.0\.0\.1:(\d+)", line) for line in server.stdout or ())
        yield next(int(match[1]) for match in matches if match)
    except StopIteration:
        sys.exit("Nothing was measured: `manage.py serve` ended before it listened.")
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(8)  # seconds: it finishes what it has begun within 3
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # also a worker that outlived its master
        server.communicate()


class Browser:
    """One kept-alive connection of somebody who is signed in.

    It asks for no compression: the same on both sides, it would only hide what is compared.
    """

    def __init__(self, port: int, session: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        cookies = f"sessionid={session}; csrftoken={TOKEN}"
        self._headers = {"Cookie": cookies, "X-CSRFToken": TOKEN, "Accept-Language": "en"}

    def fetch(self, path: str, form: dict[str, str] | None = None) -> Answer:
        """Get a page, or send a form as htmx does: the milliseconds until its last byte was there, and the HTML."""
        method, body, extra_headers = ("POST", urlencode(form).encode(), HTMX) if form else ("GET", None, {})
        began = time.perf_counter()
        self.connection.request(method, path, body, self._headers | extra_headers)
        response = self.connection.getresponse()
        html = response.read().decode()
        ms = (time.perf_counter() - began) * 1000
        if response.status != 200:
            sys.exit(f"Nothing was measured: {path} answered with {response.status}.")
        return ms, html
