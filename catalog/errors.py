"""The catalogue's refusals."""

from django.utils.translation import gettext_lazy as _

from bookstore.errors import BookstoreError


class NotACover(BookstoreError):
    status, code, title = 400, "not_a_cover", _("Not a cover")
    message = _("This is no picture that the shop can read; send a JPEG, PNG or WebP.")
