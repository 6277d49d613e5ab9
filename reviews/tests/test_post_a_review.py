import json
from uuid import uuid4

import pytest

from accounts.tests.factories import make_user, sign_in
from bookstore.testing import shared_data
from catalog.tests.factories import make_book
from reviews.models import Review
from reviews.tests.factories import make_review, page_of, reviews_of

pytestmark = pytest.mark.django_db
SAID = {"rating": 5, "title": "A wall", "text": "I read it twice.\n\t<b>Twice!</b> "}


@pytest.fixture
def book():
    return make_book()


@pytest.fixture
def rosa():
    return make_user("rosa@example.com", first_name="Rosa", last_name="Ramirez")


@pytest.fixture
def reader(rosa):
    return sign_in(None, rosa)


def post(client, book, said, **headers):
    return client.post(reviews_of(book), said, content_type="application/json", headers=headers)


def test_a_reader_reviews_a_book(reader, client, book):
    response = post(reader, book, SAID)

    assert response.status_code == 201
    review = response.json()
    assert {name: review[name] for name in SAID} == SAID
    assert (review["book"], review["reader"]) == (str(book.pk), {"name": "Rosa R."})
    assert response["Location"] == f"http://testserver/api/v1/reviews/{review['id']}/"
    assert client.get(response["Location"]).json() == review


def test_stars_are_enough(reader, book):
    review = post(reader, book, {"rating": 1}).json()

    assert (review["rating"], review["title"], review["text"]) == (1, "", "")


def test_the_books_rating_is_right_at_once(reader, client, book):
    make_review(book, rating=2)

    post(reader, book, SAID)

    rating = client.get(f"/api/v1/books/{book.pk}/").json()["rating"]
    assert rating == {"average": 3.5, "count": 2, "histogram": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}}
    assert client.get("/api/v1/books/").json()["results"][0]["rating"] == {"average": 3.5, "count": 2}


def test_a_second_review_is_refused_and_names_the_first(reader, book):
    first = post(reader, book, SAID).json()

    response = post(reader, book, {"rating": 1})

    assert (response.status_code, response.json()["code"]) == (409, "already_reviewed")
    assert response.json()["facts"] == {"review": first["id"]}
    assert Review.objects.get().rating == 5


def test_a_key_sent_again_gets_the_first_answer(reader, book):
    first, second = (post(reader, book, SAID, **{"idempotency-key": "tap"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.content, second["Location"]) == (first.content, first["Location"])
    assert second["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("said", [SAID, {}])
def test_who_is_not_signed_in_reviews_nothing(client, book, said):
    response = post(client, book, said)

    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert not Review.objects.exists()


@pytest.mark.parametrize("unknown", [uuid4(), "nonsense", "9780141439587"])
def test_an_unknown_book(reader, unknown):
    response = reader.post(f"/api/v1/books/{unknown}/reviews/", SAID, content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("rating", [0, 6, -1, 4.5, "5", "five", "", True, None, 10**9, 10**30, 1e300, [5], {"5": 5}])
def test_a_rating_is_a_whole_number_from_1_to_5(reader, book, rating):
    response = post(reader, book, {"rating": rating})

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == ["rating"]
    assert not Review.objects.exists()


@pytest.mark.parametrize("said", [{}, {"text": "No stars."}, [], [SAID], "5", 5, None])
def test_a_body_without_a_rating(reader, book, said):
    response = reader.generic("POST", reviews_of(book), json.dumps(said), content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"rating": NaN}', b'{"rating": 5, "text": "\\ud800"}', b"\xff", b"[" * 9999]
)
def test_a_body_that_is_no_json(reader, book, body):
    response = reader.generic("POST", reviews_of(book), body, content_type="application/json")

    assert response.status_code == 400
    assert not Review.objects.exists()


@pytest.mark.parametrize(("field", "longest"), [("title", 200), ("text", 10_000)])
def test_words_have_a_length(reader, book, field, longest):
    response = post(reader, book, {"rating": 5, field: "😀" * (longest + 1)})

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)
    assert post(reader, book, {"rating": 5, field: "😀" * longest}).status_code == 201


@pytest.mark.parametrize("field", ["title", "text"])
@pytest.mark.parametrize("words", ["a\0b", "\x07", "\x1b[31m", "\x7f", "\x9f", "\x1f", None, 5, True, ["a"], {}])
def test_words_are_text_without_control_characters(reader, book, field, words):
    response = post(reader, book, {"rating": 5, field: words})

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)
    assert not Review.objects.exists()


def test_what_is_not_the_readers_to_say_is_not_heard(reader, rosa, book):
    other = make_user("other@example.com")
    claimed = {"user": str(other.pk), "verified_purchase": True, "id": str(uuid4()), "created_at": "1999-01-01"}

    review = post(reader, book, {**SAID, **claimed}).json()

    assert (Review.objects.get().user, review["verified_purchase"]) == (rosa, False)
    assert not {review["id"], review["created_at"]} & set(claimed.values())


def test_naughty_strings_are_kept_or_refused(reader, book):
    """minimaxir/big-list-of-naughty-strings as headings and texts."""
    review = make_review(book, make_user("naughty@example.com"))
    naughty = sign_in(None, review.user)
    lines = (shared_data("bad-input/blns") / "blns.txt").read_text().splitlines()
    for line in [line for line in lines if line and not line.startswith("#")]:
        said = {"title": line[:200], "text": line}
        response = naughty.patch(page_of(review), said, content_type="application/json")
        assert response.status_code in {200, 400}, line
        if response.status_code == 200:
            assert {name: response.json()[name] for name in said} == said
