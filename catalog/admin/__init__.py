from catalog.admin.books import BookAdmin
from catalog.admin.covers import CoverFetchAdmin
from catalog.admin.duplicates import LikelyDuplicateAdmin
from catalog.admin.editions import EditionAdmin
from catalog.admin.history import WorkChangeAdmin
from catalog.admin.imports import ImportRunAdmin
from catalog.admin.names import ContributorAdmin, PublisherAdmin, SeriesAdmin, SubjectAdmin
from catalog.admin.offers import OfferAdmin
from catalog.admin.searches import MissedSearchAdmin

__all__ = [
    "BookAdmin",
    "ContributorAdmin",
    "CoverFetchAdmin",
    "EditionAdmin",
    "ImportRunAdmin",
    "LikelyDuplicateAdmin",
    "MissedSearchAdmin",
    "OfferAdmin",
    "PublisherAdmin",
    "SeriesAdmin",
    "SubjectAdmin",
    "WorkChangeAdmin",
]
