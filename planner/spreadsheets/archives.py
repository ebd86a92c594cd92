"""What a zip archive holds besides the sheets of a workbook that takes memory: its directory, and shared texts."""

from __future__ import annotations

import re
import struct
import zipfile
from array import array
from collections.abc import Iterator
from pathlib import Path

from planner.spreadsheets import limits

SHARED_TEXTS = "xl/sharedStrings.xml"
PIECE = 1 << 20
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_TEXT_END = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_SHARED_CELL = re.compile(rb"""\bt=["']s["'][^>]*>\s*(?:<(?:\w+:)?f\b.*?)?<(?:\w+:)?v>\s*(\d+)""", re.DOTALL)
_INLINE = re.compile(rb"""\bt=["']inlineStr["']""")


def directory_size(path: Path) -> int:
    """The bytes of the archive's directory as it says at its end; 0 where it has none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 66_000))
        end = file.read()
        at = end.rfind(_END)
        if at < 0 or len(end) < at + 16:
            return 0
        length: int = struct.unpack_from("<L", end, at + 12)[0]
        if at >= 20 and end[at - 20 : at - 16] == _LOCATOR_64:
            file.seek(min(struct.unpack_from("<Q", end, at - 12)[0], size))
            record = file.read(56)
            if len(record) == 56 and record.startswith(_END_64):
                length = max(length, struct.unpack_from("<Q", record, 40)[0])
    return length


def check_shared_texts(archive: zipfile.ZipFile, sheets: list[str]) -> None:
    """Raises Unreadable where the texts of all cells, each with its own copy, would take too much memory."""
    lengths = array("Q", _lengths(archive))
    longest = max(lengths, default=0)
    if sum(lengths) > limits.MOST_CHARACTERS:
        raise limits.too_much_text()
    cells = 0
    for part in sheets:
        if archive.getinfo(part).file_size > limits.MOST_CHARACTERS and _has_inline_texts(archive, part):
            raise limits.too_much_text()
        cells += sum(piece.count(b't="s"') + piece.count(b"t='s'") for piece in _pieces(archive, part))
    if cells * longest <= limits.MOST_CHARACTERS:
        return
    total = 0
    for part in sheets:
        for piece in _pieces(archive, part):
            places = (int(place) for place in _SHARED_CELL.findall(piece))
            total += sum(lengths[place] for place in places if place < len(lengths))
            if total > limits.MOST_CHARACTERS:
                raise limits.too_much_text()


def _lengths(archive: zipfile.ZipFile) -> Iterator[int]:
    """The length of each shared text, with its tags."""
    if SHARED_TEXTS not in archive.namelist():
        return
    rest = b""
    with archive.open(SHARED_TEXTS) as file:
        while piece := file.read(PIECE):
            *texts, rest = _TEXT_END.split(rest + piece)
            yield from map(len, texts)
            if len(rest) > limits.MOST_CHARACTERS:
                raise limits.too_much_text()


def _has_inline_texts(archive: zipfile.ZipFile, part: str) -> bool:
    return any(_INLINE.search(piece) for piece in _pieces(archive, part))


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML of a sheet, some whole cells at a time."""
    rest = b""
    with archive.open(part) as file:
        while piece := file.read(PIECE):
            rest += piece
            end = max(rest.rfind(b"</c>"), rest.rfind(b":c>")) + 4
            if end > 4:
                yield rest[:end]
                rest = rest[end:]
    yield rest
