"""What people are called, and what only pretends to be a name."""

import unicodedata

JOINERS = "\u200c\u200d"  # Persian and Indian names are written with them
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")  # letters by category, and nothing to see
UNSEEN = frozenset(["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])
VISIBLE = frozenset("LNPS")


def has_tricks(name: str) -> bool:
    """Whether a name has characters that nobody sees or that turn the text around, or nothing but such."""
    if any(letter in BLANKS or is_unseen(letter) for letter in name):
        return True
    return bool(name) and not any(unicodedata.category(letter)[0] in VISIBLE for letter in name)


def is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in UNSEEN and letter not in JOINERS
