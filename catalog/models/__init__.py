from catalog.models.imports import ImportRun, SourceRecord
from catalog.models.listings import IndexedShop, Listing, Unlisted
from catalog.models.offers import Edition, Offer
from catalog.models.people import Contributor, Publisher
from catalog.models.searches import MissedSearch
from catalog.models.stock import StockMovement, StockReason
from catalog.models.works import Book, Contribution, Series, SeriesEntry, Subject, SubjectLink

__all__ = [
    "Book",
    "Contribution",
    "Contributor",
    "Edition",
    "ImportRun",
    "IndexedShop",
    "Listing",
    "MissedSearch",
    "Offer",
    "Publisher",
    "Series",
    "SeriesEntry",
    "SourceRecord",
    "StockMovement",
    "StockReason",
    "Subject",
    "SubjectLink",
    "Unlisted",
]
