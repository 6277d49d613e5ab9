"""What can be bought: editions, and sellers' offers of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import ExpressionWrapper, F, Q, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from accounts.rights import Right
from bookstore.models import TimestampedModel
from bookstore.money import Money
from catalog.isbn import hyphenate, isbn10
from catalog.models.people import Publisher
from catalog.models.works import Book, CatalogueRecord
from catalog.partial_dates import PartialDateField
from catalog.reductions import REDUCTION, Reduction, reduction
from catalog.vocabularies import (
    LONGEST_TITLE,
    NEVER_SOLD,
    NOT_YET_PUBLISHED,
    SUPPLIER_DELIVERS,
    Availability,
    Condition,
    Format,
)

if TYPE_CHECKING:
    from accounts.models import User

LARGEST_STOCK = 1_000_000
LONGEST_NOTES = 2_000
ONE_OFFER_OF_NEW_COPIES = "one_offer_of_new_copies_per_seller_and_edition"


def shop_currency() -> str:
    return settings.SHOP_CURRENCY


def lies_ahead(day: date | None) -> bool:
    return day is not None and day > timezone.localdate()


class Edition(CatalogueRecord):
    """What an ISBN identifies: one form of a book by one publisher. Many e-books and old books have no ISBN."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="editions", verbose_name=_("book"))
    isbn = models.CharField(_("ISBN"), max_length=13, null=True, blank=True, unique=True)
    title = models.CharField(
        _("title"), max_length=LONGEST_TITLE, blank=True, help_text=_("Where it differs from the book's.")
    )
    edition_statement = models.CharField(_("edition statement"), max_length=500, blank=True)
    format = models.CharField(_("format"), max_length=20, choices=Format, default=Format.UNKNOWN)
    language = models.CharField(_("language"), max_length=35, blank=True, help_text="BCP 47")
    publisher = models.ForeignKey(
        Publisher, models.PROTECT, null=True, blank=True, related_name="editions", verbose_name=_("publisher")
    )
    imprint = models.CharField(_("imprint"), max_length=500, blank=True)
    published = PartialDateField(_("published"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    height_mm = models.PositiveSmallIntegerField(_("height in mm"), null=True, blank=True)
    width_mm = models.PositiveSmallIntegerField(_("width in mm"), null=True, blank=True)
    thickness_mm = models.PositiveSmallIntegerField(_("thickness in mm"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight in g"), null=True, blank=True)
    availability_code = models.CharField(_("availability"), max_length=2, blank=True, help_text=_("ONIX code list 65"))
    description = models.TextField(_("description"), blank=True, help_text=_("Where it differs from the book's."))
    cover = models.ImageField(_("cover"), upload_to="covers", max_length=200, blank=True)
    rights_countries = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("sold in"),
        null=True,
        blank=True,
        help_text=_("Countries in which new copies may be sold; empty where nothing is said of it."),
    )
    rights_all_but = models.BooleanField(
        _("sold everywhere but there"),
        default=False,
        db_default=False,
        help_text=_("New copies may be sold in all countries except those named."),
    )
    on_sale_from = models.DateField(
        _("on sale from"), null=True, blank=True, help_text=_("Sales embargo: no new copy leaves the shop before.")
    )
    preorder_from = models.DateField(
        _("pre-orders from"), null=True, blank=True, help_text=_("Pre-order embargo: nobody orders it before.")
    )

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(isbn__regex=r"^97[89][0-9]{10}$"), name="isbn_has_13_digits_from_978_or_979"
            ),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="edition_format_is_known"),
        ]
        indexes = [
            models.Index(fields=["created_by"], condition=Q(created_by__isnull=False), name="editions_by_seller"),
            models.Index(fields=["on_sale_from"], condition=~Q(on_sale_from=None), name="edition_on_sale_from"),
            models.Index(fields=["preorder_from"], condition=~Q(preorder_from=None), name="edition_preorder_from"),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.book.title} ({self.isbn_hyphenated or self.get_format_display()})"

    @property
    def is_sold_here(self) -> bool:
        """Whether the publisher's sales rights let new copies be sold in the shop's country."""
        if self.rights_countries is None:
            return True
        return (settings.SHOP_COUNTRY in self.rights_countries) != self.rights_all_but

    @property
    def isbn_hyphenated(self) -> str | None:
        return hyphenate(self.isbn) if self.isbn else None

    @property
    def isbn10(self) -> str | None:
        return isbn10(self.isbn) if self.isbn else None


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: User) -> OfferQuerySet:
        """All offers for shop staff, else those of the organizations that the user is a member of."""
        return self if user.sees_all else self.filter(seller__in=Seller.objects.visible_to(user))

    def lock(self) -> OfferQuerySet:
        """Locked in the order of their keys, so that two changes of the same offers cannot deadlock."""
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def sold_by(self, user: User) -> OfferQuerySet:
        """Those of the organizations that the user may sell for."""
        return self.of_members(user)

    def of_members(self, user: User, slug: str | None = None) -> OfferQuerySet:
        """Those of the user's organizations, or of the one of them with that slug; asks nothing further."""
        return self.filter(seller__in=user.sellers_for(Right.OFFERS, slug))

    def for_api(self) -> OfferQuerySet:
        """Exactly what OwnOfferSerializer prints, newest first: one query."""
        reduced = RawSQL(REDUCTION.format(offer=connection.ops.quote_name(self.model._meta.db_table)), [])  # noqa: S611
        rows = self.annotate(reduced=ExpressionWrapper(reduced, models.JSONField()))
        return rows.select_related("seller", "edition__book").order_by("-created_at", "-id")

    def not_accounted_for(self) -> OfferQuerySet:
        """Offers with other copies on hand than the ledger says; never any, unless its triggers were off."""
        moved = Coalesce(Sum("movements__quantity"), 0, output_field=models.IntegerField())
        return self.alias(moved=moved).exclude(moved=F("on_hand"))


class Offer(TimestampedModel):
    """One seller's copies of an edition, in one condition, at a price."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="offers", verbose_name=_("edition"))
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="offers", verbose_name=_("seller"))
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, default=Condition.NEW)
    price_minor = models.PositiveBigIntegerField(_("price in minor units"), help_text=_("1290 is 12.90 euros."))
    currency = models.CharField(_("currency"), max_length=3, default=shop_currency)
    on_hand = models.PositiveIntegerField(_("copies on hand"), default=0)
    held = models.PositiveIntegerField(
        _("held"), default=0, db_default=0, editable=False, help_text=_("Of these, for purchases not yet paid.")
    )
    notes = models.TextField(
        _("notes"), max_length=LONGEST_NOTES, blank=True, help_text=_("Defects, signature, dust jacket.")
    )
    archived_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "edition"],
                condition=Q(condition=Condition.NEW, archived_at=None),
                name=ONE_OFFER_OF_NEW_COPIES,
            ),
            models.CheckConstraint(condition=Q(condition__in=Condition.values), name="offer_condition_is_known"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="offer_currency_is_a_code"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0, on_hand__lte=LARGEST_STOCK), name="stock_is_never_negative"
            ),
            models.CheckConstraint(condition=Q(held__lte=F("on_hand")), name="held_copies_are_on_hand"),
        ]

    def __str__(self) -> str:
        return f"{self.edition}, {self.get_condition_display()}, {self.price}"

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def reduction(self) -> Reduction | None:
        """What `for_api` found of it."""
        return reduction(getattr(self, "reduced", None), self.currency)

    @property
    def title(self) -> str:
        """What the copies are called: the edition's title, or else the book's."""
        return self.edition.title or self.edition.book.title

    @property
    def availability(self) -> Availability:
        """What `catalog.availability` says of it, if it is open."""
        code, is_new = self.edition.availability_code, self.condition == Condition.NEW
        if self.is_withdrawn or self.edition.is_archived or code in NEVER_SOLD:
            return Availability.UNAVAILABLE
        if is_new and not self.edition.is_sold_here:
            return Availability.UNAVAILABLE
        if is_new and (code in NOT_YET_PUBLISHED or lies_ahead(self.edition.on_sale_from)):
            early = lies_ahead(self.edition.preorder_from)
            return Availability.UNAVAILABLE if early else Availability.PREORDER
        if self.left:
            return Availability.IN_STOCK
        return Availability.TO_ORDER if is_new and code in SUPPLIER_DELIVERS else Availability.OUT_OF_STOCK

    @property
    def is_for_sale(self) -> bool:
        """Whether copies on hand may be sold: it is open, and the edition is out and not withdrawn or recalled."""
        return self.availability not in {Availability.UNAVAILABLE, Availability.PREORDER}

    @property
    def is_withdrawn(self) -> bool:
        return self.archived_at is not None

    @property
    def left(self) -> int:
        """How many copies are on hand and not held."""
        return self.on_hand - self.held

    @property
    def available(self) -> int:
        """How many copies can be bought now."""
        return self.left if self.is_for_sale else 0
