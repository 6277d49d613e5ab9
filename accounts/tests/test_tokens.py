"""Nobody gets in with a token that the shop did not make for this purpose."""

import base64
import json
import time
import uuid
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import SigningKey
from accounts.tests.factories import make_user, pair_of, post
from bookstore.testing import at_once, count_queries

pytestmark = pytest.mark.django_db
PRIVATE, PUBLIC = "/api/v1/me/", "/api/v1/books/"


def b64(part):
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.fixture
def pair():
    return pair_of(make_user())


def claims(pair, **changes):
    payload = jwt.decode(pair.access, options={"verify_signature": False})
    return {name: value for name, value in {**payload, **changes}.items() if value is not None}


def signed(pair, *, key=None, kid=None, algorithm="ES256", **changes):
    """A token that the shop's own key, or another one, signs."""
    own = keys.signing_key()
    return jwt.encode(claims(pair, **changes), key or own.private, algorithm, headers={"kid": kid or own.kid})


def none(pair):
    return f"{b64({'alg': 'none', 'typ': 'JWT', 'kid': keys.signing_key().kid})}.{b64(claims(pair))}."


def none_in_capitals(pair):
    return f"{b64({'alg': 'NONE', 'kid': keys.signing_key().kid})}.{b64(claims(pair))}.{b64(b'x' * 64)}"


def hmac_with_the_public_key(pair):
    """The classic: the public key, which everybody has, taken for a shared secret."""
    import hashlib
    import hmac

    pem = keys.signing_key().public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{b64({'alg': 'HS256', 'kid': keys.signing_key().kid})}.{b64(claims(pair))}"
    return f"{text}.{b64(hmac.new(pem, text.encode(), hashlib.sha256).digest())}"


def swapped_payload(pair):
    head, _, signature = pair.access.split(".")
    return f"{head}.{b64(claims(pair, sub=str(uuid.uuid4())))}.{signature}"


def another_shops(pair):
    """As another shop makes it, with a key of its own, that calls itself like ours."""
    return signed(pair, key=ec.generate_private_key(ec.SECP256R1()), kid=keys.signing_key().kid)


FORGERIES = {
    "alg none": none,
    "alg NONE": none_in_capitals,
    "HS256 with the public key": hmac_with_the_public_key,
    "swapped payload": swapped_payload,
    "stripped signature": lambda pair: pair.access.rpartition(".")[0] + ".",
    "no signature": lambda pair: pair.access.rpartition(".")[0],
    "signature of zeros": lambda pair: f"{pair.access.rpartition('.')[0]}.{b64(bytes(64))}",
    "another audience": lambda pair: signed(pair, aud="another shop"),
    "no audience": lambda pair: signed(pair, aud=None),
    "another issuer": lambda pair: signed(pair, iss="https://evil.example"),
    "no issuer": lambda pair: signed(pair, iss=None),
    "another key": lambda pair: signed(pair, key=ec.generate_private_key(ec.SECP256R1())),
    "unknown kid": lambda pair: signed(pair, key=ec.generate_private_key(ec.SECP256R1()), kid="evil"),
    "no expiry": lambda pair: signed(pair, exp=None),
    "no session": lambda pair: signed(pair, sid=None),
    "no subject": lambda pair: signed(pair, sub=None),
    "no type": lambda pair: signed(pair, type=None),
    "from the future": lambda pair: signed(pair, iat=int(time.time()) + 3600),
    "not yet valid": lambda pair: signed(pair, nbf=int(time.time()) + 3600),
    "another shop's key under our key's id": another_shops,
    "signature of another token": lambda pair: f"{pair.access.rpartition('.')[0]}.{pair.refresh.rpartition('.')[2]}",
    "another algorithm": lambda pair: signed(pair, key=ec.generate_private_key(ec.SECP384R1()), algorithm="ES384"),
    "session that is no id": lambda pair: signed(pair, sid="x"),
    "refresh as access": lambda pair: pair.refresh,
    "null": lambda pair: "null",
    "undefined": lambda pair: "undefined",
    "nothing": lambda pair: "",
    "two words": lambda pair: f"{pair.access} {pair.access}",
    "huge": lambda pair: "x" * 9_000,
    "100 kB": lambda pair: f"{pair.access}{'x' * 100_000}",
    "huge and of three parts": lambda pair: f"{b64(b'[' * 6000)}.{'x' * 4000}.x",
    "deep header": lambda pair: f"{b64(b'[' * 1400)}.x.x",
    "header that is a list": lambda pair: f"{b64([])}.{b64({})}.x",
    "kid that is a number": lambda pair: f"{b64({'alg': 'ES256', 'kid': 7})}.{b64(claims(pair))}.x",
    "not base64": lambda pair: "!.!.!",
    "not ASCII": lambda pair: "ÿ.ÿ.ÿ",
    "dots": lambda pair: "." * 100,
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_no_forgery_opens_a_private_page_or_breaks_a_public_one(pair, forge):
    client = Client(headers={"authorization": f"Bearer {forge(pair)}"})

    private, public = client.get(PRIVATE), client.get(PUBLIC)

    assert (private.status_code, private.json()["code"]) == (401, "token_invalid")
    assert private["WWW-Authenticate"] == "Bearer"
    assert public.status_code == 200


def test_an_expired_token_is_told_to_be_refreshed(pair):
    client = Client(headers={"authorization": f"Bearer {pair.access}"})

    with time_travel(minutes=16):
        private, public = client.get(PRIVATE), client.get(PUBLIC)

    assert (private.status_code, private.json()["code"]) == (401, "token_expired")
    assert public.status_code == 200


def test_a_token_that_was_good_before_expires_too(pair):
    client = Client(headers={"authorization": f"Bearer {pair.access}"})
    assert client.get(PRIVATE).status_code == 200

    with time_travel(minutes=16):
        assert client.get(PRIVATE).json()["code"] == "token_expired"


def test_a_refresh_token_of_another_audience_or_key_does_not_refresh(pair):
    for changes in (
        {"aud": "another shop"},
        {"iss": "https://evil.example"},
        {"key": ec.generate_private_key(ec.SECP256R1())},
    ):
        token = signed(pair, **{"type": "refresh", **changes})
        assert post("auth/refresh/", {"refresh": token}).json()["code"] == "token_invalid"


def time_travel(**ahead):
    import time_machine

    return time_machine.travel(timezone.now() + timedelta(**ahead))


@pytest.mark.parametrize("header", ["", "Basic cm9zYTpsYW1wcw==", "Token abc", "Digest x"])
def test_another_scheme_is_no_token(header):
    response = Client(headers={"authorization": header}).get(PRIVATE)

    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_the_schemes_case_does_not_matter(pair):
    assert Client(headers={"authorization": f"bearer {pair.access}"}).get(PRIVATE).status_code == 200


def test_a_token_says_what_the_contract_names(pair, settings):
    for text, kind, seconds in [(pair.access, "access", 15 * 60), (pair.refresh, "refresh", 30 * 86400)]:
        header, said = jwt.get_unverified_header(text), jwt.decode(text, options={"verify_signature": False})

        assert (header["alg"], header["kid"]) == ("ES256", keys.signing_key().kid)
        assert set(said) == {"sub", "jti", "sid", "iat", "exp", "iss", "aud", "type", "roles"}
        assert (said["type"], said["exp"] - said["iat"]) == (kind, seconds)
        assert (said["iss"], said["aud"]) == (settings.SHOP_URL, "bookstore")
        assert (said["sub"], said["sid"]) == (str(pair.user.pk), str(pair.session_id))


def test_anybody_can_check_a_token_with_the_public_keys(pair, client, settings):
    response = client.get("/.well-known/jwks.json")

    [key] = response.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert "public" in response["Cache-Control"]
    verified = jwt.decode(
        pair.access, jwt.PyJWK(key).key, algorithms=["ES256"], audience="bookstore", issuer=settings.SHOP_URL
    )
    assert verified["sub"] == str(pair.user.pk)


def test_private_keys_are_not_stored_readably(pair):
    stored = SigningKey.objects.get().encrypted_key

    assert "PRIVATE KEY" not in stored
    assert "PRIVATE" not in base64.urlsafe_b64decode(stored).decode("latin-1")


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_at_once_share_one_key():
    kids = set(at_once(lambda _: keys.make().kid, range(8)))

    assert len(kids) == 1
    assert SigningKey.objects.count() == 1


def test_a_retired_key_signs_no_more_but_is_believed(pair):
    SigningKey.objects.update(retired_at=timezone.now())
    keys.forget()

    new = pair_of(pair.user)

    kids = {jwt.get_unverified_header(text)["kid"] for text in (pair.access, new.access)}
    assert len(kids) == 2
    for text in (pair.access, new.access):
        assert Client(headers={"authorization": f"Bearer {text}"}).get(PRIVATE).status_code == 200


def test_a_withdrawn_key_is_believed_no_more(pair):
    SigningKey.objects.all().delete()
    keys.forget()

    response = Client(headers={"authorization": f"Bearer {pair.access}"}).get(PRIVATE)

    assert response.json()["code"] == "token_invalid"


def test_a_key_made_by_another_process_is_found_and_made_up_ones_cost_nothing(pair, monkeypatch):
    monkeypatch.setattr(keys, "_keys", {})  # this process read the table a moment before the key was made
    client = Client(headers={"authorization": f"Bearer {pair.access}"})
    assert count_queries(lambda: client.get(PRIVATE)) == 0
    assert client.get(PRIVATE).status_code == 401

    monkeypatch.setattr(keys, "_read_at", keys._read_at - keys.READ_AGAIN_AFTER)

    assert client.get(PRIVATE).status_code == 200


def test_a_key_locked_with_another_secret_is_left_alone(pair, settings):
    settings.SECRET_KEY = "another secret " * 5
    keys.forget()

    new = pair_of(pair.user)

    assert SigningKey.objects.count() == 2
    assert Client(headers={"authorization": f"Bearer {new.access}"}).get(PRIVATE).status_code == 200
    assert Client(headers={"authorization": f"Bearer {pair.access}"}).get(PRIVATE).status_code == 401


def test_without_the_database_a_token_that_cannot_be_checked_is_not_called_bad(pair):
    keys.forget()

    def be_gone(*_arguments):
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(be_gone):
        response = Client(headers={"authorization": f"Bearer {pair.access}"}).get(PRIVATE)

    assert (response.status_code, response.json()["code"]) == (503, "service_unavailable")


def test_who_is_signed_in_is_counted_by_user(pair):
    client = Client(headers={"authorization": f"Bearer {pair.access}"})

    response, search, nobody = client.get(PRIVATE), client.get(PUBLIC, {"q": "dune"}), Client().get(PUBLIC)

    assert response["RateLimit-Policy"].startswith('"user";')
    assert search["RateLimit-Policy"].startswith('"search";')
    assert nobody["RateLimit-Policy"].startswith('"anonymous";')


def test_two_users_of_one_address_do_not_use_up_each_others_limit(pair, settings):
    settings.RATE_LIMIT_TRUSTED = []
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "user": (2, 60)}
    other = pair_of(make_user("vera@example.com"))

    statuses = [
        Client(headers={"authorization": f"Bearer {one.access}"}).get(PRIVATE).status_code
        for one in (pair, pair, pair, other)
    ]

    assert statuses == [200, 200, 429, 200]
