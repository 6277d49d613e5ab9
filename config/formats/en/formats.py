"""Dates as the console writes them, in the order in which most of the world reads them."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y H:i"
