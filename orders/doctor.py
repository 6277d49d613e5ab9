"""What may be wrong with how an installation sells."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from bookstore.doctor import Finding, check, failure, is_own, ok, warning
from catalog.models import Offer
from orders.models import OrderLine, OrderStatus, Purchase, ShippingMethod, TaxRate
from orders.providers import PROVIDERS, offered

SWEEPER_LATE_AFTER = timedelta(minutes=10)  # it runs every minute


@check("Shipping", needs="PostgreSQL")
def shipping() -> Iterator[Finding]:
    currency = settings.SHOP_CURRENCY
    count = ShippingMethod.objects.filter(is_active=True, currency=currency).count()
    if count:
        yield ok(f"{count} methods offered")
    else:
        yield failure(
            f"no method is offered in {currency}: nothing can be bought that has to be sent",
            "Add one in the console (Shipping methods); a new shop gets two from: manage.py load_terms",
        )


@check("Tax", needs="PostgreSQL")
def tax() -> Iterator[Finding]:
    country = settings.SHOP_COUNTRY
    if not TaxRate.objects.valid(country, timezone.localdate()):
        yield warning(
            f"no rate for {country} is valid today: the shop says that there is no tax in its prices",
            "Add the rates in the console (Tax rates), or correct SHOP_COUNTRY.",
        )
    elif not is_own("postgres") and TaxRate.objects.filter(country=country, source__startswith="Sample").exists():
        yield warning(
            f"the rates for {country} are the sample that the shop came with",
            "Check each in the console (Tax rates), and write there where it is from.",
        )
    else:
        yield ok(f"there are rates for {country}")


@check("Payment")
def payment() -> Iterator[Finding]:
    names = offered()
    unknown = sorted(set(settings.PAYMENT_PROVIDERS) - set(names))
    known = ", ".join(PROVIDERS)
    if unknown:
        yield failure(f"nobody knows {', '.join(unknown)}", f"Correct PAYMENT_PROVIDERS; there is {known}.")
    if not names:
        yield failure("there is no way to pay: every checkout is refused", f"Set PAYMENT_PROVIDERS; there is {known}.")
    elif "test" in names and (settings.HTTPS or not is_own("postgres")):
        yield warning(
            "the test provider is offered: everybody can buy for nothing", "Take it out of PAYMENT_PROVIDERS."
        )
    else:
        yield ok(f"by {', '.join(names)}")


@check("Purchases", needs="PostgreSQL")
def purchases() -> Iterator[Finding]:
    late = Purchase.objects.unpaid_since(timezone.now() - SWEEPER_LATE_AFTER).count()
    if late:
        yield warning(
            f"{late} still hold copies, though their time to pay was over ten minutes ago",
            "Are worker and scheduler running? By hand: manage.py expire_purchases",
        )
    else:
        yield ok("none holds copies longer than it may")


@check("Holds", needs="PostgreSQL")
def holds() -> Iterator[Finding]:
    wrong = held_for_nobody_knows_whom().count()
    if wrong:
        yield failure(
            f"{wrong} offers hold other copies than orders that wait for payment have",
            "Somebody changed orders or offers by hand; see docs/operators.md, In the night.",
        )
    else:
        yield ok("every held copy is an order's that waits for payment")


def held_for_nobody_knows_whom() -> QuerySet[Offer]:
    """Offers that do not hold exactly what orders wait for; one statement, so that it is true at one moment."""
    waiting = OrderLine.objects.filter(order__status=OrderStatus.PENDING_PAYMENT)
    sums = waiting.filter(offer=OuterRef("pk")).order_by().values("offer").annotate(sum=Sum("quantity")).values("sum")
    concerned = Offer.objects.filter(Q(held__gt=0) | Q(pk__in=waiting.values("offer")))
    return concerned.alias(wanted=Coalesce(Subquery(sums), 0, output_field=IntegerField())).exclude(wanted=F("held"))
