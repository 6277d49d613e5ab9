"""The shop's sentences in German: none of what readers see is missing, and what is compiled is what is written."""

import gettext
import re
from io import BytesIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from bookstore import catalogues, mails
from bookstore.errors import all_refusals
from bookstore.models import OutboxMessage
from bookstore.money import Money
from bookstore.templatetags.countries import country_name
from bookstore.templatetags.money import money

TEMPLATE = catalogues.template_of()
EACH = [(app, language) for language in catalogues.languages() for app in catalogues.APPS]
SEEN_BY_READERS = re.compile(r"^templates/(mail|pages)/|^templates/[a-z_]+\.html$|/errors\.py$|/vocabularies\.py$")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
MISSING = "Run `manage.py update_catalogues`, translate what is empty in {file}, and run it again: {sentences}"

# Other tests make refusals of their own, which nobody sees.
REFUSALS = sorted(
    (refusal for refusal in all_refusals() if ".tests." not in refusal.__module__), key=lambda refusal: refusal.code
)


def missing(catalogue):
    return [found.id for found in catalogues.untranslated(catalogue)]


@pytest.mark.parametrize(("app", "language"), EACH)
def test_all_that_readers_see_is_translated(app, language):
    wanted = [message for message in catalogues.up_to_date(app, language, TEMPLATE[app]) if message.id]
    seen = [message for message in wanted if any(SEEN_BY_READERS.search(file) for file, _line in message.locations)]

    left = [message.id for message in seen if message.fuzzy or not all(catalogues.words(message))]

    assert not left, MISSING.format(file=catalogues.file_of(app, language), sentences=left)


@pytest.mark.parametrize("language", catalogues.languages())
@pytest.mark.parametrize("name", sorted(mails.MAILS))
def test_every_sentence_of_a_mail_is_translated(name, language):
    known = {app: catalogues.read(app, language) for app in catalogues.APPS}
    left = [
        key
        for file in sorted((settings.BASE_DIR / "templates" / "mail").glob(f"{name}.*"))
        for key, context in catalogues.sentences(file)
        if not any(found and found.string for found in (each.get(key, context) for each in known.values()))
    ]

    assert not left, f"The mail {name} lacks in {language}: {left}"


@pytest.mark.parametrize(("app", "language"), EACH)
def test_what_is_compiled_is_what_is_written(app, language):
    file = catalogues.file_of(app, language)
    written = catalogues.read(app, language)
    compiled = gettext.GNUTranslations(BytesIO(file.with_suffix(".mo").read_bytes()))

    for message in written:
        if message.id and all(catalogues.words(message)):
            key = message.id if isinstance(message.id, str) else message.id[0]
            asked = f"{message.context}\x04{key}" if message.context else key
            found = compiled._catalog.get(asked) or compiled._catalog.get((asked, 0))
            assert found == catalogues.words(message)[0], "run manage.py update_catalogues"


@pytest.mark.parametrize(("app", "language"), EACH)
def test_a_translation_names_the_same_things(app, language):
    for message in catalogues.read(app, language):
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        for source, word in zip(sources, catalogues.words(message), strict=True):
            if message.id and word:
                assert sorted(PLACEHOLDER.findall(word)) == sorted(PLACEHOLDER.findall(source)), source
                assert word.count("\n") == source.count("\n"), source


@pytest.mark.parametrize("name", sorted(mails.MAILS))
def test_a_mail_in_german_is_not_english(name):
    german, english = (mails.sample(name, language) for language in ("de", "en"))

    assert german.subject != english.subject
    assert german.body != english.body
    assert '<html lang="de">' in german.alternatives[0].content


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_a_refusal_has_german_words(refusal):
    english = (str(refusal.title), refusal.example())
    with translation.override("de"):
        assert str(refusal.title) != english[0]
        assert refusal.example() != english[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [("de", "de", "Nicht gefunden"), ("de-AT,de;q=0.9", "de", "Nicht gefunden"), ("en-GB", "en", "Not found"),
     ("xx", "en", "Not found"), ("tlh, de;q=0.1", "de", "Nicht gefunden"), ("é", "en", "Not found"),
     ("", "en", "Not found"),
     ("de;q=x", "en", "Not found"), ("de," * 2000, "de", "Nicht gefunden")],
)  # fmt: skip
def test_an_answer_speaks_the_language_that_is_asked_for(client, asked, language, title):
    answer = client.get("/api/v1/books/nothing/", headers={"accept-language": asked})

    assert (answer.status_code, answer["Content-Language"]) == (404, language)
    assert answer.json()["title"] == title


@pytest.mark.django_db
def test_what_comes_before_any_view_speaks_it_too_and_the_thread_forgets_it(client, settings):
    settings.RATE_LIMIT_TRUSTED, settings.RATE_LIMITS = [], {**settings.RATE_LIMITS, "anonymous": (1, 60)}
    german = {"accept-language": "de"}

    answers = [client.get("/api/v1/books/", headers=german, REMOTE_ADDR="203.0.113.77") for _ in range(3)]
    too_long = client.get(f"/api/v1/books/?q={'x' * 9000}", headers=german)

    assert (answers[-1].status_code, answers[-1].json()["title"]) == (429, "Zu viele Anfragen")
    assert (too_long.status_code, too_long.json()["title"]) == (414, "Adresse zu lang")
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_a_mail_speaks_the_language_of_the_request_it_is_written_for(client):
    signing_up = {"email": "rosa@example.com", "password": "quiet-lamp-on-a-shelf"}
    headers = {"accept-language": "de-CH"}
    answer = client.post("/api/v1/auth/signup/", signing_up, content_type="application/json", headers=headers)

    assert answer.status_code == 202
    message = OutboxMessage.objects.get()
    assert message.language == "de"
    assert mails.build(message).subject.endswith("ist Ihr Code für die Buchhandlung")


def test_money_is_written_as_the_language_writes_it():
    written = []
    for language in ("en", "de"):
        with translation.override(language):
            written.append((money(Money(129000, "EUR")), money(Money(500, "JPY"))))

    assert written == [("€1,290.00", "¥500"), ("1.290,00\xa0€", "500\xa0¥")]


def test_a_country_is_called_as_the_language_calls_it():
    with translation.override("de"):
        assert [country_name(code) for code in ("AT", "ZZ9", "")] == ["Österreich", "ZZ9", ""]


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/docs/problems/", "/mail/unsubscribe/x", "/api/v1/auth/verify/x"])
def test_a_page_says_which_language_it_is_in(client, page):
    answer = client.get(page, headers={"accept-language": "de"}).content.decode()

    assert '<html lang="de">' in answer


def test_a_language_nobody_knows_begins_no_catalogue():
    with pytest.raises(CommandError, match="xx is no language"):
        call_command("update_catalogues", "--add", "xx")


def test_the_catalogues_hold_each_sentence_once():
    keys = [(message.id, message.context) for app in catalogues.APPS for message in TEMPLATE[app] if message.id]

    assert len(keys) == len(set(keys)) > 900


def test_a_sentence_that_moves_to_another_app_keeps_its_translation(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    for app in [*catalogues.APPS, "config", "templates"]:
        (tmp_path / app).mkdir()
    code = 'from django.utils.translation import gettext as _\n_("Hello")\n'
    (tmp_path / "bookstore" / "pages.py").write_text(code)
    call_command("update_catalogues", verbosity=0)
    po = catalogues.file_of("bookstore", "de")
    po.write_text(po.read_text().replace('msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "Guten Tag"'))

    (tmp_path / "bookstore" / "pages.py").rename(tmp_path / "orders" / "pages.py")
    call_command("update_catalogues", verbosity=0)

    assert catalogues.read("bookstore", "de").get("Hello") is None
    assert catalogues.read("orders", "de").get("Hello").string == "Guten Tag"
    assert b"Guten Tag" in catalogues.file_of("orders", "de").with_suffix(".mo").read_bytes()
    call_command("update_catalogues", "--add", "pt-br", verbosity=0)
    assert (tmp_path / "orders" / "locale" / "pt_BR" / "LC_MESSAGES" / "django.mo").exists()
