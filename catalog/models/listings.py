"""The shop window: one row per book with all that lists, filters, searches and the search index read."""

import uuid6
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from catalog.models.works import Book
from catalog.vocabularies import Availability

NO_PRICE_SORTS_LAST = 2**62


def identifiers() -> ArrayField:  # type: ignore[type-arg]  # not generic when run
    return ArrayField(models.UUIDField(), default=list)


def words() -> ArrayField:  # type: ignore[type-arg]  # not generic when run
    return ArrayField(models.TextField(), default=list)


class Listing(models.Model):
    """What the shop window says of one book, derived from all else by `refresh_listings` and never edited.

    What `search` and the search index are made of is folded (`fold_text`). `copies` has one entry for each edition
    and offer: [format, language, publisher, condition, seller, price], the last three null where nothing is sold, the
    price in minor units of the shop's currency where it can be had. `changed_in` is the number of the transaction
    that wrote the row, from which the search index sees what it has not read (`catalog.search.index`).
    """

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="listing")
    title = models.TextField()
    subtitle = models.TextField()
    title_key = models.TextField()
    sort_title = models.TextField()
    authors = models.JSONField(default=list)
    series = models.JSONField(null=True)
    cover = models.TextField()
    formats = words()
    languages = words()
    conditions = words()
    sellers = identifiers()
    contributors = identifiers()
    all_series = identifiers()
    publishers = identifiers()
    subjects = identifiers()
    price_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    availability = models.SmallIntegerField(choices=Availability)
    rating_average = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    rating_count = models.IntegerField(default=0)
    published = models.IntegerField(null=True)
    popularity = models.BigIntegerField(default=0)
    language = models.CharField(max_length=35, default="")
    titles = words()
    people = words()
    series_names = words()
    other_words = models.TextField(default="")
    description_words = models.TextField(default="")
    copies = models.JSONField(default=list)
    search = SearchVectorField()
    changed_in = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        indexes = [
            models.Index(F("popularity").desc(), F("book").desc(), name="listing_by_popularity"),
            models.Index(Coalesce("published", -(2**31)).desc(), F("book").desc(), name="listing_by_newest"),
            models.Index(Coalesce("price_minor", NO_PRICE_SORTS_LAST), F("book"), name="listing_by_price"),
            models.Index(Coalesce("price_minor", -1).desc(), F("book").desc(), name="listing_by_price_down"),
            models.Index(
                Coalesce("rating_average", 0).desc(), F("rating_count").desc(), F("book").desc(),
                name="listing_by_rating",
            ),
            models.Index(F("sort_title"), F("book"), name="listing_by_title"),
            HashIndex(fields=["title_key"], name="listing_by_exact_title"),
            GinIndex(fields=["search"], name="listing_search"),
            GinIndex(fields=["contributors"], name="listing_contributors"),
            GinIndex(fields=["all_series"], name="listing_series"),
            GinIndex(fields=["publishers"], name="listing_publishers"),
            GinIndex(fields=["subjects"], name="listing_subjects"),
            GinIndex(fields=["formats", "languages", "conditions", "sellers"], name="listing_copies"),
            models.Index(fields=["availability"], name="listing_by_availability"),
            models.Index(fields=["changed_in"], name="listing_by_change"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Unlisted(models.Model):
    """A book that has gone from the shop window, for search indexes to forget it. A trigger writes it."""

    book_id = models.UUIDField(primary_key=True)
    changed_in = models.BigIntegerField()

    class Meta:
        verbose_name = _("book that has gone")
        verbose_name_plural = _("books that have gone")
        indexes = [models.Index(fields=["changed_in"], name="unlisted_by_change")]

    def __str__(self) -> str:
        return str(self.book_id)


class IndexedShop(models.Model):
    """The one row by which a search index knows the database that it was made from."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)

    class Meta:
        verbose_name = _("indexed shop")
        verbose_name_plural = _("indexed shops")

    def __str__(self) -> str:
        return str(self.id)
