"""The shapes that the catalogue answers with."""

from catalog.serializers.books import BookSerializer, RelatedBooksSerializer, SuggestionsSerializer
from catalog.serializers.editions import EditionInBookSerializer, EditionSerializer
from catalog.serializers.lists import AVAILABILITY, BookInListSerializer
from catalog.serializers.names import (
    ContributorDetailSerializer,
    ContributorSerializer,
    PublisherSerializer,
    SeriesDetailSerializer,
    SeriesSerializer,
    SubjectDetailSerializer,
    SubjectSerializer,
)
from catalog.serializers.offers import (
    OfferRowResultsSerializer,
    OfferSerializer,
    OwnOfferSerializer,
    PricePeriodSerializer,
    SellerInOfferSerializer,
)
from catalog.serializers.sellers import SellerPageSerializer

__all__ = [
    "AVAILABILITY",
    "BookInListSerializer",
    "BookSerializer",
    "ContributorDetailSerializer",
    "ContributorSerializer",
    "EditionInBookSerializer",
    "EditionSerializer",
    "OfferRowResultsSerializer",
    "OfferSerializer",
    "OwnOfferSerializer",
    "PricePeriodSerializer",
    "PublisherSerializer",
    "RelatedBooksSerializer",
    "SellerInOfferSerializer",
    "SellerPageSerializer",
    "SeriesDetailSerializer",
    "SeriesSerializer",
    "SubjectDetailSerializer",
    "SubjectSerializer",
    "SuggestionsSerializer",
]
