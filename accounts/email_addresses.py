"""E-mail addresses: one spelling for each, and none that only looks like another."""

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

LONGEST_LOCAL_PART = 64
LONGEST_ADDRESS = 254
DOT_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
ALIKE = frozenset(["LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE"])  # scripts with the same shapes


def normal_email(text: str) -> str:
    """One spelling for one address: lower case, no characters that only look like others (NFKC), domains in ASCII."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).lower())
    local, at, domain = folded.rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """The domain as mail servers know it (`xn--…`); as it was, where it is none."""
    if domain.isascii() and "xn--" not in domain:
        return domain.rstrip(".")
    if any(unicodedata.category(letter) == "Cf" for letter in domain):
        return domain  # IDNA would leave out what nobody sees
    try:
        return idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return domain


def check_email(email: str) -> None:
    """Refuse what is no address, or could pass for another. Raises ValidationError."""
    validate_email(email)
    local, _at, domain = email.rpartition("@")
    if len(email) > LONGEST_ADDRESS or len(local) > LONGEST_LOCAL_PART or not DOT_ATOM.fullmatch(local):
        raise ValidationError(_("Enter a valid email address."), code="invalid")
    if "." not in domain or "[" in domain:
        raise ValidationError(_("Enter a valid email address."), code="invalid")
    if not domain.isascii() or any(mixes_scripts(label) for label in domain.split(".")):
        raise ValidationError(_("This domain has characters that could pass for others."), code="confusable")


def mixes_scripts(label: str) -> bool:
    """Whether a label of a domain has letters of several alphabets whose letters look alike, or is no name at all."""
    if not label.startswith("xn--"):
        return False
    try:
        letters = idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return True
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters if letter.isalpha()}
    return len(scripts & ALIKE) > 1
