"""Texts as people see them, and what only pretends to be one: one rule for names, addresses, titles and devices."""

import unicodedata

JOINERS = "\u200c\u200d"  # Persian and Indian names are written with them, and families of emoji
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")  # letters by category, and nothing to see
UNSEEN = frozenset(["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])
VISIBLE = frozenset("LNPS")
JOINED = frozenset("LMS")
OVERRIDES = "\u202d\u202e"  # letters that are written from left to right are shown from right to left, and back


def has_tricks(line: str) -> bool:
    """Whether a line has characters that nobody sees or that turn the text around, or nothing but such."""
    return bool(line) and visible(line) != line


def visible(line: str) -> str:
    """The line without what nobody sees; empty where nothing else is in it."""
    if line.isprintable() and not BLANKS.intersection(line) and any(map(str.isalnum, line)):
        return line  # as good as always
    kept = ""
    for letter in line:
        if letter.isspace() and is_unseen(letter):
            kept += " "  # a tab, the end of a line
        elif not is_unseen(letter) or (letter in JOINERS and may_join(kept)):
            kept += letter
    return kept if any(unicodedata.category(letter)[0] in VISIBLE for letter in kept) else ""


def is_unseen(letter: str) -> bool:
    return letter in BLANKS or unicodedata.category(letter) in UNSEEN


def may_join(before: str) -> bool:
    """Whether a joiner is of use there: scripts that have capitals have none for it."""
    last = before[-1:]
    return bool(last) and unicodedata.category(last)[0] in JOINED and last.lower() == last.upper()


def without_overrides(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, OVERRIDES)))
