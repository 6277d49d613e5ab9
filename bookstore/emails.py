"""The mails of the shop itself."""

from typing import Any

from bookstore.mails import mail


@mail
def test() -> dict[str, Any]:
    """To an operator, who wants to know whether mail works."""
    return {}
