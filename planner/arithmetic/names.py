"""One comparison of names (Decision 18 of the method)."""

import unicodedata
from functools import lru_cache

# How long a key can be: NFKC and case-folding turn some characters into several.
LONGEST_KEY = 240
# What nobody sees between letters: joiners, marks of direction, soft hyphens.
_UNSEEN = ("Zs", "Zl", "Zp", "Cc", "Cf")


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """A name as people compare it: half-width, case-folded, without white space and unseen characters."""
    if name.isascii():
        return "".join(name.lower().split())[:LONGEST_KEY]
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(
        character
        for character in folded
        if unicodedata.category(character) not in _UNSEEN and not character.isspace()
    )[:LONGEST_KEY]
