from catalog.views.reading import (
    AuthorViewSet,
    BookViewSet,
    EditionViewSet,
    PublisherViewSet,
    SeriesViewSet,
    SubjectViewSet,
    as_id,
)
from catalog.views.selling import OfferViewSet

__all__ = [
    "AuthorViewSet",
    "BookViewSet",
    "EditionViewSet",
    "OfferViewSet",
    "PublisherViewSet",
    "SeriesViewSet",
    "SubjectViewSet",
    "as_id",
]
