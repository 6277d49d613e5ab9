"""The shapes that the catalogue answers with."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Seller
from bookstore.schema import MoneySerializer, ProblemSerializer
from catalog.models import Contributor, Offer, Publisher, Series, Subject
from catalog.vocabularies import Availability, Condition, Format

MOST_COUNTED = 10_000
AVAILABILITY = [(member.word, member.label) for member in Availability]


class NamedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class SeriesPlaceSerializer(NamedSerializer):
    position = serializers.FloatField(allow_null=True)


class SeriesEntrySerializer(SeriesPlaceSerializer):
    label = serializers.CharField(help_text="The position as printed: 1-3, II.")


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


class RatingWithHistogramSerializer(RatingSerializer):
    histogram = serializers.DictField(child=serializers.IntegerField(), help_text="Ratings by stars, 1 to 5.")


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


class SellerInOfferSerializer(NamedSerializer):
    slug = serializers.SlugField()


class ReductionSerializer(serializers.Serializer):
    """A price below all that these copies cost in the 30 days before it."""

    previous_lowest = MoneySerializer(help_text="The lowest price of those 30 days, to be shown with the reduced one.")
    since = serializers.DateTimeField()


class OfferSerializer(serializers.Serializer):
    """A seller's copies of an edition in one condition."""

    id = serializers.UUIDField()
    seller = SellerInOfferSerializer()
    condition = serializers.ChoiceField(Condition.choices)
    price = MoneySerializer()
    reduction = ReductionSerializer(allow_null=True, help_text="For 30 days; null where the price is not reduced.")
    quantity = serializers.IntegerField()
    notes = serializers.CharField()
    availability = serializers.ChoiceField(AVAILABILITY)
    photos = serializers.ListField(child=serializers.URLField())


class OwnOfferSerializer(OfferSerializer):
    """An offer as its seller sees it."""

    edition = serializers.UUIDField(source="edition_id")
    book = serializers.UUIDField(source="edition.book_id")
    isbn = serializers.CharField(source="edition.isbn", allow_null=True)
    title = serializers.CharField()
    quantity = serializers.IntegerField(source="left", help_text="Copies that can be bought while it is open.")
    held = serializers.IntegerField(help_text="Further copies, held for purchases that are being paid.")
    availability = serializers.ChoiceField(AVAILABILITY, source="availability.word")
    photos = serializers.ListField(child=serializers.URLField(), default=[])
    withdrawn = serializers.BooleanField(source="is_withdrawn")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PricePeriodSerializer(serializers.Serializer):
    """A time during which an offer had one price."""

    price = MoneySerializer()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="null for today's price.")


class OfferRowResultSerializer(serializers.Serializer):
    """What became of one row: the offer as it is now, or what was in the way."""

    row = serializers.IntegerField(help_text="The row's place in the request, from 0.")
    status = serializers.IntegerField(help_text="200, or the problem's.")
    offer = OwnOfferSerializer(required=False)
    problem = ProblemSerializer(required=False)


class OfferRowResultsSerializer(serializers.Serializer):
    results = OfferRowResultSerializer(many=True)


class ProductTextSerializer(serializers.Serializer):
    """What the publisher says of the edition, of one kind."""

    kind = serializers.CharField(help_text="description, short_description, table_of_contents, review_quote …; other.")
    type = serializers.CharField(help_text="ONIX code list 153.")
    html = serializers.CharField(help_text="Safe HTML: paragraphs, lists, emphasis, links; nothing that runs.")
    author = serializers.CharField()
    source = serializers.CharField(help_text="Of a quote: the paper.")
    date = serializers.CharField(help_text="As it came.")


class AccessibilitySerializer(serializers.Serializer):
    code = serializers.CharField(help_text="ONIX code list 196.")
    name = serializers.CharField()
    note = serializers.CharField(help_text="A date, an address or words that belong to it.")


class ProductFeatureSerializer(serializers.Serializer):
    type = serializers.CharField(help_text="ONIX code list 79.")
    value = serializers.CharField()
    note = serializers.CharField()


class AudienceSerializer(serializers.Serializer):
    scheme = serializers.CharField(help_text="ONIX code list 29; 01 is ONIX's own list 28.")
    code = serializers.CharField()


class SafetyContactSerializer(serializers.Serializer):
    """Whom to ask about the safety of the product (GPSR)."""

    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1.")


class ResourceSerializer(serializers.Serializer):
    """A picture, a sample, a document elsewhere on the web."""

    content = serializers.CharField(help_text="ONIX code list 158: 01 cover, 15 sample, 53 safety.")
    mode = serializers.CharField(help_text="ONIX code list 159.")
    form = serializers.CharField(help_text="ONIX code list 161.")
    url = serializers.URLField()


class ProductSerializer(serializers.Serializer):
    """What the trade says of an edition beyond its columns, from its ONIX record."""

    texts = ProductTextSerializer(many=True)
    accessibility = AccessibilitySerializer(many=True)
    form = serializers.CharField(help_text="ONIX code list 150, as it came.")
    form_details = serializers.ListField(child=serializers.CharField(), help_text="ONIX code list 175.")
    protection = serializers.ListField(child=serializers.CharField(), help_text="ONIX code list 144: 00 none.")
    features = ProductFeatureSerializer(many=True)
    audience = AudienceSerializer(many=True)
    age_from = serializers.IntegerField(allow_null=True, help_text="Years.")
    age_to = serializers.IntegerField(allow_null=True)
    duration_seconds = serializers.IntegerField(allow_null=True)
    file_size_bytes = serializers.IntegerField(allow_null=True)
    country_of_manufacture = serializers.CharField()
    safety_contacts = SafetyContactSerializer(many=True)
    resources = ResourceSerializer(many=True)
    expected = serializers.CharField(help_text="When the supplier expects it.")


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


class CountSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    exact = serializers.BooleanField(help_text="Whether there are no more.")


class SellerPageSerializer(serializers.ModelSerializer):
    """Who sells, and nothing of those who work there."""

    country = serializers.SerializerMethodField(help_text="ISO 3166-1 alpha-2; null where it is not known.")
    since = serializers.SerializerMethodField(help_text="When they came to the shop.")
    offers = serializers.SerializerMethodField(help_text="How many are open, counted as far as 10,000.")

    class Meta:
        model = Seller
        fields = ["id", "slug", "name", "description", "country", "since", "offers"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_country(self, seller: Seller) -> str | None:
        return seller.country or None

    @extend_schema_field(serializers.DateField())
    def get_since(self, seller: Seller) -> str:
        return seller.created_at.date().isoformat()

    @extend_schema_field(CountSerializer)
    def get_offers(self, seller: Seller) -> dict[str, Any]:
        open_ones = Offer.objects.filter(seller=seller, archived_at=None, edition__archived_at=None)
        count = open_ones.order_by()[: MOST_COUNTED + 1].count()
        return {"count": min(count, MOST_COUNTED), "exact": count <= MOST_COUNTED}
