from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Membership, User, Verification
from bookstore.housekeeping import PurgeCommand

GO_ALONG = {"accounts", "token_blacklist"}  # the apps whose rows about an account are nothing without it


class Command(PurgeCommand):
    help = "Forget the accounts whose address nobody has verified within so many days of the last code."
    what, days = "accounts", 14

    def rows(self, days: int) -> QuerySet:
        """Never one that somebody has shut out, that may do something here, or that anything else hangs on."""
        before = timezone.now() - timedelta(days=days)
        unverified = User.objects.filter(
            email_verified_at=None, is_active=True, is_staff=False, is_superuser=False, date_joined__lt=before
        )
        tried_since = Verification.objects.filter(user=OuterRef("pk"), created_at__gte=before)
        return unverified.exclude(Exists(tried_since)).exclude(needed())


def needed() -> Exists:
    """Whether an account is a member anywhere, or another app has rows of it."""
    needed = Exists(Membership.objects.filter(user=OuterRef("pk")))
    for field in User._meta.get_fields(include_hidden=True):
        is_reverse = field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
        if is_reverse and field.related_model._meta.app_label not in GO_ALONG:
            needed |= Exists(field.related_model._base_manager.filter(**{field.field.name: OuterRef("pk")}))
    return needed
