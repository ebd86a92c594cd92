"""Serves the component stylesheets as one file, without Node.

`static/css/app.css` lists the components as `@import`s, and works as it stands in a browser. This finder serves
it with every import replaced by the file's text, so that a page needs one request for its look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRY = "css/app.css"
IMPORT = re.compile(r'^@import "(?P<file>[\w-]+\.css)"(?: layer\((?P<layer>\w+)\))?;$', re.MULTILINE)


def bundle(entry: Path) -> str:
    """The stylesheet with its imports written out, each in the cascade layer that the import names."""

    def text(match: re.Match[str]) -> str:
        css = (entry.parent / match["file"]).read_text(encoding="utf-8").strip()
        return f"@layer {match['layer']} {{\n{css}\n}}" if match["layer"] else css

    return IMPORT.sub(text, entry.read_text(encoding="utf-8"))


class BundleFinder(BaseFinder):
    """Finds the bundled stylesheet before the plain one is found."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.source = Path(settings.STATICFILES_DIRS[0]) / ENTRY
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "bundles")
        self.storage.prefix = ""  # type: ignore[attr-defined]  # collectstatic reads it

    def check(self, **kwargs: Any) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != ENTRY:
            return []
        found = str(self._build())
        return [found] if find_all or kwargs.get("all") else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        self._build()
        yield ENTRY, self.storage

    def _build(self) -> Path:
        target = Path(self.storage.path(ENTRY))
        css = bundle(self.source)
        if not target.exists() or target.read_text(encoding="utf-8") != css:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(css, encoding="utf-8")
        return target


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Addresses with a hash in a local trial (DEBUG) too, where Django by itself leaves it out."""

    def url(self, name: str | None, force: bool = True) -> str:
        return super().url(name, force)
