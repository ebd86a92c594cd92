"""The environment of an installation: each variable with what it may hold, and one clear line for anything else.

`read` is called once, by the settings, before anything else starts. Whatever is wrong ends the process with a line for
each wrong variable: its name, what it holds (never of one that may have a password in it), and what to write.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.utils.module_loading import import_string

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_DATABASES = ("sqlite", "postgres", "postgresql", "pgsql", "psql")
_MAILS = ("smtp", "smtp+tls", "smtp+ssl", "smtps", "consolemail", "filemail", "memorymail", "dummymail")
_HOST = re.compile(r"\*|\.?[\w-]+(?:\.[\w-]+)*\.?")


class Wrong(ValueError):
    """A value that a variable cannot hold; its message is the whole line where it says more than `expected`."""


@dataclass(frozen=True, slots=True)
class Variable:
    """How the text of a variable is read, and what to write there; `is_secret` where its value is never shown."""

    read: Callable[[str], Any]
    expected: str
    is_secret: bool = False

    def problem(self, name: str, text: str) -> str:
        shown = "" if self.is_secret else f" (it is “{text[:60]}”)"
        return f"{name} is not valid{shown}: {self.expected}"


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
            raise Wrong
        return int(text)

    return read


def switch(text: str) -> bool:
    lower = text.lower()
    if lower not in _TRUE + _FALSE:
        raise Wrong
    return lower in _TRUE


def items(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """Values with commas between them."""
    return lambda text: [read(item.strip()) for item in text.split(",") if item.strip()]


def host(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        ip_address(text[1:-1])
    elif not _HOST.fullmatch(text):
        raise Wrong
    return text


def _split(text: str, schemes: Iterable[str], *, is_local: bool = False) -> SplitResult:
    """An address with a host, or without one where a socket `is_local`; its port, if any, is a number of a port."""
    parts = urlsplit(text)
    has_host = bool(parts.hostname) or is_local
    if parts.scheme not in schemes or not has_host or " " in text or parts.port == 0:
        raise Wrong
    return parts


def origin(text: str) -> str:
    """http or https and a host, without a path."""
    parts = _split(text, ("http", "https"))
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise Wrong
    return text.rstrip("/")


def address(text: str) -> str:
    """http or https, a host, and perhaps a path."""
    if _split(text, ("http", "https")).query:
        raise Wrong
    return text.rstrip("/")


def database(text: str) -> dict[str, Any]:
    scheme = text.partition("://")[0]
    if scheme not in _DATABASES:
        raise Wrong
    if scheme != "sqlite":
        _split(text, _DATABASES, is_local=True)
    config: dict[str, Any] = environ.Env.db_url_config(text)
    name = str(config.get("NAME") or "")
    if not name:
        raise Wrong
    if scheme == "sqlite" and name != ":memory:" and (reason := _why_not_writable(Path(name).parent)):
        raise Wrong(f"Cannot open the database ({reason}). DATABASE_URL says where it is.")
    return config


def redis(text: str) -> str:
    if not text.startswith("unix://"):
        parts = _split(text, ("redis", "rediss"))
        if parts.path not in ("", "/") and not parts.path[1:].isdecimal():
            raise Wrong
    return text


def mail(text: str) -> dict[str, Any]:
    scheme = text.partition("://")[0]
    if scheme not in _MAILS or "://" not in text:
        raise Wrong
    if scheme.startswith("smtp"):
        _split(text, _MAILS)
    config: dict[str, Any] = environ.Env.email_url_config(text)
    return config


def sender(text: str) -> str:
    """One address, with or without a name."""
    addresses = getaddresses([text], strict=True) if sys.version_info >= (3, 13) else getaddresses([text])
    if len(addresses) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", addresses[0][1]):
        raise Wrong
    return text


def folder(name: str) -> Callable[[str], Path]:
    """A folder that is there and writable, or that can be made; `name` is the variable's."""

    def read(text: str) -> Path:
        path = Path(text).expanduser().absolute()
        if reason := _why_not_writable(path):
            raise Wrong(f"Cannot write to {path}: {reason}. {name} names another folder.")
        return path

    return read


def _why_not_writable(path: Path) -> str:
    """Why nothing can be written to a folder that is there or could be made; "" where it can."""
    nearest = next(parent for parent in (path.absolute(), *path.absolute().parents) if parent.exists())
    if not nearest.is_dir():
        return f"{nearest} is no folder"
    return "" if os.access(nearest, os.W_OK | os.X_OK) else f"{nearest} is not writable"


def port(text: str) -> int:
    try:
        return whole(0, 65535)(text)
    except Wrong:
        raise Wrong(f"“{text}” is no port: PORT is a number up to 65535.") from None


def sentry(text: str) -> str:
    """What Sentry calls a DSN: a key, a host, and the number of a project."""
    parts = _split(text, ("http", "https"))
    if not parts.username or not re.fullmatch(r"(?:/[^/]+)*/\d+/?", parts.path):
        raise Wrong
    return text


def importable(text: str) -> str:
    import_string(text)
    return text


_SWITCH = "write 1 or 0."
VARIABLES: Mapping[str, Variable] = {
    "DEBUG": Variable(switch, _SWITCH),
    "SECRET_KEY": Variable(
        str, "write a long random text: it signs sessions and password links.", is_secret=True
    ),
    "ALLOWED_HOSTS": Variable(
        items(host), "write host names without https:// and port, with commas between them: plan.example.com."
    ),
    "CSRF_TRUSTED_ORIGINS": Variable(
        items(origin), "write addresses with https:// in front and no path: https://plan.example.com."
    ),
    "HTTPS": Variable(switch, _SWITCH),
    "HSTS_SECONDS": Variable(whole(0, 10**9), "write a number of seconds, such as 31536000, or 0 for none."),
    "TRUSTED_PROXY_COUNT": Variable(whole(0, 20), "write how many proxies stand in front, from 0 to 20."),
    "PORT": Variable(port, "write the number of a port, up to 65535."),
    "VAR_DIR": Variable(folder("VAR_DIR"), "write a folder that can be written to."),
    "STATIC_ROOT": Variable(folder("STATIC_ROOT"), "write a folder that can be written to."),
    "STATICFILES_STORAGE": Variable(importable, "write the dotted path of a class."),
    "DATABASE_URL": Variable(
        database,
        "write postgres://user:password@host:5432/name, or sqlite:////folder/file in a folder that is there.",
        is_secret=True,
    ),
    "REDIS_URL": Variable(redis, "write redis://host:6379/0.", is_secret=True),
    "EMAIL_URL": Variable(
        mail, "write smtp+tls://user:password@host:587, or consolemail://.", is_secret=True
    ),
    "DEFAULT_FROM_EMAIL": Variable(sender, "write one address, such as Planner <planner@example.com>."),
    "PUBLIC_URL": Variable(address, "write an address with https:// in front: https://plan.example.com."),
    "CHANNEL_NETWORKS": Variable(
        items(ip_network), "write networks with commas between: 10.1.2.0/24,10.9.9.9."
    ),
    "SENTRY_DSN": Variable(
        sentry, "write the address of a Sentry project: https://key@host/1.", is_secret=True
    ),
    "WORKER_CONCURRENCY": Variable(whole(1, 64), "write a number of processes from 1 to 64."),
    "WORKER_MEMORY_MB": Variable(whole(256, 1_000_000), "write a number of megabytes, at least 256."),
    "LIVE_SECONDS": Variable(whole(1, 3600), "write a number of seconds from 1 to 3600."),
}


class Environment:
    """The variables of a process, read and checked."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._values: dict[str, Any] = {}
        self.problems: list[str] = []
        for name, variable in VARIABLES.items():
            text = texts.get(name, "").strip()
            if not text:
                continue  # as if it was not there
            try:
                self._values[name] = variable.read(text)
            except (ValueError, ImportError, environ.ImproperlyConfigured) as error:
                says_more = isinstance(error, Wrong) and str(error)
                self.problems.append(str(error) if says_more else variable.problem(name, text))

    def get(self, name: str, default: Any) -> Any:
        """What the variable holds, else `default`; KeyError for a name that VARIABLES does not have."""
        if name not in VARIABLES:
            raise KeyError(name)
        return self._values.get(name, default)

    def require(self, name: str, default: Any, why: str) -> Any:
        """What the variable holds, else `default`; without either the process ends with the line `why`."""
        value = self.get(name, default)
        if not value:
            raise SystemExit(why)
        return value

    def check(self) -> None:
        """End the process with a line for each problem, where there is one."""
        if self.problems:
            raise SystemExit("\n".join(self.problems))


def read(base: Path) -> Environment:
    """The environment of this process, with the variables that it lacks from the file `.env` in `base`."""
    environ.Env.read_env(base / ".env")
    return Environment(os.environ)
