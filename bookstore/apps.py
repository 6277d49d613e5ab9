import sentry_sdk
from django.apps import AppConfig
from django.conf import settings


class BookstoreConfig(AppConfig):
    name = "bookstore"
    verbose_name = "Shop core"

    def ready(self) -> None:
        if settings.SENTRY_DSN:
            sentry_sdk.init(dsn=settings.SENTRY_DSN, send_default_pii=False)
