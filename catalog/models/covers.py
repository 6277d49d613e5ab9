"""Covers that are to be fetched from where a feed says that they are."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookstore.models import TimestampedModel
from catalog.models.offers import Edition


class FetchState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    FETCHING = "fetching", _("being fetched")
    FETCHED = "fetched", _("fetched")
    NOT_NEEDED = "not_needed", _("not needed")
    GIVEN_UP = "given_up", _("given up")


class CoverFetchQuerySet(models.QuerySet["CoverFetch"]):
    def due(self, now: datetime) -> CoverFetchQuerySet:
        """What is to be fetched now, and what a worker took and never brought back."""
        return self.filter(state__in=[FetchState.WAITING, FetchState.FETCHING], next_attempt_at__lte=now)

    def at_rest(self, now: datetime) -> CoverFetchQuerySet:
        """What no worker has in its hands."""
        return self.exclude(state=FetchState.FETCHING, next_attempt_at__gt=now)

    def given_up(self) -> CoverFetchQuerySet:
        return self.filter(state=FetchState.GIVEN_UP)


class CoverFetch(TimestampedModel):
    """Where a feed says that an edition's cover is, and what became of fetching it."""

    edition = models.OneToOneField(
        Edition, models.CASCADE, related_name="cover_fetch", verbose_name=_("edition"), editable=False
    )
    url = models.TextField(_("address"))
    host = models.CharField(_("host"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=FetchState, default=FetchState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    fetched_at = models.DateTimeField(_("fetched"), null=True)
    last_error = models.TextField(_("last error"), blank=True)
    etag = models.CharField("ETag", max_length=500, blank=True)
    last_modified = models.CharField("Last-Modified", max_length=100, blank=True)
    digest = models.CharField(_("digest of the file"), max_length=64, blank=True)
    cover_name = models.CharField(_("cover made of it"), max_length=200, blank=True)

    objects = CoverFetchQuerySet.as_manager()

    class Meta:
        verbose_name = _("cover by address")
        verbose_name_plural = _("covers by address")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FetchState.values), name="cover_fetch_state_is_known"),
        ]
        indexes = [
            models.Index(
                fields=["host", "next_attempt_at"],
                condition=Q(state__in=[FetchState.WAITING, FetchState.FETCHING]),
                name="cover_fetch_due",
            ),
            models.Index(fields=["id"], condition=Q(state=FetchState.GIVEN_UP), name="cover_fetch_given_up"),
        ]

    def __str__(self) -> str:
        return self.url


class CoverHost(models.Model):
    """A server that covers are fetched from: one picture at a time, with a pause after each."""

    host = models.CharField(_("host"), max_length=255, primary_key=True)
    free_at = models.DateTimeField(_("free at"), default=timezone.now)

    class Meta:
        verbose_name = _("host of covers")
        verbose_name_plural = _("hosts of covers")

    def __str__(self) -> str:
        return self.host
