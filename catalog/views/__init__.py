from catalog.views.addresses import MOVED, as_id, moved_or_404
from catalog.views.feeds import NewTitlesFeed, ProductFeed, SitemapIndex, SitemapOfBooks, robots
from catalog.views.pages import BookPage
from catalog.views.reading import (
    AuthorViewSet,
    BookViewSet,
    EditionViewSet,
    PublisherViewSet,
    SearchViewSet,
    SeriesViewSet,
    SubjectViewSet,
)
from catalog.views.sellers import SellerViewSet
from catalog.views.selling import OfferViewSet

__all__ = [
    "MOVED",
    "AuthorViewSet",
    "BookPage",
    "BookViewSet",
    "EditionViewSet",
    "NewTitlesFeed",
    "OfferViewSet",
    "ProductFeed",
    "PublisherViewSet",
    "SearchViewSet",
    "SellerViewSet",
    "SeriesViewSet",
    "SitemapIndex",
    "SitemapOfBooks",
    "SubjectViewSet",
    "as_id",
    "moved_or_404",
    "robots",
]
