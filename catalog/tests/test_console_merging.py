"""Merging, splitting and undoing in the console."""

import html
import re

import pytest
from django.urls import reverse

from accounts.models import Membership, User
from catalog.models import Book, LikelyDuplicate, WorkChange
from catalog.services import merge_books
from catalog.tests.factories import make_book, make_edition, make_seller
from reviews.tests.factories import make_review

pytestmark = pytest.mark.django_db
BOOKS, PAIRS = reverse("admin:catalog_book_changelist"), reverse("admin:catalog_likelyduplicate_changelist")


@pytest.fixture
def staff(client):
    user = User.objects.create_superuser("admin@shop.example", "secret-words")
    client.force_login(user)
    return user


def merging(*books):
    return f"{reverse('admin:catalog_book_merge')}?books={','.join(str(book.pk) for book in books)}"


def make_pair():
    one, other = make_book("Emma", description="Of one."), make_book("EMMA", author="J. Austen", subtitle="A comedy")
    return one, other, LikelyDuplicate.objects.create(first=one, second=other, reason="same title and author")


def told(client, answer):
    return " ".join(str(message) for message in client.get(answer.url, follow=True).context["messages"])


def test_chosen_books_are_shown_beside_each_other_and_merged(client, staff):
    one, other, _ = make_pair()
    make_review(other)

    chosen = client.post(BOOKS, {"action": "merge", "_selected_action": [one.pk, other.pk]})
    page = client.get(chosen.url)
    done = client.post(chosen.url)

    shown = page.content.decode()
    assert page.context["keep"] == other  # it has the reviews
    assert "A comedy" in shown
    assert "Of one." in shown
    assert done.url == reverse("admin:catalog_book_change", args=[other.pk])
    change = WorkChange.objects.get()
    assert (change.by, change.book, Book.objects.get().description) == (staff, other, "Of one.")


def test_another_book_may_be_kept(client, staff):
    one, other, _ = make_pair()

    client.post(f"{merging(one, other)}&keep={other.pk}")

    assert Book.objects.get() == other


def test_what_the_page_showed_is_done_whatever_is_better_known_meanwhile(client, staff):
    one, other, _ = make_pair()
    page = client.get(merging(one, other))
    make_review(other)

    [action] = re.findall('<form method="post" action="([^"]+)"', page.content.decode())
    client.post(html.unescape(action))

    assert page.context["keep"] == Book.objects.get() == one
    assert client.get(f"{merging(one, make_book('Third'))}&keep={other.pk}").status_code == 404


@pytest.mark.parametrize("query", ["", "?books=x", "?books=,,", "?books=" + "a" * 5000])
def test_what_cannot_be_merged_has_no_page(client, staff, query):
    assert client.get(reverse("admin:catalog_book_merge") + query).status_code == 404


def test_one_book_or_too_many_are_refused(client, staff):
    books = [make_book(f"Book {number}", author=None) for number in range(21)]

    for some in (books[:1], books):
        answer = client.post(BOOKS, {"action": "merge", "_selected_action": [book.pk for book in some]})
        assert "Choose 2 to 20" in told(client, answer)
    assert client.get(merging(*books)).status_code == 404


def test_books_merged_meanwhile_are_gone(client, staff):
    one, other, _ = make_pair()
    merge_books(one, [other], None)

    assert client.post(merging(one, other)).status_code == 404
    former = client.get(reverse("admin:catalog_book_change", args=[other.pk]))
    assert former.url == reverse("admin:catalog_book_change", args=[one.pk])


def test_a_merge_is_undone(client, staff):
    one, other, _ = make_pair()
    change = merge_books(one, [other], staff)
    page = reverse("admin:catalog_workchange_change", args=[change.pk])
    undo = reverse("admin:catalog_workchange_undo", args=[change.pk])

    assert undo in client.get(page).content.decode()
    assert client.get(undo).status_code == 200
    assert "It is undone." in told(client, client.post(undo))
    assert "undone already" in told(client, client.post(undo))

    assert set(Book.objects.all()) == {one, other}
    assert undo not in client.get(page).content.decode()


def test_a_book_is_split(client, staff):
    book = make_book("Emma")
    editions = [make_edition(book, title=f"Volume {number}") for number in range(3)]
    page = reverse("admin:catalog_book_split", args=[book.pk])

    assert "Volume 2" in client.get(page).content.decode()
    client.post(page, {"title": "Emma, the end", "editions": [editions[2].pk]})

    assert Book.objects.get(title="Emma, the end").editions.get() == editions[2]
    assert page in client.get(reverse("admin:catalog_book_change", args=[book.pk])).content.decode()


@pytest.mark.parametrize(
    ("title", "which", "sentence"),
    [
        ("", [0], "This field is required"),
        ("New", [], "This field is required"),
        ("New", [0, 1], "Leave the book at least one edition"),
        ("New", [2], "not one of the available choices"),
        ("x" * 2001, [0], "at most 2000 characters"),
    ],
)
def test_a_split_that_cannot_be_says_why(client, staff, title, which, sentence):
    book = make_book("Emma")
    editions = [make_edition(book), make_edition(book), make_edition(make_book("Other"))]
    page = reverse("admin:catalog_book_split", args=[book.pk])

    answer = client.post(page, {"title": title, "editions": [editions[number].pk for number in which]})

    assert sentence in answer.content.decode()
    assert Book.objects.count() == 2


def test_a_likely_pair_is_merged_with_one_click(client, staff):
    pair = make_pair()[2]
    page = client.get(PAIRS).content.decode()
    assert f'name="same" value="{pair.pk}"' in page
    assert 'id="changelist-form"' in page

    assert "1 pairs decided" in told(client, client.post(PAIRS, {"same": pair.pk}))

    assert Book.objects.count() == 1
    assert "decided that already" in told(client, client.post(PAIRS, {"same": pair.pk}))


def test_not_the_same_is_remembered(client, staff):
    pair = make_pair()[2]

    client.post(PAIRS, {"different": pair.pk})

    pair.refresh_from_db()
    assert (pair.different, pair.decided_by) == (True, staff)
    assert f'value="{pair.pk}"' not in client.get(PAIRS).content.decode()
    assert "Emma" in client.get(PAIRS, {"decision": "different"}).content.decode()


def test_several_pairs_are_decided_at_once(client, staff):
    _, other, pair = make_pair()
    third = make_book("Emma")
    second = LikelyDuplicate.objects.create(first=other, second=third, reason="same title and author")

    client.post(PAIRS, {"action": "merge_all", "_selected_action": [pair.pk, second.pk]})

    assert Book.objects.count() == 1
    assert not LikelyDuplicate.objects.exists()


def test_who_only_sells_merges_nothing(client):
    user = User.objects.create_user("sal@shop.example", "secret-words", is_staff=True)
    Membership.objects.create(seller=make_seller(), user=user, role=Membership.Role.OWNER)
    client.force_login(user)
    one, other, pair = make_pair()
    for number in range(2):
        make_edition(one, title=f"Volume {number}")

    assert client.get(merging(one, other)).status_code == 403
    assert client.post(merging(one, other)).status_code == 403
    client.post(BOOKS, {"action": "merge", "_selected_action": [one.pk, other.pk]})  # no such action for them
    assert client.post(PAIRS, {"same": pair.pk}).status_code == 403
    split = reverse("admin:catalog_book_split", args=[one.pk])
    assert client.post(split, {"title": "New", "editions": [one.editions.first().pk]}).status_code == 403
    assert Book.objects.count() == 2

    change = merge_books(one, [other], None)
    assert client.post(reverse("admin:catalog_workchange_undo", args=[change.pk])).status_code == 403
    assert Book.objects.count() == 1
