"""Books that are one work become one book, and apart again; nothing is lost on the way."""

from datetime import timedelta

import pytest
from django.db import connection, models
from django.utils import timezone

from accounts.models import Seller, User
from bookstore.testing import count_queries
from catalog.errors import NotMergeable, NotUndoable
from catalog.models import (
    Book,
    Contribution,
    Contributor,
    Edition,
    LikelyDuplicate,
    Listing,
    MergedBook,
    Series,
    SeriesEntry,
    SourceRecord,
    Subject,
    SubjectLink,
    WorkChange,
    WorkIdentifier,
)
from catalog.services import merge_books, moved_to, say_different, split_book, undo_change
from catalog.services.snapshots import snapshot
from catalog.tests.factories import make_author, make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
# Every kind of row that points to a book. One that is new here has to follow in a merge: catalog/services/works/.
POINTING = {
    "catalog.BoughtTogether", "catalog.RecentSales",  # they go with their book, and are counted anew
    "catalog.Contribution", "catalog.Edition", "catalog.LikelyDuplicate", "catalog.Listing", "catalog.MergedBook",
    "catalog.SeriesEntry", "catalog.SubjectLink", "catalog.WorkChange", "catalog.WorkIdentifier", "reviews.Review",
}  # fmt: skip


@pytest.fixture
def staff():
    return User.objects.create_superuser("admin@shop.example", "secret-words")


@pytest.fixture
def pair():
    """Two books with something of everything."""
    keep = make_book(
        "Emma", author=Contributor.objects.create(name="Jane Austen", sort_name="Austen, Jane"), popularity=5
    )
    short = Contributor.objects.create(name="J. Austen", sort_name="Austen, J.")
    other = make_book(
        "Emma, a Novel",
        author=short,
        popularity=9,
        description="Clueless.",
        first_published="1815",
        subtitle="In 3 vols",
    )
    Contribution.objects.create(book=other, contributor=make_author("Fiona Stafford"), role="B01", position=2)
    for book, isbn in ((keep, "9780141439587"), (other, "9780199535521")):
        make_offer(make_edition(book, isbn, language="en"))
    series, subject = (
        Series.objects.create(name="Classics"),
        Subject.objects.create(scheme="keyword", code="c", label="c"),
    )
    SeriesEntry.objects.create(book=other, series=series, label="7")
    for book in (keep, other):
        SubjectLink.objects.create(book=book, subject=subject)
    WorkIdentifier.objects.create(book=other, scheme="11", value="A02-2009")
    SourceRecord.objects.create(source="x", reference="1", edition=other.editions.get(), digest="d")
    return keep, other


def everything():
    """Every row that a merge may touch, but for when books were changed last."""
    tables = (Book, Edition, Contribution, SeriesEntry, SubjectLink, WorkIdentifier, SourceRecord, MergedBook)
    rows = {model.__name__: snapshot(model) for model in tables}
    for row in rows["Book"]:
        del row["updated_at"]
    return rows


def test_nothing_points_to_a_book_that_a_merge_does_not_know_of():
    relations = Book._meta.get_fields(include_hidden=True)
    assert {field.related_model._meta.label for field in relations
            if isinstance(field, models.ManyToOneRel) and field.field.model is not Book} == POINTING  # fmt: skip


def test_everything_follows(pair, staff, client):
    keep, other = pair

    change = merge_books(keep, [other], staff, "the same")

    keep.refresh_from_db()
    assert not Book.objects.filter(pk=other.pk).exists()
    assert (keep.title, keep.subtitle, keep.description, str(keep.first_published), keep.popularity) == (
        "Emma", "In 3 vols", "Clueless.", "1815", 9)  # fmt: skip
    assert {edition.title for edition in keep.editions.all()} == {"", "Emma, a Novel"}
    assert [part.contributor.name for part in keep.contributions.all()] == ["Jane Austen", "Fiona Stafford"]
    assert (keep.series.get().name, keep.subjects.get().label, keep.identifiers.get().value) == (
        "Classics",
        "c",
        "A02-2009",
    )
    assert SourceRecord.objects.get().tells_book is False
    assert (change.book, change.by, change.other_titles, change.reason) == (keep, staff, ["Emma, a Novel"], "the same")
    page = client.get(f"/api/v1/books/{keep.pk}/").json()
    assert len(page["editions"]) == 2
    assert Listing.objects.get().availability == 0


def test_the_former_id_leads_to_the_book_kept(pair, client):
    keep, other = pair
    merge_books(keep, [other], None)

    answer = client.get(f"/api/v1/books/{other.pk}/?x=1")

    assert (answer.status_code, answer["Location"]) == (308, f"http://testserver/api/v1/books/{keep.pk}/?x=1")
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert client.get(answer["Location"]).json()["id"] == str(keep.pk)
    assert client.get(f"/api/v1/books/{MergedBook(old_id=make_author().pk).old_id}/").status_code == 404


def test_former_ids_lead_on_through_several_merges(client):
    first, second, third = (make_book(f"Emma {number}") for number in range(3))
    merge_books(second, [first], None)
    merge_books(third, [second], None)

    assert moved_to(first.pk) == moved_to(second.pk) == third.pk
    assert WorkChange.objects.filter(book=third).count() == 2


def test_an_undone_merge_leaves_everything_as_it_was(pair, staff, client):
    before = everything()
    keep, other = pair
    change = merge_books(keep, [other], staff)

    undo_change(change, staff)

    after = everything()
    for name, rows in before.items():
        assert after[name] == rows, name
    change.refresh_from_db()
    assert change.undone_by == staff
    assert client.get(f"/api/v1/books/{other.pk}/").json()["title"] == "Emma, a Novel"
    assert Listing.objects.count() == 2
    assert LikelyDuplicate.objects.get().different


def test_merges_are_undone_from_the_last_to_the_first(staff):
    first, second, third = (make_book(f"Emma {number}") for number in range(3))
    before = everything()
    one = merge_books(second, [first], staff)
    two = merge_books(third, [second], staff)

    with pytest.raises(NotUndoable, match="itself become part"):
        undo_change(one, staff)
    undo_change(two, staff)
    undo_change(WorkChange.objects.get(pk=one.pk), staff)

    assert everything() == before
    with pytest.raises(NotUndoable, match="already"):
        undo_change(one, staff)


def test_a_merge_is_not_undone_over_later_changes(pair, staff):
    keep, other = pair
    change = merge_books(keep, [other], staff)
    third = make_book("Third")
    again = merge_books(keep, [third], staff)

    with pytest.raises(NotUndoable, match="again since"):
        undo_change(change, staff)
    undo_change(again, staff)
    Edition.objects.filter(isbn="9780199535521").update(book=third)
    with pytest.raises(NotUndoable, match="edition"):
        undo_change(change, staff)

    assert MergedBook.objects.get().old_id == other.pk


def test_what_somebody_wrote_after_the_merge_stays(pair, staff):
    keep, other = pair
    change = merge_books(keep, [other], staff)
    Book.objects.filter(pk=keep.pk).update(description="Better.", popularity=70)

    undo_change(change, staff)

    keep.refresh_from_db()
    assert (keep.description, keep.popularity, keep.subtitle) == ("Better.", 70, "")


def test_who_added_a_book_or_decided_on_it_may_be_gone_since(pair, staff):
    keep, other = pair
    Book.objects.filter(pk=other.pk).update(created_by=make_seller("Gone Shop"))
    say_different(other.pk, make_book("Third").pk, staff)
    change = merge_books(keep, [other], staff)
    Seller.objects.get(slug="gone-shop").delete()
    staff.delete()

    undo_change(WorkChange.objects.get(pk=change.pk), None)
    connection.check_constraints()

    assert Book.objects.get(pk=other.pk).created_by is None
    assert not LikelyDuplicate.objects.exclude(decided_by=None).exists()


def test_a_contributor_gone_since_is_in_the_way(pair, staff):
    keep, other = pair
    change = merge_books(keep, [other], staff)
    Contributor.objects.get(name="J. Austen").delete()

    with pytest.raises(NotUndoable, match="contributor"):
        undo_change(change, staff)

    assert Book.objects.count() == 1


@pytest.mark.parametrize("which", [[], ["keep"], ["other", "other"], ["gone"]])
def test_what_cannot_be_merged_is_refused(pair, which):
    keep, other = pair
    books = {"keep": keep, "other": other, "gone": Book(title="Gone")}

    with pytest.raises(NotMergeable):
        merge_books(keep, [books[name] for name in which], None)

    assert Book.objects.count() == 2


def test_more_than_twenty_are_refused():
    books = [make_book(f"Book {number}", author=None) for number in range(21)]

    with pytest.raises(NotMergeable, match="20"):
        merge_books(books[0], books[1:], None)
    merge_books(books[0], books[1:20], None)

    assert Book.objects.count() == 2


def test_what_is_known_to_be_different_stays_so(staff):
    keep, other, third = make_book("Emma"), make_book("EMMA"), make_book("Emma")
    say_different(third.pk, other.pk, staff)

    change = merge_books(keep, [other], staff)

    assert {LikelyDuplicate.objects.get().first, LikelyDuplicate.objects.get().second} == {keep, third}
    undo_change(change, staff)
    assert LikelyDuplicate.objects.filter(different=True).count() == 2


def test_what_one_of_them_is_known_to_differ_from_is_not_asked_of_the_other(staff):
    keep, other, third = make_book("Emma"), make_book("EMMA"), make_book("Emma")
    first, second = sorted([keep.pk, third.pk])
    asked = LikelyDuplicate.objects.create(first_id=first, second_id=second, reason="same title")
    say_different(other.pk, third.pk, staff)

    change = merge_books(keep, [other], staff)

    answered = LikelyDuplicate.objects.get()
    assert ({answered.first, answered.second}, answered.different) == ({keep, third}, True)
    undo_change(change, staff)
    assert LikelyDuplicate.objects.undecided().get() == asked
    assert LikelyDuplicate.objects.filter(different=True).count() == 2


def archive(*rows):
    """Out of the catalogue, the last of them at last."""
    now = timezone.now()
    for seconds, row in enumerate(rows):
        type(row).objects.filter(pk=row.pk).update(archived_at=now + timedelta(seconds=seconds))
    Listing.objects.exclude(book__archived_at=None).delete()
    return now


def test_what_is_in_the_catalogue_stays_there_whichever_book_is_kept(pair, staff, client):
    keep, other = pair
    archive(keep, keep.editions.get())
    before = everything()

    change = merge_books(keep, [other], staff)

    assert [one["isbn"] for one in client.get(f"/api/v1/books/{keep.pk}/").json()["editions"]] == ["9780199535521"]
    assert Listing.objects.get().book == keep
    undo_change(change, staff)
    assert everything() == before
    assert Listing.objects.get().book == other


def test_what_is_archived_stays_so_when_it_is_merged(pair):
    keep, other = pair
    archive(keep, other, keep.editions.get(), other.editions.get())

    merge_books(keep, [other], None)

    assert Book.objects.get().is_archived
    assert not Listing.objects.exists()


# ---- splitting --------------------------------------------------------------------------------------------------


def test_a_book_is_split(pair, staff, client):
    keep, other = pair
    merge_books(keep, [other], staff)
    edition = Edition.objects.get(isbn="9780199535521")
    WorkIdentifier.objects.create(book=keep, scheme="15", value=edition.isbn)

    new = split_book(keep, [edition], "  Emma,  annotated ", staff)

    assert (new.title, edition.__class__.objects.get(pk=edition.pk).book) == ("Emma, annotated", new)
    assert [part.contributor.name for part in new.contributions.all()] == ["Jane Austen", "Fiona Stafford"]
    assert new.identifiers.get().value == edition.isbn
    assert LikelyDuplicate.objects.get(different=True).reason
    assert [len(client.get(f"/api/v1/books/{book.pk}/").json()["editions"]) for book in (keep, new)] == [1, 1]
    assert WorkChange.objects.first().kind == "split"


def test_a_split_is_undone(pair, staff):
    keep, other = pair
    merged = merge_books(keep, [other], staff)
    new = split_book(keep, [Edition.objects.get(isbn="9780199535521")], "Emma, annotated", staff)

    undo_change(WorkChange.objects.get(kind="split"), staff)

    assert keep.editions.count() == 2
    assert moved_to(new.pk) == keep.pk
    undo_change(merged, staff)
    assert Book.objects.count() == 2


def test_an_undone_split_leaves_the_editions_as_they_were(pair, staff):
    book, _other = pair
    edition = make_edition(book)
    SourceRecord.objects.create(source="x", reference="2", edition=edition, digest="d")
    before = everything()
    new = split_book(book, [edition], "Emma, annotated", staff)

    undo_change(WorkChange.objects.get(), staff)

    assert {**everything(), "MergedBook": []} == before
    assert moved_to(new.pk) == book.pk
    assert Listing.objects.get(book=book).titles == ["emma"]


def test_a_split_is_not_undone_over_a_merge_into_the_new_book(pair, staff):
    keep, other = pair
    new = split_book(keep, [make_edition(keep)], "Emma, annotated", staff)
    merge = merge_books(new, [other], staff)
    split = WorkChange.objects.get(kind="split")

    with pytest.raises(NotUndoable, match="itself since"):
        undo_change(split, staff)
    for change in (merge, split):
        undo_change(change, staff)

    assert set(Book.objects.all()) == {keep, other}


def test_books_left_with_archived_editions_alone_are_archived(pair, staff):
    keep, other = pair
    merge_books(keep, [other], staff)
    gone = Edition.objects.get(isbn="9780199535521")
    moment = archive(gone)

    new = split_book(keep, [gone], "Emma, annotated", staff)

    assert Book.objects.get(pk=new.pk).archived_at == moment
    assert Listing.objects.get().book == keep
    undo_change(WorkChange.objects.get(kind="split"), staff)
    assert not Book.objects.get().is_archived


def test_what_cannot_be_split_is_refused(pair, staff):
    keep, other = pair
    own, foreign = keep.editions.get(), other.editions.get()
    for editions, title in (([], "New"), ([own], "New"), ([foreign], "New"), ([own, foreign], "New")):
        with pytest.raises(NotMergeable):
            split_book(keep, editions, title, staff)
    make_edition(keep)
    with pytest.raises(NotMergeable):
        split_book(keep, [own], "  ", staff)
    assert Book.objects.count() == 2


def test_a_former_id_costs_one_query_more(pair, client):
    keep, other = pair
    merge_books(keep, [other], None)

    assert count_queries(lambda: client.get(f"/api/v1/books/{other.pk}/")) <= 2
