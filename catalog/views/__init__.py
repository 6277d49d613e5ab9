from catalog.views.pages import BookPage
from catalog.views.reading import (
    AuthorViewSet,
    BookViewSet,
    EditionViewSet,
    PublisherViewSet,
    SearchViewSet,
    SeriesViewSet,
    SubjectViewSet,
    as_id,
)
from catalog.views.selling import OfferViewSet

__all__ = [
    "AuthorViewSet",
    "BookPage",
    "BookViewSet",
    "EditionViewSet",
    "OfferViewSet",
    "PublisherViewSet",
    "SearchViewSet",
    "SeriesViewSet",
    "SubjectViewSet",
    "as_id",
]
