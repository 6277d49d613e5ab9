"""How often somebody may guess at passwords and codes: by account, by where it comes from, and by both."""

import hashlib
from dataclasses import dataclass

from django.conf import settings

from accounts.errors import TooManyAttempts
from accounts.models import EventKind, User
from accounts.services.audit import note
from bookstore import attempts
from bookstore.attempts import Limit
from bookstore.client_address import client_address, current_request, is_in, neighbourhood


@dataclass(frozen=True, slots=True)
class Guesses:
    """What a guess at an account's secret is counted against, and the mark of a place it was right from before."""

    account: Limit
    pair: Limit | None = None
    place: Limit | None = None
    known_by: str = ""

    @property
    def limits(self) -> list[Limit]:
        return [limit for limit in (self.account, self.pair, self.place) if limit]


def digest_of(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()


def guesses_at(email: str, scope: str = "sign_in") -> Guesses:
    """Trusted addresses are only counted by account. Who was let in from a place before is only counted there.

    Else anybody could lock anybody out by guessing from elsewhere.
    """
    request, account = current_request.get(), digest_of(email)
    if request is None or is_in(client_address(request), settings.RATE_LIMIT_TRUSTED):
        return Guesses(Limit(scope, account))
    place = neighbourhood(client_address(request))
    pair = f"{account}:{place}"
    return Guesses(
        Limit(scope, account), Limit(f"{scope}_pair", pair), Limit("sign_in_address", place), f"known:{scope}:{pair}"
    )


def count_attempt(email: str, scope: str = "sign_in") -> None:
    """Count a guess before anybody looks at it. Raises TooManyAttempts."""
    guesses = guesses_at(email, scope)
    refused = attempts.count(guesses.limits, known_by=guesses.known_by)
    if refused is None:
        return
    if refused.is_news:
        note(EventKind.LOGIN_BLOCKED, User.objects.filter(email=email).first(), seconds=refused.wait)
    raise TooManyAttempts(seconds=refused.wait, headers={"Retry-After": str(refused.wait)})


def forgive_attempts(email: str, scope: str = "sign_in") -> None:
    """The guess was right: start counting anew."""
    guesses = guesses_at(email, scope)
    attempts.forgive(
        [limit for limit in (guesses.account, guesses.pair) if limit],
        refund=[guesses.place] if guesses.place else [],
        known_by=guesses.known_by,
    )
