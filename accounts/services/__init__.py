from accounts.services.addresses import add_address, change_address, remove_address
from accounts.services.attempts import count_attempt, forgive_attempts
from accounts.services.audit import note
from accounts.services.email_change import (
    ask_for_email,
    change_email,
    email_change_by_code,
    email_change_by_link,
    undo_email,
)
from accounts.services.erasure import erase
from accounts.services.export import export
from accounts.services.invitations import accept as accept_invitation
from accounts.services.invitations import check_open, decline_by_mail, invitation_by_link, invite, revoke_all_from
from accounts.services.invitations import decline as decline_invitation
from accounts.services.invitations import revoke as revoke_invitation
from accounts.services.invitations import send_again as send_invitation_again
from accounts.services.key_rotation import rotate_keys
from accounts.services.passwords import (
    change_password,
    check_strength,
    forgot_password,
    password_was_set,
    reset_password,
)
from accounts.services.people import change_names, forget_people
from accounts.services.sessions import (
    Device,
    SignedIn,
    end_all_sessions,
    end_session,
    end_sessions_of,
    refresh_session,
    start_session,
)
from accounts.services.sign_in import sign_in
from accounts.services.sign_out import remove_device, sign_out, sign_out_everywhere
from accounts.services.sign_up import send_code_again, sign_up
from accounts.services.teams import (
    change_page,
    change_role,
    hand_over,
    keeping_owners,
    remove_member,
    revoke_offers_of,
    team_of,
)
from accounts.services.verification import verification_by_code, verification_by_link, verify, verify_and_sign_in

__all__ = [
    "Device",
    "SignedIn",
    "accept_invitation",
    "add_address",
    "ask_for_email",
    "change_address",
    "change_email",
    "change_names",
    "change_page",
    "change_password",
    "change_role",
    "check_open",
    "check_strength",
    "count_attempt",
    "decline_by_mail",
    "decline_invitation",
    "email_change_by_code",
    "email_change_by_link",
    "end_all_sessions",
    "end_session",
    "end_sessions_of",
    "erase",
    "export",
    "forget_people",
    "forgive_attempts",
    "forgot_password",
    "hand_over",
    "invitation_by_link",
    "invite",
    "keeping_owners",
    "note",
    "password_was_set",
    "refresh_session",
    "remove_address",
    "remove_device",
    "remove_member",
    "reset_password",
    "revoke_all_from",
    "revoke_invitation",
    "revoke_offers_of",
    "rotate_keys",
    "send_code_again",
    "send_invitation_again",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "sign_up",
    "start_session",
    "team_of",
    "undo_email",
    "verification_by_code",
    "verification_by_link",
    "verify",
    "verify_and_sign_in",
]
