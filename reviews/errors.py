"""The reviews' refusals."""

from django.utils.translation import gettext_lazy as _

from bookstore.errors import BookstoreError


class AlreadyReviewed(BookstoreError):
    code, title = "already_reviewed", _("Already reviewed")
    message = _("You have reviewed this book already; change that review instead.")
