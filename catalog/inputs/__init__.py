"""The shapes that the catalogue takes from sellers. What is read here are the services' arguments."""

from catalog.inputs.books import ChangeBookSerializer, NewBookSerializer
from catalog.inputs.editions import ChangeEditionSerializer, NewEditionSerializer
from catalog.inputs.offers import ChangeOfferSerializer, NewOfferSerializer
from catalog.inputs.rows import OfferRowsSerializer, read_rows
from catalog.inputs.sellers import SellerPageInput

__all__ = [
    "ChangeBookSerializer",
    "ChangeEditionSerializer",
    "ChangeOfferSerializer",
    "NewBookSerializer",
    "NewEditionSerializer",
    "NewOfferSerializer",
    "OfferRowsSerializer",
    "SellerPageInput",
    "read_rows",
]
