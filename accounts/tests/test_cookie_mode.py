"""Clients in a browser: the tokens are in cookies that no script reads, and nobody else's page can use them."""

import pytest
from django.test import Client

from accounts.models import DeviceSession, Verification
from accounts.tests.factories import PASSWORD, make_user, pair_of, post
from bookstore.json import dumps

pytestmark = pytest.mark.django_db
API = "/api/v1/"
ROSA = "rosa@example.com"
BY_COOKIE = {"x-auth-transport": "cookie"}


class Browser:
    """Keeps cookies, and is checked for CSRF, which Django's test client otherwise is not."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True)
        self.csrf = ""

    def ask(self, method, path, body=None, *, csrf=True, **headers):
        sent = {**({"x-csrftoken": self.csrf} if csrf else {}), **headers}
        return self.client.generic(
            method, API + path, data=b"" if body is None else dumps(body), content_type="application/json", headers=sent
        )

    def log_in(self, **options):
        response = self.ask("POST", "auth/login/", {"email": ROSA, "password": PASSWORD}, **BY_COOKIE, **options)
        assert response.status_code == 200, response.json()
        self.csrf = response.json()["csrf_token"]
        return response

    def is_in(self):
        return self.ask("GET", "me/").status_code == 200

    def cookie(self, name):
        return self.client.cookies[name]


@pytest.fixture
def browser():
    make_user(ROSA)
    return Browser()


def test_signing_in_by_cookie_puts_no_token_in_the_body(browser):
    response = browser.log_in()

    assert set(response.json()) == {"access_expires_at", "refresh_expires_at", "session_id", "user", "csrf_token"}
    assert browser.is_in()


def test_no_script_and_no_other_site_gets_the_cookies(browser):
    browser.log_in()

    for name, path in [("bookstore_access", "/"), ("bookstore_refresh", "/api/v1/auth/")]:
        cookie = browser.cookie(name)
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", path)
        assert (cookie["domain"], cookie["secure"], cookie["max-age"]) == ("", "", 30 * 86400)


def test_with_https_the_cookies_are_bound_to_it_and_to_the_host(browser, settings):
    settings.HTTPS = True

    browser.log_in()

    access, refresh = browser.cookie("__Host-bookstore_access"), browser.cookie("__Secure-bookstore_refresh")
    assert (access["secure"], access["path"], access["domain"]) == (True, "/", "")
    assert (refresh["secure"], refresh["path"]) == (True, "/api/v1/auth/")


def test_without_the_header_nothing_is_put_in_cookies(browser):
    response = post("auth/login/", {"email": ROSA, "password": PASSWORD})

    assert {"access", "refresh"} <= set(response.json())
    assert "csrf_token" not in response.json()
    assert not response.cookies


def test_verifying_an_address_signs_in_by_cookie_too():
    post("auth/signup/", {"email": ROSA, "password": PASSWORD})
    browser = Browser()

    body = {"email": ROSA, "code": Verification.objects.get().code}
    response = browser.ask("POST", "auth/verify-email/", body, **BY_COOKIE)

    assert response.status_code == 200
    assert "access" not in response.json()
    assert browser.is_in()


@pytest.mark.parametrize(("method", "path"), [("PATCH", "me/"), ("POST", "auth/refresh/"), ("POST", "auth/logout/"),
                                         ("POST", "auth/logout-all/"), ("POST", "cart/items/"),
                                         ("DELETE", "me/sessions/00000000-0000-0000-0000-000000000000/")])  # fmt: skip
def test_what_changes_something_needs_the_csrf_header(browser, method, path):
    browser.log_in()

    missing = browser.ask(method, path, {}, csrf=False)
    wrong = browser.ask(method, path, {}, csrf=False, **{"x-csrftoken": "a" * 64})
    right = browser.ask(method, path, {})

    assert [(refused.status_code, refused.json()["code"]) for refused in (missing, wrong)] == [
        (403, "csrf_failed"),
        (403, "csrf_failed"),
    ]
    assert right.status_code != 403
    assert DeviceSession.objects.filter(ended_reason="").exists() == ("logout" not in path)


def test_another_sites_page_is_refused_though_it_knew_the_csrf_token(browser):
    browser.log_in()

    response = browser.ask("PATCH", "me/", {"first_name": "Eve"}, origin="https://evil.example")

    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")


def test_a_page_that_may_send_cookies_may_write(browser, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.shop.example"]
    browser.log_in()

    response = browser.ask("PATCH", "me/", {"first_name": "Rosa"}, origin="https://app.shop.example")

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "https://app.shop.example"
    assert response["Access-Control-Allow-Credentials"] == "true"


def test_other_pages_are_told_nothing_by_cors(browser, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.shop.example"]
    browser.log_in()

    response = browser.ask("GET", "me/", origin="https://evil.example")

    assert "Access-Control-Allow-Origin" not in response
    assert "Access-Control-Allow-Credentials" not in response


def test_a_preflight_allows_the_headers_of_cookie_mode(browser, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.shop.example"]
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "x-csrftoken,x-auth-transport"}

    response = browser.ask("OPTIONS", "auth/login/", origin="https://app.shop.example", **asked)

    assert {"x-csrftoken", "x-auth-transport"} <= set(response["Access-Control-Allow-Headers"].split(", "))


def test_the_csrf_token_is_given_in_the_body_and_in_a_readable_cookie(browser):
    response = browser.ask("GET", "auth/csrf/")
    browser.log_in()
    browser.csrf = response.json()["csrf_token"]

    assert browser.cookie("bookstore_csrf")["httponly"] == ""
    assert response["Cache-Control"] == "no-store"
    assert browser.ask("PATCH", "me/", {}).status_code == 200
    browser.csrf = browser.cookie("bookstore_csrf").value
    assert browser.ask("PATCH", "me/", {}).status_code == 200


def test_refreshing_by_cookie_gives_new_cookies(browser):
    browser.log_in()
    before = browser.cookie("bookstore_refresh").value, browser.cookie("bookstore_access").value

    response = browser.ask("POST", "auth/refresh/")

    assert (response.status_code, "refresh" in response.json()) == (200, False)
    assert before[0] != browser.cookie("bookstore_refresh").value
    assert before[1] != browser.cookie("bookstore_access").value
    assert browser.is_in()


def test_a_refresh_token_in_the_body_wins_over_the_cookie(browser):
    browser.log_in()
    other = pair_of(make_user("vera@example.com"))

    response = browser.ask("POST", "auth/refresh/", {"refresh": other.refresh}, csrf=False)

    assert (response.status_code, response.json()["session_id"]) == (200, str(other.session_id))
    assert not response.cookies


def test_refreshing_without_a_token_or_cookie_is_asked_for_one(browser):
    response = browser.ask("POST", "auth/refresh/", {})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "refresh"


def test_a_refresh_in_vain_takes_the_cookies_away(browser):
    browser.log_in()
    DeviceSession.objects.all().delete()

    response = browser.ask("POST", "auth/refresh/")

    assert (response.status_code, response.json()["code"]) == (401, "session_ended")
    assert all(browser.cookie(name).value == "" for name in ("bookstore_access", "bookstore_refresh"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["auth/logout/", "auth/logout-all/"])
def test_signing_out_takes_the_cookies_away(browser, path):
    browser.log_in()
    kept = browser.cookie("bookstore_access").value

    response = browser.ask("POST", path)

    assert response.status_code == 204
    assert all(browser.cookie(name).value == "" for name in ("bookstore_access", "bookstore_refresh"))
    assert Client(headers={"authorization": f"Bearer {kept}"}).get(API + "me/").json()["code"] == "session_ended"


def test_the_refresh_cookie_is_enough_to_sign_out(browser):
    browser.log_in()
    browser.client.cookies["bookstore_access"] = "expired"

    response = browser.ask("POST", "auth/logout/")

    assert response.status_code == 204
    assert DeviceSession.objects.get().ended_reason == "signed_out"


def test_signing_out_without_a_good_cookie_takes_the_bad_ones_away(browser):
    browser.log_in()
    browser.client.cookies["bookstore_access"] = "x"
    browser.client.cookies["bookstore_refresh"] = "y"

    response = browser.ask("POST", "auth/logout/")

    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
    assert all(browser.cookie(name).value == "" for name in ("bookstore_access", "bookstore_refresh"))


def test_the_header_wins_over_the_cookie(browser):
    browser.log_in()
    other = pair_of(make_user("vera@example.com"))

    by_header = browser.ask("GET", "me/", authorization=f"Bearer {other.access}")
    bad_header = browser.ask("GET", "me/", authorization="Bearer null")
    other_scheme = browser.ask("GET", "me/", authorization="Basic cm9zYTpsYW1wcw==")
    write = browser.ask("PATCH", "me/", {}, csrf=False, authorization=f"Bearer {other.access}")
    logout = browser.ask("POST", "auth/logout/", csrf=False, authorization=f"Bearer {other.access}")

    assert by_header.json()["email"] == "vera@example.com"
    assert (bad_header.status_code, bad_header.json()["code"]) == (401, "token_invalid")
    assert other_scheme.json()["email"] == ROSA
    assert (write.status_code, logout.status_code) == (200, 204)
    assert browser.is_in()


def test_the_cookies_of_an_ended_session_leave_public_pages_open(browser):
    browser.log_in()
    DeviceSession.objects.all().delete()
    browser.client.cookies["bookstore_access"] = "null"

    assert browser.ask("GET", "books/").status_code == 200
    assert browser.ask("GET", "me/").json()["code"] == "token_invalid"


def test_what_cookies_had_a_part_in_is_kept_for_nobody_else(browser):
    browser.log_in()

    response = browser.ask("GET", "me/")

    assert "Cookie" in response["Vary"]
    assert response["Cache-Control"] == "private"


def test_the_schema_tells_of_cookies(client):
    schema = client.get(API + "schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()

    cookie = schema["components"]["securitySchemes"]["cookie"]
    assert (cookie["type"], cookie["in"], cookie["name"]) == ("apiKey", "cookie", "bookstore_access")
    assert {"bearer": []} in schema["paths"]["/api/v1/me/"]["patch"]["security"]
    assert {"cookie": []} in schema["paths"]["/api/v1/me/"]["patch"]["security"]
