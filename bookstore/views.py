"""What views of every app share."""

from typing import Any
from uuid import UUID

from bookstore.errors import NotFound


class UUIDLookup:
    """Finds its object by a UUID; anything else in that place is an address where nothing is. Mix it in first."""

    lookup_value_regex = "[^/]+"
    kwargs: dict[str, Any]

    def get_object(self) -> Any:
        try:
            self.kwargs["pk"] = UUID(self.kwargs["pk"])
        except ValueError as error:
            raise NotFound from error
        return super().get_object()  # type: ignore[misc]  # a mixin
