"""Serves files that are built from others, without Node: the stylesheet of the components, and the charts' library.

`static/css/app.css` lists the components as `@import`s, and also works unbundled. The finder serves it with every
import replaced by the file's text, so that a page needs one request for its styles. Plotly's script comes unchanged
from its package; the rules that it would write into the page, which our Content-Security-Policy forbids, are
extracted into a stylesheet.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRY = "css/app.css"
LARGE = 1_000_000
PLOTLY_RULES = re.compile(r'\{(?P<rules>"X,X div":.*?)\};', re.DOTALL)
MAP_RULES = re.compile(r'if\(!document\.getElementById\("[0-9a-f]{64}"\)\)')
PLOTLY_RULE = re.compile(
    r"""(?:"(?P<quoted>[^"]+)"|(?P<plain>[XY])):(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")"""
)
IMPORT = re.compile(r'^@import "(?P<file>[\w-]+\.css)"(?: layer\((?P<layer>\w+)\))?;$', re.MULTILINE)

# import … from "./x.js", import "./x.js" and import("./x.js"), and what is written instead
MODULE_IMPORT = (
    r"""(?P<matched>\b(?P<before>from\s*|import\s*\(?\s*)"(?P<url>\./[\w-]+\.js)")""",
    '%(before)s"%(url)s"',
)


def bundle(entry: Path) -> str:
    """The stylesheet with its imports written out, each in the cascade layer that the import names."""

    def text(match: re.Match[str]) -> str:
        css = (entry.parent / match["file"]).read_text(encoding="utf-8").strip()
        return f"@layer {match['layer']} {{\n{css}\n}}" if match["layer"] else css

    return IMPORT.sub(text, entry.read_text(encoding="utf-8"))


def plotly_script() -> str:
    """The text of plotly.js, from the package of its Python library.

    The part that writes the rules of its maps into the page is disabled: the Content-Security-Policy forbids it, and
    no chart here is a map.
    """
    spec = importlib.util.find_spec("plotly")
    if spec is None or not spec.origin:
        raise FileNotFoundError("plotly is not installed: run make install.")
    text = (Path(spec.origin).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    return MAP_RULES.sub("if(!1)", text)


def plotly_rules() -> str:
    """The rules that plotly.js would write into a page, as a stylesheet."""
    block = PLOTLY_RULES.search(plotly_script())
    if block is None:
        raise ValueError("This plotly.js keeps its rules elsewhere: mend planner/web/bundles.py.")
    rules = []
    for match in PLOTLY_RULE.finditer(block["rules"]):
        selector = match["plain"] or match["quoted"]
        selector = selector.replace("X", ".js-plotly-plot .plotly").replace("Y", ".plotly-notifier")
        rules.append(f"{selector}{{{match['single'] or match['double']}}}")
    return "\n".join(rules)


class BundleFinder(BaseFinder):
    """Finds the files that are built here; it comes before the finders of plain files."""

    builders = {
        ENTRY: lambda: bundle(Path(settings.STATICFILES_DIRS[0]) / ENTRY),
        "plotly/plotly.min.js": plotly_script,
        "plotly/plotly.css": plotly_rules,
    }

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "bundles")
        self.storage.prefix = ""  # type: ignore[attr-defined]  # collectstatic reads it

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in self.builders:
            return []
        target = str(self._make(path))
        return [target] if find_all or kwargs.get("all") else target

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in self.builders:
            self._make(path)
            yield path, self.storage

    def _make(self, path: str) -> Path:
        target = Path(self.storage.path(path))
        text = self.builders[path]()
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return target


class BriskCompressor(Compressor):
    """Compresses large files a little less: plotly.js takes 1 s instead of 15, and is a tenth larger."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        compressed: bytes = brotli.compress(data, quality=9 if len(data) > LARGE else 11)
        return compressed


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Addresses with a hash in a local trial (DEBUG) too, where Django leaves it out by default.

    Our modules import each other by such addresses too. Django's own rewriting of imports
    (support_js_module_import_aggregation) reads every script, and takes comments in those of packages for imports.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (MODULE_IMPORT,)))

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return BriskCompressor(**kwargs)

    def url(self, name: str | None, force: bool = True) -> str:
        address: str = super().url(name, force)
        return address
