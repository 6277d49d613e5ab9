"""What every request gets, whoever asks for whatever."""

import re
import time
from ipaddress import ip_network
from uuid import RFC_4122, UUID

import pytest
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from bookstore.client_address import NOWHERE, client_address
from bookstore.hosts import host_of
from bookstore.middleware import language_wanted, new_request_id, vary_on

pytestmark = pytest.mark.django_db
URL = "/api/v1/books/"


def test_a_request_id_is_made_where_none_is_given(client):
    assert re.fullmatch(r"[0-9a-f-]{36}", client.get(URL)["X-Request-ID"])


def test_request_ids_are_uuids_in_the_order_of_time():
    ids = [new_request_id() for _ in range(2_000)]
    read = [UUID(each) for each in ids]

    assert [str(each) for each in read] == ids
    assert {(each.version, each.variant) for each in read} == {(7, RFC_4122)}
    assert len(set(ids)) == len(ids)
    assert [each.int >> 80 for each in read] == sorted(each.int >> 80 for each in read)
    assert abs((read[-1].int >> 80) / 1000 - time.time()) < 5


def test_a_sane_request_id_is_taken(client):
    assert client.get(URL, headers={"x-request-id": "app-1234567890"})["X-Request-ID"] == "app-1234567890"


@pytest.mark.parametrize("claimed", ["short", "x" * 129, "two words here", "inject\tion-of-tabs", "é" * 10])
def test_a_strange_request_id_is_not_taken(client, claimed):
    assert client.get(URL, headers={"x-request-id": claimed})["X-Request-ID"] != claimed


def test_the_time_taken_is_told(client):
    response = client.get(URL)

    assert float(response["X-Process-Time"]) > 0
    assert response["Server-Timing"].startswith("app;dur=")


def test_security_headers(client):
    response = client.get(URL)

    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]


def test_every_page_for_people_has_a_policy_of_its_own(client):
    for path in ("/console/login/", "/api/v1/docs/", "/docs/problems/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, path
        assert "script-src 'unsafe-inline'" not in policy, path


def test_only_named_origins_may_read_from_a_browser(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]

    named = client.get(URL, headers={"origin": "https://app.example"})
    other = client.get(URL, headers={"origin": "https://evil.example"})

    assert named["Access-Control-Allow-Origin"] == "https://app.example"
    exposed = named["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "RateLimit", "Retry-After", "X-Request-ID"} <= set(exposed)
    assert "Access-Control-Allow-Origin" not in other


def test_a_browser_may_send_the_headers_of_the_contract(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    wanted = "idempotency-key,if-none-match,x-cart-token,authorization"
    headers = {
        "origin": "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": wanted,
    }

    response = client.options(URL, headers=headers)

    assert set(wanted.split(",")) <= set(response["Access-Control-Allow-Headers"].split(", "))
    assert "Access-Control-Allow-Origin" not in client.options("/console/", headers=headers)


@pytest.mark.parametrize(
    ("peer", "forwarded", "believed"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not a proxy of ours: its word counts for nothing
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the client claims stands left
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("", "198.51.100.1", str(NOWHERE)),
    ],
)
def test_the_client_address_is_believed_from_trusted_proxies_only(rf, settings, peer, forwarded, believed):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    request = rf.get(URL, REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)

    assert str(client_address(request)) == believed


@pytest.mark.parametrize(("peer", "status"), [("10.0.0.1", 200), ("203.0.113.9", 301)])
def test_only_a_trusted_proxy_may_say_that_a_request_came_by_https(client, settings, peer, status):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True

    response = client.get(URL, REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")

    assert response.status_code == status


@pytest.mark.parametrize("url", [URL, "/media/none.webp"])
def test_an_answer_to_a_browser_of_elsewhere_is_kept_apart_from_others(client, url):
    assert "origin" in client.get(url)["Vary"]
    assert client.get(url)["Vary"] == client.get(url, headers={"origin": "https://evil.example"})["Vary"]


def test_vary_names_each_header_once_as_django_would():
    for known in ("", "Accept", "accept, Origin", "Cookie, Accept-Language", "*"):
        for header in ("origin", "Accept-Language", "accept"):
            ours, djangos = (HttpResponse(headers={"Vary": known} if known else None) for _ in range(2))
            vary_on(ours, header)
            patch_vary_headers(djangos, [header])
            assert ours["Vary"] == djangos["Vary"]


@pytest.mark.parametrize(
    "host",
    ["shop.example", "SHOP.example:8000", "shop.example.", "a.b.example", "evil.example", "", "two words", "[::1]:80",
     "shop.example:no", "shop.example@evil.example", "shop.example\nX: y"],
)  # fmt: skip
def test_hosts_are_ours_where_django_says_so(rf, settings, host):
    settings.ALLOWED_HOSTS = ["shop.example", ".b.example", "[::1]"]
    request = rf.get("/", headers={"host": host})
    try:
        expected = request.get_host()
    except DisallowedHost:
        expected = None

    for _ in range(2):
        if expected is None:
            with pytest.raises(DisallowedHost):
                host_of(request)
        else:
            assert host_of(request) == expected


@pytest.mark.parametrize("accepted", ["", "de", "de-AT,en;q=0.5", "fr,xx;q=0.9", "*", "no sense;q=many", "de," * 2000])
def test_the_language_is_the_one_that_django_finds(rf, accepted):
    request = rf.get("/", headers={"accept-language": accepted})

    assert [language_wanted(request) for _ in range(2)] == [translation.get_language_from_request(request)] * 2


def test_metrics_are_for_allowed_addresses_only(client):
    client.get(URL)

    inside, outside = client.get("/metrics"), client.get("/metrics", REMOTE_ADDR="203.0.113.9")

    assert b'bookstore_requests_total{method="GET",route="api/v1/books/"' in inside.content
    assert outside.status_code == 404


def test_probes(client):
    assert client.get("/health/live/").json() == {"status": "ok"}
    assert client.get("/health/ready/").json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "redis": "ok"},
    }
    assert client.get("/health/").status_code == 200


def test_probes_need_no_host_name_and_no_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health/live/", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/health/ready/", headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_the_schema_is_openapi_3_1_and_says_what_can_go_wrong(client):
    schema = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()

    assert schema["openapi"].startswith("3.1")
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation["operationId"], path
            assert operation["summary"], path
            assert {"400", "429", "500", "503"} <= set(operation["responses"]), (path, method)


def test_the_docs_page_loads_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs/").content.decode()

    assert "swagger" in page
    assert not re.search(r"(src|href)=\"https?://", page)


def test_the_schema_describes_lists_by_their_envelope(client):
    schemas = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()[
        "components"
    ]["schemas"]
    body = client.get(URL).json()

    for name in ("PaginatedBookInListList", "PaginatedContributorList", "PaginatedSubjectList"):
        assert schemas[name]["required"] == list(body)
        assert schemas[name]["properties"]["pagination"]["required"] == list(body["pagination"])
