from catalog.admin.books import BookAdmin
from catalog.admin.editions import EditionAdmin
from catalog.admin.imports import ImportRunAdmin
from catalog.admin.names import ContributorAdmin, PublisherAdmin, SeriesAdmin, SubjectAdmin
from catalog.admin.offers import OfferAdmin

__all__ = [
    "BookAdmin",
    "ContributorAdmin",
    "EditionAdmin",
    "ImportRunAdmin",
    "OfferAdmin",
    "PublisherAdmin",
    "SeriesAdmin",
    "SubjectAdmin",
]
