"""Whether a copy can be had: one SQL rule for the shop window, the book page and the edition.

`Offer.availability` says the same of one offer in Python; a test holds the two together.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from catalog.vocabularies import NEVER_SOLD, NOT_YET_PUBLISHED, SUPPLIER_DELIVERS, Availability, Condition

FIXED: dict[str, Any] = {
    "never": list(NEVER_SOLD),
    "not_yet": list(NOT_YET_PUBLISHED),
    "supplier": list(SUPPLIER_DELIVERS),
    "conditions": list(Condition.values),  # from the best to the worst
    "new": Condition.NEW.value,
    **{member.word: member.value for member in Availability},
}


def spelled_out(rule: str) -> str:
    """The rule with its fixed values in place of their names: fewer parameters cost less each time it is run."""
    for name, value in FIXED.items():
        rule = rule.replace(f"%({name})s", f"ARRAY{value}" if isinstance(value, list) else repr(value))
    return rule


# New copies are sold where the publisher's sales rights allow it; a used copy was sold by its publisher long ago.
NOT_SOLD_HERE = """offer.condition = %(new)s AND edition.rights_countries IS NOT NULL
         AND (%(country)s = ANY(edition.rights_countries)) = edition.rights_all_but"""

# Over `edition` and `offer`. A copy on the shelf, and not held for a purchase, beats what the supplier says; what is
# withdrawn or recalled is never sold, on the shelf or not (ONIX list 65).
OF_AN_OFFER = spelled_out(f"""CASE
    WHEN edition.archived_at IS NOT NULL THEN %(unavailable)s
    WHEN edition.availability_code = ANY(%(never)s) THEN %(unavailable)s
    WHEN {NOT_SOLD_HERE} THEN %(unavailable)s
    WHEN offer.condition = %(new)s
         AND (edition.availability_code = ANY(%(not_yet)s) OR coalesce(edition.on_sale_from > %(today)s, false))
    THEN CASE WHEN edition.preorder_from > %(today)s THEN %(unavailable)s ELSE %(preorder)s END
    WHEN offer.on_hand > offer.held THEN %(in_stock)s
    WHEN edition.availability_code = ANY(%(supplier)s) AND offer.condition = %(new)s THEN %(to_order)s
    ELSE %(out_of_stock)s
END""")


class Parameters(Mapping[str, Any]):
    """The rule's parameters; the day and the shop's country are those of the moment of asking."""

    MOVING = ("today", "country")

    def __getitem__(self, name: str) -> Any:
        if name == "today":
            return timezone.localdate(timezone=timezone.get_default_timezone())  # nobody has another here
        return settings.SHOP_COUNTRY if name == "country" else FIXED[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*FIXED, *self.MOVING))

    def __len__(self) -> int:
        return len(FIXED) + len(self.MOVING)


PARAMETERS = Parameters()
