"""Books as lists show them."""

from rest_framework import serializers

from bookstore.schema import MoneySerializer
from catalog.vocabularies import Availability, Format

AVAILABILITY = [(member.word, member.label) for member in Availability]


class NamedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class SeriesPlaceSerializer(NamedSerializer):
    position = serializers.FloatField(allow_null=True)


class CoverWidthSerializer(serializers.Serializer):
    width = serializers.IntegerField(help_text="In pixels.")
    url = serializers.URLField()


class CoverSerializer(serializers.Serializer):
    url = serializers.URLField()
    thumbnail = serializers.URLField()
    width = serializers.IntegerField(allow_null=True, help_text="Of `url`, in pixels; null for covers of before.")
    height = serializers.IntegerField(allow_null=True)
    widths = CoverWidthSerializer(many=True, help_text="The same picture by width, the smallest first.")


class RatingSerializer(serializers.Serializer):
    average = serializers.FloatField(allow_null=True, help_text="1 to 5; null without ratings.")
    count = serializers.IntegerField()


class BookInListSerializer(serializers.Serializer):
    """A book as lists show it."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    authors = NamedSerializer(many=True)
    series = SeriesPlaceSerializer(allow_null=True)
    cover = CoverSerializer(allow_null=True)
    rating = RatingSerializer()
    formats = serializers.ListField(child=serializers.ChoiceField(Format.choices))
    price_from = MoneySerializer(allow_null=True, help_text="The lowest price of a copy that can be had.")
    availability = serializers.ChoiceField(AVAILABILITY)
    published = serializers.CharField(allow_null=True, help_text="1997, 1997-06 or 1997-06-26; -0750 is before our era")
    url = serializers.URLField()
