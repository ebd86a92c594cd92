"""The message catalogues, compiled without gettext.

`compile_catalogues` runs wherever the product starts. Run as a program (by `make messages`, after gettext has
collected the strings) the module tidies the catalogues, and gives each English message itself as translation.
"""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE_DIR = Path(__file__).resolve().parent.parent.parent / "locale"


def compile_catalogues(locale_dir: Path = LOCALE_DIR) -> list[Path]:
    """Write the .mo beside every .po that is newer than it; returns what was written."""
    written = []
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        # Two processes may start at once, and neither may read half a catalogue.
        draft = target.with_suffix(f".{os.getpid()}.draft")
        with draft.open("wb") as file:
            write_mo(file, read_catalogue(source))
        draft.replace(target)
        written.append(target)
    return written


def read_catalogue(source: Path) -> Catalog:
    """The catalogue of a .po file, in the language that its folder names."""
    language = source.parent.parent.name
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language)
    catalogue.locale = language  # gettext leaves it out of the header of a new file
    return catalogue


def tidy_catalogues(locale_dir: Path = LOCALE_DIR) -> None:
    """Give every English message its own text as translation, and both catalogues the same form."""
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/django.po")):
        catalogue = read_catalogue(source)
        catalogue.fuzzy = False
        for message in catalogue:
            if message.id and source.parent.parent.name == "en":
                message.string = message.id
                message.flags.discard("fuzzy")
        with source.open("wb") as file:
            write_po(file, catalogue, width=0, ignore_obsolete=True)


if __name__ == "__main__":
    tidy_catalogues()
    compile_catalogues()
