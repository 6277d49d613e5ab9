"""Contributors, publishers, series and subjects."""

from rest_framework import serializers

from catalog.models import Contributor, Publisher, Series, Subject
from catalog.serializers.books import SubjectInBookSerializer
from catalog.serializers.lists import BookInListSerializer


class ContributorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Contributor
        fields = ["id", "name", "sort_name", "birth_year", "death_year"]


class ContributorDetailSerializer(serializers.ModelSerializer):
    aliases = serializers.ListField(child=serializers.CharField())
    book_count = serializers.IntegerField()

    class Meta:
        model = Contributor
        fields = ["id", "name", "sort_name", "birth_year", "death_year", "aliases", "biography", "book_count"]


class PublisherSerializer(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["id", "name"]


class SeriesSerializer(serializers.ModelSerializer):
    class Meta:
        model = Series
        fields = ["id", "name"]


class BookInSeriesSerializer(BookInListSerializer):
    position = serializers.FloatField(allow_null=True)
    label = serializers.CharField()


class SeriesDetailSerializer(SeriesSerializer):
    books = BookInSeriesSerializer(many=True)

    class Meta(SeriesSerializer.Meta):
        fields = [*SeriesSerializer.Meta.fields, "books"]


class SubjectSerializer(serializers.ModelSerializer):
    children = SubjectInBookSerializer(many=True, help_text="The headings right below this one.")

    class Meta:
        model = Subject
        fields = ["id", "scheme", "code", "label", "parent", "children"]


class SubjectDetailSerializer(SubjectSerializer):
    ancestors = SubjectInBookSerializer(many=True, help_text="The headings above this one, the broadest first.")

    class Meta(SubjectSerializer.Meta):
        fields = [*SubjectSerializer.Meta.fields, "ancestors"]
