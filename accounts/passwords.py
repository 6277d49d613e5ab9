"""What makes no password, besides what Django's validators refuse."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_DIFFERENT = 4
LONGEST = 128
SHORTEST_ROW = 8
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)


class NothingObvious:
    """Refuses repetitions, rows of the keyboard and the shop's own name (NIST SP 800-63B, 5.1.1.2)."""

    def validate(self, password: str, user: Any = None) -> None:
        word = "".join(letter for letter in password.casefold() if letter.isalnum())
        if len(password) > LONGEST:
            raise ValidationError(_("A password has %(most)s characters at most.") % {"most": LONGEST}, "too_long")
        if "\0" in password:
            raise ValidationError(_("Control characters are not allowed."), "control_characters")
        is_row = len(word) >= SHORTEST_ROW and any(word in row + row for row in forwards_and_backwards())
        if len(set(password)) < LEAST_DIFFERENT or is_row:
            raise ValidationError(_("This is too easy to guess: it repeats or counts."), "password_too_simple")
        if word and word.strip("0123456789") == "".join(filter(str.isalnum, settings.SHOP_NAME.casefold())):
            raise ValidationError(_("The shop's name is too easy to guess."), "password_too_similar")

    def get_help_text(self) -> str:
        return _("Your password can’t be one character again and again, a row of the keyboard, or the shop’s name.")


def forwards_and_backwards() -> list[str]:
    return [*ROWS, *(row[::-1] for row in ROWS)]
