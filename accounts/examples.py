"""Examples for the OpenAPI schema."""

ME = {
    "id": "0198c1f2-6f1e-7999-8a4f-2b1f0d0a9c09",
    "email": "rosa@example.com",
    "email_verified": True,
    "first_name": "Rosa",
    "last_name": "Reader",
    "roles": ["customer"],
    "sellers": [],
    "date_joined": "2026-11-21T09:30:00Z",
}
SESSION_ID = "0198c1f2-6f1e-7aaa-8a4f-2b1f0d0a9c10"
TOKENS = {
    "access": "eyJhbGciOiJFUzI1NiIsImtpZCI6…",
    "refresh": "eyJhbGciOiJFUzI1NiIsImtpZCI6…",
    "access_expires_at": "2026-11-21T09:45:00Z",
    "refresh_expires_at": "2026-12-21T09:30:00Z",
    "session_id": SESSION_ID,
}
SIGNED_IN = {**TOKENS, "user": ME}
CSRF_TOKEN = {"csrf_token": "Zk3TjB7wq1xF…"}
SIGNED_IN_BY_COOKIE = {
    **{name: value for name, value in SIGNED_IN.items() if name not in {"access", "refresh"}},
    **CSRF_TOKEN,
}
EMAIL = {"email": "rosa@example.com"}
SIGN_UP = {**EMAIL, "password": "three-quiet-lamps", "first_name": "Rosa", "last_name": "Reader"}
LOGIN = {**EMAIL, "password": "three-quiet-lamps", "device_name": "Rosa’s phone"}
CODE = {**EMAIL, "code": "042137"}
LINK = {"token": "0198c1f26f1e7bbb8a4f2b1f0d0a9c11.3Zq…"}
RESET = {**CODE, "new_password": "four-quiet-lamps"}
SESSION = {
    "id": SESSION_ID,
    "device_name": "Rosa’s phone",
    "ip": "203.0.113.7",
    "user_agent": "Bookstore/1.0 (Android 16)",
    "created_at": "2026-11-21T09:30:00Z",
    "last_seen_at": "2026-11-21T09:30:00Z",
    "current": True,
}
EVENT = {
    "id": "0198c1f2-6f1e-7ddd-8a4f-2b1f0d0a9c13",
    "kind": "login",
    "what": "Signed in",
    "created_at": "2026-11-21T09:30:00Z",
    "by": "you",
    "ip": "203.0.113.7",
    "user_agent": "Bookstore/1.0 (Android 16)",
    "session_id": SESSION_ID,
    "facts": {"device_name": "Rosa’s phone"},
}
NEW_ADDRESS = {
    "first_name": "Rosa",
    "last_name": "Reader",
    "company": "",
    "line1": "Lindenstraße 5",
    "line2": "",
    "postal_code": "10969",
    "city": "Berlin",
    "region": "",
    "country": "DE",
    "phone": "+49301234567",
    "vat_number": "",
}
ADDRESS = {
    "id": "0198c1f2-6f1e-7ccc-8a4f-2b1f0d0a9c12",
    **NEW_ADDRESS,
    "is_default_shipping": True,
    "is_default_billing": True,
}
MEMBER = {
    "id": "0198c1f2-6f1e-7eee-8a4f-2b1f0d0a9c14",
    "email": "max@example.com",
    "first_name": "Max",
    "last_name": "Manager",
    "role": "manager",
    "since": "2026-11-21T09:30:00Z",
    "is_me": False,
}
INVITE = {"email": "nora@example.com", "role": "staff"}
INVITATION = {
    "id": "0198c1f2-6f1e-7fff-8a4f-2b1f0d0a9c15",
    **INVITE,
    "status": "open",
    "invited_by": "Sal Seller",
    "created_at": "2026-11-21T09:30:00Z",
    "sent_at": "2026-11-21T09:30:00Z",
    "expires_at": "2026-11-28T09:30:00Z",
    "ended_at": None,
}
PLACE = {
    "id": "0198c1f2-6f1e-7111-8a4f-2b1f0d0a9c16",
    "slug": "corner",
    "name": "Corner Bookshop",
    "role": "staff",
}
OWN_INVITATION = {
    "id": INVITATION["id"],
    "seller": {"slug": "corner", "name": "Corner Bookshop"},
    "role": "staff",
    "token": LINK["token"],
    "sent_at": INVITATION["sent_at"],
    "expires_at": INVITATION["expires_at"],
}
ME_AS_MEMBER = {**ME, "roles": ["customer", "seller"], "sellers": [PLACE]}
