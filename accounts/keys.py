"""The keys that tokens are signed with, as each process knows them: rows of SigningKey, read now and then."""

import base64
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.db import Error, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from jwt.algorithms import ECAlgorithm

from accounts.models import SigningKey

ALGORITHM = "ES256"
READ_EVERY = 300.0  # seconds; a key that was withdrawn is believed for that long at most
READ_AGAIN_AFTER = 5.0  # for a key id that nobody knows: it may be new, or made up
LOCK = int.from_bytes(b"signkeys")
log = structlog.get_logger("accounts.keys")


@dataclass(frozen=True, slots=True)
class Key:
    kid: str
    private: ec.EllipticCurvePrivateKey
    public: ec.EllipticCurvePublicKey
    signs_from: datetime
    retired_at: datetime | None

    def signs(self) -> bool:
        now = timezone.now()
        return self.signs_from <= now and (self.retired_at is None or now < self.retired_at)


_keys: dict[str, Key] = {}  # newest first
_read_at = float("-inf")


def signing_key() -> Key:
    """The newest key whose time it is, made now if there is none.

    Ask for it before a transaction begins: a key made in one that is rolled back would be known to nobody else.
    """
    return newest(known()) or make()


def newest(keys: dict[str, Key]) -> Key | None:
    return next((key for key in keys.values() if key.signs()), None)


def verifying_key(kid: str) -> ec.EllipticCurvePublicKey | None:
    """The public key of that id. An unknown id reads the table again, but a stream of made-up ones does not."""
    key = known().get(kid)
    if key is None and time.monotonic() - _read_at > READ_AGAIN_AFTER:
        key = read().get(kid)
    return key.public if key else None


def public_keys() -> list[dict[str, Any]]:
    """The public keys as JWKs (RFC 7517)."""
    signing_key()
    return [
        {**ECAlgorithm.to_jwk(key.public, as_dict=True), "kid": key.kid, "use": "sig", "alg": ALGORITHM}
        for key in known().values()
    ]


def known() -> dict[str, Key]:
    return read() if time.monotonic() - _read_at > READ_EVERY else _keys


def forget() -> None:
    """Read the table at the next question."""
    global _keys, _read_at
    _keys, _read_at = {}, float("-inf")


def read() -> dict[str, Key]:
    global _keys, _read_at
    try:
        rows = list(SigningKey.objects.all())
    except Error:
        if not _keys:
            raise
        return _keys  # better the keys of a while ago than none
    _keys, _read_at = {key.kid: key for row in rows if (key := opened(row))}, time.monotonic()
    return _keys


@transaction.atomic
def make() -> Key:
    """Make a key unless another process has made one meanwhile."""
    lock()
    made_meanwhile = newest(read())
    if made_meanwhile:
        return made_meanwhile
    row = add(signs_from=timezone.now())
    return read()[row.kid]


def lock() -> None:
    """One process at a time makes or removes keys, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def add(signs_from: datetime) -> SigningKey:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    encrypted = safe().encrypt(pem).decode()
    return SigningKey.objects.create(kid=secrets.token_urlsafe(12), encrypted_key=encrypted, signs_from=signs_from)


def safe() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac("accounts.keys", "fernet", algorithm="sha256").digest()))


def opened(row: SigningKey) -> Key | None:
    """The row's key; None where it was locked with another SECRET_KEY."""
    try:
        private = load_pem_private_key(safe().decrypt(row.encrypted_key.encode()), password=None)
    except InvalidToken:
        log.warning("a signing key cannot be opened; was SECRET_KEY changed?", kid=row.kid)
        return None
    private = cast(ec.EllipticCurvePrivateKey, private)
    return Key(row.kid, private, private.public_key(), row.signs_from, row.retired_at)
