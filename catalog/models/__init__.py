from catalog.models.covers import CoverFetch, CoverHost, FetchState
from catalog.models.imports import ImportRun, ImportUpload, SourceRecord
from catalog.models.listings import IndexedShop, Listing, Unlisted
from catalog.models.merging import LikelyDuplicate, MergedBook, WorkChange, WorkIdentifier
from catalog.models.offers import Edition, Offer
from catalog.models.people import Contributor, NameIdentifier, Publisher
from catalog.models.prices import PricePeriod
from catalog.models.products import ListPrice, ProductFacts
from catalog.models.related import BoughtTogether, Progress, RecentSales
from catalog.models.searches import MissedSearch
from catalog.models.sitemap import SitemapPart
from catalog.models.stock import StockMovement, StockReason
from catalog.models.works import Book, Contribution, Series, SeriesEntry, Subject, SubjectLink

__all__ = [
    "Book",
    "BoughtTogether",
    "Contribution",
    "Contributor",
    "CoverFetch",
    "CoverHost",
    "Edition",
    "FetchState",
    "ImportRun",
    "ImportUpload",
    "IndexedShop",
    "LikelyDuplicate",
    "ListPrice",
    "Listing",
    "MergedBook",
    "MissedSearch",
    "NameIdentifier",
    "Offer",
    "PricePeriod",
    "ProductFacts",
    "Progress",
    "Publisher",
    "RecentSales",
    "Series",
    "SeriesEntry",
    "SitemapPart",
    "SourceRecord",
    "StockMovement",
    "StockReason",
    "Subject",
    "SubjectLink",
    "Unlisted",
    "WorkChange",
    "WorkIdentifier",
]
