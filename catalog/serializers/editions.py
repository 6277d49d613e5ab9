"""Editions, with their offers."""

from rest_framework import serializers

from bookstore.schema import MoneySerializer
from catalog.serializers.lists import AVAILABILITY, CoverSerializer, NamedSerializer, SeriesPlaceSerializer
from catalog.serializers.offers import OfferSerializer
from catalog.serializers.products import ProductSerializer
from catalog.vocabularies import Format


class EditionInBookSerializer(serializers.Serializer):
    """What an ISBN identifies, with its offers, the best first."""

    id = serializers.UUIDField()
    isbn = serializers.CharField(allow_null=True, help_text="13 digits; many e-books have none.")
    isbn_hyphenated = serializers.CharField(allow_null=True)
    isbn10 = serializers.CharField(allow_null=True)
    title = serializers.CharField(help_text="Empty in a book's list where it is the book's.")
    edition_statement = serializers.CharField()
    format = serializers.ChoiceField(Format.choices)
    language = serializers.CharField(allow_null=True, help_text="BCP 47")
    publisher = NamedSerializer(allow_null=True)
    imprint = serializers.CharField()
    published = serializers.CharField(allow_null=True)
    pages = serializers.IntegerField(allow_null=True)
    height_mm = serializers.IntegerField(allow_null=True)
    width_mm = serializers.IntegerField(allow_null=True)
    thickness_mm = serializers.IntegerField(allow_null=True)
    weight_g = serializers.IntegerField(allow_null=True)
    availability = serializers.ChoiceField(AVAILABILITY)
    availability_code = serializers.CharField(help_text="ONIX code list 65, as it came.")
    description = serializers.CharField()
    cover = CoverSerializer(allow_null=True)
    for_sale_here = serializers.BooleanField(help_text="Whether sales rights allow new copies in the shop's country.")
    on_sale_from = serializers.DateField(allow_null=True, help_text="No new copy is sold before (embargo).")
    preorder_from = serializers.DateField(allow_null=True, help_text="No pre-order is taken before.")
    list_price = MoneySerializer(allow_null=True, help_text="The publisher's price for readers here, today.")
    product = ProductSerializer(allow_null=True)
    offers = OfferSerializer(many=True)


class BookOfEditionSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    authors = NamedSerializer(many=True)
    series = SeriesPlaceSerializer(allow_null=True)
    url = serializers.URLField()


class EditionSerializer(EditionInBookSerializer):
    book = BookOfEditionSerializer()
