"""One person's browser on one kept-alive connection, who takes the time of each answer."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode


class WrongAnswer(Exception):
    """An answer that is not the one measured: a figure of it would be a lie."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many milliseconds its last byte was there."""

    ms: float
    html: str


class Browser:
    """Sends no Accept-Encoding: the same compression on both sides would only hide what is compared."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookies = {"sessionid": session}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form as htmx does."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
            "X-CSRFToken": self._cookies["csrftoken"],
        }
        return self._ask("POST", path, urlencode(fields).encode(), headers)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers |= {"Cookie": cookies, "Accept": "text/html", "Accept-Language": "en"}
        started = time.perf_counter()
        # Without skip_accept_encoding http.client asks for "identity", which says the same.
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        read = response.read()
        ms = (time.perf_counter() - started) * 1000
        if response.status != 200:
            raise WrongAnswer(f"{method} {path} answered with {response.status} instead of 200.")
        for header in response.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        return Answer(ms, read.decode())
