"""The refusals about who somebody is."""

from django.utils.translation import gettext_lazy as _

from bookstore.errors import BookstoreError


class InvalidCode(BookstoreError):
    status, code, title = 400, "invalid_code", _("Code not accepted")
    message = _("This code or link is wrong, too old or used up. Ask for a new one.")


class WrongPassword(BookstoreError):
    status, code, title = 400, "wrong_password", _("Wrong password")
    message = _("This is not the password of your account.")


class InvalidCredentials(BookstoreError):
    status, code, title = 401, "invalid_credentials", _("Not signed in")
    message = _("No account has this e-mail address and password.")


class TokenInvalid(BookstoreError):
    status, code, title = 401, "token_invalid", _("Token not accepted")
    message = _("This is no token of the shop's, or not one for this purpose.")


class TokenExpired(BookstoreError):
    status, code, title = 401, "token_expired", _("Token expired")
    message = _("The token has expired. Refresh it, or sign in again.")


class TokenReused(BookstoreError):
    status, code, title = 401, "token_reused", _("Token used twice")
    message = _("This refresh token was used before, so that somebody may have copied it. Sign in again.")


class SessionEnded(BookstoreError):
    status, code, title = 401, "session_ended", _("Signed out")
    message = _("You are signed out here. Sign in again.")


class CsrfFailed(BookstoreError):
    status, code, title = 403, "csrf_failed", _("Not from this shop's page")
    message = _("Send the token of GET /api/v1/auth/csrf/ as the header X-CSRFToken.")


class EmailNotVerified(BookstoreError):
    status, code, title = 403, "email_not_verified", _("Address not verified")
    message = _("Enter the code that was sent to your e-mail address first.")


class EmailTaken(BookstoreError):
    status, code, title = 409, "email_taken", _("Address taken")
    message = _("Another account has this e-mail address.")


class LastOwner(BookstoreError):
    status, code, title = 409, "last_owner", _("Last owner")
    message = _("You are the only owner of {sellers}. Give it to somebody else first, or have the shop close it.")


class LastAdmin(BookstoreError):
    status, code, title = 409, "last_admin", _("Last admin")
    message = _("You are the shop's only admin. Make somebody else one first.")


class RefreshedMeanwhile(BookstoreError):
    status, code, title = 409, "refreshed_meanwhile", _("Refreshed at the same moment")
    message = _("This refresh token has this moment been exchanged. Use the new pair, or ask again in a second.")


class NotInvited(BookstoreError):
    status, code, title = 403, "not_invited", _("Not invited")
    message = _("This invitation was sent to another address than yours. Sign in with the account of that address.")


class InvitationOver(BookstoreError):
    status, code, title = 409, "invitation_over", _("Invitation over")
    message = _("This invitation was answered or taken back, or is more than seven days old. Ask for a new one.")


class AlreadyInvited(BookstoreError):
    status, code, title = 409, "already_invited", _("Already invited")
    message = _("This address is invited already. Send the invitation again, or take it back first.")


class AlreadyMember(BookstoreError):
    status, code, title = 409, "already_member", _("Already a member")
    message = _("This account belongs to the organization already.")


class AlreadyOwner(BookstoreError):
    status, code, title = 409, "already_owner", _("Already an owner")
    message = _("This member is an owner already. To hand over, leave, or take another role.")


class TooManyInvitations(BookstoreError):
    status, code, title = 429, "too_many_invitations", _("Too many invitations")
    message = _("Too many invitations were sent. Try again in {seconds} seconds.")


class TooManyAddresses(BookstoreError):
    status, code, title = 409, "too_many_addresses", _("Too many addresses")
    message = _("You can keep {limit} addresses. Delete one first.")


class TooManyAttempts(BookstoreError):
    status, code, title = 429, "too_many_attempts", _("Too many attempts")
    message = _("Too many attempts. Try again in {seconds} seconds.")
