"""Whether a copy can be had: one SQL rule for the shop window, the book page and the edition."""

from catalog.vocabularies import NEVER_SOLD, NOT_YET_PUBLISHED, SUPPLIER_DELIVERS, Availability, Condition

# Over `edition` and `offer`. A copy on the shelf, and not held for a purchase, beats what the supplier says; what is
# withdrawn or recalled is never sold, on the shelf or not (ONIX list 65).
OF_AN_OFFER = """CASE
    WHEN edition.archived_at IS NOT NULL THEN %(unavailable)s
    WHEN edition.availability_code = ANY(%(never)s) THEN %(unavailable)s
    WHEN edition.availability_code = ANY(%(not_yet)s) AND offer.condition = %(new)s THEN %(preorder)s
    WHEN offer.on_hand > offer.held THEN %(in_stock)s
    WHEN edition.availability_code = ANY(%(supplier)s) AND offer.condition = %(new)s THEN %(to_order)s
    ELSE %(out_of_stock)s
END"""

PARAMETERS = {
    "never": list(NEVER_SOLD),
    "not_yet": list(NOT_YET_PUBLISHED),
    "supplier": list(SUPPLIER_DELIVERS),
    "new": Condition.NEW.value,
    **{member.word: member.value for member in Availability},
}
