"""Countries as ONIX lists them: included, excluded, regions, the world."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.imports.onix.trees import Tree, all_words

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


NOWHERE = Countries()
EVERYWHERE = Countries(all_but=True)


def territory(tree: Tree) -> Countries:
    """What a Territory means; provinces (`CA-QC`) are no countries and count for nothing."""
    included = listed(tree, "CountriesIncluded") | regions(tree, "RegionsIncluded")
    excluded = listed(tree, "CountriesExcluded") | regions(tree, "RegionsExcluded")
    return (included or (EVERYWHERE if excluded else NOWHERE)) - excluded


def listed(tree: Tree, name: str) -> Countries:
    codes = {code.upper() for text in all_words(tree, name) for code in text.split()}
    return Countries(frozenset(code for code in codes if len(code) == 2 and code.isalpha() and code.isascii()))


def regions(tree: Tree, name: str) -> Countries:
    codes = {code.upper() for text in all_words(tree, name) for code in text.split()}
    if codes & WORLD:
        return EVERYWHERE
    return Countries(EUROZONE) if "ECZ" in codes else NOWHERE


def union(territories: list[Tree]) -> Countries:
    found = NOWHERE
    for each in territories:
        found |= territory(each)
    return found
