from accounts.services.addresses import add_address, change_address, remove_address
from accounts.services.key_rotation import rotate_keys
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
from accounts.services.sign_up import send_code_again, sign_up
from accounts.services.verification import verification_by_code, verification_by_link, verify, verify_and_sign_in

__all__ = [
    "Device",
    "SignedIn",
    "add_address",
    "change_address",
    "change_names",
    "end_all_sessions",
    "end_session",
    "end_sessions_of",
    "forget_people",
    "refresh_session",
    "remove_address",
    "rotate_keys",
    "send_code_again",
    "sign_in",
    "sign_up",
    "start_session",
    "verification_by_code",
    "verification_by_link",
    "verify",
    "verify_and_sign_in",
]
