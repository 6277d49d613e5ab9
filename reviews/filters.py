"""What the list of a book's reviews takes in its query string."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from bookstore.errors import FieldError, Invalid

SORTS = {
    "newest": ("-created_at", "-id"),
    "rating": ("rating", "id"),
    "-rating": ("-rating", "-id"),
}


def read_sort(params: Mapping[str, str]) -> tuple[str, str]:
    """The order that `sort` names; the newest first without it. Raises Invalid."""
    order = SORTS.get(params.get("sort") or "newest")
    if order is None:
        message = _("Choose one of: %(choices)s.") % {"choices": ", ".join(SORTS)}
        raise Invalid(errors=[FieldError("invalid", message, "sort")])
    return order
