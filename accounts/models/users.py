"""People who sign in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.email_addresses import check_email, normal_email
from accounts.rights import Right, holds
from bookstore.models import UUIDModel


def normal_password(password: str) -> str:
    """One spelling for what keyboards write differently: é may be one character or two (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


@dataclass(frozen=True, slots=True)
class Place:
    """A selling organization that a user is a member of, and as what."""

    id: UUID
    slug: str
    name: str
    role: str


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=normal_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        rights = {"is_staff": True, "is_superuser": True, "email_verified_at": timezone.now()}
        return self.create_user(email, password, **{**rights, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normal_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin, UUIDModel):
    """Somebody who signs in with an e-mail address: reader, seller's member or shop staff."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    email_verified_at = models.DateTimeField(_("address verified"), null=True, blank=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may enter the console"), default=False)
    is_support = models.BooleanField(
        _("support"), default=False, help_text=_("Sees in the console what the shop sees, and changes nothing.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    signed_out_at = models.DateTimeField(_("signed out everywhere"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="email_is_lower_case")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = normal_email(self.email)
        check_email(self.email)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and normal_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(raw_password and normal_password(raw_password))

    def get_session_auth_hash(self) -> str:
        """What a session of the console has to know, or it is over: the password's hash, and since when it may be."""
        return super().get_session_auth_hash() + self.since_signed_out

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return (known + self.since_signed_out for known in super().get_session_auth_fallback_hash())

    @property
    def since_signed_out(self) -> str:
        return f"-{self.signed_out_at.timestamp()}" if self.signed_out_at else ""

    @cached_property
    def places(self) -> list[Place]:
        """The selling organizations that the user is a member of; asked once per request."""
        rows = self.memberships.order_by("seller__name", "id")
        return [Place(*row) for row in rows.values_list("seller_id", "seller__slug", "seller__name", "role")]

    @property
    def is_seller(self) -> bool:
        """Whether the user is a member of any selling organization."""
        return bool(self.places)

    @property
    def roles(self) -> list[str]:
        further = {"seller": self.is_seller, "support": self.is_support, "admin": self.is_superuser}
        return ["customer", *(role for role, holds in further.items() if holds)]

    @property
    def enters_console(self) -> bool:
        """Shop staff and members of selling organizations; what they find there follows from their rights."""
        return self.is_active and (self.is_staff or self.is_support or self.is_superuser or self.is_seller)

    @property
    def sees_all(self) -> bool:
        """Whether the user sees the rows of every selling organization; admins change them too, support does not."""
        return self.is_superuser or self.is_support

    def sellers_for(self, right: Right, slug: str | None = None) -> list[UUID]:
        """The selling organizations that the user may do this for, or the one of them with that slug."""
        places = [place for place in self.places if slug in {None, place.slug}]
        return [place.id for place in places if holds(place.role, right)]

    def role_at(self, seller: UUID) -> str | None:
        return next((place.role for place in self.places if place.id == seller), None)

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
