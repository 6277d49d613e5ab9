"""A book's page, and what leads to others."""

from rest_framework import serializers

from catalog.serializers.editions import EditionInBookSerializer
from catalog.serializers.lists import BookInListSerializer, NamedSerializer, RatingSerializer, SeriesPlaceSerializer


class SeriesEntrySerializer(SeriesPlaceSerializer):
    label = serializers.CharField(help_text="The position as printed: 1-3, II.")


class RatingWithHistogramSerializer(RatingSerializer):
    histogram = serializers.DictField(child=serializers.IntegerField(), help_text="Ratings by stars, 1 to 5.")


class ContributorInBookSerializer(NamedSerializer):
    role = serializers.CharField(help_text="ONIX code list 17: A01 author, B06 translator.")
    role_name = serializers.CharField()


class SubjectInBookSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    scheme = serializers.CharField(help_text="thema, bisac, keyword …; onix-26 for a number of ONIX code list 27.")
    code = serializers.CharField()
    label = serializers.CharField()


class SuggestionsSerializer(serializers.Serializer):
    """What a reader may be about to type, the most popular first."""

    books = BookInListSerializer(many=True)
    authors = NamedSerializer(many=True)
    series = NamedSerializer(many=True)
    subjects = SubjectInBookSerializer(many=True)
    did_you_mean = serializers.CharField(allow_null=True, help_text="The better spelling that was searched for.")


class BookSerializer(BookInListSerializer):
    """A book's full record."""

    description = serializers.CharField()
    original_language = serializers.CharField(allow_null=True)
    rating = RatingWithHistogramSerializer()
    contributors = ContributorInBookSerializer(many=True)
    all_series = SeriesEntrySerializer(many=True)
    subjects = SubjectInBookSerializer(many=True)
    editions = EditionInBookSerializer(many=True)


class RelatedBooksSerializer(serializers.Serializer):
    """Books to look at beside a book; none is in two lists."""

    also_bought = BookInListSerializer(many=True, help_text="What several of its buyers bought too.")
    same_series = BookInListSerializer(many=True, help_text="The next one first, after the last the first ones.")
    same_author = BookInListSerializer(
        many=True, help_text="By its authors; what can be had first, then by popularity."
    )
    similar = BookInListSerializer(many=True, help_text="By others, in its language, with its subjects and words.")
