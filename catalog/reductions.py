"""Whether a price is reduced: one SQL rule for the book page, the edition and a seller's own offers.

Directive 98/6/EC, article 6a: who announces a reduction says with it the lowest price of the 30 days before. So a price
counts as reduced only if it is below all that these copies cost in the 30 days before it began, and is announced as
reduced for 30 days, after which it is what they cost. A price reduced further is compared with the lower ones before
it, which is right in countries that do not allow otherwise (paragraph 5). Prices in different currencies cannot be
compared. New copies of one edition are the same goods, even where their seller withdrew one offer and made another;
used copies are compared with themselves.
"""

from typing import Any

from bookstore.money import Money

DAYS = "interval '30 days'"

# Over the offer that `{offer}` names. Times are written as the API writes them.
REDUCTION = f"""(
    SELECT jsonb_build_object('lowest', earlier.lowest,
                              'since', to_char(price.began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    FROM catalog_priceperiod price
    CROSS JOIN LATERAL (
        SELECT min(past.price_minor) AS lowest, bool_and(past.currency = price.currency) AS are_comparable
        FROM catalog_offer alike JOIN catalog_priceperiod past ON past.offer_id = alike.id
        WHERE alike.edition_id = {{offer}}.edition_id AND alike.seller_id = {{offer}}.seller_id
              AND (alike.id = {{offer}}.id OR alike.condition = 'new' AND {{offer}}.condition = 'new')
              AND past.began_at < price.began_at
              AND coalesce(least(past.ended_at, alike.archived_at), 'infinity')
                  > greatest(past.began_at, price.began_at - {DAYS})) AS earlier
    WHERE price.offer_id = {{offer}}.id AND price.ended_at IS NULL
          AND price.began_at > statement_timestamp() - {DAYS}
          AND earlier.lowest > price.price_minor AND earlier.are_comparable)"""  # noqa: S608 - of constants

Reduction = dict[str, Any]


def reduction(found: dict[str, Any] | None, currency: str) -> Reduction | None:
    """What the rule found, in the API's shape."""
    if found is None:
        return None
    return {"previous_lowest": Money(found["lowest"], currency).as_json(), "since": found["since"]}
