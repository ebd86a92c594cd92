"""How names are ordered and found: Chinese by its sounds, 2 before 10, whatever the case and the width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, product
from typing import Any

_CHINESE = re.compile("[\u3007\u3400-\u9fff\U00020000-\U000323af]+")
# What a text is sorted by, piece by piece: a number, Chinese characters, or a single other character.
_PIECE = re.compile(rf"(?P<number>\d+)|(?P<chinese>{_CHINESE.pattern})|.", re.DOTALL)
# Surnames that are read otherwise than the character is elsewhere.
_SURNAME_READINGS = """
    曾zeng1 单shan4 解xie4 仇qiu2 查zha1 区ou1 任ren2 盖ge3 朴piao2 翟zhai2 乐yue4 覃qin2 缪miao4 种chong2 繁po2
    洗xian3 员yun4 折she2 召shao4 秘bi4 葛ge3 燕yan1 华hua4 卜bu3 肖xiao1 炅gui4 过guo1 薄bo2 乜nie4 祭zhai4 隗wei3
    阚kan4 郇xun2 佴nai4 黑he4 那na1 句gou1 都du1 於yu1 干gan1 要yao1 占zhan1 幺yao1 莘shen1
"""
_SURNAMES = {each[0]: each[1:] for each in _SURNAME_READINGS.split()}
_TONES = "1234"
# The longest name of a person in Chinese characters: a longer one is a job title.
_LONGEST_PERSON = 3
# How many letters the spellings of a text may have together: an option of a list carries them all.
_MOST_LETTERS = 200


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


def finds_name(query: str, *names: str) -> bool:
    """`finds` for names, Chinese ones also by pinyin. Input methods write apostrophes between syllables."""
    if finds(query, *names):
        return True
    spelled = re.sub("['’]", "", fold(query))
    return bool(spelled) and spelled.isascii() and any(spelled in search_keys(name) for name in names)


@lru_cache(maxsize=20_000)
def search_keys(text: str) -> str:
    """By what else a Chinese text is found, separated by spaces: its pinyin without tones, and the initials.

    周易 has "zhouyi zy"; a character of several readings has a key of each. "" for a text without Chinese.
    """
    letters = re.sub(r"[\W_]", "", fold(text))
    if not _CHINESE.search(letters):
        return ""
    sounds = list(_sounds(letters))
    initials = [tuple(dict.fromkeys(sound[0] for sound in each)) for each in sounds]
    return " ".join(dict.fromkeys((*_spellings(sounds), *_spellings(initials))))


def _sounds(letters: str) -> Iterator[tuple[str, ...]]:
    """What people type for each character of a text, the likeliest first: for ü a v or a u."""
    start = 0
    for run in _CHINESE.finditer(letters):
        yield from ((character,) for character in letters[start : run.start()])
        first, *others = _readings(run[0])
        surname = _SURNAMES.get(letters[0], "").rstrip(_TONES) if run.start() == 0 else ""
        for readings in ([*first, surname] if surname else first), *others:
            yield tuple(dict.fromkeys((*readings, *(each.replace("v", "u") for each in readings))))
        start = run.end()
    yield from ((character,) for character in letters[start:])


def _readings(run: str) -> Iterator[list[str]]:
    """The readings of each of these Chinese characters: as its word is read, else all that words are read with."""
    from pypinyin.contrib.tone_convert import to_normal

    pypinyin = _pypinyin()
    known = pypinyin.pinyin(run, style=pypinyin.Style.TONE, heteronym=True, errors=list)
    for character, (first, *others) in zip(run, known, strict=True):
        others = [each for each in others if (character, each) in _readings_in_words()]
        yield [fold(to_normal(each)) for each in (first, *others)]


@cache
def _readings_in_words() -> frozenset[tuple[str, str]]:
    """The characters with each reading that some word has: more than half of the others are of old books alone."""
    from pypinyin.constants import PHRASES_DICT

    return frozenset(
        (character, readings[0])
        for word, of_word in PHRASES_DICT.items()
        for character, readings in zip(word, of_word, strict=False)
    )


def _spellings(sounds: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Ways to spell a text, as many as fit: first with the sounds of its first characters, in which names differ."""
    length = sum(len(each[0]) for each in sounds)
    backwards = product(*reversed(sounds))
    return ("".join(reversed(each)) for each in islice(backwards, max(1, _MOST_LETTERS // length)))


@cache
def _pypinyin() -> Any:
    """The library, loaded with the first Chinese text: its dictionaries take a fifth of a second and 60 MB."""
    import pypinyin

    return pypinyin


@lru_cache(maxsize=20_000)
def sort_key(text: str, *, is_person: bool = False) -> tuple[Any, str]:
    """The place of a name in a list: marks, numbers by their value, letters, then Chinese by pinyin and tone.

    One Chinese character stands in one place, whatever else sounds like it. A person's surname is read as one:
    曾 (zēng), 单 (shàn).
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = " ".join("".join(each for each in plain if unicodedata.category(each) != "Mn").split())
    key: list[tuple[int | str, ...]] = []
    for piece in _PIECE.finditer(plain):
        if number := piece["number"]:
            value = number.lstrip("0")
            key.append((1, len(value), value))
        elif run := piece["chinese"]:
            readings = _likeliest_readings(run, is_person=is_person and piece.start() == 0)
            key += [(3, *each) for each in zip(readings, run, strict=True)]
        elif piece[0].isprintable():
            key.append((2 if piece[0].isalpha() else 0, piece[0]))
    return tuple(key), text


def _likeliest_readings(run: str, *, is_person: bool) -> list[str]:
    """How each of these Chinese characters is read, with its tone as a digit: zhou1."""
    pypinyin = _pypinyin()
    known = pypinyin.pinyin(run, style=pypinyin.Style.TONE3, errors=list)
    readings = [first for first, *_others in known]
    if is_person and len(run) <= _LONGEST_PERSON:
        readings[0] = _SURNAMES.get(run[0], readings[0])
    return readings
