"""Countries as ONIX lists them: included, excluded, regions, the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from catalog.imports.onix.trees import Tree, all_words

Words = tuple[str, ...]

WORLD = {"WORLD", "ROW"}
EUROZONE = frozenset(  # ECZ of list 49
    {"AD", "AT", "BE", "BG", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MC", "ME",
     "MT", "NL", "PT", "SI", "SK", "SM", "VA", "XK"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Countries:
    """Some countries, or all but some."""

    codes: frozenset[str] = frozenset()
    all_but: bool = False

    def __contains__(self, country: str) -> bool:
        return (country in self.codes) != self.all_but

    def __bool__(self) -> bool:
        return self.all_but or bool(self.codes)

    def __invert__(self) -> Countries:
        return Countries(self.codes, not self.all_but)

    def __or__(self, other: Countries) -> Countries:
        if self.all_but and other.all_but:
            return Countries(self.codes & other.codes, True)
        if self.all_but:
            return Countries(self.codes - other.codes, True)
        if other.all_but:
            return Countries(other.codes - self.codes, True)
        return Countries(self.codes | other.codes)

    def __sub__(self, other: Countries) -> Countries:
        return ~(~self | other)


NAMES = ("CountriesIncluded", "RegionsIncluded", "CountriesExcluded", "RegionsExcluded")
NOWHERE = Countries()
EVERYWHERE = Countries(all_but=True)


def territory(tree: Tree) -> Countries:
    """What a Territory means; provinces (`CA-QC`) are no countries and count for nothing."""
    return named(*(tuple(all_words(tree, name)) for name in NAMES))


@lru_cache(maxsize=5000)  # a sender has few territories, and writes each into every record
def named(countries_in: Words, regions_in: Words, countries_out: Words, regions_out: Words) -> Countries:
    included, excluded = countries(countries_in, regions_in), countries(countries_out, regions_out)
    return (included or (EVERYWHERE if excluded else NOWHERE)) - excluded


def countries(listed: tuple[str, ...], regions: tuple[str, ...]) -> Countries:
    codes = {code.upper() for text in listed for code in text.split()}
    wider = {code.upper() for text in regions for code in text.split()}
    if wider & WORLD:
        return EVERYWHERE
    found = frozenset(code for code in codes if len(code) == 2 and code.isalpha() and code.isascii())
    return Countries(found | EUROZONE if "ECZ" in wider else found)


def union(territories: list[Tree]) -> Countries:
    if len(territories) == 1:
        return territory(territories[0])
    found = NOWHERE
    for each in territories:
        found |= territory(each)
    return found
