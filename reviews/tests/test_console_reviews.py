import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_member, make_user
from catalog.models import Book
from catalog.tests.factories import make_book, make_seller
from reviews.models import Review
from reviews.tests.factories import make_review

pytestmark = pytest.mark.django_db
LIST = "/console/reviews/review/"


@pytest.fixture
def client(client):
    """A browser signed in by a shop admin."""
    client.force_login(User.objects.create_superuser("admin@shop.example"))
    return client


def page(review, name="change"):
    return reverse(f"admin:reviews_review_{name}", args=[review.pk])


def found(client, term):
    return {review.pk for review in client.get(LIST, {"q": term}).context["cl"].result_list}


def rating_counts():
    return Book.objects.get().rating_counts


def test_an_admin_reads_reviews_and_changes_none(client):
    review = make_review(rating=1, title="A wall", text="word " * 100)

    shown = client.get(LIST).content.decode()

    assert "The Dispossessed" in shown
    assert "A wall word" in shown
    assert "word " * 30 not in shown
    assert client.get(page(review)).status_code == 200
    assert client.post(page(review), {"rating": 5}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_reviews_are_found_by_book_and_reader(client):
    dispossessed = make_review(make_book("The Dispossessed"), make_user("rosa@example.com"))
    trial = make_review(make_book("The Trial", author=None), make_user("sal@example.com"))

    assert (
        found(client, "disposs") == found(client, "ROSA@") == found(client, str(dispossessed.pk)) == {dispossessed.pk}
    )
    assert found(client, "trial") == found(client, "sal") == {trial.pk}
    assert found(client, "the") == {dispossessed.pk, trial.pk}
    assert found(client, "example.com") == found(client, "!!!") == set()


def test_what_an_admin_deletes_no_longer_counts(client):
    review = make_review(rating=1)
    make_review(review.book, rating=5)

    client.post(page(review, "delete"), {"post": "yes"})

    assert (Review.objects.get().rating, rating_counts()) == (5, [0, 0, 0, 0, 1])
    assert float(Book.objects.get().listing.rating_average) == 5


def test_what_an_admin_deletes_together_no_longer_counts(client):
    book = make_book()
    bad = [make_review(book, rating=1) for _ in range(3)]
    make_review(book, rating=5)

    chosen = {"action": "delete_selected", "_selected_action": [review.pk for review in bad], "post": "yes"}
    client.post(LIST, chosen)

    assert (Review.objects.get().rating, rating_counts()) == (5, [0, 0, 0, 0, 1])


def test_a_reader_with_reviews_is_not_deleted_and_the_page_says_why(client):
    review = make_review()
    address = reverse("admin:accounts_user_delete", args=[review.user.pk])

    assert page(review) in client.get(address).content.decode()
    client.post(address, {"post": "yes"})

    assert Review.objects.get().user == review.user


def test_a_book_is_deleted_with_its_reviews(client):
    review = make_review()

    client.post(reverse("admin:catalog_book_delete", args=[review.book_id]), {"post": "yes"})

    assert (Book.objects.exists(), Review.objects.exists()) == (False, False)


def test_sellers_see_none(client):
    review = make_review()
    member = make_member(make_seller())
    member.is_staff = True
    member.save(update_fields=["is_staff"])
    client.force_login(member)

    assert {client.get(address).status_code for address in (LIST, page(review), page(review, "delete"))} == {403}
    assert LIST not in client.get("/console/").content.decode()
