"""The mails of the shop itself."""

from typing import Any

from bookstore.mails import mail, sample_of


@mail
def test() -> dict[str, Any]:
    """To an operator, who wants to know whether mail works."""
    return {}


@sample_of(test)
def to_an_operator() -> dict[str, Any]:
    return {}
