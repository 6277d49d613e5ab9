"""The guided tour's frame: its mailbox, its pages, and that it stops at the first thing that is not as told."""

import re

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command

from bookstore.tests.processes import free_port
from bookstore.tour import FORMATS, STORY, Deviation, Stage, heading, play
from bookstore.tour.mailbox import Mailbox
from catalog.tests.factories import make_book

ROSA, SAL = "rosa@example.com", "sal@example.com"


@pytest.fixture
def mailbox(settings, tmp_path):
    """A folder that mails are written to as `make run` does."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return Mailbox(settings.EMAIL_FILE_PATH, patience=0)


@pytest.fixture
def said():
    return []


@pytest.fixture
def stage(live_server, mailbox, said):
    return Stage(FORMATS["text"](said.append), live_server.url, mailbox)


def send(to: str, text: str, subject: str = "Bücher für Sie") -> None:
    mail = EmailMultiAlternatives(subject, text, "Bookstore <shop@example.com>", [f"Rosa <{to}>"])
    mail.attach_alternative("<p style='color: #123456'>Nothing of use, 999999</p>", "text/html")
    mail.send()


def test_the_newest_code_is_read_from_mails_in_a_folder(mailbox):
    for code in ("111111", "222222"):
        send(
            ROSA,
            f"https://shop.example/verify/1-654321/?t=765432\n\nIhr Code für später: {code}\n" + "lange Zeile " * 50,
        )
    send(ROSA, "Welcome! 12345678 books, reference AB-123456.")
    send(SAL, "Your code: 333333")

    assert mailbox.code("Rosa@example.com") == "222222"
    assert mailbox.code(SAL) == "333333"


def test_words_are_found_in_subject_and_text(mailbox):
    send(ROSA, "Naïve café: tracking number TOUR0042.", subject="Shipped: O-17")

    assert mailbox.wait_for(ROSA, re.compile("(TOUR0042)")) == "TOUR0042"
    assert mailbox.wait_for(ROSA, re.compile("Shipped: (O-[0-9]+)")) == "O-17"


def test_a_mail_that_does_not_come(mailbox, stage):
    send(SAL, "Your code: 333333")

    assert mailbox.code(ROSA) is None
    with pytest.raises(Deviation, match="--mail-folder"):
        stage.code_for(stage.reader)


@pytest.mark.django_db(transaction=True)
def test_each_request_and_answer_is_written_down(stage, said):
    book = make_book()
    stage.reader.app.cart_token = "secret-words-that-nobody-reads-here"

    answer = stage.reader.app.get("/books/", {"q": "dispossessed"})

    assert (answer["results.0.id"], answer.status) == (str(book.pk), 200)
    page = "\n".join(said)
    assert "> GET /api/v1/books/?q=dispossessed" in page
    assert "> X-Cart-Token: secret-words-that-no…" in page
    assert "< 200 OK" in page
    assert '"title": "The Dispossessed"' in page


@pytest.mark.django_db(transaction=True)
def test_what_is_not_as_told_ends_the_tour(stage):
    app = stage.guest.app

    assert app.get("/books/nonsense/", status=404, code="not_found")["status"] == 404
    for wrong, sentence in [
        (lambda: app.get("/books/nonsense/"), r"answered 404 \(not_found: There is nothing here.\), where 200 was"),
        (lambda: app.get("/books/x/", status=404, code="gone"), "“code”: 'not_found', where 'gone' was expected"),
        (lambda: app.get("/books/")["results.0.id"], "GET /api/v1/books/ answered 200 without “results.0.id” in it"),
    ]:
        with pytest.raises(Deviation, match=sentence):
            wrong()


def test_a_page_for_the_documentation(said):
    page = FORMATS["markdown"](said.append)

    page.step(1, heading("reader_signs_up"), "A code goes to the address.")
    page.request("POST", "/api/v1/auth/signup/", {"Idempotency-Key": "1"}, {"email": ROSA})
    page.answer(202, {}, {"books": [{"title": "x" * 99, "text": "y" * 99}, 2, 3], "access": "eyJ" * 100, "empty": {}})

    page = "\n".join(said)
    assert "### 1. Reader signs up" in page
    assert f'```http\nPOST /api/v1/auth/signup/ HTTP/1.1\nIdempotency-Key: 1\n\n{{"email": "{ROSA}"}}\n```' in page
    assert "HTTP/1.1 202 Accepted" in page
    assert [f"{'x' * 90}…" in page, '"… 2 more"' in page, f'{("eyJ" * 7)[:20]}…"' in page] == [True] * 3


@pytest.mark.parametrize("address", ["http://localhost:{port}", "http://no-such-host.invalid:{port}", "localhost:8000"])
def test_without_a_shop_the_tour_says_so(capsys, address):
    with pytest.raises(CommandError, match=r"No shop answers at http://.*make run|is no address"):
        call_command("tour", base_url=address.format(port=free_port()))


def test_steps_are_played_in_the_order_of_the_story(monkeypatch, said):
    def reader_yawns(stage):
        """Long story."""

    monkeypatch.setattr("bookstore.tour.STORY", {"One": [reader_yawns], "Two": [reader_yawns]})

    assert play(Stage(FORMATS["text"](said.append), "http://localhost/", Mailbox("nowhere"))) == 2
    assert [line.strip() for line in said if "yawns" in line] == ["1. Reader yawns", "2. Reader yawns"]


def test_what_was_shown_before_is_not_shown_again(said):
    page = FORMATS["text"](said.append)
    order = {"id": "0198c1f2-6f1e-7c3a-b7a4-2b1f0d0a9c55", "status": "paid", "note": "", "place": 1, "number": "7KQ2"}

    page.answer(200, {}, order)
    page.answer(200, {}, {"results": [order]})
    page.answer(200, {}, {**order, "status": "shipped"})
    page.request("GET", "/api/v1/orders/?page=1&token=secret-words-that-nobody-reads&x=1", {}, None)

    assert [line.splitlines()[-1] for line in said[1:3]] == [
        '   < {"results": ["… as above"]}',
        '   < {"status": "shipped", "…": "the rest as above"}',
    ]
    assert "token=secret-words-that-no…&x=1" in said[3]


def test_of_short_items_more_are_shown_than_of_long_ones(said):
    page = FORMATS["text"](said.append)

    page.answer(200, {}, [{"rating": number} for number in range(8)])
    page.answer(200, {}, [{"title": "x" * 80, "text": "y" * 80} for _ in range(8)])

    assert ['"… 2 more"' in said[0], '"… 7 more"' in said[1], said[0].count("rating")] == [True, True, 6]


def test_the_page_in_the_documentation_has_the_steps_of_the_story():
    page = (settings.BASE_DIR / "docs" / "tour.md").read_text(encoding="utf-8")

    titles = re.findall(r"^### [0-9]+\. (.+)$", page, re.M)

    assert titles == [heading(step.__name__) for steps in STORY.values() for step in steps]


def test_every_step_says_what_it_teaches():
    assert all(step.__doc__ for steps in STORY.values() for step in steps)
