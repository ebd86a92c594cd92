"""How names are ordered and found: Chinese by its sounds, 2 before 10, whatever the case and the width."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import islice, product
from typing import Any

from natsort import natsort_keygen, ns

# A part of a text is Chinese, or it is not.
_CHINESE = re.compile(r"([\u3400-\u9fff\U00020000-\U000323af]+)")
# Up to this many characters each may be read in every way, as those of a person's name; longer texts as they are said.
_SHORT = 4
_MOST_READINGS = 16
# Characters that are read otherwise at the beginning of a person's name.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "任": "ren", "盖": "ge",
    "朴": "piao", "翟": "zhai", "尉": "wei", "乐": "yue", "员": "yun", "缪": "miao", "覃": "qin", "冼": "xian",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """A text as it is searched: half width, without case, accents and white space."""
    if text.isascii():
        return re.sub(r"[\x00-\x20\x7f]", "", text.lower())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    marks = ("Mn", "Cc", "Cf")
    return "".join(
        character
        for character in decomposed
        if not character.isspace() and unicodedata.category(character) not in marks
    )


def finds(query: str, *texts: str) -> bool:
    """Whether one of the texts contains the query, whatever the case and the width; an empty one is found in all."""
    wanted = fold(query)
    return any(wanted in fold(text) for text in texts)


@lru_cache(maxsize=20_000)
def search_keys(text: str) -> str:
    """By what else a Chinese text is found, separated by spaces: its pinyin without tones, and the initials.

    周易 has "zhouyi zy"; a character of several readings in a short name has a key of each. "" for a text without
    Chinese.
    """
    if not _CHINESE.search(text):
        return ""
    readings = list(islice(product(*_sounds(text)), _MOST_READINGS))
    whole = ["".join(syllables) for syllables in readings]
    initials = ["".join(syllable[0] for syllable in syllables) for syllables in readings]
    return " ".join(dict.fromkeys([*whole, *initials]))


def _sounds(text: str) -> list[list[str]]:
    """How the characters of a text can be read, the usual reading first; others than Chinese ones as they are."""
    letters = re.sub(r"[\W_]", "", text)
    pypinyin = _pypinyin()
    if len(letters) <= _SHORT:
        sounds = [pypinyin.pinyin(each, style=pypinyin.Style.NORMAL, heteronym=True)[0] for each in letters]
    else:
        parts = (
            pypinyin.lazy_pinyin(part) if _CHINESE.match(part) else part for part in _CHINESE.split(letters)
        )
        sounds = [[sound] for part in parts for sound in part]
    return [_typed(readings) for readings in sounds]


def _typed(readings: list[str]) -> list[str]:
    """What people type for these sounds: for ü a v or a u."""
    forms = (form for sound in map(fold, readings) for form in (sound, re.sub("^([ln])v", r"\1u", sound)))
    return list(dict.fromkeys(filter(None, forms)))


@cache
def _pypinyin() -> Any:
    """The library, loaded with the first Chinese text: its dictionaries take some 55 MB."""
    import pypinyin

    return pypinyin


@lru_cache(maxsize=20_000)
def sort_key(text: str, *, is_person: bool = False) -> tuple[Any, str]:
    """The place of a name in a list: numbers by their value, then letters, then Chinese by pinyin.

    A person's surname is read as one: 曾 (zēng), 单 (shàn).
    """
    parts = _CHINESE.split(unicodedata.normalize("NFKC", text))
    spelled = "".join(
        _spelled(part) if at % 2 else _folded_words(part.strip()) for at, part in enumerate(parts)
    )
    if is_person and text[:1] in _SURNAMES:
        spelled = _syllable(_SURNAMES[text[0]]) + _spelled_after(text, spelled)
    return _natural()(spelled), text


def _folded_words(text: str) -> str:
    """A text without case and accents, its words apart."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def _spelled(chinese: str) -> str:
    pypinyin = _pypinyin()
    return "".join(_syllable(syllable) for syllable in pypinyin.lazy_pinyin(chinese))


def _spelled_after(name: str, spelled: str) -> str:
    """The spelling of a name behind its first character."""
    return spelled[spelled.index(" ") + 1 :] if len(name) > 1 else ""


def _syllable(sound: str) -> str:
    """Behind all letters, and before any longer syllable."""
    return f"\u4e00{sound} "


@cache
def _natural() -> Any:
    return natsort_keygen(alg=ns.INT)
