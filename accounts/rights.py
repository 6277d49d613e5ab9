"""What each role in a selling organization may do: the one place where it is written down."""

from enum import StrEnum

OWNER, MANAGER, STAFF = "owner", "manager", "staff"
EVERYBODY = frozenset({OWNER, MANAGER, STAFF})


class Right(StrEnum):
    """Something that members of a selling organization do for it."""

    CATALOGUE = "catalogue"  # add books and editions, and change those that are the organization's own
    OFFERS = "offers"  # offers, price lists and imports
    ORDERS = "orders"  # see, pack, ship and cancel orders
    SEE_TEAM = "see_team"
    MANAGE_STAFF = "manage_staff"  # invite and remove staff
    MANAGE_TEAM = "manage_team"  # the same for managers and owners, and give them other roles
    PAGE = "page"  # what the public page says
    HAND_OVER = "hand_over"  # make somebody else the owner in one's place


HOLDERS: dict[Right, frozenset[str]] = {
    Right.CATALOGUE: EVERYBODY,
    Right.OFFERS: EVERYBODY,
    Right.ORDERS: EVERYBODY,
    Right.SEE_TEAM: EVERYBODY,
    Right.MANAGE_STAFF: frozenset({OWNER, MANAGER}),
    Right.MANAGE_TEAM: frozenset({OWNER}),
    Right.PAGE: frozenset({OWNER, MANAGER}),
    Right.HAND_OVER: frozenset({OWNER}),
}


def holds(role: str | None, right: Right) -> bool:
    return role in HOLDERS[right]


def manages(role: str | None, other: str) -> bool:
    """Whether somebody of that role invites, changes and removes those of the other."""
    return holds(role, Right.MANAGE_STAFF if other == STAFF else Right.MANAGE_TEAM)
