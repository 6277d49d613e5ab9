from catalog.models.imports import ImportRun, SourceRecord
from catalog.models.listings import Listing
from catalog.models.offers import Edition, Offer
from catalog.models.people import Contributor, Publisher
from catalog.models.stock import StockMovement, StockReason
from catalog.models.works import Book, Contribution, Series, SeriesEntry, Subject, SubjectLink

__all__ = [
    "Book",
    "Contribution",
    "Contributor",
    "Edition",
    "ImportRun",
    "Listing",
    "Offer",
    "Publisher",
    "Series",
    "SeriesEntry",
    "SourceRecord",
    "StockMovement",
    "StockReason",
    "Subject",
    "SubjectLink",
]
