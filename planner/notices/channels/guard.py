"""Guards which addresses a channel's sender may connect to, and watches the outcome of its requests.

The sender is a library that makes its own requests. Inside `watched()`, every connection of this thread is checked
after its name was resolved and before it is made, so that no answer of the DNS leads to a private address.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import requests
import requests.adapters
import requests.sessions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from planner.notices.channels.networks import may_be_reached

# How many bytes of an answer are kept.
MOST = 2_000


class Forbidden(OSError):
    """A connection that is refused because of its address."""


@dataclass(slots=True)
class Watch:
    """The outcome of the requests for one message: whether one was written, and the last answer."""

    was_written: bool = False
    forbidden: bool = False
    status: int | None = None
    answer: bytes = b""


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched() -> Iterator[Watch]:
    """Guard and watch the requests that this thread makes until the end of the block."""
    # Each request of the sender makes a session of its own, which looks for its transport under this name.
    requests.sessions.HTTPAdapter = GuardedAdapter  # type: ignore[attr-defined]  # a class of the library is replaced
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


def checked_addresses(host: str, port: int, *, encrypted: bool) -> list[str]:
    """The addresses of a host, resolved once, so that the checked addresses are those connected to.

    Raises Forbidden where any of its addresses is private, or for a connection that is not encrypted. Only a
    network that the operator has allowed may be reached anyway. Raises socket.gaierror for an unknown host.
    """
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) for *_rest, sockaddr in infos]
    if not all(may_be_reached(address, encrypted=encrypted) for address in addresses):
        raise Forbidden("not a public address")
    return list(dict.fromkeys(str(address) for address in addresses))


class _Guarded:
    """A connection that resolves its host itself; the certificate is still checked against the name."""

    _encrypted = False
    _dns_host: str
    port: int
    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        watch = _watch.get()
        if watch is None:
            connection: socket.socket = super()._new_conn()  # type: ignore[misc]  # of the class it is mixed with
            return connection
        host = self._dns_host
        try:
            addresses = checked_addresses(host.strip("[]"), self.port, encrypted=self._encrypted)
            return self._first_that_answers(addresses)
        except Forbidden:
            watch.forbidden = True
            raise
        finally:
            self._dns_host = host

    def _first_that_answers(self, addresses: list[str]) -> socket.socket:
        for at, address in enumerate(addresses, start=1):
            self._dns_host = address
            try:
                connection: socket.socket = super()._new_conn()  # type: ignore[misc]  # of the class it is mixed with
                return connection
            except (NewConnectionError, ConnectTimeoutError):
                if at == len(addresses):
                    raise
        raise Forbidden("no address")

    def request(self, *args: Any, **kwargs: Any) -> None:
        if watch := _watch.get():
            if self.sock is None:
                # Nothing has been sent before this point.
                self.connect()  # type: ignore[attr-defined]  # of the class it is mixed with
            watch.was_written = True
        super().request(*args, **kwargs)  # type: ignore[misc]  # of the class it is mixed with


class _HTTPConnection(_Guarded, HTTPConnection):
    pass


class _HTTPSConnection(_Guarded, HTTPSConnection):
    _encrypted = True


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class GuardedAdapter(requests.adapters.HTTPAdapter):
    """The transport of requests, whose connections are guarded inside `watched()` and unchanged otherwise."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        watch = _watch.get()
        if watch is None:
            return super().send(request, *args, **kwargs)
        kwargs["proxies"] = {}  # a proxy would resolve the name again
        response = super().send(request, *args, **kwargs)
        watch.status = response.status_code
        watch.answer = response.content[:MOST]
        return response
