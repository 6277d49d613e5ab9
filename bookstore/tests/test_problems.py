"""Whatever goes wrong, the answer has one form."""

import json
from collections import Counter

import pytest
from django.test import Client

from bookstore.errors import all_refusals
from bookstore.testing import shared_data

pytestmark = [pytest.mark.django_db, pytest.mark.urls("bookstore.tests.urls")]

MEMBERS = {"type", "title", "status", "detail", "code", "errors", "facts", "request_id"}


def assert_problem(response, status: int, code: str) -> dict:
    body = json.loads(response.content)
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert response["Content-Type"] == "application/problem+json"
    assert set(body) == MEMBERS
    assert body["type"] == f"/docs/problems/{code}"
    assert body["request_id"] == response["X-Request-ID"]
    return body


@pytest.fixture
def forgiving() -> Client:
    """A client that sees a 500 as a visitor does."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere/", "/api/v1/books/nowhere/", "/static/nowhere.css"])
def test_an_unknown_path(client, path):
    assert_problem(client.get(path), 404, "not_found")


def test_a_method_that_is_not_possible(client):
    response = client.delete("/api/v1/books/")

    assert_problem(response, 405, "method_not_allowed")
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("path", ["/health/", "/metrics", "/media/x", "/", "/docs/problems/", "/api/v1/schema/"])
def test_pages_that_can_only_be_read(client, path):
    assert_problem(client.post(path), 405, "method_not_allowed")


def test_refusals_of_views_that_answer_in_another_form(client):
    assert_problem(client.get("/api/v1/schema/", headers={"accept": "text/xml"}), 406, "not_acceptable")
    assert_problem(client.put("/api/v1/docs/"), 405, "method_not_allowed")


def test_files_and_codes_that_cannot_be(client):
    assert_problem(client.get("/media/" + "a" * 300), 404, "not_found")
    assert_problem(client.get("/docs/problems/nonsense"), 404, "not_found")


def test_a_request_without_its_last_slash_is_sent_on_as_what_it_is(client):
    response = client.post("/api/v1/books?page=2")

    assert (response.status_code, response["Location"]) == (308, "/api/v1/books/?page=2")


def test_a_body_that_is_too_large(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = client.post("/api/v1/test/echo/", "x" * 1001, content_type="application/json")

    assert assert_problem(response, 413, "body_too_large")["detail"] == "The body may have 1000 bytes."


def test_an_upload_to_the_console_that_is_too_large(client, settings):
    settings.UPLOAD_LIMIT = 1000

    response = client.post("/console/login/", {"file": "x" * 2000})

    assert_problem(response, 413, "body_too_large")


def test_a_body_without_length(client):
    response = client.generic("POST", "/api/v1/test/echo/", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")

    assert_problem(response, 411, "length_required")


def test_a_length_that_is_no_number(client):
    response = client.generic("POST", "/api/v1/test/echo/", "{}", CONTENT_LENGTH="many")

    assert_problem(response, 400, "malformed_request")


def test_an_address_that_is_too_long(client):
    assert_problem(client.get("/api/v1/books/", {"q": "x" * 9000}), 414, "address_too_long")


def test_a_nul_in_the_address(client):
    assert_problem(client.get("/api/v1/books/?q=a%00b"), 400, "malformed_request")
    assert_problem(client.get("/api/v1/books/%00/"), 400, "malformed_request")


def test_a_body_of_another_type(client):
    response = client.post("/api/v1/test/echo/", "<a/>", content_type="text/xml")

    assert_problem(response, 415, "unsupported_media_type")


def test_an_answer_of_another_type(client):
    assert_problem(client.get("/api/v1/books/", headers={"accept": "text/xml"}), 406, "not_acceptable")


def test_an_unknown_host(client):
    assert_problem(client.get("/api/v1/books/", headers={"host": "evil.example"}), 400, "unknown_host")


def test_a_refusal_of_the_shop(client):
    body = assert_problem(client.get("/api/v1/test/refuse/"), 409, "out_of_paper")

    assert (body["detail"], body["facts"]) == ("Only 3 sheets left.", {"left": 3})


def test_wrong_fields_are_named_by_their_path(client):
    order = {"email": "nobody", "lines": [{"quantity": 1}, {"quantity": 0}]}

    response = client.post("/api/v1/test/orders/", order, content_type="application/json")

    errors = assert_problem(response, 400, "invalid")["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [
        ("email", "invalid"),
        ("lines.1.quantity", "min_value"),
    ]


def test_a_bug(forgiving):
    body = assert_problem(forgiving.get("/api/v1/test/crash/"), 500, "server_error")

    assert "a bug" not in json.dumps(body)


def test_a_database_that_is_gone(client):
    response = client.get("/api/v1/test/ill/")

    assert_problem(response, 503, "service_unavailable")
    assert response["Retry-After"] == "5"


def test_a_form_without_its_csrf_token():
    response = Client(enforce_csrf_checks=True).post("/console/login/", {"username": "a", "password": "b"})

    assert response.status_code == 403


def test_sentences_follow_the_language_and_codes_do_not(client):
    url = "/api/v1/subjects/?scheme=dewey"

    [english] = assert_problem(client.get(url), 400, "invalid")["errors"]
    [german] = assert_problem(client.get(url, headers={"accept-language": "de"}), 400, "invalid")["errors"]

    assert english["code"] == german["code"]
    assert english["message"].startswith("Select a valid choice")
    assert german["message"].startswith("Bitte eine gültige Auswahl treffen")


def test_no_code_stands_for_two_refusals():
    codes = Counter(refusal.code for refusal in all_refusals())

    assert [code for code, count in codes.items() if count > 1] == []


def test_every_refusal_has_a_title_and_a_sentence():
    for refusal in all_refusals():
        assert 400 <= refusal.status <= 599, refusal
        assert str(refusal.title), refusal
        assert str(refusal.message), refusal


def test_the_page_of_codes_lists_them_all(client):
    page = client.get("/docs/problems/out_of_paper")

    assert page.status_code == 200
    for refusal in all_refusals():
        assert f'id="{refusal.code}"' in page.content.decode()


def test_bodies_that_must_parse_do_and_others_are_malformed(client):
    """nst/JSONTestSuite: y_ must parse, n_ must not, i_ is ours to decide but never an error of ours."""
    for path in sorted(shared_data("bad-input/json-test-suite").glob("*.json")):
        if not path.stat().st_size:
            continue  # no body at all is no JSON, but also what a POST without parameters sends
        response = client.post("/api/v1/test/echo/", path.read_bytes(), content_type="application/json")
        allowed = {"y": {200}, "n": {400}, "i": {200, 400}}[path.name[0]]
        assert response.status_code in allowed, path.name
        if response.status_code == 400:
            assert_problem(response, 400, "malformed_request")
