import sentry_sdk
from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class BookstoreConfig(AppConfig):
    name = "bookstore"
    verbose_name = _("Shop core")

    def ready(self) -> None:
        autodiscover_modules("emails", "figures")
        if settings.SENTRY_DSN:
            sentry_sdk.init(dsn=settings.SENTRY_DSN, send_default_pii=False)
