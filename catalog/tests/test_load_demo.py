import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image

from accounts.models import Seller, User
from catalog.demo import PASSWORD, loader
from catalog.demo.covers import HEIGHT, WIDTH, draw_cover
from catalog.models import Book, Edition, ImportRun, Listing, Offer, Subject
from catalog.services import thumbnail_name
from catalog.tests.factories import make_book, make_edition
from catalog.vocabularies import Availability, Condition

pytestmark = pytest.mark.django_db
COLUMNS = (
    "book,isbn,title,subtitle,contributors,series,subjects,description,original_language,first_published,"
    "edition_title,format,language,publisher,imprint,published,pages,popularity"
)
FORMATS = ["paperback", "hardback", "ebook"]


@pytest.fixture(autouse=True)
def small_demo(settings, tmp_path, monkeypatch):
    """A demo of a hundred books, its files in a folder of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    rows = [f"{n},,Book {n},,Author {n},,FBA,,en,1900,,{FORMATS[n % 3]},en,House,,1997,100,{n}" for n in range(100)]
    books, subjects = tmp_path / "books.csv", tmp_path / "subjects.csv"
    books.write_text("\n".join([COLUMNS, *rows]))
    subjects.write_text("scheme,code,label,parent\nthema,FBA,Modern fiction,FB\nthema,FB,Fiction,\n")
    monkeypatch.setattr(loader, "BOOKS", books)
    monkeypatch.setattr(loader, "SUBJECTS", subjects)


def everything():
    """What there is, with the moment of its last change."""
    models = (User, Seller, Subject, Book, Edition, Offer, ImportRun)
    stamp = {model: "updated_at" if model is not User else "password" for model in models}
    rows = {model: sorted(model.objects.values_list("pk", stamp[model])) for model in models}
    return rows, list(Listing.objects.order_by("pk").values_list("pk", "cover", "availability", "price_minor"))


def test_the_demo_fills_an_empty_shop():
    call_command("load_demo", verbosity=0)

    assert Book.objects.count() == 100
    assert Seller.objects.count() == 3
    assert set(Listing.objects.values_list("availability", flat=True)) == set(Availability.values)
    assert set(Offer.objects.values_list("condition", flat=True)) == set(Condition.values)
    assert {0, 1} < set(Offer.objects.values_list("on_hand", flat=True))
    assert Subject.objects.get(code="FBA").parent.code == "FB"


def test_every_book_has_a_cover_and_a_small_one():
    call_command("load_demo")

    names = list(Listing.objects.values_list("cover", flat=True))
    assert all(default_storage.exists(name) and default_storage.exists(thumbnail_name(name)) for name in names)
    with default_storage.open(names[0]) as file, Image.open(file) as cover:
        assert (cover.format, cover.size) == ("WEBP", (WIDTH, HEIGHT))


def test_the_demo_s_people_sign_in(client):
    call_command("load_demo")

    seller = User.objects.get(email="seller@example.com")
    assert (seller.is_staff, seller.is_superuser, seller.sellers.get().slug) == (True, False, "lamplight-books")
    assert client.login(username="admin@example.com", password=PASSWORD)
    assert not User.objects.get(email="reader@example.com").is_staff


def test_loading_twice_changes_nothing():
    call_command("load_demo")
    before = everything()

    call_command("load_demo")

    assert everything() == before


def test_a_damaged_demo_is_repaired_and_what_people_did_in_it_stays():
    call_command("load_demo")
    offer = Offer.objects.filter(on_hand__gt=1).first()
    Offer.objects.filter(pk=offer.pk).update(price_minor=1, on_hand=1)
    Offer.objects.exclude(pk=offer.pk).first().delete()
    Edition.objects.exclude(cover="").update(cover="")
    offers = Offer.objects.count()

    call_command("load_demo")

    offer.refresh_from_db()
    assert (offer.price_minor, offer.on_hand) == (1, 1)
    assert Offer.objects.count() == offers + 1
    assert not Listing.objects.filter(cover="").exists()


@pytest.mark.parametrize(
    "own",
    [
        make_book,
        lambda: Seller.objects.create(name="Real", slug="real"),
        lambda: User.objects.create_user("owner@shop.test"),
        lambda: User.objects.create_user("owner@example.com"),
    ],
    ids=["book", "seller", "user", "example user"],
)
def test_a_real_shop_is_left_alone(own):
    own()
    before = everything()

    with pytest.raises(CommandError, match="empty shop"):
        call_command("load_demo")

    assert everything() == before


def test_a_demo_shop_that_somebody_made_real_is_left_alone():
    call_command("load_demo")
    User.objects.create_user("first.customer@shop.test")

    with pytest.raises(CommandError, match="users of its own"):
        call_command("load_demo")


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("", ""),
        ("Les Misérables", "Žofie Łukasiewicz-Ōé"),
        ("源氏物語", "紫式部"),
        ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 3, "A" * 200),
        ("word " * 400, "and another " * 20),
        ("💥\n\t\u202e", "\0"),
    ],
    ids=["nothing", "accents", "no letters", "long word", "many words", "odd"],
)
def test_any_title_makes_a_cover(title, author):
    assert draw_cover(title, author).size == (WIDTH, HEIGHT)


def test_a_title_has_one_cover():
    assert draw_cover("Emma", "Jane Austen").tobytes() == draw_cover("Emma", "Jane Austen").tobytes()
    assert draw_cover("Emma", "Jane Austen").tobytes() != draw_cover("Persuasion", "Jane Austen").tobytes()


def test_a_shop_with_a_seller_of_its_own_is_refused():
    call_command("load_demo", verbosity=0)
    Seller.objects.create(name="Real Shop", slug="real-shop")
    offers = Offer.objects.count()

    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo", verbosity=0)

    assert Offer.objects.count() == offers


def test_books_that_somebody_added_stay_their_own():
    call_command("load_demo", verbosity=0)
    own = make_edition(make_book("My Own Book"), "9780306406157")

    call_command("load_demo", verbosity=0)

    own.refresh_from_db()
    assert (own.offers.count(), own.cover.name, own.availability_code) == (0, "", "")
